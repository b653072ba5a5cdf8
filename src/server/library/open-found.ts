import { constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { sep } from 'node:path';

import { systemCode } from '../errors';
import type { DiskPath } from './disk-file';
import type { FoundFile } from './library-messages';

/** A file of the library, open for reading. */
export interface OpenFile {
  handle: FileHandle;
  file: FoundFile;
  /** Its path without links. */
  path: DiskPath;
}

const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW || 0) | (constants.O_NONBLOCK || 0);

/**
 * Opens the first of some files that is what the index says: of this size and time, and within its tree. A link that
 * took its place, or that of a folder above it, leads nowhere.
 * @returns `null` when there is none.
 */
export async function openFound(files: readonly FoundFile[]): Promise<OpenFile | null> {
  for (const file of files) {
    const opened = await tryOpen(file);
    if (opened) {
      return opened;
    }
  }
  return null;
}

async function tryOpen(file: FoundFile): Promise<OpenFile | null> {
  // Bytes travel between threads as plain arrays.
  const path = typeof file.path === 'string' ? file.path : Buffer.from(file.path);
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, FLAGS);
    const stats = await handle.stat();
    const real = await realPath(path);
    const isSame = stats.size === file.size && Math.floor(stats.mtimeMs) === file.modified;
    const isInside = String(real).startsWith(file.root.endsWith(sep) ? file.root : file.root + sep);
    if (stats.isFile() && isSame && isInside && (await lstat(real)).ino === stats.ino) {
      return { handle, file, path: real };
    }
  } catch (error) {
    if (systemCode(error) === undefined) {
      throw error;
    }
  }
  await handle?.close();
  return null;
}

function realPath(path: DiskPath): Promise<DiskPath> {
  return typeof path === 'string' ? realpath(path) : realpath(path, { encoding: 'buffer' });
}
