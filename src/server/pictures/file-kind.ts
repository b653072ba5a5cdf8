import type { EXTENSIONS } from './disk-cache';

type Extension = (typeof EXTENSIONS)[number];

/** What a file is, by its first bytes: names are given by whoever wrote the node. */
export interface FileKind {
  extension: Extension;
  contains: 'picture' | 'video';
}

/** How many bytes `fileKind` wants to see. */
export const KIND_BYTES = 32;

/** `null` for everything that guests are not shown: SVG and HTML can run scripts, and nothing else can be drawn. */
export function fileKind(head: Uint8Array): FileKind | null {
  // Not TextDecoder: what it calls latin1 is windows-1252, in which these bytes are other letters.
  const text = Buffer.from(head.subarray(0, KIND_BYTES)).toString('latin1');
  const picture = (extension: Extension): FileKind => ({ extension, contains: 'picture' });
  if (text.startsWith('\x89PNG\r\n\x1a\n')) {
    return picture('.png');
  }
  if (text.startsWith('\xff\xd8\xff')) {
    return picture('.jpg');
  }
  if (/^GIF8[79]a/.test(text)) {
    return picture('.gif');
  }
  if (/^RIFF[\s\S]{4}WEBP/.test(text)) {
    return picture('.webp');
  }
  if (/^[\s\S]{4}ftyp(?:avif|avis)/.test(text)) {
    return picture('.avif');
  }
  if (/^[\s\S]{4}ftyp/.test(text)) {
    return { extension: '.mp4', contains: 'video' };
  }
  return text.startsWith('\x1a\x45\xdf\xa3') ? { extension: '.webm', contains: 'video' } : null;
}
