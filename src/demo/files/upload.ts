import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Form, UploadedFile } from '../http/multipart';
import { empty, HttpStop, json, type Answer } from '../http/responses';
import { folderOfType, isInside, type Folders } from './folders';

/** Stores an uploaded file at its destination; may write nothing. */
export type SaveUpload = (upload: UploadedFile, target: string) => Promise<void>;

/** Stores the bytes unchanged. */
export const saveAsIs: SaveUpload = (upload, target) => copyFile(upload.spool, target);

/**
 * The common part of /upload/image and /upload/mask (API notes §2.2): destination, naming, dedupe.
 * @throws Error where ComfyUI answers 500.
 */
export async function storeUpload(
  form: Form,
  folders: Folders,
  save: SaveUpload,
  knowsBytes: boolean,
): Promise<Answer> {
  const image = form.get('image');
  const type = form.has('type') ? form.get('type') : 'input';
  const folder = folderOfType(folders, type);
  if (folder === null) {
    throw new Error('no such type directory');
  }
  if (image === undefined || image === '') {
    return empty(400);
  }
  if (typeof image === 'string') {
    throw new Error('the image is not a file');
  }
  if (image.filename === '') {
    return empty(400);
  }
  const subfolder = textField(form, 'subfolder');
  const target = await chooseTarget(image, folder, subfolder, textField(form, 'overwrite'), knowsBytes);
  if (target.write) {
    await save(image, target.file);
  }
  return json({ name: target.name, subfolder, type });
}

function textField(form: Form, name: string): string {
  const value = form.get(name) ?? '';
  if (typeof value !== 'string') {
    throw new Error(`${name} is not a text`);
  }
  return value;
}

interface Target {
  file: string;
  /** Name returned to the client; may differ from the one sent. */
  name: string;
  /** `false`: the same bytes are already stored. */
  write: boolean;
}

async function chooseTarget(
  image: UploadedFile,
  folder: string,
  subfolder: string,
  overwrite: string,
  knowsBytes: boolean,
): Promise<Target> {
  const inFolder = path.resolve(folder, path.normalize(subfolder));
  const first = path.resolve(inFolder, image.filename);
  if (!isInside(folder, first)) {
    throw new HttpStop(empty(400));
  }
  await mkdir(inFolder, { recursive: true });
  if (overwrite === 'true' || overwrite === '1') {
    return { file: first, name: image.filename, write: true };
  }
  const extension = path.extname(image.filename);
  const stem = image.filename.slice(0, image.filename.length - extension.length);
  let target: Target = { file: first, name: image.filename, write: true };
  for (let count = 1; await exists(target.file); count++) {
    if (knowsBytes && (await holdsSameBytes(target.file, image))) {
      return { ...target, write: false };
    }
    const name = `${stem} (${count})${extension}`;
    target = { file: path.join(inFolder, name), name, write: true };
  }
  return target;
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null)) !== null;
}

async function holdsSameBytes(file: string, image: UploadedFile): Promise<boolean> {
  if ((await stat(file)).size !== image.size) {
    return false;
  }
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex') === image.sha256;
}
