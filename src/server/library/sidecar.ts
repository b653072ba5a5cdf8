import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { systemCode } from '../errors';
import { DiskFile } from './disk-file';
import { isLibraryName } from './file-format';
import { isFile } from './inside-tree';
import { moveWithoutReplacing } from './move-without-replacing';
import { ForeignSidecar, mergeXmp, type XmpMarks } from './xmp-text';

/** No sidecar is larger, bytes; what is, is something else. */
const MOST_BYTES = 1024 * 1024;

/** Size and time of a sidecar. */
export interface SidecarState {
  /** Bytes. */
  size: number;
  /** Whole ms since the epoch. */
  modified: number;
}

/** The sidecar of a file: digiKam, Immich and others look for the whole name with `.xmp` behind it. */
export function sidecarOf(path: string): string {
  return `${path}.xmp`;
}

/** The name of the file that a sidecar belongs to; `null` for what is none. */
export function fileOfSidecar(name: string): string | null {
  const file = name.endsWith('.xmp') ? name.slice(0, -4) : '';
  return isLibraryName(file) ? file : null;
}

export function sidecarState({ size, mtimeMs }: Pick<Stats, 'size' | 'mtimeMs'>): SidecarState {
  return { size, modified: Math.floor(mtimeMs) };
}

/**
 * Reads the sidecar of a file; `null` when there is none that can be read.
 * @returns its text, `null` where it is too large for one.
 */
export function readSidecar(path: string): (SidecarState & { text: string | null }) | null {
  try {
    if (realpathSync(dirname(path)) !== dirname(path)) {
      return null;
    }
    const file = new DiskFile(sidecarOf(path));
    try {
      const { length: size, modified } = file;
      const text = size > MOST_BYTES ? null : file.readNow(0, size).toString('utf8');
      return { size, modified, text };
    } finally {
      file.close();
    }
  } catch (error) {
    if (systemCode(error) === undefined) {
      throw error;
    }
    return null;
  }
}

/**
 * Writes marks into the sidecar of a file, which is made where there is none, and replaced in one step.
 * @param path of the file, in a folder without links.
 * @param known the sidecar as it was when it was last read or written.
 * @returns the sidecar as it is then; `null` when it was not written: it says so already, or is no XMP; `unread` when
 *   another program has changed it.
 * @throws a system error when it cannot be written.
 */
export function writeSidecar(
  path: string,
  marks: XmpMarks,
  known: SidecarState | null,
): (SidecarState & { text: string }) | 'unread' | null {
  const sidecar = sidecarOf(path);
  const before = lstatSync(sidecar, { throwIfNoEntry: false });
  const isOurs = !before || (before.isFile() && before.size <= MOST_BYTES);
  if (!isFile(path) || realpathSync(dirname(path)) !== dirname(path) || !isOurs) {
    return null;
  }
  if (before && !isState(before, known)) {
    return 'unread';
  }
  const isNothing =
    !before &&
    (marks.rating ?? 0) === 0 &&
    marks.favourite !== true &&
    ![...marks.tags.values()].includes(true);
  const text = isNothing ? null : merged(before ? readFileSync(sidecar, 'utf8') : null, marks);
  if (text === null) {
    return null;
  }
  const part = join(dirname(path), `.${randomBytes(9).toString('base64url')}.xmp-part`);
  try {
    const state = writeWhole(part, text);
    if (before) {
      chmodSync(part, before.mode);
    }
    const now = lstatSync(sidecar, { throwIfNoEntry: false });
    if (now ? !before || !isState(now, sidecarState(before)) : before) {
      return 'unread';
    }
    renameSync(part, sidecar);
    return { ...state, text };
  } finally {
    rmSync(part, { force: true });
  }
}

function isState(stats: Stats, known: SidecarState | null): boolean {
  const { size, modified } = sidecarState(stats);
  return size === known?.size && modified === known.modified;
}

/** Writes a new file, and sees to it that it is on the disk. */
function writeWhole(path: string, text: string): SidecarState {
  const file = openSync(path, 'wx');
  try {
    writeFileSync(file, text);
    fsyncSync(file);
    return sidecarState(fstatSync(file));
  } finally {
    closeSync(file);
  }
}

function merged(before: string | null, marks: XmpMarks): string | null {
  try {
    return mergeXmp(before, marks);
  } catch (error) {
    if (error instanceof ForeignSidecar) {
      return null;
    }
    throw error;
  }
}

/** Takes a sidecar along with its file, unless there is another one at its new place: then both stay. */
export function moveSidecar(from: string, to: string): void {
  try {
    if (isFile(from) && !lstatSync(to, { throwIfNoEntry: false })) {
      moveWithoutReplacing(from, to);
    }
  } catch (error) {
    // The file itself has moved: a sidecar that could not is no reason to say otherwise.
    if (systemCode(error) === undefined) {
      throw error;
    }
  }
}

/** A name beside a file that is free: its sidecar's, or one with a number. */
export function freeSidecar(path: string): string {
  for (let number = 0; ; number += 1) {
    const name = number === 0 ? sidecarOf(path) : join(dirname(path), `${basename(path)}.${number}.xmp`);
    if (!lstatSync(name, { throwIfNoEntry: false })) {
      return name;
    }
  }
}
