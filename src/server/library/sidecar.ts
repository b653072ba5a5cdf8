import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { systemCode } from '../errors';
import { isFile } from './inside-tree';
import { moveWithoutReplacing } from './move-without-replacing';
import { ForeignSidecar, mergeXmp, type XmpMarks } from './xmp-text';

/** No sidecar is larger, bytes; what is, is something else. */
const MOST_BYTES = 1024 * 1024;

/** The sidecar of a file: digiKam, Immich and others look for the whole name with `.xmp` behind it. */
export function sidecarOf(path: string): string {
  return `${path}.xmp`;
}

/**
 * Writes marks into the sidecar of a file, which is made where there is none, and replaced in one step.
 * @param path of the file, in a folder without links.
 * @returns whether it was written; not when it says so already, when it is no XMP, or when another program has just
 *   changed it.
 * @throws a system error when it cannot be written.
 */
export function writeSidecar(path: string, marks: XmpMarks): boolean {
  const sidecar = sidecarOf(path);
  const before = lstatSync(sidecar, { throwIfNoEntry: false });
  const isOurs = !before || (before.isFile() && before.size <= MOST_BYTES);
  if (!isFile(path) || realpathSync(dirname(path)) !== dirname(path) || !isOurs) {
    return false;
  }
  const isNothing =
    !before &&
    (marks.rating ?? 0) === 0 &&
    marks.favourite !== true &&
    ![...marks.tags.values()].includes(true);
  const text = isNothing ? null : merged(before ? readFileSync(sidecar, 'utf8') : null, marks);
  if (text === null) {
    return false;
  }
  const part = join(dirname(path), `.${randomBytes(9).toString('base64url')}.xmp-part`);
  try {
    const file = openSync(part, 'wx');
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (before) {
      chmodSync(part, before.mode);
    }
    const now = lstatSync(sidecar, { throwIfNoEntry: false });
    if (now?.mtimeMs !== before?.mtimeMs || now?.size !== before?.size) {
      return false;
    }
    renameSync(part, sidecar);
    return true;
  } finally {
    rmSync(part, { force: true });
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
