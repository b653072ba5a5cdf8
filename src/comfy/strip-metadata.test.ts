import fc from 'fast-check';
import sharp, { type OutputInfo, type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { readMediaText } from './media-text';
import { concatBytes, insertPngText, pngChunk, readPngChunks } from './png';
import { stripMetadata } from './strip-metadata';

const SECRET = 'a secret prompt';

/** A picture with a gradient and an edge, so that a wrong pixel is seen. */
function picture(channels: 3 | 4 = 3): Sharp {
  const [width, height] = [40, 24];
  const raw = new Uint8Array(width * height * channels);
  raw.forEach((_, at) => (raw[at] = (at * 7 + (at >> 5)) % 256));
  return sharp(raw, { raw: { width, height, channels } });
}

/** The picture with EXIF that says how it was made, and how it is turned. */
function told(channels: 3 | 4 = 3, orientation?: number): Sharp {
  const exif = { IFD0: { Make: `prompt:{"1":"${SECRET}"}` } };
  const turned = orientation === undefined ? {} : { orientation };
  return picture(channels).withMetadata(turned).withExifMerge(exif).withIccProfile('p3');
}

async function pixels(file: Uint8Array): Promise<{ data: Buffer; info: OutputInfo }> {
  return sharp(file).raw().toBuffer({ resolveWithObject: true });
}

/** Strips, and checks what must hold of every file: same pixels, no secret. */
async function strip(file: Uint8Array): Promise<Uint8Array> {
  const clean = stripMetadata(file);
  if (!clean) {
    throw new Error('nothing came of it');
  }
  expect(await pixels(clean)).toEqual(await pixels(file));
  expect(Buffer.from(clean).includes(SECRET)).toBe(false);
  expect([...(await readMediaText(clean))]).toEqual([]);
  return clean;
}

describe('a clean copy', () => {
  it('of a PNG has its pixels, transparency and profile, and no text', async () => {
    const bare = new Uint8Array(await told(4).png().toBuffer());
    const file = insertPngText(bare, [
      ['prompt', SECRET],
      ['workflow', `${SECRET} 漢字`],
    ]);
    expect(Buffer.from(file).includes(SECRET)).toBe(true);
    const clean = await strip(file);
    const types = readPngChunks(clean).map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['IHDR', 'iCCP', 'IDAT', 'IEND']));
    expect(types.filter((type) => /text|exif/i.test(type))).toEqual([]);
  });

  it('of a PNG drops what follows its end, and private chunks', async () => {
    const bare = new Uint8Array(await picture().png().toBuffer());
    const secret = new TextEncoder().encode(SECRET);
    const end = bare.length - 12;
    const file = concatBytes([bare.subarray(0, end), pngChunk('prIv', secret), bare.subarray(end), secret]);
    expect(await strip(file)).toEqual(bare);
  });

  it('of an animated PNG keeps its frames byte by byte', () => {
    const frames = ['IHDR', 'acTL', 'fcTL', 'IDAT', 'fcTL', 'fdAT', 'IEND'].map((type, i) =>
      pngChunk(type, Uint8Array.of(i, i)),
    );
    const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
    const comment = pngChunk('comf', new TextEncoder().encode(`prompt\0${SECRET}`));
    const file = concatBytes([signature, ...frames.slice(0, 4), comment, ...frames.slice(4)]);
    expect(stripMetadata(file)).toEqual(concatBytes([signature, ...frames]));
  });

  it.each([
    ['baseline', { progressive: false }],
    ['progressive', { progressive: true }],
  ])('of a %s JPEG has its pixels and profile', async (_, options) => {
    const file = new Uint8Array(await told().jpeg(options).toBuffer());
    const clean = await strip(concatBytes([file, new TextEncoder().encode(SECRET)]));
    expect((await sharp(clean).metadata()).icc).toEqual((await sharp(file).metadata()).icc);
    expect((await sharp(clean).metadata()).exif).toBeUndefined();
  });

  it('of a JPEG keeps restart markers and stuffed bytes in its scan', () => {
    const scan = [0xff, 0xda, 0, 4, 1, 2, 9, 0xff, 0, 7, 0xff, 0xd3, 5];
    const end = [0xff, 0xd9];
    const comment = [0xff, 0xfe, 0, 3, 65];
    const file = Uint8Array.of(0xff, 0xd8, ...comment, ...scan, ...comment, ...end, 1, 2);
    expect(stripMetadata(file)).toEqual(Uint8Array.of(0xff, 0xd8, ...scan, ...end));
  });

  it.each([
    ['lossy', { quality: 80 }, 3 as const],
    ['lossless, with transparency', { lossless: true }, 4 as const],
  ])('of a WebP that is %s has its pixels and profile', async (_, options, channels) => {
    const file = new Uint8Array(await told(channels).webp(options).toBuffer());
    expect(Buffer.from(file).includes(SECRET)).toBe(true);
    const clean = await strip(file);
    const after = await sharp(clean).metadata();
    expect(after.icc).toEqual((await sharp(file).metadata()).icc);
    expect(after.exif).toBeUndefined();
    // The size in the header is that of the file.
    expect(new DataView(clean.buffer).getUint32(4, true)).toBe(clean.length - 8);
  });

  it.each([['jpeg'], ['webp'], ['png']] as const)('of a %s stays turned as it was', async (format) => {
    const file = new Uint8Array(await told(3, 6).toFormat(format).toBuffer());
    expect((await sharp(file).metadata()).orientation).toBe(6);
    const clean = await strip(file);
    expect((await sharp(clean).metadata()).orientation).toBe(6);
  });

  it('of a clean file is that file', async () => {
    for (const format of ['png', 'jpeg', 'webp'] as const) {
      const once = stripMetadata(new Uint8Array(await told().toFormat(format).toBuffer()));
      expect(once && stripMetadata(once)).toEqual(once);
    }
  });
});

describe('no clean copy', () => {
  it('comes of other files, or of parts of files', async () => {
    const gif = new Uint8Array(await picture().gif().toBuffer());
    expect(stripMetadata(gif)).toBeNull();
    expect(stripMetadata(new Uint8Array())).toBeNull();
    for (const format of ['png', 'jpeg', 'webp'] as const) {
      const file = new Uint8Array(await told().toFormat(format).toBuffer());
      expect(stripMetadata(file.subarray(0, file.length - 20))).toBeNull();
    }
  });

  it('fails, whatever the bytes are', () => {
    const starts = fc.constantFrom(
      [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
      [0xff, 0xd8, 0xff],
      [...Buffer.from('RIFF\x40\0\0\0WEBP')],
    );
    fc.assert(
      fc.property(starts, fc.uint8Array({ maxLength: 200 }), (start, rest) => {
        expect(() => stripMetadata(concatBytes([Uint8Array.from(start), rest]))).not.toThrow();
      }),
    );
  });
});
