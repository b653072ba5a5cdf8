import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MaskDocument } from '../mask/mask-document';
import { FULL_TILE, isSolid, makeTile, solidTile, type Tile, TILE_BYTES } from '../mask/mask-grid';
import { readPng } from '../mask/png-read';
import { type PaintLayerRef, WorkerClient } from '../worker/worker-client';
import {
  ALPHA,
  mergedPaint,
  paintAt,
  type PaintMode,
  type PaintTile,
  PLANES,
  type Rgb,
  rgbOf,
  strokedPaint,
} from './planes';

const codec = {
  deflate: async (bytes: Uint8Array) => new Uint8Array(await promisify(deflateRaw)(bytes)),
  inflate: async (bytes: Uint8Array) => new Uint8Array(await promisify(inflateRaw)(bytes)),
};
const open = (): MaskDocument => new MaskDocument(700, 400, { codec });
const RED: Rgb = [255, 0, 0];

function stroke(doc: MaskDocument, x: number, y: number, color: Rgb = RED, mode: PaintMode = 'paint'): void {
  doc.beginPaint({ color, mode, hardness: 1, opacity: 1 });
  doc.paintStroke?.add({ x, y, radius: 40, strength: 1 });
  doc.flushPaint();
  doc.endPaint();
}

const at = (doc: MaskDocument, x: number, y: number): number[] =>
  PLANES.map((plane) => doc.paintGrid(plane)?.valueAt(x, y) ?? 0);

const layerOf = (doc: MaskDocument): PaintLayerRef => ({
  planes: doc.paintPlanes().map((grid, i) => ({ id: PLANES[i] ?? '', grid })),
  limit: null,
});

describe('paint over paint', () => {
  const byte = fc.integer({ min: 0, max: 255 });

  it('covers like paint, in straight colours', () => {
    fc.assert(
      fc.property(fc.array(byte, { minLength: 8, maxLength: 8 }), (values) => {
        const [r = 0, g = 0, b = 0, a = 0, s = 0, ...color] = values;
        const tiles = [r, g, b, a].map((value) => {
          const tile = makeTile();
          tile.data[7] = a === 0 ? 0 : value;
          return tile;
        });
        const over = new Uint8Array(TILE_BYTES);
        over[7] = s;
        const [tr, tg, tb, ta] = tiles as [never, never, never, never];
        const merged = mergedPaint([tr, tg, tb, ta], over, color as unknown as Rgb, 'paint').map((d) => d[7]);
        const share = s / 255 + (a / 255) * (1 - s / 255);
        expect(Math.abs((merged[3] ?? 0) - share * 255)).toBeLessThanOrEqual(0.51);
        [r, g, b].forEach((before, i) => {
          const wanted =
            share === 0
              ? 0
              : (((color[i] ?? 0) * s) / 255 + (a === 0 ? 0 : before) * (a / 255) * (1 - s / 255)) / share;
          expect(Math.abs((merged[i] ?? 0) - wanted)).toBeLessThanOrEqual(0.51);
        });
        const erased = mergedPaint([tr, tg, tb, ta], over, color as unknown as Rgb, 'erase').map((d) => d[7]);
        expect(Math.abs((erased[3] ?? 0) - a * (1 - s / 255))).toBeLessThanOrEqual(0.51);
        expect(erased.slice(0, 3)).toEqual(
          erased[3] === 0 ? [0, 0, 0] : tiles.slice(0, 3).map((t) => t.data[7]),
        );
      }),
    );
  });

  it('is the same where there is no paint yet, and inside a broad stroke, where tiles are shared', () => {
    const level = fc.constantFrom(0, 1, 128, 254, 255);
    const row = fc.array(level, { minLength: 4, maxLength: 4 });
    const modes = fc.constantFrom<PaintMode>('paint', 'erase');
    fc.assert(
      fc.property(row, row, fc.boolean(), fc.boolean(), modes, (color, values, isBare, isFull, mode) => {
        const zero = (): Tile => makeTile();
        const flat = (value: number): Tile => makeTile(new Uint8Array(TILE_BYTES).fill(value));
        const alpha = isBare ? 0 : 200;
        const below = [alpha && 7, alpha && 8, alpha && 9, alpha].map(flat) as unknown as PaintTile;
        const stroke = isFull ? FULL_TILE : zero();
        if (!isFull) {
          stroke.data.set(values, 300);
        }
        const rgb = color.slice(0, 3) as unknown as Rgb;
        const shown = (made: ReturnType<typeof strokedPaint>): number[][] =>
          made.map((plane) => [
            ...(plane instanceof Uint8Array ? plane : (plane ?? zero()).data).subarray(298, 306),
          ]);
        const wanted = shown(mergedPaint(below, stroke.data, rgb, mode));
        const given = isBare ? ([null, null, null, null] as const) : below;
        expect(shown(strokedPaint(given, stroke, rgb, mode))).toEqual(wanted);
      }),
    );
  });

  it('of a broad stroke shares tiles inside, which stay as they are', () => {
    const doc = new MaskDocument(2048, 2048, { codec });
    doc.beginPaint({ color: [58, 123, 255], mode: 'paint', hardness: 1, opacity: 1 });
    doc.paintStroke?.add({ x: 1024, y: 1024, radius: 900, strength: 1 });
    doc.endPaint();
    const middle = 3 * 8 + 3;
    const [red, green, blue, alpha] = paintAt((plane) => doc.paintGrid(plane), middle);
    expect([red, green, blue, alpha]).toEqual([solidTile(58), solidTile(123), FULL_TILE, FULL_TILE]);
    expect(red).toBe(solidTile(58));
    expect(red && isSolid(red)).toBe(true);
    expect(isSolid(makeTile(new Uint8Array(TILE_BYTES).fill(58)))).toBe(false);
    expect(solidTile(0)).toBeNull();
    // Paint on top of it takes a copy.
    doc.beginPaint({ color: [1, 2, 3], mode: 'paint', hardness: 1, opacity: 0.5 });
    doc.paintStroke?.add({ x: 900, y: 900, radius: 20, strength: 1 });
    doc.endPaint();
    expect(solidTile(58)?.data.every((value) => value === 58)).toBe(true);
    expect(doc.undo()).toBe(true);
    expect(doc.paintGrid('paint:red')?.tile(middle)).toBe(red);
  });

  it('reads colours', () => {
    expect(rgbOf('#3a7bd5')).toEqual([58, 123, 213]);
  });
});

describe('the paint layer of a document', () => {
  it('is one step for each stroke, among those of the masks', async () => {
    const doc = open();
    stroke(doc, 250, 200);
    doc.selectAll();
    stroke(doc, 250, 200, [0, 0, 200]);
    expect(doc.history.list().map(({ tool }) => tool)).toEqual(['paint', 'all', 'paint']);
    expect(at(doc, 250, 200)).toEqual([0, 0, 200, 255]);
    expect(at(doc, 258, 200)).toEqual([0, 0, 200, 255]);
    await doc.undo();
    expect(at(doc, 250, 200)).toEqual([255, 0, 0, 255]);
    expect(doc.grid.valueAt(9, 9)).toBe(255);
    await doc.undo();
    await doc.undo();
    expect(at(doc, 250, 200)).toEqual([0, 0, 0, 0]);
    expect(doc.paintEmpty).toBe(true);
    await doc.redo();
    expect(at(doc, 250, 200)).toEqual([255, 0, 0, 255]);
  });

  it('is erased without a trace, and a cancelled stroke leaves none', () => {
    const doc = open();
    stroke(doc, 250, 200);
    stroke(doc, 250, 200, RED, 'erase');
    expect(doc.paintGrid(ALPHA)?.valueAt(250, 200)).toBe(0);
    doc.beginPaint({ color: RED, mode: 'paint', hardness: 1, opacity: 1 });
    doc.paintStroke?.add({ x: 100, y: 100, radius: 20, strength: 1 });
    doc.flushPaint();
    doc.cancelPaint();
    expect(doc.paintStroke).toBeNull();
    expect(at(doc, 100, 100)).toEqual([0, 0, 0, 0]);
    expect(doc.history.list()).toHaveLength(2);
  });

  it('fills what is masked, as strongly as it is masked and wished', async () => {
    const doc = open();
    doc.beginStroke({ mode: 'paint', hardness: 1, opacity: 1, tool: 'brush' });
    doc.strokeTo({ x: 250, y: 250, radius: 30, strength: 1 });
    doc.endStroke();
    const fill = { kind: 'selection', color: [1, 2, 3], mode: 'paint', opacity: 0.5 } as const;
    const changes = await new WorkerClient().paint(layerOf(doc), fill, doc.grid);
    expect(doc.changePaint('paint-fill', changes)).toBe(true);
    expect(at(doc, 250, 250)).toEqual([1, 2, 3, 128]);
    expect(at(doc, 290, 250)).toEqual([0, 0, 0, 0]);
    await doc.undo();
    expect(doc.paintEmpty).toBe(true);
    expect(doc.grid.valueAt(250, 250)).toBe(255);
  });

  it('is worked on again where it changed meanwhile', async () => {
    const doc = open();
    stroke(doc, 250, 200);
    let strokes = 0;
    const client = new WorkerClient(() => {
      // Somebody paints on while the work is done.
      if (strokes++ === 0) {
        stroke(doc, 250, 200, [0, 0, 255]);
      }
      return Promise.resolve();
    });
    doc.beginStroke({ mode: 'paint', hardness: 1, opacity: 1, tool: 'brush' });
    doc.strokeTo({ x: 250, y: 200, radius: 10, strength: 1 });
    doc.endStroke();
    const fill = { kind: 'selection', color: [0, 0, 0], mode: 'paint', opacity: 0.5 } as const;
    doc.changePaint('paint-fill', await client.paint(layerOf(doc), fill, doc.grid));
    expect(strokes).toBe(2);
    expect(at(doc, 250, 200)).toEqual([0, 0, 127, 255]);
  });

  it('survives that a mask is added and removed', () => {
    const doc = open();
    stroke(doc, 250, 200);
    doc.addMask('second');
    doc.removeMask('second');
    expect(at(doc, 250, 200)).toEqual([255, 0, 0, 255]);
  });

  it('is written as the painted part alone, bit for bit, faded as a whole', async () => {
    const doc = open();
    const client = new WorkerClient();
    const written = (opacity: number) => client.encodePaint(layerOf(doc).planes, opacity);
    expect(await written(1)).toBeNull();
    stroke(doc, 250, 250, [10, 20, 30]);
    stroke(doc, 520, 300, [200, 100, 50]);
    const writing = written(1);
    // Of the moment it was asked for.
    stroke(doc, 250, 250, [0, 0, 0]);
    const made = await writing;
    await doc.undo();
    expect(made?.box).toEqual({ x0: 210, y0: 210, x1: 560, y1: 340 });
    const { x0 = 0, y0 = 0 } = made?.box ?? {};
    const rows: Uint8Array[] = [];
    await readPng(made?.png ?? new Uint8Array(), (_, row) => rows.push(row.slice()));
    for (const [x, y] of [
      [250, 250],
      [257, 255],
      [212, 245],
      [520, 300],
      [400, 300],
      [559, 300],
    ] as const) {
      const from = (x - x0) * 4;
      expect([...(rows[y - y0]?.subarray(from, from + 4) ?? [])]).toEqual(at(doc, x, y));
    }
    const faded = await written(0.5);
    await readPng(faded?.png ?? new Uint8Array(), (y, row) => {
      if (y === 40) {
        expect([...row.subarray(160, 164)]).toEqual([10, 20, 30, 128]);
      }
    });
  });
});
