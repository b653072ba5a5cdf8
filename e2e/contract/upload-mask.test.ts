import sharp from 'sharp';
import { beforeAll, describe, expect } from 'vitest';
import {
  channelOf,
  colorTypeOf,
  decodePng,
  encodeGreyAlphaPng,
  encodeIndexedPng,
  encodePng,
  picture,
  readTextChunks,
  rgbOf,
  solid,
  withTexts,
} from './pictures';
import { test } from './statement';
import { connect, get, postForm, unique, upload, view, type Answer, type UploadAnswer } from './support';

await connect();

const FOLDER = `contract/${unique('mask')}`;
const TEXTS = { prompt: '{"1": {"inputs": {}}}', workflow: '{"nodes": []}' };

/** An 8×6 picture and masks for it. */
const ORIGINAL = withTexts(encodePng(solid(8, 6, [200, 100, 50, 255]), 'rgb'), TEXTS);
const MASK = encodePng(solid(8, 6, [1, 2, 3, 40]));

const REF = { filename: 'orig.png', subfolder: FOLDER, type: 'input' };

beforeAll(async () => {
  await upload('/upload/image', ORIGINAL, 'orig.png', { subfolder: FOLDER });
});

async function postMask(
  name: string,
  ref: unknown,
  options: { mask?: Uint8Array | string; fields?: Record<string, string> } = {},
): Promise<Answer> {
  return upload('/upload/mask', options.mask ?? MASK, name, {
    original_ref: typeof ref === 'string' ? ref : JSON.stringify(ref),
    subfolder: `${FOLDER}/clipspace`,
    ...options.fields,
  });
}

/** The stored file, or `null`. */
async function stored(name: string, subfolder = `${FOLDER}/clipspace`): Promise<Uint8Array | null> {
  const answer = await get(view({ filename: name, subfolder, type: 'input' }));
  return answer.status === 200 ? answer.bytes : null;
}

async function storedName(answer: Answer): Promise<Uint8Array> {
  expect(answer.status, answer.text).toBe(200);
  const bytes = await stored(answer.json<UploadAnswer>().name);
  if (!bytes) {
    throw new Error('nothing was written');
  }
  return bytes;
}

describe('the composite (API notes §2.2)', () => {
  test('is RGBA: RGB of the original, alpha of the upload, text chunks of the original', async () => {
    const name = `${unique()}.png`;
    const answer = await postMask(name, REF);
    expect(answer.json()).toEqual({ name, subfolder: `${FOLDER}/clipspace`, type: 'input' });
    const bytes = await storedName(answer);
    expect(colorTypeOf(bytes)).toBe(6);
    const image = decodePng(bytes);
    expect([image.width, image.height]).toEqual([8, 6]);
    expect(new Set(channelOf(image, 3))).toEqual(new Set([40]));
    expect([...image.rgba.subarray(0, 3)]).toEqual([200, 100, 50]);
    expect(readTextChunks(bytes)).toEqual(TEXTS);
  });

  test('keeps all 256 levels of alpha, and RGB under every one of them', async () => {
    const original = picture(16, 16, (x, y) => [16 * y + x, 255 - 16 * y - x, (37 * x) & 255, 255]);
    const name = `${unique()}.png`;
    await upload('/upload/image', encodePng(original), name, { subfolder: FOLDER });
    const mask = picture(16, 16, (x, y) => [0, 0, 0, 16 * y + x]);
    const answer = await postMask(`m${name}`, { ...REF, filename: name }, { mask: encodePng(mask) });
    const image = decodePng(await storedName(answer));
    expect(channelOf(image, 3)).toEqual(channelOf(mask, 3));
    expect(rgbOf(image)).toEqual(rgbOf(original));
    const alpha = await get(
      view({ filename: `m${name}`, subfolder: `${FOLDER}/clipspace`, type: 'input', channel: 'a' }),
    );
    expect(channelOf(decodePng(alpha.bytes), 3)).toEqual(channelOf(mask, 3));
  });

  test('takes the alpha of a palette PNG with tRNS, all 256 levels', async () => {
    const original = encodePng(solid(16, 16, [9, 8, 7, 255]), 'rgb');
    const name = `${unique()}.png`;
    await upload('/upload/image', original, name, { subfolder: FOLDER });
    const indices = Uint8Array.from({ length: 256 }, (_, i) => i);
    const mask = encodeIndexedPng(16, 16, indices, (index) => 255 - index);
    const image = decodePng(
      await storedName(await postMask(`m${name}`, { ...REF, filename: name }, { mask })),
    );
    expect(channelOf(image, 3)).toEqual(indices.map((index) => 255 - index));
  });

  test('takes the alpha of a grey PNG with alpha', async () => {
    const mask = encodeGreyAlphaPng(picture(8, 6, (x, y) => [90, 90, 90, 30 * y + x]));
    expect(colorTypeOf(mask)).toBe(4);
    const image = decodePng(await storedName(await postMask(`${unique()}.png`, REF, { mask })));
    expect(channelOf(image, 3)).toEqual(Uint8Array.from({ length: 48 }, (_, i) => 30 * (i >> 3) + (i & 7)));
  });

  test('replaces the alpha of the original; colours under transparent px survive', async () => {
    const original = picture(8, 6, (x, y) => [10 * x, 20 * y, 77, x < 4 ? 0 : 128]);
    const name = `${unique()}.png`;
    await upload('/upload/image', encodePng(original), name, { subfolder: FOLDER });
    const image = decodePng(await storedName(await postMask(`m${name}`, { ...REF, filename: name })));
    expect(rgbOf(image)).toEqual(rgbOf(original));
    expect(new Set(channelOf(image, 3))).toEqual(new Set([40]));
  });

  test.each(['rgb', 'grey'] as const)('a mask without alpha (%s) makes everything opaque', async (kind) => {
    const mask = encodePng(solid(8, 6, [0, 0, 0, 0]), kind);
    const image = decodePng(await storedName(await postMask(`${unique()}.png`, REF, { mask })));
    expect(new Set(channelOf(image, 3))).toEqual(new Set([255]));
  });

  test.each(['zTXt', 'iTXt'] as const)('copies %s texts', async (kind) => {
    const text = kind === 'iTXt' ? '{"t": "画"}' : '{"t": "é"}';
    const bytes = withTexts(encodePng(solid(8, 6, [1, 1, 1, 255])), { workflow: text }, kind);
    const name = `${unique()}.png`;
    await upload('/upload/image', bytes, name, { subfolder: FOLDER });
    const written = await storedName(await postMask(`m${name}`, { ...REF, filename: name }));
    expect(readTextChunks(written)).toEqual({ workflow: text });
  });

  test('of a JPEG is a PNG', async () => {
    const name = `${unique()}.jpg`;
    const jpeg = await sharp({ create: { width: 8, height: 6, channels: 3, background: '#204060' } })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    await upload('/upload/image', jpeg, name, { subfolder: FOLDER });
    const image = decodePng(await storedName(await postMask(`${unique()}.png`, { ...REF, filename: name })));
    expect(image.rgba[0]).toBeGreaterThan(0x1d);
    expect(image.rgba[0]).toBeLessThan(0x23);
    expect(new Set(channelOf(image, 3))).toEqual(new Set([40]));
  });

  test('ignores EXIF: a rotated JPEG takes a mask of its stored size, unrotated', async () => {
    const name = `${unique()}.jpg`;
    const left = { create: { width: 40, height: 60, channels: 3 as const, background: '#ff0000' } };
    const jpeg = await sharp({ create: { width: 80, height: 60, channels: 3, background: '#0000ff' } })
      .composite([{ input: left, left: 0, top: 0 }])
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
      .toBuffer();
    await upload('/upload/image', jpeg, name, { subfolder: FOLDER });
    const shownSize = encodePng(solid(60, 80, [0, 0, 0, 40]));
    const storedSize = encodePng(solid(80, 60, [0, 0, 0, 40]));
    const ref = { ...REF, filename: name };
    expect((await postMask(`${unique()}.png`, ref, { mask: shownSize })).status).toBe(500);
    const bytes = await storedName(await postMask(`${unique()}.png`, ref, { mask: storedSize }));
    const image = decodePng(bytes);
    expect([image.width, image.height]).toEqual([80, 60]);
    const at = (x: number, y: number): number[] => [
      ...image.rgba.subarray((y * 80 + x) * 4, (y * 80 + x) * 4 + 3),
    ];
    for (const y of [5, 55]) {
      expect(at(5, y)[0]).toBeGreaterThan(200);
      expect(at(75, y)[2]).toBeGreaterThan(200);
    }
    expect((await sharp(bytes).metadata()).orientation).toBeUndefined();
  });
});

describe('original_ref (API notes §2.2, §12)', () => {
  test('type defaults to output', async () => {
    const name = `${unique('contract-')}.png`;
    await upload('/upload/image', ORIGINAL, name, { type: 'output' });
    const bytes = await storedName(await postMask(`${unique()}.png`, { filename: name }));
    expect(decodePng(bytes).width).toBe(8);
  });

  test('a path in filename', async () => {
    const ref = { filename: `${FOLDER}/orig.png`, type: 'input' };
    expect(await storedName(await postMask(`${unique()}.png`, ref))).toBeTruthy();
  });

  test('an annotation overrides type, and subfolder still applies', async () => {
    const ref = { filename: 'orig.png [input]', type: 'output', subfolder: FOLDER };
    expect(await storedName(await postMask(`${unique()}.png`, ref))).toBeTruthy();
    const path = { filename: `${FOLDER}/orig.png [input]` };
    expect(await storedName(await postMask(`${unique()}.png`, path))).toBeTruthy();
  });

  test.each<[string, Record<string, unknown>]>([
    ['a missing file', { ...REF, filename: 'absent.png' }],
    ['a type that is none', { ...REF, type: 'bogus' }],
    ['an absolute path', { filename: '/etc/passwd', type: 'input' }],
    ['dots in the name', { ...REF, filename: '../orig.png' }],
    ['dots anywhere in the name', { ...REF, filename: 'or..ig.png' }],
    ['a subfolder that leaves', { ...REF, subfolder: '../..' }],
    ['an absolute subfolder', { ...REF, subfolder: '/' }],
    ['an empty name', { ...REF, filename: '' }],
    ['an annotation without its space', { filename: `${FOLDER}/orig.png[input]` }],
    ['the wrong folder', { ...REF, type: 'temp' }],
  ])('%s: 200 with a name, and nothing written', async (_what, ref) => {
    const name = `${unique()}.png`;
    const answer = await postMask(name, ref);
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({ name, subfolder: `${FOLDER}/clipspace`, type: 'input' });
    expect(await stored(name)).toBeNull();
  });

  test('with overwrite such a 200 leaves the old file in place', async () => {
    const name = `${unique()}.png`;
    const before = await storedName(await postMask(name, REF));
    const answer = await postMask(
      name,
      { ...REF, filename: 'absent.png' },
      { fields: { overwrite: 'true' } },
    );
    expect(answer.status).toBe(200);
    expect(await stored(name)).toEqual(before);
  });
});

describe('destination (API notes §2.2)', () => {
  test('the same mask again gets a new number, because masks are compared with composites', async () => {
    const stem = unique();
    await postMask(`${stem}.png`, REF);
    const second = await postMask(`${stem}.png`, REF);
    expect(second.json<UploadAnswer>().name).toBe(`${stem} (1).png`);
    expect(await storedName(second)).toBeTruthy();
  });

  test('overwrite=true replaces', async () => {
    const name = `${unique()}.png`;
    await postMask(name, REF);
    const mask = encodePng(solid(8, 6, [0, 0, 0, 99]));
    const answer = await postMask(name, REF, { mask, fields: { overwrite: 'true' } });
    expect(answer.json<UploadAnswer>().name).toBe(name);
    expect(decodePng(await storedName(answer)).rgba[3]).toBe(99);
  });

  test('the original may be replaced by its own composite', async () => {
    const name = `${unique()}.png`;
    await upload('/upload/image', ORIGINAL, name, { subfolder: FOLDER });
    const fields = { subfolder: FOLDER, overwrite: 'true' };
    expect((await postMask(name, { ...REF, filename: name }, { fields })).status).toBe(200);
    const bytes = await stored(name, FOLDER);
    expect(bytes && decodePng(bytes).rgba[3]).toBe(40);
    expect(bytes && readTextChunks(bytes)).toEqual(TEXTS);
  });

  test('.webp works, without the texts', async () => {
    const name = `${unique()}.webp`;
    const bytes = await storedName(await postMask(name, REF));
    const { format, width, hasAlpha } = await sharp(bytes).metadata();
    expect({ format, width, hasAlpha }).toEqual({ format: 'webp', width: 8, hasAlpha: true });
  });
});

describe('refused (API notes §2.2, §12)', () => {
  test.each<[string, () => Promise<Answer>]>([
    ['no original_ref', () => upload('/upload/mask', MASK, `${unique()}.png`, { subfolder: FOLDER })],
    ['original_ref that is no JSON', () => postMask(`${unique()}.png`, '{“filename”:”orig.png”}')],
    ['original_ref without filename', () => postMask(`${unique()}.png`, { type: 'input' })],
    ['subfolder null', () => postMask(`${unique()}.png`, { ...REF, subfolder: null })],
    ['a destination .jpg', () => postMask(`${unique()}.jpg`, REF)],
    ['a destination without extension', () => postMask(unique(), REF)],
    ['a mask that is no picture', () => postMask(`${unique()}.png`, REF, { mask: 'no picture' })],
    ['an unknown type field', () => postMask(`${unique()}.png`, REF, { fields: { type: 'bogus' } })],
  ])('%s: 500', async (_what, act) => {
    expect((await act()).status).toBe(500);
  });

  test('a mask of a different size: 500, and nothing is written', async () => {
    const name = `${unique()}.png`;
    const mask = encodePng(solid(16, 12, [0, 0, 0, 40]));
    expect((await postMask(name, REF, { mask })).status).toBe(500);
    expect(await stored(name)).toBeNull();
  });

  test('400 as for /upload/image: no image, leaving the folder', async () => {
    const ref = { name: 'original_ref', body: JSON.stringify(REF) };
    expect((await postForm('/upload/mask', [ref])).status).toBe(400);
    expect((await postForm('/upload/mask', [ref, { name: 'image', filename: '', body: '' }])).status).toBe(
      400,
    );
    expect((await postMask('x.png', REF, { fields: { subfolder: '../..' } })).status).toBe(400);
  });
});
