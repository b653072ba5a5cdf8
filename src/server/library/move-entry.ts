import { lstatSync, mkdirSync, renameSync } from 'node:fs';
import { basename } from 'node:path';

import type { LibraryDone, LibraryRefusal } from '../../ports/library-wire';
import { systemCode } from '../errors';
import { moveWithoutReplacing } from './move-without-replacing';
import { moveSidecar, sidecarOf } from './sidecar';
import { faultOfName, insideOf, isFile, isFolder, isSameFile } from './inside-tree';

type Done = LibraryDone['results'][number];

const OUTSIDE = 'Only files and folders inside the folder of the library can be moved.';
const TAKEN = 'There is something of this name already.';

/**
 * Moves or renames a file or a folder within a tree, or a file to another one on the same drive. It replaces nothing and
 * follows no link.
 * @param root of the tree, without links.
 * @param from below it, `/` between names.
 * @param to the same; its folder must be there.
 * @param toRoot of the tree that `to` is in.
 */
export function moveEntry(root: string, from: string, to: string, toRoot = root): Done {
  const [source, target] = [insideOf(root, from), insideOf(toRoot, to)];
  const fault = faultOfName(to.slice(to.lastIndexOf('/') + 1));
  if (fault !== null) {
    return refusal('bad_name', fault);
  }
  if (source === null || target === null) {
    return refusal('not_allowed', OUTSIDE);
  }
  const folder = isFolder(source);
  if (!folder && !isFile(source)) {
    return refusal('not_found', 'It is no longer there.');
  }
  if (folder && toRoot !== root) {
    return refusal('not_allowed', 'Only files can be moved to another folder of the library.');
  }
  if (folder && `${to}/`.startsWith(`${from}/`)) {
    return refusal('not_allowed', 'A folder cannot be moved into itself.');
  }
  // Where capitals make no difference, a file is in its own way when only they are changed.
  const isItself = source !== target && isSameFile(source, target) && isSpelledAlike(source, target);
  if (!isItself && lstatSync(target, { throwIfNoEntry: false })) {
    return refusal('exists', TAKEN);
  }
  try {
    if (folder || isItself) {
      renameSync(source, target);
    } else {
      moveWithoutReplacing(source, target);
    }
    if (!folder) {
      moveSidecar(sidecarOf(source), sidecarOf(target));
    }
    return { ok: true };
  } catch (error) {
    return systemRefusal(error, 'moved');
  }
}

/** Makes a folder in a tree. */
export function makeFolder(root: string, path: string): Done {
  const fault = faultOfName(path.slice(path.lastIndexOf('/') + 1));
  if (fault !== null) {
    return refusal('bad_name', fault);
  }
  const whole = insideOf(root, path);
  if (whole === null) {
    return refusal('not_allowed', OUTSIDE);
  }
  try {
    mkdirSync(whole);
    return { ok: true };
  } catch (error) {
    return systemRefusal(error, 'made');
  }
}

export function refusal(why: LibraryRefusal['why'], message: string): LibraryRefusal {
  return { ok: false, why, message };
}

/** What the system says, as a sentence. @throws what is no error of the system. */
export function systemRefusal(error: unknown, what: string): LibraryRefusal {
  const code = systemCode(error);
  if (code === undefined) {
    throw error;
  }
  if (code === 'EEXIST' || code === 'ENOTEMPTY') {
    return refusal('exists', TAKEN);
  }
  if (code === 'EXDEV') {
    return refusal('other_drive', 'It can only be moved on the same drive.');
  }
  return ['EACCES', 'EPERM', 'EROFS'].includes(code)
    ? refusal('not_allowed', `It could not be ${what}: Darkroom may not write in its folder.`)
    : refusal('failed', `It could not be ${what}: ${code}.`);
}

function isSpelledAlike(a: string, b: string): boolean {
  return basename(a).toLowerCase() === basename(b).toLowerCase();
}
