import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { temporaryFolder } from './fixtures';
import { makeFolder, moveEntry, systemRefusal } from './move-entry';

let folder: ReturnType<typeof temporaryFolder>;
let root: string;

beforeEach(() => {
  folder = temporaryFolder();
  root = join(folder.path, 'tree');
  mkdirSync(join(root, 'a', 'deep'), { recursive: true });
  mkdirSync(join(root, 'b'));
  writeFileSync(join(root, 'a', 'one.png'), 'one');
  writeFileSync(join(root, 'b', 'two.png'), 'two');
  writeFileSync(join(folder.path, 'outside.png'), 'outside');
});
afterEach(() => {
  folder.remove();
});

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const BAD_NAMES = [
  ...['con', 'PRN.png', 'aux.tar.gz', 'nul', 'COM1', 'lpt9.txt', 'com¹'],
  ...['dots.', 'space ', ' space', '.hidden', ' '],
  ...['a:b', 'a*b', 'what?', 'a"b', 'a<b', 'a>b', 'a|b', 'a\\b', 'line\nend', 'nul\0', 'x'.repeat(256)],
  'ü'.repeat(128),
];

describe('a file', () => {
  it('is renamed, and moved into a folder', () => {
    expect(moveEntry(root, 'a/one.png', 'a/first.png')).toEqual({ ok: true });
    expect(moveEntry(root, 'a/first.png', 'b/first.png')).toEqual({ ok: true });
    expect(read('b/first.png')).toBe('one');
    expect(readdirSync(join(root, 'a'))).toEqual(['deep']);
  });

  describe('to another tree', () => {
    let other: string;
    beforeEach(() => {
      other = join(folder.path, 'other');
      mkdirSync(join(other, 'c'), { recursive: true });
    });

    it('is moved, and replaces nothing there', () => {
      expect(moveEntry(root, 'a/one.png', 'c/one.png', other)).toEqual({ ok: true });
      expect(readFileSync(join(other, 'c', 'one.png'), 'utf8')).toBe('one');
      expect(existsSync(join(root, 'a', 'one.png'))).toBe(false);
      writeFileSync(join(other, 'two.png'), 'other');
      expect(moveEntry(root, 'b/two.png', 'two.png', other)).toMatchObject({ ok: false, why: 'exists' });
      expect([read('b/two.png'), readFileSync(join(other, 'two.png'), 'utf8')]).toEqual(['two', 'other']);
    });

    it.each(['../out.png', '/out.png', 'none/out.png', '.darkroom-trash/out.png'])(
      'is not moved to %j',
      (to) => {
        expect(moveEntry(root, 'a/one.png', to, other)).toMatchObject({ ok: false });
        expect([read('a/one.png'), readdirSync(other)]).toEqual(['one', ['c']]);
      },
    );

    it('takes no folder along', () => {
      expect(moveEntry(root, 'a', 'c/a', other)).toMatchObject({ ok: false, why: 'not_allowed' });
      expect(read('a/one.png')).toBe('one');
    });

    it('stays where it is if that is on another drive, and a sentence says so', () => {
      const error = Object.assign(new Error('cross-device link'), { code: 'EXDEV' });
      expect(systemRefusal(error, 'moved')).toMatchObject({
        why: 'other_drive',
        message: expect.stringContaining('same drive') as string,
      });
    });
  });

  it.each(['b/two.png', 'b', 'a/one.png', 'b/link'])('never takes the place of %s', (to) => {
    symlinkSync(join(folder.path, 'nowhere'), join(root, 'b', 'link'));
    expect(moveEntry(root, 'a/one.png', to)).toMatchObject({ ok: false, why: 'exists' });
    expect([read('a/one.png'), read('b/two.png')]).toEqual(['one', 'two']);
  });

  it.each(['COM10', 'console.png', 'a.b', '…', 'ü'.repeat(127), 'nulls.png', '1.5'])(
    'may be called %j',
    (name) => {
      expect(moveEntry(root, 'a/one.png', `a/${name}`)).toEqual({ ok: true });
    },
  );

  it.each(BAD_NAMES)('is not called %j, and a sentence says why', (name) => {
    for (const done of [moveEntry(root, 'a/one.png', `b/${name}`), makeFolder(root, `b/${name}`)]) {
      expect(done).toMatchObject({ ok: false, why: 'bad_name' });
      expect(done.ok || done.message).toMatch(/^[A-Z].{8}/);
    }
    expect(read('a/one.png')).toBe('one');
    expect(readdirSync(join(root, 'b'))).toEqual(['two.png']);
  });
});

describe('a folder', () => {
  it('is moved with all that is in it', () => {
    expect(moveEntry(root, 'a', 'b/c')).toEqual({ ok: true });
    expect(read('b/c/one.png')).toBe('one');
    expect(existsSync(join(root, 'b/c/deep'))).toBe(true);
  });

  it('takes the place of no other, empty ones included', () => {
    expect(moveEntry(root, 'b', 'a/deep')).toMatchObject({ ok: false, why: 'exists' });
    expect(read('b/two.png')).toBe('two');
  });

  it.each(['a', 'a/x', 'a/deep/x'])('is not moved into itself (%s)', (to) => {
    expect(moveEntry(root, 'a', to)).toMatchObject({ ok: false });
    expect(read('a/one.png')).toBe('one');
  });

  it('is made once', () => {
    expect(makeFolder(root, 'a/new')).toEqual({ ok: true });
    expect(makeFolder(root, 'a/new')).toMatchObject({ ok: false, why: 'exists' });
    expect(makeFolder(root, 'none/new')).toMatchObject({ ok: false });
  });
});

const OUTSIDE = [
  ...['../outside.png', '/etc/passwd', 'a/../../outside.png', '', '.', '..', 'a//one.png', 'a/.'],
  ...['link/x.png', '.darkroom-trash/x'],
];

describe('what leads out of the tree', () => {
  beforeEach(() => {
    mkdirSync(join(folder.path, 'elsewhere'));
    writeFileSync(join(folder.path, 'elsewhere', 'x.png'), 'theirs');
    symlinkSync(join(folder.path, 'elsewhere'), join(root, 'link'));
    symlinkSync(join(folder.path, 'outside.png'), join(root, 'link.png'));
    mkdirSync(join(root, '.darkroom-trash'));
  });

  it.each(OUTSIDE)('is neither the place from which (%j) nor to which anything is moved', (path) => {
    expect(moveEntry(root, path, 'b/x.png')).toMatchObject({ ok: false });
    expect(moveEntry(root, 'a/one.png', path)).toMatchObject({ ok: false });
    expect(moveEntry(root, 'a', path)).toMatchObject({ ok: false });
    expect(makeFolder(root, path)).toMatchObject({ ok: false });
    expect(read('a/one.png')).toBe('one');
    expect(readdirSync(join(root, 'b'))).toEqual(['two.png']);
    expect(readdirSync(folder.path).sort()).toEqual(['elsewhere', 'outside.png', 'tree']);
    expect(readdirSync(join(folder.path, 'elsewhere'))).toEqual(['x.png']);
    expect(readdirSync(join(root, '.darkroom-trash'))).toEqual([]);
  });

  it.each(['link', 'link.png'])('is not moved itself (%s): links stay where they are', (path) => {
    expect(moveEntry(root, path, 'b/x')).toMatchObject({ ok: false, why: 'not_found' });
  });
});
