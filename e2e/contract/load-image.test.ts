import sharp from 'sharp';
import { describe, expect } from 'vitest';
import type { ApiGraph, NodeLink } from '../../src/comfy/graph';
import { difference, fromBytes, invert, map, toBytes, type Plane } from './floats';
import { emptyImage, node, previewImage, saveImage } from './graphs';
import {
  channelOf,
  decodePng,
  encodeGreyAlphaPng,
  encodeIndexedPng,
  encodePng,
  picture,
  rgbOf,
  solid,
  type Channel,
  type Picture,
} from './pictures';
import { test } from './statement';
import {
  connect,
  download,
  finished,
  get,
  imagesOf,
  post,
  run,
  unique,
  upload,
  type HistoryItem,
  type PromptAnswer,
} from './support';

const server = await connect();

/** RGB in which each level of alpha occurs once. */
const PICTURE = picture(16, 16, (x, y) => [16 * x, 255 - 16 * y, (x * y) & 255, 16 * y + x]);
const INDICES = Uint8Array.from({ length: 256 }, (_, i) => i);

async function store(
  bytes: Uint8Array,
  extension = 'png',
  fields: Record<string, string> = {},
): Promise<string> {
  const name = `${unique('contract-load-')}.${extension}`;
  expect((await upload('/upload/image', bytes, name, fields)).status).toBe(200);
  return name;
}

/** A graph that shows IMAGE `rgb` and MASK `mask` of a LoadImage. */
function loadGraph(image: string, loader = 'LoadImage'): ApiGraph {
  return {
    load: node(loader, { image }),
    rgb: previewImage(['load', 0]),
    grey: node('MaskToImage', { mask: ['load', 1] }),
    mask: previewImage(['grey', 0]),
  };
}

async function shown(item: HistoryItem, id: string): Promise<Picture[]> {
  return Promise.all(imagesOf(item, id).map(async (file) => decodePng(await download(file))));
}

async function load(image: string, loader?: string): Promise<{ rgb: Picture; mask: Picture }> {
  const item = await run(loadGraph(image, loader));
  const [[rgb], [mask]] = [await shown(item, 'rgb'), await shown(item, 'mask')];
  if (!rgb || !mask) {
    throw new Error('no picture');
  }
  return { rgb, mask };
}

async function loadMask(image: string, channel: string): Promise<Picture> {
  const item = await run({
    load: node('LoadImageMask', { image, channel }),
    grey: node('MaskToImage', { mask: ['load', 0] }),
    mask: previewImage(['grey', 0]),
  });
  const [mask] = await shown(item, 'mask');
  if (!mask) {
    throw new Error('no picture');
  }
  return mask;
}

function planeOf(image: Picture, channel: Channel): Plane {
  return fromBytes(image.width, image.height, channelOf(image, channel));
}

/**
 * How newer servers (PyAV) load a byte of a picture that is neither RGB, RGBA nor palette: as k × 256 / 65535
 * instead of k / 255. White is 0.996, not 1, and every level but 0 is saved one lower. Older servers are exact.
 */
function loaded(width: number, height: number, bytes: ArrayLike<number>): Plane {
  const exact = fromBytes(width, height, bytes);
  return server.does('newPixels') ? map(exact, (value) => Math.fround(value * (255 * 256)) / 65535) : exact;
}

const size = (image: Picture): [number, number] => [image.width, image.height];

describe('IMAGE and MASK (API notes §7.2)', () => {
  test('RGBA: colours as stored, mask = 1 - alpha, all 256 levels', async () => {
    const { rgb, mask } = await load(await store(encodePng(PICTURE)));
    expect(rgbOf(rgb)).toEqual(rgbOf(PICTURE));
    expect(channelOf(mask, 0)).toEqual(toBytes(invert(planeOf(PICTURE, 3))));
  });

  test('alpha 51 is 204 in the mask', async () => {
    const { mask } = await load(await store(encodePng(solid(3, 2, [9, 9, 9, 51]))));
    expect(size(mask)).toEqual([3, 2]);
    expect(new Set(channelOf(mask, 0))).toEqual(new Set([204]));
  });

  test.each(['rgb', 'grey'] as const)('without alpha (%s) the mask is 64×64 zeros', async (kind) => {
    const { rgb, mask } = await load(await store(encodePng(PICTURE, kind)));
    expect(size(rgb)).toEqual([16, 16]);
    expect(size(mask)).toEqual([64, 64]);
    expect(new Set(channelOf(mask, 0))).toEqual(new Set([0]));
  });

  test('grey: the level in all three channels, slightly darker on newer servers', async () => {
    const levels = picture(16, 16, (x, y) => [16 * y + x, 16 * y + x, 16 * y + x, 255]);
    const { rgb } = await load(await store(encodePng(levels, 'grey')));
    for (const channel of [0, 1, 2] as const) {
      expect(channelOf(rgb, channel)).toEqual(toBytes(loaded(16, 16, channelOf(levels, 0))));
    }
  });

  test('grey with alpha: both slightly darker on newer servers', async () => {
    const levels = picture(16, 16, (x, y) => [16 * y + x, 16 * y + x, 16 * y + x, 255 - 16 * y - x]);
    const { rgb, mask } = await load(await store(encodeGreyAlphaPng(levels)));
    expect(channelOf(rgb, 0)).toEqual(toBytes(loaded(16, 16, channelOf(levels, 0))));
    expect(channelOf(mask, 0)).toEqual(toBytes(invert(loaded(16, 16, channelOf(levels, 3)))));
  });

  test('a palette with transparency', async () => {
    const bytes = encodeIndexedPng(16, 16, INDICES, (index) => 255 - index);
    const { rgb, mask } = await load(await store(bytes));
    expect(channelOf(rgb, 0)).toEqual(INDICES);
    const alpha = fromBytes(
      16,
      16,
      INDICES.map((index) => 255 - index),
    );
    expect(channelOf(mask, 0)).toEqual(toBytes(invert(alpha)));
  });

  test('an opaque palette: newer servers make a mask of its size', async () => {
    const bytes = await sharp(Buffer.from(PICTURE.rgba), { raw: { width: 16, height: 16, channels: 4 } })
      .removeAlpha()
      .png({ palette: true, colours: 8 })
      .toBuffer();
    const { mask } = await load(await store(bytes));
    expect(size(mask)).toEqual(server.does('newPixels') ? [16, 16] : [64, 64]);
    expect(new Set(channelOf(mask, 0))).toEqual(new Set([0]));
  });

  test('a JPEG', async () => {
    const bytes = await sharp({ create: { width: 33, height: 21, channels: 3, background: '#4080c0' } })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const { rgb, mask } = await load(await store(bytes, 'jpg'));
    expect(size(rgb)).toEqual([33, 21]);
    expect(size(mask)).toEqual([64, 64]);
    expect(difference(rgb.rgba.subarray(0, 3), [0x40, 0x80, 0xc0])).toBeLessThanOrEqual(3);
  });

  test('EXIF orientation is applied: a rotated JPEG comes out upright', async () => {
    const left = { create: { width: 40, height: 60, channels: 3 as const, background: '#ff0000' } };
    const bytes = await sharp({ create: { width: 80, height: 60, channels: 3, background: '#0000ff' } })
      .composite([{ input: left, left: 0, top: 0 }])
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const { rgb } = await load(await store(bytes, 'jpg'));
    expect(size(rgb)).toEqual([60, 80]);
    const at = (x: number, y: number): number => (y * 60 + x) * 4;
    expect(rgb.rgba[at(30, 5)]).toBeGreaterThan(200);
    expect(rgb.rgba[at(30, 75) + 2]).toBeGreaterThan(200);
  });

  test('a lossless WebP with alpha, newer servers up to two levels off', async () => {
    const bytes = await sharp(Buffer.from(PICTURE.rgba), { raw: { width: 16, height: 16, channels: 4 } })
      .webp({ lossless: true, exact: true })
      .toBuffer();
    const { rgb, mask } = await load(await store(bytes, 'webp'));
    const tolerance = server.does('newPixels') ? 2 : 0;
    expect(difference(rgbOf(rgb), rgbOf(PICTURE))).toBeLessThanOrEqual(tolerance);
    const expected = toBytes(invert(planeOf(PICTURE, 3)));
    expect(difference(channelOf(mask, 0), expected)).toBeLessThanOrEqual(tolerance);
  });

  test('an animated GIF is a batch', async () => {
    const frames = Buffer.concat([10, 120, 240].map((level) => Buffer.alloc(32 * 32 * 3, level)));
    const bytes = await sharp(frames, { raw: { width: 32, height: 96, channels: 3, pageHeight: 32 } })
      .gif({ delay: [100, 100, 100] })
      .toBuffer();
    const item = await run(loadGraph(await store(bytes, 'gif')));
    expect(imagesOf(item, 'rgb')).toHaveLength(3);
  });
});

describe('LoadImageMask (API notes §7.2)', () => {
  test.each([
    ['red', 0],
    ['green', 1],
    ['blue', 2],
  ] as const)('%s is taken as it is', async (channel, index) => {
    const mask = await loadMask(await store(encodePng(PICTURE)), channel);
    expect(channelOf(mask, 0)).toEqual(channelOf(PICTURE, index));
  });

  test('alpha is inverted', async () => {
    const mask = await loadMask(await store(encodePng(PICTURE)), 'alpha');
    expect(channelOf(mask, 0)).toEqual(toBytes(invert(planeOf(PICTURE, 3))));
  });

  test('an RGB picture of greys by red: all 256 levels exactly, white = masked', async () => {
    const levels = picture(16, 16, (x, y) => [16 * y + x, 16 * y + x, 16 * y + x, 255]);
    const mask = await loadMask(await store(encodePng(levels, 'rgb')), 'red');
    expect(channelOf(mask, 0)).toEqual(channelOf(levels, 0));
  });

  test('a grey picture by red: white is 0.996 on newer servers, so nothing is fully masked', async () => {
    const name = await store(encodePng(solid(16, 16, [255, 255, 255, 255]), 'grey'));
    const item = await run({
      load: node('LoadImageMask', { image: name, channel: 'red' }),
      full: node('ThresholdMask', { mask: ['load', 0], value: 0.999 }),
      grey: node('MaskToImage', { mask: ['full', 0] }),
      mask: previewImage(['grey', 0]),
    });
    const [mask] = await shown(item, 'mask');
    expect(new Set(mask && channelOf(mask, 0))).toEqual(new Set([server.does('newPixels') ? 0 : 255]));
  });

  test('alpha of an opaque picture: zeros, 64×64 on newer servers', async () => {
    const mask = await loadMask(await store(encodePng(PICTURE, 'rgb')), 'alpha');
    expect(size(mask)).toEqual(server.does('newPixels') ? [64, 64] : [16, 16]);
    expect(new Set(channelOf(mask, 0))).toEqual(new Set([0]));
  });
});

describe('names (API notes §7.1)', () => {
  test('a folder in the name, and each annotation', async () => {
    const bytes = encodePng(solid(5, 4, [1, 2, 3, 255]));
    for (const type of ['input', 'output', 'temp']) {
      const name = await store(bytes, 'png', { subfolder: 'contract', type });
      const { rgb } = await load(`contract/${name} [${type}]`);
      expect(size(rgb)).toEqual([5, 4]);
    }
    const bare = await store(bytes, 'png', { subfolder: 'contract' });
    expect(size((await load(`contract/${bare}`)).rgb)).toEqual([5, 4]);
  });

  test('names beyond ASCII', async () => {
    const name = `${unique('contract-load-')}画 é.png`;
    await upload('/upload/image', encodePng(solid(5, 4, [1, 2, 3, 255])), name);
    expect(size((await load(name)).rgb)).toEqual([5, 4]);
  });

  test('a file saved by another run', async () => {
    const saved = await run({
      '1': emptyImage(6, 3, 0x0a0b0c),
      '2': saveImage(['1', 0], `contract/${unique()}`),
    });
    const [file] = imagesOf(saved, '2');
    const value = `${file?.subfolder}/${file?.filename} [output]`;
    for (const loader of ['LoadImage', 'LoadImageOutput']) {
      const { rgb } = await load(value, loader);
      expect([...rgb.rgba.subarray(0, 3)]).toEqual([10, 11, 12]);
    }
  });

  test('LoadImageOutput looks in input/ for a bare name', async () => {
    const name = await store(encodePng(solid(2, 2, [0, 0, 0, 255])), 'png', { type: 'output' });
    const links: NodeLink = ['1', 0];
    const graph = { '1': node('LoadImageOutput', { image: name }), '2': previewImage(links) };
    const answer = await post('/prompt', { prompt: graph });
    expect(answer.status).toBe(400);
    expect(answer.json<PromptAnswer>().node_errors['1']?.errors[0]?.type).toBe('custom_validation_failed');
  });

  test('a name that is not in the list is accepted if the file exists', async () => {
    const name = await store(encodePng(solid(2, 2, [0, 0, 0, 255])), 'png', { subfolder: 'contract' });
    const list = (await get('/object_info/LoadImage')).text;
    expect(list).not.toContain(name);
    expect((await load(`contract/${name}`)).rgb.width).toBe(2);
  });
});

describe('changed files (API notes §7.1)', () => {
  test('new contents under the same name are loaded again, the same contents are cached', async () => {
    const name = `${unique('contract-load-')}.png`;
    const write = async (level: number): Promise<void> => {
      await upload('/upload/image', encodePng(solid(4, 4, [level, 0, 0, 255])), name, { overwrite: 'true' });
    };
    const graph = { '1': node('LoadImage', { image: name }), '2': previewImage(['1', 0]) };
    await write(50);
    await run(graph);
    const again = await run(graph);
    expect(again.status.messages[1]?.[1].nodes).toEqual(['1', '2']);
    await write(200);
    const changed = await run(graph);
    expect(changed.status.messages[1]?.[1].nodes).toEqual([]);
    expect((await shown(changed, '2'))[0]?.rgba[0]).toBe(200);
  });

  test('a file that is not a picture fails when it runs, not before', async () => {
    const name = await store(new TextEncoder().encode('no picture'));
    const answer = await post('/prompt', {
      prompt: { '1': node('LoadImage', { image: name }), '2': previewImage(['1', 0]) },
    });
    expect(answer.status).toBe(200);
    const item = await finished(answer.json<PromptAnswer>().prompt_id);
    const [type, data] = item.status.messages.at(-1) ?? ['', {}];
    expect(type).toBe('execution_error');
    expect(data).toMatchObject({ node_id: '1', node_type: 'LoadImage' });
  });
});

describe('the round trip of a mask from the editor (API notes §7.3)', () => {
  test('what /upload/mask stored loads as 1 - alpha over the untouched colours', async () => {
    const original = await store(encodePng(PICTURE, 'rgb'));
    const indices = Uint8Array.from({ length: 256 }, (_, i) => (i * 7) & 255);
    const name = `${unique('contract-load-')}.png`;
    const answer = await upload(
      '/upload/mask',
      encodeIndexedPng(16, 16, indices, (index) => 255 - index),
      name,
      { subfolder: 'clipspace', original_ref: JSON.stringify({ filename: original, type: 'input' }) },
    );
    expect(answer.status).toBe(200);
    const { rgb, mask } = await load(`clipspace/${name} [input]`);
    expect(rgbOf(rgb)).toEqual(rgbOf(PICTURE));
    const alpha = fromBytes(
      16,
      16,
      indices.map((index) => 255 - index),
    );
    expect(channelOf(mask, 0)).toEqual(toBytes(invert(alpha)));
    expect(size(mask)).toEqual([16, 16]);
  });
});
