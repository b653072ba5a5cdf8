import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MaskDocument } from '../mask/mask-document';
import { MaskGrid, TILE, TILE_BYTES, makeTile } from '../mask/mask-grid';
import { PixelSource } from '../mask/pixel-source';
import { allPlaces } from '../mask/places';
import { wand } from '../mask/wand';
import { type PaintGradient, gradientTile, gradientWork } from './gradient';
import { fillWork, placesOf, workAhead } from './paint-work';
import { PaintedSource } from './painted-source';
import {
  coveredPaint,
  limitedTo,
  mergedPaint,
  type PaintData,
  type PaintTile,
  PLANES,
  type Rgb,
} from './planes';

const codec = {
  deflate: async (bytes: Uint8Array) => new Uint8Array(await promisify(deflateRaw)(bytes)),
  inflate: async (bytes: Uint8Array) => new Uint8Array(await promisify(inflateRaw)(bytes)),
};
const open = (width = 700, height = 400): MaskDocument => new MaskDocument(width, height, { codec });
const at = (doc: MaskDocument, x: number, y: number): number[] =>
  PLANES.map((plane) => doc.paintGrid(plane)?.valueAt(x, y) ?? 0);
const byte = fc.integer({ min: 0, max: 255 });

/** A box of a grid of the document's size, as a selection. */
function box(doc: MaskDocument, x0: number, y0: number, x1: number, y1: number): MaskGrid {
  const grid = new MaskGrid(doc.width, doc.height);
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      grid.editable((y >> 8) * grid.columns + (x >> 8)).data[((y & 255) << 8) | (x & 255)] = 255;
    }
  }
  return grid;
}

function maskBox(doc: MaskDocument, ...corners: [number, number, number, number]): void {
  doc.combine('rect', box(doc, ...corners), 'add');
}

describe('a picture over paint', () => {
  it('covers it as a stroke of one colour does', () => {
    fc.assert(
      fc.property(fc.array(byte, { minLength: 8, maxLength: 8 }), (values) => {
        const [r = 0, g = 0, b = 0, a = 0, s = 0, ...color] = values;
        const tiles = [r, g, b, a].map((value) => {
          const tile = makeTile();
          tile.data[9] = a === 0 ? 0 : value;
          return tile;
        }) as unknown as PaintTile;
        const stroke = new Uint8Array(TILE_BYTES);
        stroke[9] = s;
        const over = [...color, s].map((value) => new Uint8Array(TILE_BYTES).fill(value)) as PaintData;
        over[3] = stroke;
        const once = coveredPaint(tiles, over).map((plane) => plane[9]);
        expect(once).toEqual(mergedPaint(tiles, stroke, color as unknown as Rgb, 'paint').map((p) => p[9]));
      }),
    );
  });

  it('is covered as far as the mask goes', () => {
    const mask = makeTile();
    mask.data.set([255, 128, 0]);
    const coverage = new Uint8Array(TILE_BYTES).fill(200);
    expect([...limitedTo(coverage, mask).subarray(0, 3)]).toEqual([200, 100, 0]);
    expect(limitedTo(coverage, null).some(Boolean)).toBe(false);
  });
});

describe('paint inside the mask', () => {
  const RED: Rgb = [255, 0, 0];

  it('ends where the mask ends, also while it is painted', async () => {
    const doc = open();
    maskBox(doc, 200, 100, 300, 300);
    const limit = doc.paintLimit();
    doc.beginPaint({ color: RED, mode: 'paint', hardness: 1, opacity: 1, limit });
    doc.paintStroke?.add({ x: 300, y: 200, radius: 60, strength: 1 });
    doc.flushPaint();
    expect(doc.paintStroke?.preview(1)?.data[(200 << 8) | (310 - TILE)]).toBe(0);
    expect(doc.paintStroke?.preview(1)?.data[(200 << 8) | (290 - TILE)]).toBe(255);
    doc.paintStroke?.add({ x: 270, y: 120, radius: 10, strength: 1 });
    doc.flushPaint();
    expect(doc.paintStroke?.preview(1)?.data[(120 << 8) | (270 - TILE)]).toBe(255);
    doc.endPaint();
    expect([at(doc, 299, 200), at(doc, 300, 200)]).toEqual([
      [255, 0, 0, 255],
      [0, 0, 0, 0],
    ]);
    await doc.undo();
    expect(doc.paintEmpty).toBe(true);
    expect(doc.grid.valueAt(250, 200)).toBe(255);
  });

  it('is as faint as the mask, and the mask of the moment counts', () => {
    const doc = open();
    doc.combine('rect', box(doc, 0, 0, 100, 100), 'add', 0.5);
    const limit = doc.paintLimit();
    doc.clear();
    const selection = box(doc, 50, 50, 150, 60);
    doc.paint(
      'paint-fill',
      placesOf(selection),
      fillWork({ selection, color: RED, mode: 'paint', opacity: 1, limit }),
    );
    expect([at(doc, 60, 55), at(doc, 120, 55)]).toEqual([
      [255, 0, 0, 128],
      [0, 0, 0, 0],
    ]);
  });

  it('has no inside where nothing is masked', () => {
    expect(open().paintLimit()).toBeNull();
  });
});

describe('work done ahead', () => {
  it('is done again where the layer changed meanwhile', async () => {
    const doc = open();
    const selection = box(doc, 0, 0, 20, 20);
    const fill = (color: Rgb, opacity: number) =>
      fillWork({ selection, color, mode: 'paint', opacity, limit: null });
    const ahead = await workAhead(doc, placesOf(selection), fill([0, 0, 255], 0.5));
    doc.paint('paint-fill', placesOf(selection), fill([255, 0, 0], 1));
    doc.paint('paint-fill', placesOf(selection), ahead);
    expect(at(doc, 10, 10)).toEqual([127, 0, 128, 255]);
    expect(doc.history.list().map(({ tool }) => tool)).toEqual(['paint-fill', 'paint-fill']);
    await doc.undo();
    expect(at(doc, 10, 10)).toEqual([255, 0, 0, 255]);
  });
});

describe('a gradient', () => {
  const line = { from: { x: 100, y: 0 }, to: { x: 300, y: 0 } };
  const gradient: PaintGradient = { shape: 'linear', ...line, color: [255, 0, 0], second: null, opacity: 1 };
  const paint = (doc: MaskDocument, look: PaintGradient, inMask = false): void => {
    doc.paint(
      'paint-gradient',
      allPlaces(doc.grid),
      gradientWork(look, doc, inMask ? doc.paintLimit() : null),
    );
  };

  it('fades a colour out, and is one step', async () => {
    const doc = open();
    paint(doc, gradient);
    expect([at(doc, 20, 50), at(doc, 199, 50), at(doc, 299, 50), at(doc, 400, 50)]).toEqual([
      [255, 0, 0, 255],
      [255, 0, 0, 128],
      [255, 0, 0, 1],
      [0, 0, 0, 0],
    ]);
    expect(doc.history.list()).toHaveLength(1);
    await doc.undo();
    expect(doc.paintEmpty).toBe(true);
  });

  it('goes on to a second colour over everything, faded as a whole', () => {
    const doc = open();
    paint(doc, { ...gradient, second: [0, 0, 255], opacity: 0.5 });
    expect([at(doc, 0, 399), at(doc, 200, 10), at(doc, 699, 0)]).toEqual([
      [255, 0, 0, 128],
      [127, 0, 128, 128],
      [0, 0, 255, 128],
    ]);
    // 188 × 144 px of the last tile are picture.
    const last = doc.paintGrid('paint:alpha')?.tile(5)?.data;
    expect([last?.[187], last?.[188], last?.[(143 << 8) | 3], last?.[(144 << 8) | 3]]).toEqual([
      128, 0, 128, 0,
    ]);
  });

  it('stays inside the mask and leaves nothing beyond the edge of the picture', () => {
    const doc = open();
    maskBox(doc, 250, 20, 420, 60);
    paint(doc, { ...gradient, shape: 'radial', second: [0, 255, 0] }, true);
    expect([at(doc, 260, 40)[3], at(doc, 260, 70)[3], at(doc, 430, 40)[3]]).toEqual([255, 0, 0]);
    const [, , , alpha] = gradientTile(gradient, { x0: 512, y0: 256, x1: 700, y1: 400 });
    const [, , , whole] = gradientTile(
      { ...gradient, second: [0, 0, 0] },
      { x0: 512, y0: 256, x1: 700, y1: 400 },
    );
    expect(alpha.some(Boolean)).toBe(false);
    expect([whole[187], whole[188], whole[(143 << 8) | 3], whole[(144 << 8) | 3]]).toEqual([255, 0, 255, 0]);
  });
});

describe('what is seen', () => {
  it('is the picture with the paint over it, for the wand too', () => {
    const doc = open(300, 300);
    const picture = new PixelSource(300, 300);
    picture.setRows(0, new Uint8Array(300 * 300 * 4).fill(100));
    const selection = box(doc, 240, 100, 280, 140);
    doc.paint(
      'paint-fill',
      placesOf(selection),
      fillWork({ selection, color: [200, 0, 0], mode: 'paint', opacity: 0.5, limit: null }),
    );
    const seen = new PaintedSource(picture, (plane) => doc.paintGrid(plane), 0.5);
    // Half of the layer, itself half opaque: a quarter of the paint's colour.
    const [red, green] = seen.meanColor(260, 120);
    expect(red).toBeCloseTo(125, 0);
    expect(green).toBeCloseTo(75, 0);
    expect(seen.meanColor(10, 10)).toEqual([100, 100, 100]);
    const { colors, from, stride } = seen.tileColors(256, 0);
    const index = (from + 120 * stride + (260 - 256)) * 3;
    expect([...colors.subarray(index, index + 3)]).toEqual([125, 75, 75]);
    const region = wand(seen, { x: 270, y: 120, tolerance: 4, contiguous: true, soft: false });
    expect(region.bounds()).toEqual({ x0: 240, y0: 100, x1: 280, y1: 140 });
  });
});
