import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseExact } from '../../comfy/exact-json';
import { insertPngText, readPngText } from '../../comfy/png';
import type { Form } from '../http/multipart';
import { eachRow, Pace } from '../pixels/pace';
import { decodePixels, encodePng, fromRaw, toRgba } from '../pixels/codec';
import { folderOfType, isInside, readAnnotated, type Folders } from './folders';
import type { SaveUpload } from './upload';

/**
 * Saves the original with the alpha of the upload (API notes §2.2, POST /upload/mask). Refusals at
 * this step never reach the client: nothing is written, and the response is still 200.
 * @throws Error where ComfyUI answers 500.
 */
export function maskSaver(form: Form, folders: Folders): SaveUpload {
  return async (upload, target) => {
    const original = findOriginal(form, folders);
    if (original === null || !(await isFile(original))) {
      return;
    }
    await writeMasked(original, upload.spool, target);
  };
}

function findOriginal(form: Form, folders: Folders): string | null {
  const text = form.get('original_ref');
  if (typeof text !== 'string') {
    throw new Error('original_ref is missing');
  }
  const ref = parseExact(text);
  if (typeof ref !== 'object' || ref === null || Array.isArray(ref) || typeof ref.filename !== 'string') {
    throw new Error('original_ref names no file');
  }
  const { name, folder: annotated } = readAnnotated(folders, ref.filename);
  if (name === '' || name.startsWith('/') || name.includes('..')) {
    return null;
  }
  const folder = annotated ?? folderOfType(folders, 'type' in ref ? ref.type : 'output');
  if (folder === null) {
    return null;
  }
  const subfolder = 'subfolder' in ref ? ref.subfolder : '';
  if (typeof subfolder !== 'string') {
    throw new Error('subfolder is not a text');
  }
  const inFolder = path.resolve(folder, subfolder);
  return isInside(folder, inFolder) ? path.join(inFolder, name) : null;
}

async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null))?.isFile() ?? false;
}

async function writeMasked(original: string, mask: string, target: string): Promise<void> {
  const bytes = await readFile(original);
  const [picture, carrier] = await Promise.all([decodePixels(bytes), decodePixels(mask)]);
  if (picture.width !== carrier.width || picture.height !== carrier.height) {
    throw new Error('images do not match');
  }
  const rgba = toRgba(picture).slice();
  const alpha = toRgba(carrier);
  const row = picture.width * 4;
  await eachRow(picture.height, new Pace(), (y) => {
    for (let at = y * row + 3; at < (y + 1) * row; at += 4) {
      rgba[at] = alpha[at] ?? 255;
    }
  });
  await writeFile(target, await encodeFor(target, rgba, picture.width, picture.height, bytes));
}

async function encodeFor(
  target: string,
  rgba: Uint8Array,
  width: number,
  height: number,
  original: Buffer,
): Promise<Uint8Array> {
  switch (path.extname(target).toLowerCase()) {
    case '.png':
    case '.apng': {
      const texts = Object.entries(await readPngText(original));
      return insertPngText(await encodePng(rgba, width, height, 4), texts);
    }
    case '.webp':
      return fromRaw(rgba, width, height, 4).webp({ quality: 80 }).toBuffer();
    case '.gif':
      return fromRaw(rgba, width, height, 4).gif().toBuffer();
    default:
      throw new Error('cannot write RGBA in this format');
  }
}
