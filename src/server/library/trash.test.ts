import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { temporaryFolder } from './fixtures';
import {
  expireTrash,
  KEPT_MS,
  moveToTrash,
  removeForGood,
  restoreFromTrash,
  tidyTrash,
  TRASH_FOLDER,
} from './trash';

let folder: ReturnType<typeof temporaryFolder>;
let root: string;

beforeEach(() => {
  folder = temporaryFolder();
  root = join(folder.path, 'tree');
  mkdirSync(join(root, 'sub'), { recursive: true });
});
afterEach(() => {
  folder.remove();
});

function put(path: string, text = path): void {
  writeFileSync(join(root, path), text);
}

function trashed(path: string): string {
  const moved = moveToTrash(root, path);
  if (!moved.ok) {
    throw new Error(moved.message);
  }
  return moved.trash;
}

describe('the trash', () => {
  it('takes a file out of its folder, and gives it back', () => {
    put('sub/a.png');
    const id = trashed('sub/a.png');
    expect(existsSync(join(root, 'sub/a.png'))).toBe(false);
    expect(tidyTrash(root)).toMatchObject([{ id, path: 'sub/a.png' }]);
    expect(restoreFromTrash(root, id)).toEqual({ ok: true, trash: id });
    expect(readFileSync(join(root, 'sub/a.png'), 'utf8')).toBe('sub/a.png');
    expect(readdirSync(join(root, TRASH_FOLDER))).toEqual([]);
    expect(restoreFromTrash(root, id)).toMatchObject({ ok: false, why: 'not_found' });
  });

  it('keeps files of one name apart', () => {
    put('a.png', 'first');
    const first = trashed('a.png');
    put('a.png', 'second');
    const second = trashed('a.png');
    restoreFromTrash(root, first);
    expect(readFileSync(join(root, 'a.png'), 'utf8')).toBe('first');
    expect(restoreFromTrash(root, second)).toMatchObject({ ok: false, why: 'exists' });
    expect(readFileSync(join(root, 'a.png'), 'utf8')).toBe('first');
    expect(tidyTrash(root)).toMatchObject([{ id: second }]);
  });

  it.each([
    '../outside.png',
    '/etc/passwd',
    'sub/../../outside.png',
    '',
    '.',
    'sub',
    'link/secret.png',
    'link.png',
    `a\0b`,
  ])('takes nothing at %j', (path) => {
    writeFileSync(join(folder.path, 'outside.png'), 'outside');
    mkdirSync(join(folder.path, 'secrets'));
    writeFileSync(join(folder.path, 'secrets', 'secret.png'), 'secret');
    symlinkSync(join(folder.path, 'secrets'), join(root, 'link'));
    symlinkSync(join(folder.path, 'outside.png'), join(root, 'link.png'));
    expect(moveToTrash(root, path)).toMatchObject({ ok: false });
    expect(readFileSync(join(folder.path, 'outside.png'), 'utf8')).toBe('outside');
    expect(readFileSync(join(folder.path, 'secrets', 'secret.png'), 'utf8')).toBe('secret');
  });

  it('takes nothing out of itself', () => {
    put('a.png');
    const id = trashed('a.png');
    expect(moveToTrash(root, `${TRASH_FOLDER}/${id}/file`)).toMatchObject({ ok: false, why: 'not_allowed' });
  });

  it.each(['..', '../../x', 'aaaaaaaaaaaaaaaa', ''])('gives back and removes nothing named %j', (id) => {
    expect(restoreFromTrash(root, id)).toMatchObject({ ok: false, why: 'not_found' });
    expect(removeForGood(root, id)).toMatchObject({ ok: false, why: 'not_found' });
  });

  it('is emptied file by file', () => {
    put('a.png');
    put('b.png');
    const [a, b] = [trashed('a.png'), trashed('b.png')];
    expect(removeForGood(root, a)).toEqual({ ok: true });
    expect(tidyTrash(root)).toMatchObject([{ id: b, path: 'b.png', size: 5 }]);
    expect(restoreFromTrash(root, a)).toMatchObject({ ok: false, why: 'not_found' });
    expect(restoreFromTrash(root, b)).toMatchObject({ ok: true });
    expect(readdirSync(join(root, TRASH_FOLDER))).toEqual([]);
  });

  it('lets go of files after 30 days, and not before', () => {
    put('a.png');
    put('b.png');
    const [a, b] = [trashed('a.png'), trashed('b.png')];
    const now = Date.now();
    const note = (id: string, path: string, at: number): void =>
      writeFileSync(join(root, TRASH_FOLDER, id, 'origin.json'), JSON.stringify({ path, at }));
    note(a, 'a.png', now - KEPT_MS - 1);
    note(b, 'b.png', now - KEPT_MS);
    expireTrash(root, now);
    expect(readdirSync(join(root, TRASH_FOLDER))).toEqual([b]);
  });

  it('is used neither to take files out of the tree nor to remove what lies outside', () => {
    put('a.png');
    const outside = join(folder.path, 'outside');
    const place = join(outside, 'aaaaaaaaaaaaaaaa');
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'file'), 'theirs');
    writeFileSync(join(place, 'origin.json'), JSON.stringify({ path: 'b.png', at: 1 }));
    symlinkSync(outside, join(root, TRASH_FOLDER));
    expect(moveToTrash(root, 'a.png')).toMatchObject({ ok: false, why: 'not_allowed' });
    expect(restoreFromTrash(root, 'aaaaaaaaaaaaaaaa')).toMatchObject({ ok: false });
    expect(removeForGood(root, 'aaaaaaaaaaaaaaaa')).toMatchObject({ ok: false });
    expireTrash(root, Date.now());
    unlinkSync(join(root, TRASH_FOLDER));
    mkdirSync(join(root, TRASH_FOLDER));
    symlinkSync(place, join(root, TRASH_FOLDER, 'aaaaaaaaaaaaaaaa'));
    expect(restoreFromTrash(root, 'aaaaaaaaaaaaaaaa')).toMatchObject({ ok: false });
    expect(removeForGood(root, 'aaaaaaaaaaaaaaaa')).toMatchObject({ ok: false });
    expireTrash(root, Date.now());
    expect(readFileSync(join(place, 'file'), 'utf8')).toBe('theirs');
    expect(readFileSync(join(root, 'a.png'), 'utf8')).toBe('a.png');
  });

  it('gives nothing back to where its note was changed to', () => {
    put('a.png');
    const id = trashed('a.png');
    for (const path of ['../outside.png', '/tmp/x.png', 'link/x.png', '.hidden/x.png']) {
      symlinkSync(folder.path, join(root, 'link'));
      writeFileSync(join(root, TRASH_FOLDER, id, 'origin.json'), JSON.stringify({ path, at: 1 }));
      expect(restoreFromTrash(root, id), path).toMatchObject({ ok: false });
      expect(existsSync(join(root, TRASH_FOLDER, id, 'file')), path).toBe(true);
      readdirSync(folder.path).forEach((name) => {
        expect(name).toBe('tree');
      });
      unlinkSync(join(root, 'link'));
    }
  });
});

const CHILD = fileURLToPath(new URL('./fixtures-trash-child.ts', import.meta.url));
const FILES = 40;
const KILLS = 12;

it('loses nothing when the program is killed, whenever that is', { timeout: 180_000 }, async () => {
  for (let index = 0; index < FILES; index += 1) {
    put(`sub/${index}.png`, `content ${index}`);
  }
  for (let round = 0; round < KILLS; round += 1) {
    // Deletes and restores files without end.
    const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', CHILD, root], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout ?? child, 'data');
    await new Promise((resolve) => setTimeout(resolve, (round * 7) % 40));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const inTrash = tidyTrash(root).map(({ id, path }) => ({
      path,
      file: join(root, TRASH_FOLDER, id, 'file'),
    }));
    const inPlace = readdirSync(join(root, 'sub')).map((name) => ({
      path: `sub/${name}`,
      file: join(root, 'sub', name),
    }));
    const all = [...inTrash, ...inPlace];
    expect(all.map(({ path }) => path).sort()).toEqual(
      Array.from({ length: FILES }, (_, index) => `sub/${index}.png`).sort(),
    );
    for (const { path, file } of all) {
      expect(readFileSync(file, 'utf8')).toBe(`content ${/\d+/.exec(path)?.[0] ?? ''}`);
    }
  }
});
