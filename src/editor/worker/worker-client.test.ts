import { deflateSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { PNG_SIGNATURE, concatBytes, pngChunk } from '../../comfy/png';
import { combineTiles } from '../mask/combine';
import { rasterShape } from '../mask/coverage';
import { fillRegion } from '../mask/flood';
import { MaskGrid, type TileChange } from '../mask/mask-grid';
import { maskTiles } from '../mask/mask-tiles';
import { type MaskModifiers, modifiedGrid } from '../mask/modifiers';
import { PixelSource } from '../mask/pixel-source';
import { PngError } from '../mask/png-read';
import { encodeMaskPng } from '../mask/png-write';
import { JobHost, type JobRequest, runJob } from './jobs';
import { PictureError } from './picture';
import { WorkerClient } from './worker-client';

const SIZE = { width: 900, height: 700 };
const GROW: MaskModifiers = { grow: 12, feather: 6, threshold: null };

/**
 * A worker in a realm of its own as far as data is concerned: what is sent is cloned, what is transferred is
 * gone.
 */
class FakeWorker extends EventTarget {
  static messages: { name: string; tiles: number }[] = [];
  /** Called with each job right after it was sent, before it begins. */
  static sent: (name: string) => void = () => undefined;
  readonly #host = new JobHost();

  postMessage(message: JobRequest | { name: 'tiles' }, transfer: Transferable[] = []): void {
    const data = structuredClone(message, { transfer: transfer as ArrayBuffer[] });
    if (data.name === 'tiles') {
      return;
    }
    const { id, name, input } = data;
    const delta = name === 'mirror' ? (input as { delta: { mixed: unknown[] } }).delta : { mixed: [] };
    FakeWorker.messages.push({ name, tiles: delta.mixed.length });
    FakeWorker.sent(name);
    setTimeout(() => {
      this.#host.run(name, input).then(
        (output) => {
          this.#reply({ id, ok: true, output });
        },
        (error: unknown) => {
          const { name: kind, message: text, problem } = error as PictureError;
          this.#reply({ id, ok: false, error: { name: kind, message: text, problem } });
        },
      );
    }, 0);
  }

  terminate(): void {
    this.#reply = () => undefined;
  }

  #reply = (data: unknown): void => {
    this.dispatchEvent(new MessageEvent('message', { data: structuredClone(data) }));
  };
}

function painted(): MaskGrid {
  const grid = rasterShape({ kind: 'ellipse', x0: 100, y0: 80, x1: 620, y1: 600 }, SIZE);
  put(
    grid,
    combineTiles(
      grid,
      rasterShape({ kind: 'ellipse', x0: 200, y0: 200, x1: 400, y1: 420 }, SIZE),
      'subtract',
    ),
  );
  put(grid, combineTiles(grid, rasterShape({ kind: 'rect', x0: 800, y0: 10, x1: 806, y1: 16 }, SIZE), 'add'));
  return grid;
}

function put(grid: MaskGrid, changes: readonly TileChange[] | null): void {
  for (const { index, tile } of changes ?? []) {
    grid.put(index, tile);
  }
}

function whole(grid: MaskGrid): Uint8Array {
  return grid.readRect({ x0: 0, y0: 0, x1: grid.width, y1: grid.height });
}

function after(grid: MaskGrid, changes: readonly TileChange[]): Uint8Array {
  const result = new MaskGrid(grid.width, grid.height);
  grid.snapshot().forEach((tile, index) => result.put(index, tile));
  put(result, changes);
  return whole(result);
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

afterEach(() => {
  vi.unstubAllGlobals();
  FakeWorker.messages = [];
  FakeWorker.sent = () => undefined;
});

describe.each(['a worker', 'no worker'])('WorkerClient with %s', (kind) => {
  function newClient(): WorkerClient {
    if (kind === 'a worker') {
      vi.stubGlobal('Worker', FakeWorker);
    }
    return new WorkerClient();
  }

  it('computes what fills, regions and other masks change in a mask, without touching it', async () => {
    const client = newClient();
    const grid = painted();
    const before = whole(grid).slice();
    const mask = { id: 'm', grid };
    const filled = await client.fill(mask, { x: 300, y: 300 }, { mode: 'add', opacity: 1 });
    expect(
      same(after(grid, filled), after(grid, combineTiles(grid, fillRegion(grid, 300, 300), 'add'))),
    ).toBe(true);
    expect(after(grid, filled)[300 * 900 + 300]).toBe(255);
    expect(after(grid, await client.fillHoles(mask))[300 * 900 + 300]).toBe(255);
    expect(await client.fillHoles(mask, 100)).toEqual([]);
    expect(after(grid, await client.removeSpecks(mask, 50))[12 * 900 + 803]).toBe(0);
    const other = rasterShape({ kind: 'rect', x0: 300, y0: 0, x1: 900, y1: 700 }, SIZE);
    const both = await client.combine(mask, other, { mode: 'intersect', opacity: 1 });
    expect(same(after(grid, both), after(grid, combineTiles(grid, other, 'intersect')))).toBe(true);
    expect(same(whole(grid), before)).toBe(true);
    for (const { index, tile } of both) {
      expect(tile).toBe(grid.normal(index, tile));
    }
  });

  it('follows a mask with its modifiers stroke by stroke', async () => {
    const client = newClient();
    const grid = painted();
    const shown = new MaskGrid(900, 700);
    put(shown, await client.modify({ id: 'm', grid }, GROW));
    for (const [x0, y0] of [
      [30, 30],
      [500, 300],
      [860, 650],
    ] as const) {
      put(
        grid,
        combineTiles(grid, rasterShape({ kind: 'ellipse', x0, y0, x1: x0 + 90, y1: y0 + 40 }, SIZE), 'add'),
      );
      const changes = await client.modify({ id: 'm', grid }, GROW);
      expect(changes?.length).toBeLessThanOrEqual(12);
      put(shown, changes);
      expect(same(whole(shown), whole(modifiedGrid(grid, GROW)))).toBe(true);
    }
    expect(await client.modify({ id: 'm', grid }, GROW)).toEqual([]);
    expect(await client.modify({ id: 'm', grid }, GROW, true)).toHaveLength(grid.length);
    put(shown, await client.modify({ id: 'm', grid }, { ...GROW, grow: -4 }));
    expect(same(whole(shown), whole(modifiedGrid(grid, { ...GROW, grow: -4 })))).toBe(true);
    client.dropMask('m');
    expect(await client.modify({ id: 'm', grid }, GROW)).toHaveLength(grid.length);
  });

  it('lets newer modifiers win, and their answer covers all places', async () => {
    const client = newClient();
    const grid = painted();
    const shown = new MaskGrid(900, 700);
    const answers = await Promise.all(
      [1, 2, 3, 9].map((grow) => client.modify({ id: 'm', grid }, { ...GROW, grow })),
    );
    expect(answers.slice(0, 3).filter((answer) => answer !== null).length).toBeLessThan(3);
    for (const answer of answers) {
      put(shown, answer);
    }
    expect(answers[3]).toHaveLength(grid.length);
    expect(same(whole(shown), whole(modifiedGrid(grid, { ...GROW, grow: 9 })))).toBe(true);
  });

  it('says what is wrong with pictures', async () => {
    const client = newClient();
    const mask = { id: 'm', grid: painted() };
    const request = { x: 1, y: 1, tolerance: 5, contiguous: true };
    const none = await client
      .wand(mask, request, { mode: 'add', opacity: 1 })
      .catch((error: unknown) => error);
    expect(none).toBeInstanceOf(PictureError);
    expect(none).toMatchObject({ problem: 'no-picture' });
    await expect(client.wandPreview(mask, request)).rejects.toThrow(PictureError);
    await expect(client.importMask(new Blob(['no picture at all, but some text']), null)).rejects.toThrow(
      PictureError,
    );
    const png = await encodeMaskPng(maskTiles(mask.grid));
    await expect(client.importMask(new Blob([png.slice(0, png.length - 3000)]), null)).rejects.toThrow(
      PngError,
    );
  });

  it('imports the mask of a PNG, scaled to the requested size', async () => {
    const client = newClient();
    const grid = painted();
    const png = await encodeMaskPng(maskTiles(grid));
    const exact = await client.importMask(new Blob([png]), null);
    expect(exact).toMatchObject({ channel: 'alpha', sourceWidth: 900, sourceHeight: 700 });
    expect(same(whole(exact.grid), whole(grid))).toBe(true);
    const small = await client.importMask(new Blob([png]), { width: 90, height: 70, fit: 'stretch' });
    expect([small.grid.width, small.grid.height]).toEqual([90, 70]);
    expect(Math.abs(small.grid.coverage() - grid.coverage())).toBeLessThan(0.002);
  });
});

describe('WorkerClient', () => {
  it('sends tiles once, in pieces, and later only changes', async () => {
    vi.stubGlobal('Worker', FakeWorker);
    const client = new WorkerClient();
    const grid = new MaskGrid(2048, 2048);
    grid.writeRect({ x0: 0, y0: 0, x1: 2048, y1: 2048 }, new Uint8Array(2048 * 2048).fill(99));
    const mask = { id: 'm', grid };
    await client.removeSpecks(mask, 4);
    const sent = (): number[] =>
      FakeWorker.messages.filter(({ name }) => name === 'mirror').map(({ tiles }) => tiles);
    expect(sent()).toEqual([32, 32]);
    await client.fillHoles(mask, 4);
    expect(sent()).toEqual([32, 32]);
    grid.writeRect({ x0: 0, y0: 0, x1: 1, y1: 1 }, Uint8Array.of(3));
    await client.fillHoles(mask, 4);
    expect(sent()).toEqual([32, 32, 1]);
  });

  it('repeats the work when the mask changed meanwhile', async () => {
    vi.stubGlobal('Worker', FakeWorker);
    const client = new WorkerClient();
    const grid = painted();
    const shape = rasterShape({ kind: 'rect', x0: 0, y0: 0, x1: 50, y1: 50 }, SIZE);
    FakeWorker.sent = (name) => {
      if (name === 'combine') {
        FakeWorker.sent = () => undefined;
        grid.writeRect({ x0: 20, y0: 20, x1: 21, y1: 21 }, Uint8Array.of(255));
      }
    };
    put(grid, await client.combine({ id: 'm', grid }, shape, { mode: 'add', opacity: 0.5 }));
    expect(FakeWorker.messages.filter(({ name }) => name === 'combine')).toHaveLength(2);
    expect(grid.valueAt(20, 20)).toBe(255);
    expect(grid.valueAt(21, 20)).toBe(128);
  });

  it('rejects work in progress when it is closed', async () => {
    vi.stubGlobal('Worker', FakeWorker);
    const client = new WorkerClient();
    FakeWorker.sent = (name) => {
      if (name === 'modify') {
        queueMicrotask(() => {
          client.close();
        });
      }
    };
    const work = client.modify({ id: 'm', grid: painted() }, GROW).catch((error: unknown) => error);
    expect(await work).toEqual(new Error('the editor was closed'));
  });
});

describe('runJob', () => {
  it('selects by colour and previews at a quarter of the size', async () => {
    const host = new JobHost();
    const picture = new PixelSource(900, 700);
    picture.setRows(100, new Uint8Array(900 * 200 * 4).fill(200));
    await runJob('setPicture', { picture }, host);
    await runJob('warmPicture', null, host);
    await runJob('mirror', { mask: 'm', ...SIZE, delta: { mixed: [], full: [], empty: [] } }, host);
    const request = { x: 450, y: 200, tolerance: 3, contiguous: true, soft: false };
    const how = { mode: 'add', opacity: 1 } as const;
    const delta = await runJob('wand', { mask: 'm', request, how }, host);
    const pixels = delta.full.length * 65_536;
    expect(pixels).toBe(0);
    expect(delta.mixed.reduce((sum, { data }) => sum + data.filter((value) => value === 255).length, 0)).toBe(
      900 * 200,
    );
    const preview = await runJob('wandPreview', { mask: null, request }, host);
    expect([preview.width, preview.height]).toEqual([225, 175]);
    await runJob('setPicture', { picture: null }, host);
    await expect(runJob('wand', { mask: 'm', request, how }, host)).rejects.toThrow(PictureError);
    await runJob('dropMask', { mask: 'm' }, host);
    await expect(runJob('modify', { mask: 'm', modifiers: GROW, all: false }, host)).rejects.toThrow(
      'no mask m',
    );
  });

  it('selects an object up to its edges, previews it, and forgets it with the picture', async () => {
    const host = new JobHost();
    const picture = new PixelSource(900, 700);
    picture.setRows(100, new Uint8Array(900 * 200 * 4).fill(200));
    await runJob('setPicture', { picture }, host);
    await runJob('mirror', { mask: 'm', ...SIZE, delta: { mixed: [], full: [], empty: [] } }, host);
    const window = { rect: { x0: 0, y0: 0, x1: 900, y1: 700 }, factor: 1 };
    const subject = { kind: 'stroke', id: 1, points: [100, 200, 800, 200], radius: 40 } as const;
    const request = { window, subject, sensitivity: 0.5, soft: false, within: false };
    const how = { mode: 'add', opacity: 1 } as const;
    await runJob('quickPrepare', { window }, host);
    const preview = await runJob('quickPreview', { mask: 'm', request }, host);
    expect([preview.rect, preview.tiles.width, preview.tiles.height]).toEqual([window.rect, 900, 700]);
    const delta = await runJob('quick', { mask: 'm', request, how }, host);
    const count = (tiles: readonly { data: Uint8Array }[]): number =>
      tiles.reduce((sum, { data }) => sum + data.filter((value) => value === 255).length, 0);
    // Where an edge meets the border, a pixel may fall to either side.
    const size = count(delta.mixed) + delta.full.length * 65_536;
    expect(Math.abs(size - 900 * 200)).toBeLessThan(10);
    const other = new PixelSource(900, 700);
    other.setRows(100, new Uint8Array(900 * 300 * 4).fill(200));
    await runJob('setPicture', { picture: other }, host);
    const next = await runJob(
      'quick',
      { mask: 'm', request: { ...request, subject: { ...subject, id: 2 } }, how },
      host,
    );
    const later = count(next.mixed) + next.full.length * 65_536;
    expect(Math.abs(later - 900 * 300)).toBeLessThan(10);
  });

  it('still packs, unpacks and encodes', async () => {
    const bytes = Uint8Array.from({ length: 5000 }, (_, i) => i % 7);
    const packed = await runJob('deflate', { bytes });
    expect(packed.bytes.length).toBeLessThan(200);
    expect((await runJob('inflate', packed)).bytes).toEqual(bytes);
    const tiles = maskTiles(painted());
    const { png, hash, bounds } = await runJob('encode', { tiles, variant: 'indexed' });
    expect(bounds).toEqual(painted().bounds());
    const { width, height } = tiles;
    const none = await runJob('encode', {
      tiles: { width, height, mixed: [], full: [] },
      variant: 'indexed',
    });
    expect(none.bounds).toBeNull();
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(await runJob('decode', { png })).toEqual(tiles);
    const other = concatBytes([PNG_SIGNATURE, pngChunk('IEND', new Uint8Array(deflateSync(bytes)))]);
    await expect(runJob('decode', { png: other })).rejects.toThrow(PngError);
  });
});
