import type { ComfyClient } from '../../comfy/client';
import { ComfyError } from '../../comfy/errors';
import { displayPath, type FileRef } from '../../comfy/file-ref';
import { type PictureSource, serverPictures } from '../../comfy/picture-source';
import { isOutsideComfy } from '../../comfy/folder-path';
import { heldFiles } from '../../jobs/thumbs/held-files';
import { EditorError, type EditorPicture, type PictureNote } from '../model/editor-types';
import { hasOtherColors } from './color-space';
import { importFile } from './import-file';
import { type PictureFacts, readPictureFacts } from './picture-facts';
import { type StraightPng, straightPng, withoutOrientation } from './straight-png';

/** Longest side in px: browsers hold no larger bitmaps, ComfyUI's nodes accept no larger sizes. */
const MAX_SIDE = 16384;
/** Formats every browser and every ComfyUI read alike, as they are stored. */
const COMMON: readonly unknown[] = ['png', 'jpeg', 'webp', 'gif', 'bmp'];

/**
 * Gets a picture of the server ready for masking. What browser and server would see differently is stored
 * again as the browser shows it: rotated by EXIF, which `/upload/mask` ignores (API reference 2.2); printing
 * colours; colour profiles other than sRGB, which servers drop; 16-bit grey, which they turn white; formats
 * not every server reads. A file of the temp folder is stored again as it is, because that folder is emptied
 * when the server starts, and a draft would be left without its picture; so is one that ComfyUI does not know: of this
 * device, or of a further folder of the library.
 * @throws ComfyError when the server fails; EditorError `not-a-picture`, `unsupported-picture`, `damaged`,
 *   `too-large` or `decode-failed`.
 */
export async function openPicture(
  client: ComfyClient,
  ref: FileRef,
  signal: AbortSignal,
): Promise<EditorPicture> {
  const pictures = serverPictures(client);
  const held = heldFiles(pictures);
  // What is not held is asked for before the page goes on.
  const known = held.has(ref) ? await held.take(ref, signal) : null;
  const file = known ?? (await pictures.read(ref, { signal }));
  const bytes = new Uint8Array(await file.arrayBuffer());
  const facts = readPictureFacts(bytes);
  refuseBroken(facts, file.size);
  // Printing colours are converted in any case.
  const profile = !facts.cmyk && (await hasOtherColors(bytes, facts));
  if (profile || needsCopy(facts)) {
    const copy = await storeCopy(client, pictures, ref, { file, facts, signal });
    return { ...copy, ...noted(facts, { profile, clear: copy.clear !== undefined }) };
  }
  const { width, height } = facts.size ?? (await measure(file, facts));
  refuseLarge(width, height);
  const lasting = isOutsideComfy(ref)
    ? await importFile(client, new File([file], ref.filename))
    : ref.type === 'temp'
      ? await storeTemporary(client, ref, file, signal)
      : ref;
  // Drawn with its alpha, a masked picture would hide what lies under the mask.
  const source = facts.alpha ? pictures.url(lasting, { channel: 'rgb' }) : file;
  return {
    ref: lasting,
    source,
    width,
    height,
    readable: isReadable(facts),
    ...(facts.alpha && { clear: file }),
    // Whether a GIF's declared transparency is used shows only in its pixels.
    ...((facts.alpha || facts.format === 'gif') && { alpha: file }),
    ...noted(facts, { profile: false, clear: facts.alpha }),
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
function noted(
  facts: PictureFacts,
  { profile, clear }: { profile: boolean; clear: boolean },
): Pick<EditorPicture, 'notes'> {
  const all: [PictureNote, boolean][] = [
    ['turned', facts.orientation !== 1],
    ['cmyk', facts.cmyk],
    ['profile', profile],
    ['sixteen-bit', facts.depth === 16],
    ['first-frame', facts.animated],
    ['transparent', clear],
    ['converted', !COMMON.includes(facts.format)],
  ];
  const notes = all.filter(([, applies]) => applies).map(([note]) => note);
  return notes.length > 0 ? { notes } : {};
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
  pictures: PictureSource,
  ref: FileRef,
  { file, facts, signal }: { file: Blob; facts: PictureFacts; signal: AbortSignal },
): Promise<EditorPicture> {
  // The formats whose bytes are not parsed may have an alpha channel.
  const mayBeClear = facts.alpha || !COMMON.includes(facts.format);
  const { png, clear, width, height } =
    (mayBeClear ? await straightCopy(file, facts) : null) ?? (await canvasCopy(file, facts));
  const stem = ref.filename.replace(/\.[^.]*$/, '');
  const stored = await client.uploadImage(png, {
    filename: `${stem}-${facts.orientation === 1 ? 'rgb' : 'upright'}.png`,
    subfolder: 'darkroom',
    signal,
  });
  // The file itself gives its alpha exactly, as long as it has the copy's orientation.
  const alpha = facts.alpha && facts.orientation === 1 ? file : png;
  return {
    ref: stored,
    // Drawn with its alpha, a masked picture would hide what lies under the mask.
    source: clear ? pictures.url(stored, { channel: 'rgb' }) : png,
    width,
    height,
    readable: true,
    ...(clear && { clear: alpha }),
    ...(mayBeClear && { alpha }),
  };
}

/** A copy with its colours under the transparency; null where the browser cannot make one. */
async function straightCopy(file: Blob, facts: PictureFacts): Promise<StraightPng | null> {
  const turned = facts.orientation !== 1;
  const flat = turned ? withoutOrientation(new Uint8Array(await file.arrayBuffer())) : file;
  const bitmap = await decode(flat, facts, { premultiplyAlpha: 'none' });
  try {
    refuseLarge(bitmap.width, bitmap.height);
    return await straightPng(bitmap, facts.orientation);
  } finally {
    bitmap.close();
  }
}

/** A copy as a canvas makes it: colours under transparency change, those of clear pixels to black. */
async function canvasCopy(file: Blob, facts: PictureFacts): Promise<StraightPng> {
  const bitmap = await decode(file, facts);
  const { width, height } = bitmap;
  refuseLarge(width, height);
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { png: await canvas.convertToBlob({ type: 'image/png' }), clear: facts.alpha, width, height };
}

async function measure(file: Blob, facts: PictureFacts): Promise<{ width: number; height: number }> {
  const bitmap = await decode(file, facts);
  const { width, height } = bitmap;
  bitmap.close();
  return { width, height };
}

async function decode(
  file: Blob,
  { format }: PictureFacts,
  options: ImageBitmapOptions = {},
): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file, options);
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
