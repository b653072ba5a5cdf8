import { describe, expect, it } from 'vitest';
import { ComfyClient } from '../../comfy/client';
import type { FileRef } from '../../comfy/file-ref';
import { pngChunk, readPngChunks } from '../../comfy/png';
import { readPng } from '../mask/png-read';
import { encodePng } from '../mask/png-write';
import type { EditorPicture } from '../model/editor-types';
import { openPicture } from './open-picture';
import {
  ADOBE_PRIMARIES,
  gammaCurve,
  jpegWithProfile,
  P3_PRIMARIES,
  profile,
  SRGB_FORMULA,
  SRGB_PRIMARIES,
  srgbTable,
  webpWithProfile,
} from './testing/profiles';

const ref: FileRef = { filename: 'cat.x', subfolder: '', type: 'output' };
const ADOBE = profile(ADOBE_PRIMARIES, gammaCurve(2.19921875));
const P3 = profile(P3_PRIMARIES, SRGB_FORMULA);

type Color = readonly number[];
const COLORS: Color[] = [
  [200, 50, 50],
  [20, 20, 20],
  [50, 200, 60],
  [128, 128, 128],
];

/** Opens the file that a server has, and what it was stored as, if at all. */
async function opened(bytes: Uint8Array): Promise<{ picture: EditorPicture; stored: Uint8Array | null }> {
  const uploads: File[] = [];
  const client = new ComfyClient({
    baseUrl: 'http://comfy.test',
    fetch: (_input, init) => {
      if (init?.method !== 'POST') {
        return Promise.resolve(new Response(bytes.slice()));
      }
      const file = (init.body as FormData).get('image') as File;
      uploads.push(file);
      return Promise.resolve(Response.json({ name: file.name, subfolder: 'darkroom', type: 'input' }));
    },
  });
  const picture = await openPicture(client, ref, new AbortController().signal);
  return { picture, stored: uploads[0] ? new Uint8Array(await uploads[0].arrayBuffer()) : null };
}

async function pngOf(
  rows: readonly (readonly Color[])[],
  chunks: Uint8Array[] = [],
  colorType?: number,
): Promise<Uint8Array> {
  const width = rows[0]?.length ?? 0;
  const type = colorType ?? (rows[0]?.[0]?.length === 4 ? 6 : 2);
  const filtered = rows.map((row) => Uint8Array.from([0, ...row.flat()]));
  return encodePng({ width, height: rows.length }, type, filtered, chunks);
}

async function iccp(icc: Uint8Array): Promise<Uint8Array> {
  const packed = new Blob([icc.slice()]).stream().pipeThrough(new CompressionStream('deflate'));
  return pngChunk(
    'iCCP',
    Uint8Array.of(65, 0, 0, ...new Uint8Array(await new Response(packed).arrayBuffer())),
  );
}

/** The pixels of a PNG, read without a canvas. */
async function pixelsOf(png: Uint8Array | null): Promise<number[][]> {
  const pixels: number[][] = [];
  await readPng(png ?? new Uint8Array(0), (_, row, { channels, width }) => {
    for (let x = 0; x < width; x++) {
      pixels.push([...row.subarray(x * channels, (x + 1) * channels)]);
    }
  });
  return pixels;
}

/** As the picture's own pixels would be seen: this browser's colours of the file. */
async function shownBy(file: Uint8Array): Promise<number[][]> {
  const bitmap = await createImageBitmap(new Blob([file.slice()]));
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
  context?.drawImage(bitmap, 0, 0);
  const data = context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? new Uint8ClampedArray();
  return Array.from({ length: data.length / 4 }, (_, at) => [...data.subarray(at * 4, at * 4 + 3)]);
}

/** A canvas of plain colours, 16 px each, as the browser encodes it. */
async function encoded(type: string): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(COLORS.length * 16, 16);
  const context = canvas.getContext('2d');
  COLORS.forEach((color, at) => {
    if (context) {
      context.fillStyle = `rgb(${color.join()})`;
      context.fillRect(at * 16, 0, 16, 16);
    }
  });
  return new Uint8Array(await (await canvas.convertToBlob({ type, quality: 1 })).arrayBuffer());
}

/** A profile with bytes at its end that nothing refers to. */
function padded(icc: Uint8Array, length: number): Uint8Array {
  const large = new Uint8Array(length);
  large.set(icc);
  new DataView(large.buffer).setUint32(0, length);
  return large;
}

const SIZE = { width: COLORS.length * 16, height: 16 };

describe('a picture with a colour profile of its own', () => {
  const FILES: [string, () => Promise<Uint8Array>][] = [
    ['a PNG with Display P3', async () => pngOf([COLORS], [await iccp(P3)])],
    ['a PNG with Adobe RGB', async () => pngOf([COLORS], [await iccp(ADOBE)])],
    [
      'a PNG with primaries and gamma',
      async () => pngOf([COLORS], [pngChunk('gAMA', Uint8Array.of(0, 1, 0x86, 0xa0))]),
    ],
    ['a JPEG with Adobe RGB', async () => jpegWithProfile(await encoded('image/jpeg'), ADOBE)],
    [
      'a JPEG with a profile in many parts',
      async () => jpegWithProfile(await encoded('image/jpeg'), P3, 100),
    ],
    ['a WebP with Display P3', async () => webpWithProfile(await encoded('image/webp'), P3, SIZE)],
    [
      'a grey PNG with another gamma',
      async () => pngOf([[[9], [20], [60], [200]]], [await iccp(profile('grey', gammaCurve(1.8)))], 0),
    ],
  ];

  it.each(FILES)('is edited as a copy in the colours it is shown in: %s', async (_name, make) => {
    const file = await make();
    const { picture, stored } = await opened(file);
    expect(picture.notes).toEqual(['profile']);
    expect(picture).toMatchObject({ ref: { filename: 'cat-rgb.png', type: 'input' }, readable: true });
    const copy = (await pixelsOf(stored)).map((pixel) => pixel.slice(0, 3));
    expect(copy).toEqual(await shownBy(file));
    // Without a profile, the copy's numbers mean these colours to everybody.
    const types = readPngChunks(stored ?? new Uint8Array(0)).map(({ type }) => type);
    expect(types.filter((type) => ['iCCP', 'gAMA', 'cHRM', 'cICP'].includes(type))).toEqual([]);
  });

  it('has other colours in the copy', async () => {
    const { stored } = await opened(await pngOf([COLORS], [await iccp(P3)]));
    const [red] = await pixelsOf(stored);
    expect(red?.slice(0, 3).map((value, at) => Math.abs(value - ([218, 24, 41][at] ?? 0)) <= 1)).toEqual([
      true,
      true,
      true,
    ]);
  });
});

describe('a picture whose profile is sRGB, whoever made it', () => {
  const rounded = SRGB_PRIMARIES.map(
    (xyz) => xyz.map((value) => Number(value.toFixed(3))) as [number, number, number],
  );
  it.each([
    ['by its formula', profile(SRGB_PRIMARIES, SRGB_FORMULA)],
    ['by a table of 1024 points', profile(SRGB_PRIMARIES, srgbTable(1024))],
    ['by a table of 64 points', profile(SRGB_PRIMARIES, srgbTable(64))],
    ['with rounded primaries', profile(rounded, SRGB_FORMULA)],
    ['of grey', profile('grey', srgbTable(1024))],
    ['as large as printers’ tables', padded(profile(SRGB_PRIMARIES, srgbTable(1024)), 700_000)],
    ['damaged', new Uint8Array(200)],
  ])('is edited as it is: %s', async (name, icc) => {
    const grey = name === 'of grey';
    const png = await pngOf(grey ? [[[9], [20]]] : [COLORS], [await iccp(icc)], grey ? 0 : 2);
    const files = grey ? [png] : [png, jpegWithProfile(await encoded('image/jpeg'), icc)];
    for (const file of files) {
      const { picture, stored } = await opened(file);
      expect(stored).toBeNull();
      expect(picture.ref).toEqual(ref);
      expect(picture).not.toHaveProperty('notes');
    }
  });
});

describe('the copy of a transparent picture', () => {
  /** Wider than what is read at once; clear pixels have colours of their own. */
  const WIDTH = 2100;
  const HEIGHT = 300;
  const rows = Array.from({ length: HEIGHT }, (_, y) =>
    Array.from({ length: WIDTH }, (_x, x) => [x % 256, y % 256, (x * y) % 256, (x + y * 3) % 256]),
  );

  /** eXIf of nothing but an orientation. */
  const turned = (orientation: number): Uint8Array =>
    pngChunk(
      'eXIf',
      Uint8Array.of(
        77,
        77,
        0,
        42,
        0,
        0,
        0,
        8,
        0,
        1,
        1,
        18,
        0,
        3,
        0,
        0,
        0,
        1,
        0,
        orientation,
        0,
        0,
        0,
        0,
        0,
        0,
      ),
    );

  /** Where a stored pixel is shown, as EXIF defines it: of x and y, and how far it is to the far sides. */
  const PLACES: [orientation: number, shownAt: (x: number, y: number) => [number, number]][] = [
    [2, (x, y) => [WIDTH - 1 - x, y]],
    [3, (x, y) => [WIDTH - 1 - x, HEIGHT - 1 - y]],
    [4, (x, y) => [x, HEIGHT - 1 - y]],
    [5, (x, y) => [y, x]],
    [6, (x, y) => [HEIGHT - 1 - y, x]],
    [7, (x, y) => [HEIGHT - 1 - y, WIDTH - 1 - x]],
    [8, (x, y) => [y, WIDTH - 1 - x]],
  ];

  it.each(PLACES)('keeps the colours under its transparency when it is turned: %i', async (way, shownAt) => {
    const { picture, stored } = await opened(await pngOf(rows, [turned(way)]));
    expect(picture.notes).toEqual(['turned', 'transparent']);
    const shown = await createImageBitmap(new Blob([(stored ?? new Uint8Array(0)).slice()]));
    expect([picture.width, picture.height]).toEqual([shown.width, shown.height]);
    expect(shown.width).toBe(way < 5 ? WIDTH : HEIGHT);
    const pixels = await pixelsOf(stored);
    const wrong = rows.flatMap((row, y) =>
      row.flatMap((pixel, x) => {
        const [toX, toY] = shownAt(x, y);
        const copied = pixels[toY * picture.width + toX];
        return copied?.join() === pixel.join() ? [] : [`${x},${y}: ${copied?.join()} for ${pixel.join()}`];
      }),
    );
    expect(wrong.slice(0, 9)).toEqual([]);
  });

  it('keeps its alpha and converts clear colours like all others', async () => {
    const chunk = await iccp(P3);
    const sprite = COLORS.map((color, at) => [...color, [0, 1, 100, 255][at] ?? 0]);
    const { picture, stored } = await opened(await pngOf([sprite], [chunk]));
    expect(picture.notes).toEqual(['profile', 'transparent']);
    expect(picture.source).toContain('channel=rgb');
    const pixels = await pixelsOf(stored);
    expect(pixels.map(([, , , alpha]) => alpha)).toEqual([0, 1, 100, 255]);
    const opaque = await shownBy(await pngOf([COLORS], [chunk]));
    expect(pixels.map((pixel) => pixel.slice(0, 3))).toEqual(opaque);
  });
});
