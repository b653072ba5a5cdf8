import type { ComfyClient } from '../comfy/client';
import { displayPath, type FileRef } from '../comfy/file-ref';
import { readPngHeader } from '../comfy/png';
import { EditorError, type EditorPicture } from './editor-types';
import { readOrientation } from './mask/exif';

/** PNG colour types that carry an alpha channel. */
const WITH_ALPHA = new Set([4, 6]);

/**
 * Gets a picture of the server ready for masking. A picture that its EXIF tag turns is stored once more,
 * upright: `/upload/mask` ignores the tag and would misplace the mask (API reference 2.2).
 * @throws ComfyError when the server fails, EditorError `decode-failed` when it is no picture.
 */
export async function openPicture(
  client: ComfyClient,
  ref: FileRef,
  signal: AbortSignal,
): Promise<EditorPicture> {
  const file = await client.view(ref, { signal });
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (readOrientation(bytes) !== 1) {
    return storeUpright(client, ref, file, signal);
  }
  const header = readPngHeader(bytes);
  if (header) {
    // Drawn with its alpha, a masked picture would hide what lies under the mask.
    const source = WITH_ALPHA.has(header.colorType) ? client.viewUrl(ref, { channel: 'rgb' }) : file;
    return { ref, source, width: header.width, height: header.height };
  }
  const { width, height } = await measure(file);
  return { ref, source: file, width, height };
}

async function storeUpright(
  client: ComfyClient,
  ref: FileRef,
  file: Blob,
  signal: AbortSignal,
): Promise<EditorPicture> {
  const bitmap = await decode(file);
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  bitmap.close();
  const upright = await canvas.convertToBlob({ type: 'image/png' });
  const stem = ref.filename.replace(/\.[^.]*$/, '');
  const stored = await client.uploadImage(upright, {
    filename: `${stem}-upright.png`,
    subfolder: 'darkroom',
    signal,
  });
  return { ref: stored, source: upright, width, height };
}

async function measure(file: Blob): Promise<{ width: number; height: number }> {
  const bitmap = await decode(file);
  const { width, height } = bitmap;
  bitmap.close();
  return { width, height };
}

async function decode(file: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file);
  } catch (cause) {
    throw new EditorError('decode-failed', {}, cause);
  }
}

/** The name a person knows the picture by. */
export function pictureName(ref: FileRef): string {
  return displayPath(ref);
}
