import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { PNG_SIGNATURE, concatBytes, pngChunk, readPngChunks, readPngHeader } from '../../comfy/png';
import { MaskGrid } from './mask-grid';
import { gridFromTiles, maskTiles } from './mask-tiles';
import { PngError, decodeMaskPng, readPng, rowAlpha } from './png-read';
import { type MaskPngVariant, encodeMaskPng } from './png-write';

/** A mask that holds every level, soft and flat parts, and reaches its edges. */
function everyLevel(width: number, height: number): MaskGrid {
  const grid = new MaskGrid(width, height);
  const values = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      values[y * width + x] = y < height / 3 ? (x + y * 7) & 255 : y < height / 2 ? 255 : x < 3 ? 128 : 0;
    }
  }
  grid.writeRect({ x0: 0, y0: 0, x1: width, y1: height }, values);
  return grid;
}

function whole(grid: MaskGrid): Uint8Array {
  return grid.readRect({ x0: 0, y0: 0, x1: grid.width, y1: grid.height });
}

function png(
  width: number,
  height: number,
  colorType: number,
  rows: Uint8Array[],
  extra: Uint8Array[] = [],
): Uint8Array {
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([8, colorType, 0, 0, 0], 8);
  return concatBytes([
    PNG_SIGNATURE,
    pngChunk('IHDR', header),
    ...extra,
    pngChunk('IDAT', new Uint8Array(deflateSync(concatBytes(rows)))),
    pngChunk('IEND', new Uint8Array(0)),
  ]);
}

describe('encodeMaskPng', () => {
  it.each([
    [1, 1],
    [256, 256],
    [257, 255],
    [700, 520],
    [3, 900],
  ])(
    'writes %i×%i px that an independent reader reads as alpha = 255 − mask at every level',
    async (width, height) => {
      const grid = everyLevel(width, height);
      for (const variant of ['indexed', 'rgba'] as const) {
        const decoded = PNG.sync.read(Buffer.from(await encodeMaskPng(maskTiles(grid), variant)));
        expect([decoded.width, decoded.height]).toEqual([width, height]);
        const values = whole(grid);
        const wrong = values.findIndex(
          (value, i) => decoded.data[i * 4 + 3] !== 255 - value || decoded.data[i * 4] !== 0,
        );
        expect(wrong).toBe(-1);
      }
    },
  );

  it('writes grey files with white for repaint', async () => {
    const grid = everyLevel(300, 300);
    const decoded = PNG.sync.read(Buffer.from(await encodeMaskPng(maskTiles(grid), 'gray')));
    expect(whole(grid).findIndex((value, i) => decoded.data[i * 4] !== value)).toBe(-1);
  });

  it('writes 8-bit palette files with all 256 entries', async () => {
    const bytes = await encodeMaskPng(maskTiles(new MaskGrid(5, 4)));
    expect(readPngHeader(bytes)).toEqual({
      width: 5,
      height: 4,
      bitDepth: 8,
      colorType: 3,
      interlaced: false,
    });
    const chunks = readPngChunks(bytes);
    expect(chunks.map((chunk) => chunk.type)).toEqual(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);
    expect(chunks[1]?.data).toEqual(new Uint8Array(768));
    expect([...(chunks[2]?.data ?? [])]).toEqual(Array.from({ length: 256 }, (_, i) => 255 - i));
  });

  it('comes back unchanged through our own reader, in every variant with alpha', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 530 }),
        fc.integer({ min: 1, max: 530 }),
        fc.array(
          fc.record({
            x: fc.nat(529),
            y: fc.nat(529),
            w: fc.integer({ min: 1, max: 300 }),
            h: fc.integer({ min: 1, max: 300 }),
            v: fc.nat(255),
          }),
          { maxLength: 5 },
        ),
        fc.constantFrom<MaskPngVariant>('indexed', 'rgba'),
        async (width, height, rects, variant) => {
          const grid = new MaskGrid(width, height);
          for (const { x, y, w, h, v } of rects) {
            grid.writeRect(
              { x0: x, y0: y, x1: x + w, y1: y + h },
              Uint8Array.from({ length: w * h }, (_, i) => (v + (i % 5)) & 255),
            );
          }
          const back = gridFromTiles(await decodeMaskPng(await encodeMaskPng(maskTiles(grid), variant)));
          expect(Buffer.compare(whole(back), whole(grid))).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('splits large pixel data into several chunks', async () => {
    const grid = new MaskGrid(1500, 1500);
    let seed = 1;
    const noise = Uint8Array.from(
      { length: 1500 * 1500 },
      () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 24,
    );
    grid.writeRect({ x0: 0, y0: 0, x1: 1500, y1: 1500 }, noise);
    const bytes = await encodeMaskPng(maskTiles(grid));
    expect(readPngChunks(bytes).filter((chunk) => chunk.type === 'IDAT').length).toBeGreaterThan(3);
    expect(Buffer.compare(whole(gridFromTiles(await decodeMaskPng(bytes))), noise)).toBe(0);
  });
});

describe('readPng', () => {
  it.each([0, 2, 4, 6] as const)(
    'reads colour type %i with every filter, as pngjs wrote it',
    async (colorType) => {
      for (const filterType of [0, 1, 2, 3, 4]) {
        const source = new PNG({
          width: 37,
          height: 29,
          filterType,
          colorType,
          inputColorType: 6,
          inputHasAlpha: true,
        });
        for (let i = 0; i < 37 * 29; i++) {
          const grey = (i * 5) & 255;
          source.data.set(
            [
              grey,
              colorType === 0 || colorType === 4 ? grey : (i * 3) & 255,
              colorType === 0 || colorType === 4 ? grey : i & 255,
              (i * 7) & 255,
            ],
            i * 4,
          );
        }
        const bytes = new Uint8Array(
          PNG.sync.write(source, { colorType, filterType, inputHasAlpha: true, inputColorType: 6 }),
        );
        const wanted = PNG.sync.read(Buffer.from(bytes));
        const alpha = new Uint8Array(37);
        const image = await readPng(bytes, (y, row, head) => {
          rowAlpha(row, head, alpha);
          for (let x = 0; x < 37; x++) {
            const at = (y * 37 + x) * 4;
            if (row[x * head.channels] !== wanted.data[at] || alpha[x] !== wanted.data[at + 3]) {
              expect.fail(`filter ${filterType}, pixel ${x},${y}`);
            }
          }
        });
        expect([image.width, image.height, image.colorType]).toEqual([37, 29, colorType]);
      }
    },
  );

  it('reads transparent palette entries, colours and greys as alpha', async () => {
    const row = (...bytes: number[]): Uint8Array => Uint8Array.of(0, ...bytes);
    const read = async (bytes: Uint8Array): Promise<number[]> => [
      ...whole(gridFromTiles(await decodeMaskPng(bytes))),
    ];
    const palette = pngChunk('PLTE', Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9));
    expect(
      await read(png(3, 1, 3, [row(0, 1, 2)], [palette, pngChunk('tRNS', Uint8Array.of(10, 200))])),
    ).toEqual([245, 55, 0]);
    expect(await read(png(3, 1, 3, [row(0, 1, 2)], [palette]))).toEqual([0, 0, 0]);
    expect(await read(png(2, 1, 0, [row(7, 8)], [pngChunk('tRNS', Uint8Array.of(0, 8))]))).toEqual([0, 255]);
    expect(
      await read(png(2, 1, 2, [row(1, 2, 3, 1, 2, 4)], [pngChunk('tRNS', Uint8Array.of(0, 1, 0, 2, 0, 4))])),
    ).toEqual([0, 255]);
    expect(await read(png(2, 1, 2, [row(1, 2, 3, 1, 2, 4)]))).toEqual([0, 0]);
  });

  it('says what is wrong with a file', async () => {
    const good = await encodeMaskPng(maskTiles(everyLevel(300, 300)));
    const problem = (bytes: Uint8Array): Promise<string> =>
      decodeMaskPng(bytes).then(
        () => 'none',
        (error: unknown) => (error instanceof PngError ? error.problem : String(error)),
      );
    expect(await problem(good)).toBe('none');
    expect(await problem(new TextEncoder().encode('GIF89a and some more bytes to be long enough'))).toBe(
      'not-png',
    );
    expect(await problem(new Uint8Array(0))).toBe('not-png');
    expect(await problem(good.slice(0, 20))).toBe('damaged');
    expect(await problem(good.slice(0, good.length - 400))).toBe('damaged');
    const sixteen = good.slice();
    sixteen[24] = 16;
    expect(await problem(sixteen)).toBe('unsupported');
    const interlaced = good.slice();
    interlaced[28] = 1;
    expect(await problem(interlaced)).toBe('damaged');
    expect(await problem(png(2, 2, 0, [Uint8Array.of(0, 1, 2)]))).toBe('damaged');
    expect(await problem(png(2, 1, 0, [Uint8Array.of(9, 1, 2)]))).toBe('damaged');
  });
});
