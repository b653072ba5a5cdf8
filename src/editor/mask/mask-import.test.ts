import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { PNG } from 'pngjs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { PNG_SIGNATURE, concatBytes, pngChunk } from '../../comfy/png';
import type { MaskGrid } from './mask-grid';
import { LOSSY_NOISE } from './mask-evidence';
import { MaskImport, importMaskPng, luma } from './mask-import';
import { maskTiles } from './mask-tiles';
import { PngError, readPng, rowAlpha } from './png-read';
import { encodeMaskPng } from './png-write';

const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

interface Kind {
  width: number;
  height: number;
  colorType: number;
  depth: number;
  interlaced: boolean;
  key: boolean;
}

/** A PNG of any kind with samples that run through all values; unfiltered. */
function png({ width, height, colorType, depth, interlaced, key }: Kind): Uint8Array {
  const channels = CHANNELS[colorType] ?? 1;
  const most = 2 ** depth - 1;
  const sample = (x: number, y: number, channel: number): number =>
    ((x * 7 + y * 13 + channel * 5) * 977) % (most + 1);
  const rows: Uint8Array[] = [];
  for (const [x0, y0, dx, dy] of interlaced ? ADAM7 : ([[0, 0, 1, 1]] as const)) {
    for (let y = y0; y < height; y += dy) {
      const bits: number[] = [];
      for (let x = x0; x < width; x += dx) {
        for (let channel = 0; channel < channels; channel++) {
          const value = sample(x, y, channel);
          for (let bit = depth - 1; bit >= 0; bit--) {
            bits.push((value >> bit) & 1);
          }
        }
      }
      if (bits.length > 0) {
        const row = new Uint8Array(1 + Math.ceil(bits.length / 8));
        bits.forEach((bit, i) => {
          row[1 + (i >> 3)] = (row[1 + (i >> 3)] ?? 0) | (bit << (7 - (i & 7)));
        });
        rows.push(row);
      }
    }
  }
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([depth, colorType, 0, 0, interlaced ? 1 : 0], 8);
  const extra: Uint8Array[] = [];
  if (colorType === 3) {
    extra.push(
      pngChunk(
        'PLTE',
        Uint8Array.from({ length: 3 * (most + 1) }, (_, i) => (i * 37) & 255),
      ),
    );
    if (key) {
      extra.push(
        pngChunk(
          'tRNS',
          Uint8Array.from({ length: most + 1 }, (_, i) => 255 - ((i * 3) & 255)),
        ),
      );
    }
  } else if (key && colorType < 3) {
    const bytes = Array.from({ length: channels }, (_, channel) => sample(2, 0, channel)).flatMap((value) => [
      value >> 8,
      value & 255,
    ]);
    extra.push(pngChunk('tRNS', Uint8Array.from(bytes)));
  }
  return concatBytes([
    PNG_SIGNATURE,
    pngChunk('IHDR', header),
    ...extra,
    pngChunk('IDAT', new Uint8Array(deflateSync(concatBytes(rows)))),
    pngChunk('IEND', new Uint8Array(0)),
  ]);
}

function whole(grid: MaskGrid): Uint8Array {
  return grid.readRect({ x0: 0, y0: 0, x1: grid.width, y1: grid.height });
}

const KINDS = [
  [0, [1, 2, 4, 8, 16]],
  [2, [8, 16]],
  [3, [1, 2, 4, 8]],
  [4, [8, 16]],
  [6, [8, 16]],
].flatMap(([colorType, depths]) =>
  (depths as number[]).flatMap((depth) =>
    [true, false].flatMap((interlaced) =>
      [true, false].map((key) => ({ colorType: colorType as number, depth, interlaced, key })),
    ),
  ),
);

describe('readPng', () => {
  it.each(KINDS)(
    'reads what an independent reader reads: type $colorType, $depth bit, interlaced $interlaced, tRNS $key',
    async (kind) => {
      for (const [width, height] of [
        [1, 1],
        [3, 2],
        [21, 18],
        [9, 33],
      ] as const) {
        const bytes = png({ ...kind, width, height });
        const wanted = PNG.sync.read(Buffer.from(bytes)).data;
        const alpha = new Uint8Array(width);
        let rows = 0;
        await readPng(bytes, (y, row, image) => {
          expect(y).toBe(rows++);
          rowAlpha(row, image, alpha);
          for (let x = 0; x < width; x++) {
            const at = (y * width + x) * 4;
            const first = row[x * image.channels] ?? 0;
            const red = image.colorType === 3 ? image.palette[first * 3] : first;
            // pngjs truncates 16 bit where this rounds, and blackens the one transparent colour.
            const hidden = kind.colorType < 3 && alpha[x] === 0;
            if (
              (!hidden && Math.abs((red ?? 0) - (wanted[at] ?? 0)) > 1) ||
              Math.abs((alpha[x] ?? 0) - (wanted[at + 3] ?? 0)) > 1
            ) {
              expect.fail(
                `${width}×${height}, ${x},${y}: ${red} ${alpha[x]} for ${wanted[at]} ${wanted[at + 3]}`,
              );
            }
          }
        });
        expect(rows).toBe(height);
      }
    },
  );

  it('reports a file that is cut short, whatever its kind', async () => {
    for (const kind of KINDS) {
      const bytes = png({ ...kind, width: 40, height: 30 });
      const header = bytes.slice();
      header[24] = 3;
      await expect(readPng(header, () => undefined)).rejects.toMatchObject({ problem: 'unsupported' });
      const cut = concatBytes([
        bytes.subarray(0, 33),
        pngChunk('IDAT', new Uint8Array(deflateSync(new Uint8Array(7)))),
        pngChunk('IEND', new Uint8Array(0)),
      ]);
      await expect(readPng(cut, () => undefined)).rejects.toThrow(PngError);
    }
  });
});

describe('importMaskPng', () => {
  it('reports a mask that would be too large', async () => {
    const bytes = png({ width: 66_000, height: 1, colorType: 0, depth: 1, interlaced: false, key: false });
    await expect(importMaskPng(bytes)).rejects.toThrow(RangeError);
  });

  it('takes alpha if there is any, otherwise brightness, or what it is told', async () => {
    const rgba = (alpha: number): Uint8Array => {
      const picture = new PNG({ width: 300, height: 280 });
      for (let i = 0; i < 300 * 280; i++) {
        picture.data.set([(i * 3) & 255, i & 255, (i * 5) & 255, i % 50 === 7 ? alpha : 255], i * 4);
      }
      return new Uint8Array(PNG.sync.write(picture));
    };
    const clear = await importMaskPng(rgba(254));
    expect(clear.channel).toBe('alpha');
    expect(whole(clear.grid).findIndex((value, i) => value !== (i % 50 === 7 ? 1 : 0))).toBe(-1);
    const bright = (values: Uint8Array): number =>
      values.findIndex((value, i) => value !== luma((i * 3) & 255, i & 255, (i * 5) & 255));
    const opaque = await importMaskPng(rgba(255));
    expect(opaque.channel).toBe('luma');
    expect(bright(whole(opaque.grid))).toBe(-1);
    expect(bright(whole((await importMaskPng(rgba(3), null, 'luma')).grid))).toBe(-1);
    expect((await importMaskPng(rgba(255), null, 'alpha')).grid.empty).toBe(true);
  });

  it('restores every exported kind of mask exactly', async () => {
    const source = new MaskImport(300, 280);
    source.addRgba(Uint8Array.from({ length: 300 * 280 * 4 }, (_, i) => ((i >> 2) * 7) & 255));
    const { grid } = source.finish();
    const grey = new MaskImport(300, 280, null, 'luma');
    grey.addRgba(Uint8Array.from({ length: 300 * 280 * 4 }, (_, i) => ((i >> 2) * 7) & 255));
    expect(whole(grey.finish().grid)[5]).toBe(35);
    for (const variant of ['indexed', 'rgba', 'gray'] as const) {
      const back = await importMaskPng(await encodeMaskPng(maskTiles(grid), variant));
      expect(back.channel).toBe(variant === 'gray' ? 'luma' : 'alpha');
      expect(Buffer.compare(whole(back.grid), whole(grid))).toBe(0);
    }
  });
});

describe('MaskImport', () => {
  it('scales by area means or along straight lines, without moving anything', () => {
    const side = fc.integer({ min: 1, max: 90 });
    fc.assert(
      fc.property(side, side, side, side, (width, height, toWidth, toHeight) => {
        const read = new MaskImport(
          width,
          height,
          { width: toWidth, height: toHeight, fit: 'stretch' },
          'luma',
        );
        const row = new Uint8Array(width * 4);
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            row.fill(Math.round(((x + 0.5) / width) * 127 + ((y + 0.5) / height) * 127), x * 4, x * 4 + 3);
          }
          read.addRgba(row);
        }
        const { grid } = read.finish();
        for (let y = 0; y < toHeight; y++) {
          for (let x = 0; x < toWidth; x++) {
            const wanted = ((x + 0.5) / toWidth) * 127 + ((y + 0.5) / toHeight) * 127;
            // Half a source pixel at the borders, where lines end.
            const slack = 1.1 + 64 / width + 64 / height;
            if (Math.abs(grid.valueAt(x, y) - wanted) > slack) {
              expect.fail(`${x},${y}: ${grid.valueAt(x, y)} for ${wanted}`);
            }
          }
        }
      }),
      { numRuns: 80 },
    );
  });

  it('finds the outline of a JPEG mask, whose black and white are not quite that', async () => {
    const [width, height] = [160, 120];
    const grey = Uint8Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return x >= 60 && x < 100 && y >= 40 && y < 80 ? 250 : (i * 7) % 4;
    });
    const jpeg = sharp(grey, { raw: { width, height, channels: 1 } }).jpeg({ quality: 90 });
    const data = await sharp(await jpeg.toBuffer())
      .toColourspace('srgb')
      .ensureAlpha()
      .raw()
      .toBuffer();
    expect(data).toHaveLength(width * height * 4);
    const read = (noise?: number): MaskGrid => {
      const mask = new MaskImport(width, height);
      mask.addRgba(new Uint8Array(data), noise);
      return mask.finish().grid;
    };
    const noisy = read().bounds();
    expect((noisy?.x1 ?? 0) - (noisy?.x0 ?? 0)).toBeGreaterThan(width - 4);
    const clean = read(LOSSY_NOISE);
    // JPEG blocks of 8 px around the square may ring beyond it.
    const { x0 = 0, y0 = 0, x1 = 0, y1 = 0 } = clean.bounds() ?? {};
    expect([x0 >= 56, y0 >= 40, x1 <= 104, y1 <= 80]).toEqual([true, true, true, true]);
    expect(clean.valueAt(80, 60)).toBe(255);
  });

  describe('finds out what is the mask', () => {
    type Color = [red: number, green: number, blue: number, alpha: number];
    const WIDTH = 60;
    const HEIGHT = 40;
    const inSquare = (x: number, y: number): boolean => x >= 20 && x < 40 && y >= 10 && y < 30;
    const WHITE: Color = [255, 255, 255, 255];
    const BLACK: Color = [0, 0, 0, 255];

    /** Reads a PNG of these colours. */
    async function read(at: (x: number, y: number) => Color): ReturnType<typeof importMaskPng> {
      const file = new PNG({ width: WIDTH, height: HEIGHT });
      for (let i = 0; i < WIDTH * HEIGHT; i++) {
        file.data.set(at(i % WIDTH, Math.floor(i / WIDTH)), i * 4);
      }
      return importMaskPng(new Uint8Array(PNG.sync.write(file, { colorType: 6 })));
    }

    /** The clear part of a picture is the square; elsewhere it has these colours. */
    const holed =
      (at: (x: number, y: number) => [number, number, number]) =>
      (x: number, y: number): Color => [...at(x, y), inSquare(x, y) ? 0 : 255];

    const SQUARE: [string, string, (x: number, y: number) => Color][] = [
      ['white on clear black', 'shown', (x, y) => (inSquare(x, y) ? WHITE : [0, 0, 0, 0])],
      ['white on clear white', 'shown', (x, y) => (inSquare(x, y) ? WHITE : [255, 255, 255, 0])],
      [
        'nearly white on clear ground',
        'shown',
        (x, y) => (inSquare(x, y) ? [243, 241, 245, 255] : [9, 9, 9, 0]),
      ],
      ['clear in black', 'alpha', holed(() => [0, 0, 0])],
      ['clear in a photo', 'alpha', holed((x, y) => [x * 4, 200 - y * 4, 90])],
      ['white in black, opaque', 'luma', (x, y) => (inSquare(x, y) ? WHITE : BLACK)],
    ];

    it.each(SQUARE)('a square that is %s', async (_name, channel, at) => {
      const mask = await read(at);
      expect(mask.channel).toBe(channel);
      expect(mask).not.toHaveProperty('other');
      expect(mask.grid.bounds()).toEqual({ x0: 20, y0: 10, x1: 40, y1: 30 });
    });

    it.each([
      ['black and white with a hole', holed((x) => (x < 30 ? [0, 0, 0] : [255, 255, 255]))],
      ['grey with a hole', holed((x) => [x * 4, x * 4, x * 4])],
    ])('leaves it to the person when neither is clear: %s', async (_name, at) => {
      const { channel, grid, other } = await read(at);
      expect([channel, other?.channel]).toEqual(['alpha', 'shown']);
      expect(grid.bounds()).toEqual({ x0: 20, y0: 10, x1: 40, y1: 30 });
      expect(other?.grid.valueAt(30, 20)).toBe(0);
      expect(other?.grid.valueAt(59, 39)).toBeGreaterThan(200);
    });

    it('keeps soft edges of a white drawing', async () => {
      const { grid } = await read((x) => [255, 255, 255, x * 4]);
      expect([grid.valueAt(0, 0), grid.valueAt(9, 7), grid.valueAt(59, 39)]).toEqual([0, 36, 236]);
    });
  });

  describe('of a PNG that was a JPEG', () => {
    const WIDTH = 160;
    const HEIGHT = 120;

    async function read(at: (x: number, y: number) => number): Promise<MaskGrid> {
      const raw = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => at(i % WIDTH, Math.floor(i / WIDTH)));
      const file = await sharp(raw, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } })
        .toColourspace('b-w')
        .png()
        .toBuffer();
      return (await importMaskPng(new Uint8Array(file))).grid;
    }

    it('snaps what is nearly black or nearly white', async () => {
      const grid = await read((x, y) =>
        x >= 60 && x < 100 && y >= 40 && y < 80 ? 250 : (x * 7 + y * 3) % 4,
      );
      expect(grid.bounds()).toEqual({ x0: 60, y0: 40, x1: 100, y1: 80 });
      expect(grid.valueAt(80, 60)).toBe(255);
    });

    it.each([
      ['a stroke of 98 %', (x: number) => (x < 60 ? 250 : 0)],
      ['a soft edge', (x: number) => Math.min(255, Math.max(0, (x - 70) * 32))],
      ['a wide gradient', (x: number) => Math.round((x * 255) / (WIDTH - 1))],
      ['a faint stroke', (x: number) => (x < 60 ? 3 : 0)],
      ['a faint gradient', (x: number) => x % 9],
    ])('leaves every level of a mask that was none: %s', async (_name, at) => {
      const grid = await read(at);
      expect([...whole(grid)]).toEqual(Array.from({ length: WIDTH * HEIGHT }, (_, i) => at(i % WIDTH)));
    });
  });

  it('takes many rows at once and refuses sizes no mask can have', () => {
    const read = new MaskImport(4, 4, { width: 2, height: 2, fit: null });
    read.addRgba(Uint8Array.from({ length: 64 }, (_, i) => (i % 4 === 3 ? ((i >> 2) % 4 < 2 ? 0 : 255) : 9)));
    const { grid, channel } = read.finish();
    expect(channel).toBe('alpha');
    expect([...whole(grid)]).toEqual([255, 0, 255, 0]);
    expect(() => new MaskImport(70_000, 1)).toThrow(RangeError);
  });
});
