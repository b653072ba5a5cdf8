import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startDarkroom } from '../index';
import type { LibraryStatus } from '../../ports/library-wire';
import { madePng, temporaryFolder } from './fixtures';
import { isLibraryName } from './file-format';
import { moveEntry } from './move-entry';
import { writeSidecar } from './sidecar';
import { SidecarKeeper, xmpMarks } from './sidecar-keeper';
import { moveToTrash, restoreFromTrash } from './trash';
import { mergeXmp, type XmpMarks } from './xmp-text';

let folder: ReturnType<typeof temporaryFolder>;
let root: string;
let picture: string;
beforeEach(() => {
  folder = temporaryFolder();
  root = join(folder.path, 'output');
  mkdirSync(join(root, 'sub'), { recursive: true });
  picture = join(root, 'sub', 'a.png');
  writeFileSync(picture, madePng('one'));
});
afterEach(() => {
  folder.remove();
});

const five: XmpMarks = { rating: 5, tags: new Map([['sea', true]]) };

describe('a sidecar', () => {
  it('is written beside its file in one step, and only when it says something new', () => {
    expect(writeSidecar(picture, { rating: 0, tags: new Map() })).toBe(false);
    expect(writeSidecar(picture, five)).toBe(true);
    expect(readdirSync(join(root, 'sub')).sort()).toEqual(['a.png', 'a.png.xmp']);
    expect(readFileSync(`${picture}.xmp`, 'utf8')).toContain('xmp:Rating="5"');
    chmodSync(`${picture}.xmp`, 0o640);
    expect(writeSidecar(picture, five)).toBe(false);
    expect(writeSidecar(picture, { rating: 4, tags: new Map() })).toBe(true);
    expect(statSync(`${picture}.xmp`).mode & 0o777).toBe(0o640);
    expect(readFileSync(`${picture}.xmp`, 'utf8')).toContain('<rdf:li>sea</rdf:li>');
    expect(isLibraryName('a.png.xmp')).toBe(false);
  });

  it('that is a link, a folder, no XMP, or of a file that is none is not touched', () => {
    // A sidecar that could be changed, were it not for the link.
    const text = mergeXmp(null, { rating: 1, tags: new Map() }) ?? '';
    const secret = join(folder.path, 'secret');
    writeFileSync(secret, text);
    symlinkSync(secret, `${picture}.xmp`);
    expect(writeSidecar(picture, five)).toBe(false);
    expect(readFileSync(secret, 'utf8')).toBe(text);
    expect(lstatSync(`${picture}.xmp`).isSymbolicLink()).toBe(true);
    const other = join(root, 'b.png');
    writeFileSync(other, madePng('two'));
    writeFileSync(`${other}.xmp`, 'my notes');
    expect(writeSidecar(other, five)).toBe(false);
    expect(readFileSync(`${other}.xmp`, 'utf8')).toBe('my notes');
    symlinkSync(picture, join(root, 'link.png'));
    expect(writeSidecar(join(root, 'link.png'), five)).toBe(false);
    symlinkSync(join(root, 'sub'), join(root, 'way'));
    writeFileSync(join(root, 'sub', 'c.png'), madePng('three'));
    expect(writeSidecar(join(root, 'way', 'c.png'), five)).toBe(false);
    expect(existsSync(join(root, 'sub', 'c.png.xmp'))).toBe(false);
    expect(writeSidecar(join(root, 'none.png'), five)).toBe(false);
    expect(readdirSync(root).sort()).toEqual(['b.png', 'b.png.xmp', 'link.png', 'sub', 'way']);
  });

  it('goes with its file: moved, to the trash, and back', () => {
    writeSidecar(picture, five);
    const text = readFileSync(`${picture}.xmp`, 'utf8');
    expect(moveEntry(root, 'sub/a.png', 'b.png')).toEqual({ ok: true });
    expect(readdirSync(root).sort()).toEqual(['b.png', 'b.png.xmp', 'sub']);
    const moved = moveToTrash(root, 'b.png');
    expect(readdirSync(root).sort()).toEqual(['.darkroom-trash', 'sub']);
    expect(moved.ok && restoreFromTrash(root, moved.trash).ok).toBe(true);
    expect(readFileSync(join(root, 'b.png.xmp'), 'utf8')).toBe(text);
    expect(readdirSync(join(root, '.darkroom-trash'))).toEqual([]);
  });

  it('replaces none that has its place by now', () => {
    writeSidecar(picture, five);
    writeFileSync(join(root, 'b.png.xmp'), 'another');
    expect(moveEntry(root, 'sub/a.png', 'b.png').ok).toBe(true);
    expect(readFileSync(join(root, 'b.png.xmp'), 'utf8')).toBe('another');
    expect(existsSync(`${picture}.xmp`)).toBe(true);
    const moved = moveToTrash(root, 'b.png');
    writeFileSync(join(root, 'b.png.xmp'), 'a third');
    expect(moved.ok && restoreFromTrash(root, moved.trash).ok).toBe(true);
    expect(readFileSync(join(root, 'b.png.xmp'), 'utf8')).toBe('a third');
    expect(readFileSync(join(root, 'b.png.1.xmp'), 'utf8')).toBe('another');
  });
});

it('says what marks say, and nothing of what was never said', () => {
  expect(xmpMarks([])).toEqual({ tags: new Map() });
  expect(
    xmpMarks([
      ['r', 9],
      ['f', null],
      ['tsea\u0000\ud800', 1],
      ['told', null],
      ['t\u0001', 1],
      ['cabc', 1],
    ]),
  ).toEqual({
    rating: 5,
    favourite: false,
    tags: new Map([
      ['sea', true],
      ['old', false],
    ]),
  });
  expect(
    xmpMarks([
      ['x', 1],
      ['r', 3],
    ]).rating,
  ).toBe(-1);
  expect(
    xmpMarks([
      ['x', null],
      ['r', 3],
    ]).rating,
  ).toBe(3);
});

it('is written with what was marked last, also when that was while another was written', async () => {
  const written: [string, number | undefined][] = [];
  let rating = 1;
  const keeper = new SidecarKeeper({
    marks: { keys: () => ['k'], ofKey: () => [['r', rating]] },
    write: async (key, marks) => {
      await Promise.resolve();
      written.push([key, marks.rating]);
    },
  });
  const first = keeper.catchUp();
  rating = 2;
  await Promise.all([first, keeper.changed(['k'])]);
  expect(written).toEqual([
    ['k', 1],
    ['k', 2],
  ]);
});

it.each([true, false])(
  'is written by the server if it was asked to: %s',
  { timeout: 60_000 },
  async (writeXmp) => {
    const app = join(folder.path, 'app');
    mkdirSync(app);
    writeFileSync(join(app, 'index.html'), '<!doctype html>');
    const start = (): ReturnType<typeof startDarkroom> =>
      startDarkroom({
        comfyUrl: 'http://127.0.0.1:9',
        staticDir: app,
        dataDir: join(folder.path, 'data'),
        library: { trees: [{ path: root, kind: 'output' }], writeXmp },
      });
    let darkroom = await start();
    const get = async (path: string): Promise<string> =>
      (await fetch(`${darkroom.url}/darkroom/library${path}`)).text();
    await expect
      .poll(
        async () => {
          const status = JSON.parse(await get('')) as LibraryStatus;
          return status.on && status.scan === null && status.trees[0]?.files;
        },
        { timeout: 15_000 },
      )
      .toBe(1);
    const line = (await get('/changes')).split('\n').find((each) => each.startsWith('["f"')) ?? '[]';
    const key = (JSON.parse(line) as string[])[1];
    await fetch(`${darkroom.url}/darkroom/library/marks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        marks: [
          [key, 'r', 1, 'me', 4],
          [key, 'tsea', 1, 'me', 1],
        ],
      }),
    });
    const sidecar = (): string =>
      existsSync(`${picture}.xmp`) ? readFileSync(`${picture}.xmp`, 'utf8') : '';
    if (writeXmp) {
      await expect.poll(sidecar, { timeout: 15_000 }).toContain('xmp:Rating="4"');
      expect(sidecar()).toContain('<rdf:li>sea</rdf:li>');
      // Whatever was missed is made up for at the next start.
      await darkroom.stop();
      writeFileSync(join(root, 'copy.png'), madePng('one'));
      darkroom = await start();
      await expect.poll(() => existsSync(join(root, 'copy.png.xmp')), { timeout: 15_000 }).toBe(true);
    } else {
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(readdirSync(join(root, 'sub'))).toEqual(['a.png']);
    }
    await darkroom.stop();
  },
);
