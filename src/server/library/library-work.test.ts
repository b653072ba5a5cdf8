import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import Sqlite from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { LibraryHead, LibraryLine, LibraryNews } from '../../ports/library-wire';
import { madePng, temporaryFolder } from './fixtures';
import type { LibraryStart } from './library-messages';
import { treesOf } from './library-tree';
import { LibraryWork } from './library-work';

let folder: ReturnType<typeof temporaryFolder>;
let output: string;
let index: string;
let works: Started[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  output = join(folder.path, 'output');
  index = join(folder.path, 'data', 'library.sqlite');
  mkdirSync(output);
});
afterEach(() => {
  works.forEach(({ stop }) => {
    stop();
  });
  works = [];
  folder.remove();
});

interface Started {
  work: LibraryWork;
  notices: string[];
  news: () => LibraryNews | undefined;
  stop: () => void;
}

function start(options: Partial<LibraryStart> = {}): Started {
  let news: LibraryNews | undefined;
  const notices: string[] = [];
  const trees = treesOf([{ path: output, kind: 'output' }]);
  const work = new LibraryWork({ index, trees, skip: [], canDelete: false, ...options }, (message) => {
    if (message.kind === 'news') {
      ({ news } = message);
    } else if (message.kind === 'notice') {
      notices.push(message.text);
    }
  });
  let isStopped = false;
  const started = {
    work,
    notices,
    news: () => news,
    stop: () => {
      if (!isStopped) {
        isStopped = true;
        work.calls.stop();
      }
    },
  };
  works.push(started);
  return started;
}

/** Files by path below their tree, as a browser knows them that began without any. */
type Files = Map<string, Extract<LibraryLine, ['f', ...unknown[]]>>;

function apply(
  { calls }: LibraryWork,
  files: Files,
  since: number | null,
  epoch: string | null,
): LibraryHead & { texts: Map<number, string> } {
  const { stream, head } = calls.changes(since, epoch);
  const folders = new Map<number, string>();
  const texts = new Map<number, string>();
  if (head.reset) {
    files.clear();
  }
  for (let page = calls.next(stream); page !== null; page = calls.next(stream)) {
    for (const text of page.trimEnd().split('\n')) {
      const line = JSON.parse(text) as LibraryLine;
      const pathOf = (number: number, name: string): string => {
        const path = folders.get(number);
        expect(path, 'folders come first').toBeDefined();
        return path === '' ? name : `${path}/${name}`;
      };
      switch (line[0]) {
        case 'd':
          folders.set(line[1], line[3]);
          break;
        case 't':
          texts.set(line[1], line[2]);
          break;
        case 'f':
          if (line[9] !== 0 && line[9].p !== undefined) {
            expect(texts.get(line[9].p), 'texts come first').toBeDefined();
          }
          files.set(pathOf(line[2], line[3]), line);
          break;
        case 'x':
          files.delete(pathOf(line[1], line[2]));
      }
    }
  }
  return { ...head, texts };
}

function namesIn(work: LibraryWork): string[] {
  const files: Files = new Map();
  apply(work, files, null, null);
  return [...files.keys()].sort();
}

/** Waits until nothing is left to do, and something holds. */
async function until(holds: () => boolean, within = 15_000): Promise<void> {
  const end = Date.now() + within;
  while (!holds()) {
    if (Date.now() > end) {
      throw new Error('It never came to that.');
    }
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

function settled({ news }: Started, count: number): Promise<void> {
  return until(() => news()?.scan === null && news()?.trees[0]?.files === count);
}

function put(path: string, bytes: Uint8Array = madePng(path)): void {
  const whole = join(output, path);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, bytes);
}

describe('a scan', () => {
  it('finds all files of the kinds it knows, the newest first', async () => {
    put('a.png');
    put('sub/deep/b.png');
    put('notes.txt', Buffer.from('words'));
    put('program.exe', Buffer.from('MZ'));
    put('.hidden.png');
    put('.cache/c.png');
    utimesSync(join(output, 'a.png'), 1_000, 1_000);
    const started = start();
    await settled(started, 3);
    const files: Files = new Map();
    const { reset, texts } = apply(started.work, files, null, null);
    expect(reset).toBe(true);
    expect([...files.keys()].at(-1)).toBe('a.png');
    expect([...files.keys()].sort()).toEqual(['a.png', 'notes.txt', 'sub/deep/b.png']);
    const [, key, , name, size, modified, width, height, duration, making] = files.get('a.png') ?? [];
    expect(key).toMatch(/^[\w-]{16}$/);
    expect({ name, size, modified, width, height, duration }).toEqual({
      ...{ name: 'a.png', size: madePng('a.png').length, modified: 1_000_000 },
      ...{ width: 64, height: 48, duration: 0 },
    });
    expect(making && texts.get(making.p ?? -1)).toBe('a.png');
    expect(making && making.s).toBe('18446744073709551615');
  });

  it('tells afterwards only what has changed', async () => {
    put('a.png');
    put('b.png');
    const started = start();
    await settled(started, 2);
    const files: Files = new Map();
    const { revision, epoch } = apply(started.work, files, null, null);
    expect(apply(started.work, new Map(), revision, epoch).reset).toBe(false);
    put('c.png');
    unlinkSync(join(output, 'a.png'));
    await until(() => {
      const since = apply(started.work, files, revision, epoch);
      return !since.reset && [...files.keys()].sort().join() === 'b.png,c.png';
    });
    expect(apply(started.work, new Map(), revision, 'another').reset).toBe(true);
    expect(apply(started.work, new Map(), revision + 1_000, epoch).reset).toBe(true);
  });

  it('goes on where it was broken off, and reads nothing twice', async () => {
    for (let i = 0; i < 700; i += 1) {
      put(`${i}.png`, madePng('x', String(i)));
    }
    const first = start();
    await until(() => (first.news()?.trees[0]?.files ?? 0) > 0);
    const { revision } = first.news() ?? { revision: 0 };
    first.stop();
    const second = start();
    await settled(second, 700);
    second.stop();
    const third = start();
    await settled(third, 700);
    expect(revision).toBeGreaterThan(0);
    expect(third.news()?.revision).toBe(second.news()?.revision);
    expect(third.news()?.epoch).toBe(first.news()?.epoch);
  });
});

describe('what happens in the folder', () => {
  it.each([
    ['is heard of', undefined],
    ['is found by polling', 100],
  ])('%s', async (_how, pollEvery) => {
    put('old.png');
    put('sub/moved.png');
    const started = start({ pollEvery });
    await settled(started, 2);
    // Polling goes by the times of folders, of which the first look is what later ones are compared with.
    await new Promise((resolve) => setTimeout(resolve, pollEvery ? 300 : 0));
    put('new/folder/b.png');
    put('sub/c.png');
    renameSync(join(output, 'sub/moved.png'), join(output, 'sub/renamed.png'));
    unlinkSync(join(output, 'old.png'));
    await until(() => namesIn(started.work).join() === 'new/folder/b.png,sub/c.png,sub/renamed.png');
    rmSync(join(output, 'new'), { recursive: true });
    await until(() => namesIn(started.work).join() === 'sub/c.png,sub/renamed.png');
  });

  it('is known within a second', async () => {
    const started = start();
    await settled(started, 0);
    const startedAt = performance.now();
    put('new.png');
    await until(() => started.news()?.trees[0]?.files === 1);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('is told without being gathered where it comes alone', async () => {
    const started = start();
    await settled(started, 0);
    let quick = 0;
    // Other news may be due by chance, and the machine busy.
    for (let i = 1; i <= 15 && quick < 4; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      const startedAt = performance.now();
      put(`${i}.png`);
      await until(() => started.news()?.trees[0]?.files === i);
      quick += performance.now() - startedAt < 120 ? 1 : 0;
    }
    expect(quick).toBe(4);
  });

  it('keeps the content key of a file that is moved or renamed, with its folder too', async () => {
    put('a/one.png');
    const started = start();
    await settled(started, 1);
    const before: Files = new Map();
    apply(started.work, before, null, null);
    renameSync(join(output, 'a'), join(output, 'b'));
    renameSync(join(output, 'b/one.png'), join(output, 'b/two.png'));
    await until(() => namesIn(started.work).join() === 'b/two.png');
    const after: Files = new Map();
    apply(started.work, after, null, null);
    expect(after.get('b/two.png')?.[1]).toBe(before.get('a/one.png')?.[1]);
  });

  it('is told at once of both places when Darkroom moves it, and nothing is read again', async () => {
    put('a/one.png');
    put('a/deep/two.png');
    put('three.png');
    const started = start();
    await settled(started, 3);
    const { work } = started;
    const files: Files = new Map();
    const { revision, epoch } = apply(work, files, null, null);
    const keys = new Map([...files].map(([path, line]) => [path, line[1]]));
    const [tree = ''] = started.news()?.trees.map(({ id }) => id) ?? [];
    mkdirSync(join(output, 'b'));
    const { results } = work.calls.move([
      { tree, from: 'a', to: 'b/c' },
      { tree, from: 'three.png', to: 'b/c/3.png' },
      { tree, from: 'gone.png', to: 'b/gone.png' },
    ]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false]);
    // Not a moment later: who asks now must not hear of half a move.
    const told = apply(work, files, revision, epoch);
    const moved = [
      ['b/c/3.png', keys.get('three.png')],
      ['b/c/deep/two.png', keys.get('a/deep/two.png')],
      ['b/c/one.png', keys.get('a/one.png')],
    ];
    expect([...files].map(([path, line]) => [path, line[1]]).sort()).toEqual(moved);
    await until(() => started.news()?.revision === told.revision);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(work.calls.changes(told.revision, epoch).head.revision).toBe(told.revision);
    expect(started.news()?.trees[0]?.files).toBe(3);
    // The folder at its new place is watched, too.
    put('b/c/deep/new.png');
    await settled(started, 4);
    work.calls.move([{ tree, from: 'b/c', to: 'a' }]);
    expect(namesIn(work)).toEqual(['a/3.png', 'a/deep/new.png', 'a/deep/two.png', 'a/one.png']);
  });

  it('is told of both trees at once when Darkroom moves a file to another', async () => {
    const other = join(folder.path, 'other');
    mkdirSync(join(other, 'c'), { recursive: true });
    put('a/one.png');
    put('a/two.png');
    const trees = treesOf([
      { path: output, kind: 'output' },
      { path: other, kind: 'other', label: 'Other' },
    ]);
    const started = start({ trees });
    await settled(started, 2);
    const { work } = started;
    const files: Files = new Map();
    const { revision, epoch } = apply(work, files, null, null);
    const key = files.get('a/one.png')?.[1];
    const [tree = '', toTree = ''] = trees.map(({ id }) => id);
    const { results } = work.calls.move([
      { tree, from: 'a/one.png', to: 'c/1.png', toTree },
      { tree, from: 'a/two.png', to: 'c/2.png', toTree: 'none' },
      { tree, from: 'a', to: 'c/a', toTree },
    ]);
    expect(results.map(({ ok }) => ok)).toEqual([true, false, false]);
    apply(work, files, revision, epoch);
    expect([...files].map(([path, line]) => [path, line[1] === key]).sort()).toEqual([
      ['a/two.png', false],
      ['c/1.png', true],
    ]);
    expect(work.calls.findAt({ tree: toTree, path: 'c/1.png' })).toMatchObject([
      { root: other, name: '1.png' },
    ]);
    expect(work.calls.findAt({ tree, path: 'a/one.png' })).toEqual([]);
    expect(work.calls.findAt({ tree: toTree, path: '../output/a/two.png' })).toEqual([]);
    await until(
      () =>
        started
          .news()
          ?.trees.map((one) => one.files)
          .join() === '1,1',
    );
  });

  it.each([
    ['heard of', undefined],
    ['polled', 100],
  ])('is known of its folders, also empty ones, when it is %s', async (_how, pollEvery) => {
    put('full/a.png');
    mkdirSync(join(output, 'empty/inside'), { recursive: true });
    const started = start({ pollEvery, canDelete: true });
    await settled(started, 1);
    const { work } = started;
    const folders = (): string => work.calls.folders().trees[0]?.folders.sort().join() ?? '';
    expect(folders()).toBe('empty,empty/inside,full');
    await new Promise((resolve) => setTimeout(resolve, pollEvery ? 300 : 0));
    const before = started.news()?.folders;
    const tree = started.news()?.trees[0]?.id ?? '';
    work.calls.makeFolder({ tree, path: 'made' });
    rmSync(join(output, 'empty/inside'), { recursive: true });
    await until(() => folders() === 'empty,full,made');
    await until(() => started.news()?.folders !== before);
    work.calls.move([{ tree, from: 'empty', to: 'made/moved' }]);
    unlinkSync(join(output, 'full/a.png'));
    expect(folders()).toBe('full,made,made/moved');
    renameSync(join(output, 'made/moved'), join(output, 'back'));
    await until(() => folders() === 'back,full,made');
    started.stop();
    rmSync(join(output, 'full'), { recursive: true });
    const again = start({ pollEvery });
    await settled(again, 0);
    expect(again.work.calls.folders().trees[0]?.folders.sort()).toEqual(['back', 'made']);
  });

  it('is taken in only when a file is whole', async () => {
    const started = start();
    await settled(started, 0);
    const bytes = madePng('slowly');
    put('slow.png', bytes.subarray(0, 900));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(namesIn(started.work)).toEqual([]);
    appendFileSync(join(output, 'slow.png'), bytes.subarray(900));
    await until(() => namesIn(started.work).join() === 'slow.png');
    const files: Files = new Map();
    apply(started.work, files, null, null);
    expect(files.get('slow.png')?.[4]).toBe(bytes.length);
  });

  it('replaces a picture that was overwritten', async () => {
    put('a.png', madePng('first'));
    const started = start();
    await settled(started, 1);
    put('a.png', madePng('second one'));
    const files: Files = new Map();
    await until(() => {
      apply(started.work, files, null, null);
      return files.get('a.png')?.[4] === madePng('second one').length;
    });
  });
});

describe('odd files', () => {
  it.each([
    ['0 bytes', new Uint8Array(0)],
    ['a truncated picture', madePng('truncated').subarray(0, 1000)],
  ])('of %s that nobody writes to any more are shown', async (_what, bytes) => {
    put('odd.png', bytes);
    utimesSync(join(output, 'odd.png'), 1_000, 1_000);
    await settled(start(), 1);
  });

  it('that cannot be read are left out, and stop nothing', async () => {
    put('closed.png');
    put('open.png');
    chmodSync(join(output, 'closed.png'), 0);
    mkdirSync(join(output, 'closed'));
    chmodSync(join(output, 'closed'), 0);
    const started = start();
    // Who runs tests as root can read everything.
    await settled(started, process.getuid?.() === 0 ? 2 : 1);
    chmodSync(join(output, 'closed'), 0o755);
  });

  it('with names of every kind are found under them', async () => {
    const names = [
      `${'n'.repeat(251)}.png`,
      'line\nbreak.png',
      'a..dots...png',
      'trailing .png',
      'trailing dots../inside.png',
      'quote" and \\ and [output].png',
      '图片 🎨.png',
      '%2e%2e%2f.png',
    ];
    names.forEach((name) => {
      put(name);
    });
    const started = start();
    await settled(started, names.length);
    expect(namesIn(started.work)).toEqual([...names].sort());
  });

  it.runIf(process.platform === 'linux')(
    'whose names are not UTF-8 are found, and can be opened',
    async () => {
      const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
      const inside = Buffer.concat([Buffer.from(`${output}/`), bytes('caf\xe9')]);
      mkdirSync(inside);
      writeFileSync(Buffer.concat([inside, bytes('/\xe9t\xe9.png')]), madePng('summer'));
      const started = start();
      await settled(started, 1);
      expect(namesIn(started.work)).toEqual(['caf\\xE9/\\xE9t\\xE9.png']);
      const files: Files = new Map();
      apply(started.work, files, null, null);
      const [found] = started.work.calls.find([...files.values()][0]?.[1] ?? '');
      expect(readFileSync(found?.path ?? '')).toEqual(Buffer.from(madePng('summer')));
    },
  );

  it('behind links are left alone, in circles and out of the tree', async () => {
    put('real/a.png');
    const secret = join(folder.path, 'secret');
    mkdirSync(secret);
    writeFileSync(join(secret, 'secret.png'), madePng('secret'));
    symlinkSync(secret, join(output, 'out'));
    symlinkSync(join(secret, 'secret.png'), join(output, 'out.png'));
    symlinkSync(output, join(output, 'real', 'loop'));
    symlinkSync('nowhere', join(output, 'dangling.png'));
    execFileSync('mkfifo', [join(output, 'pipe.png')]);
    const started = start();
    await settled(started, 1);
    expect(namesIn(started.work)).toEqual(['real/a.png']);
  });

  it("in Darkroom's own data folder are not taken in", async () => {
    put('data/thumb.webp');
    put('a.png');
    const started = start({ skip: [join(output, 'data')] });
    await settled(started, 1);
  });
});

describe('a drive that goes away', () => {
  it('keeps what was known of it, and is compared when it comes back', async () => {
    put('a.png');
    put('sub/b.png');
    const started = start();
    await settled(started, 2);
    const files: Files = new Map();
    const { revision, epoch } = apply(started.work, files, null, null);
    renameSync(output, `${output}-away`);
    await until(() => started.news()?.trees[0]?.online === false);
    expect(namesIn(started.work)).toHaveLength(2);
    expect(started.work.calls.find(files.get('a.png')?.[1] ?? '')).toEqual([]);
    writeFileSync(join(`${output}-away`, 'c.png'), madePng('c'));
    unlinkSync(join(`${output}-away`, 'a.png'));
    renameSync(`${output}-away`, output);
    await until(() => namesIn(started.work).join() === 'c.png,sub/b.png');
    await until(() => started.news()?.trees[0]?.online === true);
    apply(started.work, files, revision, epoch);
    expect([...files.keys()].sort()).toEqual(['c.png', 'sub/b.png']);
  });

  it('in the middle of a scan loses nothing', async () => {
    for (let i = 0; i < 1_500; i += 1) {
      put(`${i % 30}/${i}.png`, madePng('x', String(i)));
    }
    const started = start();
    await until(() => (started.news()?.trees[0]?.files ?? 0) > 100);
    renameSync(output, `${output}-away`);
    await until(() => started.news()?.trees[0]?.online === false);
    const known = namesIn(started.work).length;
    expect(known).toBeGreaterThan(100);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(namesIn(started.work)).toHaveLength(known);
    renameSync(`${output}-away`, output);
    await settled(started, 1_500);
  });

  it('is not asked for what is missing in it, nor are links and what is hidden', async () => {
    put('a.png');
    put('sub/.hidden/b.png');
    put('notes.xyz');
    symlinkSync(join(output, 'sub'), join(output, 'link'));
    const started = start();
    await settled(started, 1);
    const tree = started.news()?.trees[0]?.id ?? '';
    const missing = (...paths: string[]): string[] => {
      const answer = started.work.calls.missing(paths.map((path) => ({ tree, path })));
      return paths.filter((_, i) => answer.missing[i]);
    };
    const paths = ['b.png', 'no/c.png', 'a.png/d.png', 'sub/d.png'];
    const there = [
      'a.png',
      'notes.xyz',
      'sub',
      'link/d.png',
      'sub/.hidden/x.png',
      '../x.png',
      '/x.png',
      'link',
    ];
    expect(missing(...paths, ...there)).toEqual(paths);
    expect(started.work.calls.missing([{ tree: 'none', path: 'b.png' }])).toEqual({ missing: [false] });
    renameSync(output, `${output}-away`);
    expect(missing(...paths, ...there)).toEqual([]);
    // An empty folder in its place is where it would be mounted.
    mkdirSync(output);
    expect(missing(...paths, ...there)).toEqual([]);
  });

  it('leaves an empty folder where it was mounted, which is not an emptied library', async () => {
    put('a.png');
    const first = start();
    await settled(first, 1);
    first.stop();
    renameSync(output, `${output}-away`);
    mkdirSync(output);
    const second = start();
    await until(() => second.news()?.trees[0]?.online === false);
    expect(namesIn(second.work)).toEqual(['a.png']);
    rmSync(output, { recursive: true });
    renameSync(`${output}-away`, output);
    await until(() => second.news()?.trees[0]?.online === true);
    expect(namesIn(second.work)).toEqual(['a.png']);
  });

  it('is not a folder whose files were all deleted', async () => {
    put('a.png');
    const started = start();
    await settled(started, 1);
    unlinkSync(join(output, 'a.png'));
    await settled(started, 0);
    expect(started.news()?.trees[0]?.online).toBe(true);
  });
});

describe('the index', () => {
  async function indexed(): Promise<LibraryNews | undefined> {
    put('a.png');
    const started = start();
    await settled(started, 1);
    started.stop();
    return started.news();
  }

  it('is built anew when it was deleted', async () => {
    const before = await indexed();
    rmSync(index);
    const started = start();
    await settled(started, 1);
    expect(started.news()?.epoch).not.toBe(before?.epoch);
    expect(started.notices).toEqual([]);
  });

  it.each([
    ['is no database', () => Buffer.from('nothing of the kind'.repeat(1_000))],
    [
      'is damaged',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 5_000), Buffer.alloc(bytes.length, 0x5a)]),
    ],
    ['is cut off', (bytes: Buffer) => bytes.subarray(0, 10_000)],
  ])('is built anew when it %s', async (_how, damage) => {
    await indexed();
    writeFileSync(index, damage(readFileSync(index)));
    const started = start();
    await settled(started, 1);
    expect(started.notices).toEqual([expect.stringContaining('damaged')]);
  });

  it('is built anew when a later version wrote it', async () => {
    await indexed();
    const later = new Sqlite(index);
    later.exec('PRAGMA user_version = 99; DROP TABLE texts');
    later.close();
    const started = start();
    await settled(started, 1);
    expect(started.notices).toEqual([expect.stringContaining('later version')]);
  });

  it('forgets a tree that is no longer given, and knows it again', async () => {
    await indexed();
    const other = join(folder.path, 'other');
    mkdirSync(other);
    const without = start({ trees: treesOf([{ path: other, kind: 'output' }]) });
    await settled(without, 0);
    expect(namesIn(without.work)).toEqual([]);
    without.stop();
    const again = start();
    await settled(again, 1);
    expect(existsSync(index)).toBe(true);
  });
});
