import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { pngChunk, PNG_SIGNATURE } from '../../comfy/png';
import { readPictureFacts } from './picture-facts';

const WIDTH = 37;
const HEIGHT = 23;

function base(channels: 3 | 4 = 3): Sharp {
  const background = { r: 200, g: 90, b: 30, alpha: 0.5 };
  return sharp({ create: { width: WIDTH, height: HEIGHT, channels, background } });
}

async function animation(): Promise<Sharp> {
  const pages = await Promise.all([base().png().toBuffer(), base().negate().png().toBuffer()]);
  return sharp(pages, { join: { animated: true } });
}

const size = { width: WIDTH, height: HEIGHT };
const plain = { size, orientation: 1, animated: false, alpha: false, depth: 8, grey: false, cmyk: false };

describe('the facts of a picture', () => {
  const made = new Map<string, Uint8Array>();
  const CASES: [string, () => Promise<Uint8Array>, object][] = [
    ['an RGB PNG', () => base().png().toBuffer(), { ...plain, format: 'png' }],
    ['an RGBA PNG', () => base(4).png().toBuffer(), { ...plain, format: 'png', alpha: true }],
    [
      'a grey PNG of 16 bits',
      () => base().toColourspace('grey16').png().toBuffer(),
      { ...plain, format: 'png', depth: 16, grey: true },
    ],
    [
      'a PNG of 16 bits',
      () => base().toColourspace('rgb16').png().toBuffer(),
      { ...plain, format: 'png', depth: 16 },
    ],
    ['a JPEG', () => base().jpeg().toBuffer(), { ...plain, format: 'jpeg' }],
    ['a progressive JPEG', () => base().jpeg({ progressive: true }).toBuffer(), { ...plain, format: 'jpeg' }],
    [
      'a CMYK JPEG',
      () => base().toColourspace('cmyk').jpeg().toBuffer(),
      { ...plain, format: 'jpeg', cmyk: true },
    ],
    [
      'a grey JPEG',
      () => base().toColourspace('b-w').jpeg().toBuffer(),
      { ...plain, format: 'jpeg', grey: true },
    ],
    ['a lossy WebP', () => base().webp().toBuffer(), { ...plain, format: 'webp' }],
    ['a lossless WebP', () => base().webp({ lossless: true }).toBuffer(), { ...plain, format: 'webp' }],
    [
      'a WebP with alpha',
      () => base(4).webp({ lossless: true }).toBuffer(),
      { ...plain, format: 'webp', alpha: true },
    ],
    [
      'an animated WebP',
      async () => (await animation()).webp().toBuffer(),
      { ...plain, format: 'webp', animated: true },
    ],
    ['a GIF', () => base().gif().toBuffer(), { ...plain, format: 'gif' }],
    [
      'an animated GIF',
      async () => (await animation()).gif().toBuffer(),
      { format: 'gif', size, animated: true },
    ],
    ...([2, 3, 4, 5, 6, 7, 8] as const).flatMap(
      (orientation): [string, () => Promise<Uint8Array>, object][] => [
        [
          `a JPEG turned ${orientation}`,
          () => base().withMetadata({ orientation }).jpeg().toBuffer(),
          { ...plain, format: 'jpeg', orientation },
        ],
        [
          `a WebP turned ${orientation}`,
          () => base().withMetadata({ orientation }).webp().toBuffer(),
          { format: 'webp', size, orientation },
        ],
        [
          `a PNG turned ${orientation}`,
          () => base().withMetadata({ orientation }).png().toBuffer(),
          { ...plain, format: 'png', orientation },
        ],
      ],
    ),
  ];

  beforeAll(async () => {
    for (const [name, make] of CASES) {
      made.set(name, await make());
    }
  });

  it.each(CASES)('of %s', (name, _make, expected) => {
    expect(readPictureFacts(made.get(name) as Uint8Array)).toMatchObject({ ...expected, complete: true });
  });

  it.each(CASES)('tell when %s was cut short', (name) => {
    const bytes = made.get(name) as Uint8Array;
    for (const share of [0.5, 0.8]) {
      expect(readPictureFacts(bytes.subarray(0, Math.floor(bytes.length * share))).complete).toBe(false);
    }
  });

  it('of an animated PNG', () => {
    const header = new Uint8Array([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
    const bytes = Buffer.concat([
      PNG_SIGNATURE,
      pngChunk('IHDR', header),
      pngChunk('acTL', new Uint8Array(8)),
      pngChunk('IDAT', deflateSync(new Uint8Array(4))),
      pngChunk('IEND', new Uint8Array(0)),
    ]);
    expect(readPictureFacts(bytes)).toMatchObject({ animated: true, size: { width: 1, height: 1 } });
  });

  it.each([
    ['tiff', [0x49, 0x49, 0x2a, 0]],
    ['psd', [0x38, 0x42, 0x50, 0x53]],
    ['heic', [0, 0, 0, 24, ...Buffer.from('ftypheic')]],
    ['avif', [0, 0, 0, 24, ...Buffer.from('ftypavif')]],
    ['svg', [...Buffer.from('<?xml version="1.0"?><svg xmlns="x">')]],
    [null, [...Buffer.from('hello, this is a text')]],
    [null, []],
  ])('know %s by its first bytes', (format, bytes) => {
    expect(readPictureFacts(Uint8Array.from(bytes)).format).toBe(format);
  });

  it('come out of any bytes without an error', () => {
    const starts = [[0x89, 0x50, 0x4e, 0x47], [0xff, 0xd8, 0xff], [...Buffer.from('GIF89a')], []];
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 400 }), (start, rest) => {
        expect(() => readPictureFacts(Uint8Array.from([...start, ...rest]))).not.toThrow();
      }),
    );
  });
});
