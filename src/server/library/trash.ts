import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import * as v from 'valibot';

import type { LibraryDone, LibraryMoved } from '../../ports/library-wire';
import { systemCode } from '../errors';
import { insideOf, isFile, isFolder, isSameFile } from './inside-tree';
import { refusal, systemRefusal } from './move-entry';
import { moveWithoutReplacing } from './move-without-replacing';
import { freeSidecar, moveSidecar, sidecarOf } from './sidecar';

type Moved = LibraryMoved['results'][number];
type Done = LibraryDone['results'][number];

/** The trash lies in the tree itself: moving a file there takes no copy, and no other drive. It is hidden. */
export const TRASH_FOLDER = '.darkroom-trash';
/** What says where a file came from; beside the file, written before it is moved. */
const NOTE = 'origin.json';
const FILE = 'file';
const SIDECAR = 'sidecar.xmp';
const ID = /^[\w-]{16}$/;
/** How long a file is kept in the trash, ms. */
export const KEPT_MS = 30 * 86_400_000;
const TAKEN = 'Another file has its name now. Rename that one, then restore this one.';

const noteSchema = v.object({ path: v.string(), at: v.number() });

/**
 * Moves a file of a tree to its trash: into a folder of its own, beside a note that says where it lay. The note is on
 * disk before the file is moved, and the move is one step of the file system, so whenever the program or the machine
 * ends, the file is at one of the two places, and it is known where it belongs.
 * @param root of the tree, without links.
 * @param path below it, `/` between names.
 */
export function moveToTrash(root: string, path: string): Moved {
  const from = insideOf(root, path);
  if (from === null) {
    return refusal('not_allowed', 'Only files inside the folder of the library can be deleted.');
  }
  if (!isFile(from)) {
    return refusal('not_found', 'The file is no longer there.');
  }
  const trash = lstatSync(join(root, TRASH_FOLDER), { throwIfNoEntry: false });
  if (trash && !trash.isDirectory()) {
    return refusal('not_allowed', `${TRASH_FOLDER} is no folder: files would leave the library through it.`);
  }
  const id = randomBytes(12).toString('base64url');
  const place = join(root, TRASH_FOLDER, id);
  try {
    mkdirSync(place, { recursive: true, mode: 0o700 });
    writeSafely(join(place, NOTE), JSON.stringify({ path, at: Date.now() }));
    renameSync(from, join(place, FILE));
    moveSidecar(sidecarOf(from), join(place, SIDECAR));
    return { ok: true, trash: id };
  } catch (error) {
    clearAway(place);
    return systemRefusal(error, 'moved to the trash');
  }
}

/** Brings a file back to where it lay. It replaces nothing: what has taken its name meanwhile stays. */
export function restoreFromTrash(root: string, id: string): Moved {
  const place = join(root, TRASH_FOLDER, id);
  const note = isPlace(root, id) ? readNote(place) : null;
  if (!note || !isFile(join(place, FILE))) {
    return refusal('not_found', 'There is no such file in the trash.');
  }
  const parts = note.path.split('/');
  try {
    // The folder it lay in may be gone, and what took its place may be a link out of the tree.
    for (let depth = 1; depth < parts.length; depth += 1) {
      const folder = join(root, ...parts.slice(0, depth));
      if (!isFolder(folder)) {
        mkdirSync(folder);
      }
    }
    const to = insideOf(root, note.path);
    if (to === null) {
      return refusal('not_allowed', 'The folder it came from is no longer part of the library.');
    }
    if (lstatSync(to, { throwIfNoEntry: false })) {
      return refusal('exists', TAKEN);
    }
    // Before its file: whatever ends the program in between, neither is thrown away with the other's place.
    moveSidecar(join(place, SIDECAR), freeSidecar(to));
    moveWithoutReplacing(join(place, FILE), to);
    clearAway(place);
    return { ok: true, trash: id };
  } catch (error) {
    return systemCode(error) === 'EEXIST' ? refusal('exists', TAKEN) : systemRefusal(error, 'restored');
  }
}

/** Removes a file of the trash for good. What is there beside it and is not ours stays. */
export function removeForGood(root: string, id: string): Done {
  const place = join(root, TRASH_FOLDER, id);
  if (!isPlace(root, id) || !isFile(join(place, FILE))) {
    return refusal('not_found', 'There is no such file in the trash.');
  }
  try {
    rmSync(join(place, FILE));
    clearAway(place);
    return { ok: true };
  } catch (error) {
    return systemRefusal(error, 'removed');
  }
}

/** Removes for good what has been in the trash for 30 days. @param now ms since the epoch. */
export function expireTrash(root: string, now: number): void {
  for (const { id, at } of tidyTrash(root)) {
    if (at < now - KEPT_MS) {
      removeForGood(root, id);
    }
  }
}

/**
 * Puts right what a move that was broken off has left behind: a note without a file, or a file that is already back.
 * @returns ids of the files in the trash, with where they came from, since when (ms since the epoch) and their bytes.
 */
export function tidyTrash(root: string): { id: string; path: string; at: number; size: number }[] {
  const folder = join(root, TRASH_FOLDER);
  if (!isFolder(folder)) {
    return [];
  }
  return readdirSync(folder)
    .filter((id) => isPlace(root, id))
    .flatMap((id) => {
      const place = join(folder, id);
      const note = readNote(place);
      if (!isFile(join(place, FILE))) {
        clearAway(place);
        return [];
      }
      if (note && isSameFile(join(place, FILE), join(root, note.path))) {
        clearAway(place);
        return [];
      }
      return note ? [{ id, ...note, size: lstatSync(join(place, FILE)).size }] : [];
    });
}

/** Whether a file of the trash can be called so, and lies in it rather than behind a link. */
function isPlace(root: string, id: string): boolean {
  const folder = join(root, TRASH_FOLDER);
  return ID.test(id) && isFolder(folder) && isFolder(join(folder, id));
}

function readNote(place: string): v.InferOutput<typeof noteSchema> | null {
  try {
    const note = v.safeParse(noteSchema, JSON.parse(readFileSync(join(place, NOTE), 'utf8')));
    return note.success ? note.output : null;
  } catch {
    // Not there, or half written: then the file had not been moved yet.
    return null;
  }
}

function writeSafely(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Removes a place of the trash that holds no file of its own. */
function clearAway(place: string): void {
  const file = join(place, FILE);
  const note = readNote(place);
  const isBack = note !== null && isSameFile(file, join(dirname(dirname(place)), note.path));
  if (!isFile(file) || isBack) {
    rmSync(place, { recursive: true, force: true });
  }
}
