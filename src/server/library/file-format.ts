import { AUDIO_NAME, IMAGE_NAME, MODEL_NAME, VIDEO_NAME } from '../../comfy/media-names';
import type { DiskFile } from './disk-file';

/** Words: what nodes save beside pictures. */
const TEXT_NAME = /\.(txt|md|json|csv|srt|vtt)$/i;
const LIBRARY_NAMES = [IMAGE_NAME, VIDEO_NAME, AUDIO_NAME, MODEL_NAME, TEXT_NAME];

/** Whether the library takes in files of this name. Hidden ones, and what other programs keep beside files, it does not. */
export function isLibraryName(name: string): boolean {
  return !name.startsWith('.') && LIBRARY_NAMES.some((pattern) => pattern.test(name));
}

/** What a file is, by its first bytes: names are given by whoever wrote the node. */
export type FileFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'avif' | 'mp4' | 'webm' | 'flac' | 'wav' | 'other';

/** What thumbnails can be drawn of here. */
export const DRAWN: ReadonlySet<FileFormat> = new Set(['png', 'jpeg', 'webp', 'gif', 'avif']);

const MIME: Readonly<Record<Exclude<FileFormat, 'other'>, string>> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
  mp4: 'video/mp4',
  webm: 'video/webm',
  flac: 'audio/flac',
  wav: 'audio/wav',
};

/** The format of a file that begins with these bytes. */
export function formatOf(head: Uint8Array): FileFormat {
  const text = Buffer.from(head.subarray(0, 32)).toString('latin1');
  if (text.startsWith('\x89PNG\r\n\x1a\n')) {
    return 'png';
  }
  if (text.startsWith('\xff\xd8\xff')) {
    return 'jpeg';
  }
  if (/^GIF8[79]a/.test(text)) {
    return 'gif';
  }
  if (/^RIFF[^]{4}/.test(text)) {
    return ({ WEBP: 'webp', WAVE: 'wav' }[text.slice(8, 12)] as 'webp' | 'wav' | undefined) ?? 'other';
  }
  if (/^[^]{4}ftyp/.test(text)) {
    return /^(avif|avis)/.test(text.slice(8)) ? 'avif' : 'mp4';
  }
  if (text.startsWith('\x1a\x45\xdf\xa3')) {
    return 'webm';
  }
  return text.startsWith('fLaC') ? 'flac' : 'other';
}

const OTHER_AUDIO: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  opus: 'audio/ogg',
};

/**
 * As what a file is sent. Nothing is sent as what could run a script on our origin (SVG, HTML, XML), whatever it is
 * called.
 */
export function mimeOf(format: FileFormat, name: string): string {
  if (format !== 'other') {
    return MIME[format];
  }
  const extension = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return (
    OTHER_AUDIO[extension] ??
    (TEXT_NAME.test(name) ? 'text/plain; charset=utf-8' : 'application/octet-stream')
  );
}

/**
 * Whether a file has its end: what is still being written has not. `null` where the format does not tell.
 */
export function isWhole(file: DiskFile, format: FileFormat): boolean | null {
  const { length, head } = file;
  const ends = (bytes: number, mark: string): boolean =>
    file
      .readNow(Math.max(0, length - bytes), length)
      .toString('latin1')
      .includes(mark);
  switch (format) {
    case 'png':
      return length >= 45 && ends(12, 'IEND\xaeB`\x82');
    case 'jpeg':
      // Some cameras and programs put a few bytes behind it.
      return ends(64, '\xff\xd9');
    case 'gif':
      return ends(2, ';');
    case 'webp':
    case 'wav':
      return head.readUInt32LE(4) + 8 <= length;
    case 'mp4':
    case 'avif':
      return boxesEnd(file) === length;
    default:
      return length === 0 ? false : null;
  }
}

/** How many boxes of a video are looked at; one that is streamed has thousands. */
const MOST_BOXES = 2_000;

/** Where the last of a file's boxes ends; beyond the file when it was cut off, or when there are too many to tell. */
function boxesEnd(file: DiskFile): number {
  let at = 0;
  for (let count = 0; at < file.length; count += 1) {
    const header = file.readNow(at, at + 16);
    if (header.length < 8) {
      return Infinity;
    }
    const short = header.readUInt32BE(0);
    const size = short === 1 && header.length === 16 ? Number(header.readBigUInt64BE(8)) : short;
    if (size === 0 || count === MOST_BOXES) {
      // Up to the end of the file, wherever that will be.
      return file.length;
    }
    if (size < 8) {
      return Infinity;
    }
    at += size;
  }
  return at;
}
