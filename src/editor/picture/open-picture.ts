import type { ComfyClient } from '../../comfy/client';
import { ComfyError } from '../../comfy/errors';
import { displayPath, type FileRef } from '../../comfy/file-ref';
import { serverPictures } from '../../comfy/picture-source';
import { heldFiles } from '../../jobs/thumbs/held-files';
import { EditorError, type EditorPicture, type PictureNote } from '../model/editor-types';
import { type PictureFacts, readPictureFacts } from './picture-facts';

/** Longest side in px: browsers hold no larger bitmaps, ComfyUI's nodes accept no larger sizes. */
const MAX_SIDE = 16384;
/** Formats every browser and every ComfyUI read alike, as they are stored. */
const COMMON: readonly unknown[] = ['png', 'jpeg', 'webp', 'gif', 'bmp'];

/**
 * Gets a picture of the server ready for masking. What browser and server would see differently is stored
 * again as the browser shows it: rotated by EXIF, which `/upload/mask` ignores (API reference 2.2); printing
 * colours; 16-bit grey, which servers turn white; formats not every server reads. A file of the temp folder
 * is stored again as it is, because that folder is emptied when the server starts, and a draft would be left
 * without its picture.
 * @throws ComfyError when the server fails; EditorError `not-a-picture`, `unsupported-picture`, `damaged`,
 *   `too-large` or `decode-failed`.
 */
export async function openPicture(
  client: ComfyClient,
  ref: FileRef,
  signal: AbortSignal,
): Promise<EditorPicture> {
  const file =
    (await heldFiles(serverPictures(client)).take(ref, signal)) ?? (await client.view(ref, { signal }));
  const facts = readPictureFacts(new Uint8Array(await file.arrayBuffer()));
  refuseBroken(facts, file.size);
  const notes = notesOn(facts);
  if (needsCopy(facts)) {
    return { ...(await storeCopy(client, ref, file, facts, signal)), ...(notes.length > 0 && { notes }) };
  }
  const { width, height } = facts.size ?? (await measure(file, facts));
  refuseLarge(width, height);
  const lasting = ref.type === 'temp' ? await storeTemporary(client, ref, file, signal) : ref;
  // Drawn with its alpha, a masked picture would hide what lies under the mask.
  const source = facts.alpha ? client.viewUrl(lasting, { channel: 'rgb' }) : file;
  return {
    ref: lasting,
    source,
    width,
    height,
    readable: isReadable(facts),
    ...(facts.alpha && { clear: file }),
    // Whether a GIF's declared transparency is used shows only in its pixels.
    ...((facts.alpha || facts.format === 'gif') && { alpha: file }),
    ...(notes.length > 0 && { notes }),
  };
}

/**
 * Whether LoadImage returns the very pixels the browser shows. Newer servers decode JPEG with halved colours
 * up to 84 levels off, WebP a level or two darker all over, 16-bit files up to 3 levels off and grey ones
 * slightly dark, so that a result would differ outside the mask too; animations arrive as many pictures. What
 * `/upload/mask` writes has the browser's colours bit for bit.
 */
function isReadable({ format, depth, grey, animated }: PictureFacts): boolean {
  return format === 'png' && depth === 8 && !grey && !animated;
}

function needsCopy({ format, orientation, cmyk, depth, grey }: PictureFacts): boolean {
  return orientation !== 1 || cmyk || (depth === 16 && grey) || !COMMON.includes(format);
}

/** What a person should know about the picture before working on it. */
function notesOn(facts: PictureFacts): PictureNote[] {
  const notes: [PictureNote, boolean][] = [
    ['turned', facts.orientation !== 1],
    ['cmyk', facts.cmyk],
    ['sixteen-bit', facts.depth === 16],
    ['first-frame', facts.animated],
    ['transparent', facts.alpha],
    ['converted', !COMMON.includes(facts.format)],
  ];
  return notes.filter(([, applies]) => applies).map(([note]) => note);
}

function refuseBroken({ complete, size }: PictureFacts, bytes: number): void {
  if (bytes === 0 || !complete || size?.width === 0 || size?.height === 0) {
    throw new EditorError('damaged', { bytes });
  }
  if (size) {
    refuseLarge(size.width, size.height);
  }
}

function refuseLarge(width: number, height: number): void {
  if (Math.max(width, height) > MAX_SIDE) {
    throw new EditorError('too-large', { width, height });
  }
}

/**
 * Stores a temporary file among the inputs. The server keeps equal bytes under their existing name (API
 * reference 2.2), so that the picture opened again is the same file, with the same draft.
 */
async function storeTemporary(
  client: ComfyClient,
  ref: FileRef,
  file: Blob,
  signal: AbortSignal,
): Promise<FileRef> {
  try {
    return await client.uploadImage(file, { filename: ref.filename, subfolder: 'darkroom', signal });
  } catch (error) {
    if (error instanceof ComfyError && (error.kind === 'http' || error.kind === 'too-large')) {
      // Above the server's upload limit, a picture that may disappear is better than none.
      return ref;
    }
    throw error;
  }
}

async function storeCopy(
  client: ComfyClient,
  ref: FileRef,
  file: Blob,
  facts: PictureFacts,
  signal: AbortSignal,
): Promise<EditorPicture> {
  const bitmap = await decode(file, facts);
  const { width, height } = bitmap;
  refuseLarge(width, height);
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  bitmap.close();
  const copy = await canvas.convertToBlob({ type: 'image/png' });
  const stem = ref.filename.replace(/\.[^.]*$/, '');
  const stored = await client.uploadImage(copy, {
    filename: `${stem}-${facts.orientation === 1 ? 'rgb' : 'upright'}.png`,
    subfolder: 'darkroom',
    signal,
  });
  return {
    ref: stored,
    // Drawn with its alpha, a masked picture would hide what lies under the mask.
    source: facts.alpha ? client.viewUrl(stored, { channel: 'rgb' }) : copy,
    width,
    height,
    readable: true,
    // The file itself gives its alpha exactly, as long as it has the copy's orientation.
    ...(facts.alpha && { clear: facts.orientation === 1 ? file : copy }),
    ...(facts.format !== 'jpeg' && { alpha: copy }),
  };
}

async function measure(file: Blob, facts: PictureFacts): Promise<{ width: number; height: number }> {
  const bitmap = await decode(file, facts);
  const { width, height } = bitmap;
  bitmap.close();
  return { width, height };
}

async function decode(file: Blob, { format }: PictureFacts): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file);
  } catch (cause) {
    if (format === null) {
      throw new EditorError('not-a-picture', {}, cause);
    }
    throw COMMON.includes(format)
      ? new EditorError('decode-failed', {}, cause)
      : new EditorError('unsupported-picture', { format }, cause);
  }
}

/** The name a person knows the picture by. */
export function pictureName(ref: FileRef): string {
  return displayPath(ref);
}
