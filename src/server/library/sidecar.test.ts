import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startDarkroom } from '../index';
import type { LibraryMarks, LibraryStatus } from '../../ports/library-wire';
import { madePng, temporaryFolder } from './fixtures';
import { isLibraryName } from './file-format';
import { moveEntry } from './move-entry';
import { readSidecar, writeSidecar } from './sidecar';
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

/** Writes what is marked, as if all that stands there had been read. @returns whether it did. */
function write(path: string, marks: XmpMarks): boolean {
  const written = writeSidecar(path, marks, readSidecar(path));
  return written !== null && written !== 'unread';
}

const five: XmpMarks = { rating: 5, tags: new Map([['sea', true]]) };

describe('a sidecar', () => {
  it('is written beside its file in one step, and only when it says something new', () => {
    expect(write(picture, { rating: 0, tags: new Map() })).toBe(false);
    expect(write(picture, five)).toBe(true);
    expect(readdirSync(join(root, 'sub')).sort()).toEqual(['a.png', 'a.png.xmp']);
    expect(readFileSync(`${picture}.xmp`, 'utf8')).toContain('xmp:Rating="5"');
    chmodSync(`${picture}.xmp`, 0o640);
    expect(write(picture, five)).toBe(false);
    expect(write(picture, { rating: 4, tags: new Map() })).toBe(true);
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
    expect(write(picture, five)).toBe(false);
    expect(readFileSync(secret, 'utf8')).toBe(text);
    expect(lstatSync(`${picture}.xmp`).isSymbolicLink()).toBe(true);
    const other = join(root, 'b.png');
    writeFileSync(other, madePng('two'));
    writeFileSync(`${other}.xmp`, 'my notes');
    expect(write(other, five)).toBe(false);
    expect(readFileSync(`${other}.xmp`, 'utf8')).toBe('my notes');
    symlinkSync(picture, join(root, 'link.png'));
    expect(write(join(root, 'link.png'), five)).toBe(false);
    symlinkSync(join(root, 'sub'), join(root, 'way'));
    writeFileSync(join(root, 'sub', 'c.png'), madePng('three'));
    expect(write(join(root, 'way', 'c.png'), five)).toBe(false);
    expect(existsSync(join(root, 'sub', 'c.png.xmp'))).toBe(false);
    expect(write(join(root, 'none.png'), five)).toBe(false);
    expect(readdirSync(root).sort()).toEqual(['b.png', 'b.png.xmp', 'link.png', 'sub', 'way']);
  });

  it('goes with its file: moved, to the trash, and back', () => {
    write(picture, five);
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
    write(picture, five);
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
    marks: { keys: () => ['k'], ofKey: () => [['r', rating]], merge: () => ({ epoch: '', revision: 1 }) },
    ...{ changed: () => Promise.resolve([]), read: () => Promise.resolve(), onMarks: () => undefined },
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

/** A server whose library is this folder. */
async function serve(writeXmp: boolean): Promise<{
  get: (path: string) => Promise<string>;
  /** Marks as they are kept: `field=value`, without those that were taken away. */
  marks: () => Promise<string[]>;
  mark: (...marks: [field: string, at: number, value?: number][]) => Promise<void>;
  stop: () => Promise<void>;
}> {
  const app = join(folder.path, 'app');
  mkdirSync(app, { recursive: true });
  writeFileSync(join(app, 'index.html'), '<!doctype html>');
  const darkroom = await startDarkroom({
    comfyUrl: 'http://127.0.0.1:9',
    staticDir: app,
    dataDir: join(folder.path, 'data'),
    library: { trees: [{ path: root, kind: 'output' }], writeXmp },
  });
  const get = async (path: string): Promise<string> =>
    (await fetch(`${darkroom.url}/darkroom/library${path}`)).text();
  await expect
    .poll(
      async () => {
        const status = JSON.parse(await get('')) as LibraryStatus;
        return status.on && status.scan === null && (status.trees[0]?.files ?? 0) > 0;
      },
      { timeout: 15_000 },
    )
    .toBe(true);
  const line = (await get('/changes')).split('\n').find((each) => each.startsWith('["f"')) ?? '[]';
  const key = (JSON.parse(line) as string[])[1] ?? '';
  return {
    get,
    marks: async () =>
      (JSON.parse(await get('/marks')) as LibraryMarks).marks
        .filter((mark) => mark.length === 5)
        .map(([, field, , , value]) => `${field}=${value}`)
        .sort(),
    mark: async (...marks) => {
      await fetch(`${darkroom.url}/darkroom/library/marks`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          marks: marks.map(([field, at, ...value]) => [key, field, at, 'me', ...value]),
        }),
      });
    },
    stop: () => darkroom.stop(),
  };
}

const sidecar = (): string => (existsSync(`${picture}.xmp`) ? readFileSync(`${picture}.xmp`, 'utf8') : '');
const soon = { timeout: 15_000 };

it.each([true, false])(
  'is written by the server if it was asked to: %s',
  { timeout: 60_000 },
  async (writeXmp) => {
    let server = await serve(writeXmp);
    expect(JSON.parse(await server.get(''))).toMatchObject({ sidecars: writeXmp });
    await server.mark(['r', 1, 4], ['tsea', 1, 1]);
    if (writeXmp) {
      await expect.poll(sidecar, soon).toContain('xmp:Rating="4"');
      expect(sidecar()).toContain('<rdf:li>sea</rdf:li>');
      // Whatever was missed is made up for at the next start.
      await server.stop();
      writeFileSync(join(root, 'copy.png'), madePng('one'));
      server = await serve(writeXmp);
      await expect.poll(() => existsSync(join(root, 'copy.png.xmp')), soon).toBe(true);
    } else {
      // Nor is one read that somebody else wrote.
      writeFileSync(`${picture}.xmp`, mergeXmp(null, { rating: 2, tags: new Map() }) ?? '');
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(readdirSync(join(root, 'sub'))).toEqual(['a.png', 'a.png.xmp']);
      expect(await server.marks()).toEqual(['r=4', 'tsea=1']);
    }
    await server.stop();
  },
);

describe('a sidecar that another program changes', () => {
  /** Changes it as other programs do: a new file in its place. */
  const edit = (change: (text: string) => string, at?: Date): void => {
    const part = join(folder.path, 'part.xmp');
    writeFileSync(part, change(sidecar()));
    if (at) {
      utimesSync(part, at, at);
    }
    renameSync(part, `${picture}.xmp`);
  };

  it(
    'is read: what it says later than Darkroom counts, what it takes away too',
    { timeout: 60_000 },
    async () => {
      const server = await serve(true);
      const now = Date.now();
      await server.mark(['r', now, 4], ['tsea', now, 1], ['told', now, 1], ['f', now, 1]);
      await expect.poll(sidecar, soon).toContain('Favourite');
      edit((text) =>
        text
          .replace('Rating="4"', 'Rating="2"')
          .replace('<rdf:li>old</rdf:li>', '<rdf:li>new</rdf:li>')
          .replace(' xmp:Label="Favourite"', ''),
      );
      await expect.poll(server.marks, soon).toEqual(['r=2', 'tnew=1', 'tsea=1']);
      const before = (JSON.parse(await server.get('')) as { marks: number }).marks;
      // In place, and by rejecting it.
      writeFileSync(`${picture}.xmp`, sidecar().replace('Rating="2"', 'Rating="-1"'));
      await expect.poll(server.marks, soon).toContain('x=1');
      expect((JSON.parse(await server.get('')) as { marks: number }).marks).not.toBe(before);
      expect(readdirSync(join(root, 'sub'))).toEqual(['a.png', 'a.png.xmp']);
      await server.stop();
    },
  );

  it('loses to what was marked later, and is written again', { timeout: 60_000 }, async () => {
    const server = await serve(true);
    const now = Date.now();
    await server.mark(['r', now, 4], ['tsea', now - 7_200_000, 1]);
    await expect.poll(sidecar, soon).toContain('sea');
    const hourAgo = new Date(now - 3_600_000);
    edit((text) => text.replace('Rating="4"', 'Rating="2"').replace('>sea<', '>land<'), hourAgo);
    await expect.poll(server.marks, soon).toEqual(['r=4', 'tland=1']);
    await expect.poll(sidecar, soon).toContain('xmp:Rating="4"');
    expect(sidecar()).toContain('>land<');
    await server.stop();
  });

  it('is read before it is written, also after a restart', { timeout: 60_000 }, async () => {
    const server = await serve(true);
    await server.mark(['r', 1, 4], ['tsea', 1, 1]);
    await expect.poll(sidecar, soon).toContain('sea');
    await server.stop();
    edit((text) => text.replace('Rating="4"', 'Rating="5"').replace('>sea<', '>land<'));
    const again = await serve(true);
    await expect.poll(again.marks, soon).toEqual(['r=5', 'tland=1']);
    expect(sidecar()).toContain('Rating="5"');
    await again.stop();
    // Without the index nobody knows what it said before: nothing is taken away.
    ['', '-wal', '-shm'].forEach((end) =>
      rmSync(join(folder.path, 'data', `library.sqlite${end}`), { force: true }),
    );
    edit((text) => text.replace('>land<', '>wood<'));
    const rebuilt = await serve(true);
    await expect.poll(rebuilt.marks, soon).toEqual(['r=5', 'tland=1', 'twood=1']);
    await expect.poll(sidecar, soon).toContain('>land<');
    await rebuilt.stop();
  });

  it('and that cannot be read takes nothing away', { timeout: 60_000 }, async () => {
    const server = await serve(true);
    await server.mark(['r', 1, 4], ['tsea', 1, 1]);
    await expect.poll(sidecar, soon).toContain('Rating="4"');
    const whole = sidecar();
    writeFileSync(`${picture}.xmp`, whole.slice(0, 300));
    await server.mark(['r', 2, 3]);
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect([await server.marks(), sidecar()]).toEqual([['r=3', 'tsea=1'], whole.slice(0, 300)]);
    // What it said before is still known.
    writeFileSync(
      `${picture}.xmp`,
      whole.replace('Rating="4"', 'Rating="1"').replace('<rdf:li>sea</rdf:li>', ''),
    );
    await expect.poll(server.marks, soon).toEqual(['r=1']);
    await server.stop();
  });
});
