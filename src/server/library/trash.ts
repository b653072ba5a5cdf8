import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';

import * as v from 'valibot';

import type { LibraryMoved } from '../../ports/library-wire';
import { systemCode } from '../errors';

type Moved = LibraryMoved['results'][number];
type Failure = Extract<Moved, { ok: false }>;

/** The trash lies in the tree itself: moving a file there takes no copy, and no other drive. It is hidden. */
export const TRASH_FOLDER = '.darkroom-trash';
/** What says where a file came from; beside the file, written before it is moved. */
const NOTE = 'origin.json';
const FILE = 'file';
const ID = /^[\w-]{16}$/;

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
    return failure('not_allowed', 'Only files inside the folder of the library can be deleted.');
  }
  if (!isFile(from)) {
    return failure('not_found', 'The file is no longer there.');
  }
  const id = randomBytes(12).toString('base64url');
  const place = join(root, TRASH_FOLDER, id);
  try {
    mkdirSync(place, { recursive: true, mode: 0o700 });
    writeSafely(join(place, NOTE), JSON.stringify({ path, at: Date.now() }));
    renameSync(from, join(place, FILE));
    return { ok: true, trash: id };
  } catch (error) {
    clearAway(place);
    return systemFailure(error, 'moved to the trash');
  }
}

/** Brings a file back to where it lay. It replaces nothing: what has taken its name meanwhile stays. */
export function restoreFromTrash(root: string, id: string): Moved {
  const place = join(root, TRASH_FOLDER, id);
  const note = ID.test(id) ? readNote(place) : null;
  if (!note || !isFile(join(place, FILE))) {
    return failure('not_found', 'There is no such file in the trash.');
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
      return failure('not_allowed', 'The folder it came from is no longer part of the library.');
    }
    if (lstatSync(to, { throwIfNoEntry: false })) {
      return failure('exists', 'Another file has its name now. Rename that one, then restore this one.');
    }
    moveWithoutReplacing(join(place, FILE), to);
    clearAway(place);
    return { ok: true, trash: id };
  } catch (error) {
    return systemFailure(error, 'restored');
  }
}

/**
 * Puts right what a move that was broken off has left behind: a note without a file, or a file that is already back.
 * @returns ids of the files in the trash, with where they came from and since when, ms since the epoch.
 */
export function tidyTrash(root: string): { id: string; path: string; at: number }[] {
  const folder = join(root, TRASH_FOLDER);
  if (!isFolder(folder)) {
    return [];
  }
  return readdirSync(folder)
    .filter((id) => ID.test(id))
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
      return note ? [{ id, ...note }] : [];
    });
}

/** A hard link never replaces anything; where there are none (exFAT, network drives) the name is looked at before. */
function moveWithoutReplacing(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') {
      throw error;
    }
    renameSync(from, to);
    return;
  }
  unlinkSync(from);
}

/** Whole path of what lies below a root, or `null` if it does not: `..`, absolute, or through a link. */
function insideOf(root: string, path: string): string | null {
  const parts = path.split('/');
  // What is hidden is not in the library: the trash itself, and what other programs keep.
  const isPlain = parts.every((part) => part !== '' && !part.startsWith('.') && !part.includes('\0'));
  if (!isPlain || (sep === '\\' && path.includes(sep))) {
    return null;
  }
  const whole = join(root, ...parts);
  try {
    return realpathSync(dirname(whole)) === dirname(whole) ? whole : null;
  } catch {
    // Its folder is not there.
    return null;
  }
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

function isSameFile(a: string, b: string): boolean {
  const [one, other] = [lstatSync(a, { throwIfNoEntry: false }), lstatSync(b, { throwIfNoEntry: false })];
  return one !== undefined && one.ino === other?.ino && one.dev === other.dev && one.ino !== 0;
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function failure(why: Failure['why'], message: string): Failure {
  return { ok: false, why, message };
}

function systemFailure(error: unknown, what: string): Failure {
  const code = systemCode(error);
  if (code === undefined) {
    throw error;
  }
  if (code === 'EEXIST') {
    return failure('exists', 'Another file has its name now. Rename that one, then restore this one.');
  }
  return ['EACCES', 'EPERM', 'EROFS'].includes(code)
    ? failure('not_allowed', `The file could not be ${what}: Darkroom may not write in its folder.`)
    : failure('failed', `The file could not be ${what}: ${code}.`);
}
