import { beforeAll, describe, expect } from 'vitest';
import type { ApiGraph, ApiInput, ApiNode, NodeLink } from '../../src/comfy/graph';
import {
  blur,
  centre,
  crop,
  difference,
  feather,
  fromBytes,
  grow,
  invert,
  map,
  nearest,
  padMask,
  paste,
  plane,
  round,
  scale,
  toBytes,
  type Plane,
  type SmoothMethod,
} from './floats';
import { emptyImage, node, previewImage, solidMask } from './graphs';
import {
  channelOf,
  colorTypeOf,
  decodePng,
  encodePng,
  picture,
  type Channel,
  type Picture,
} from './pictures';
import { test } from './statement';
import { connect, download, imagesOf, run, unique, upload } from './support';

const server = await connect();

/** Opaque, 24×20, a different pattern in each channel, all levels used. */
const PHOTO = picture(24, 20, (x, y) => [
  (x * 11 + y * 3) & 255,
  (y * 13 + ((x * y) & 63)) & 255,
  (x * 97 + y * 31) & 255,
  255,
]);
/** Smooth, for methods that are compared with a tolerance. */
const SLOPE = picture(24, 20, (x, y) => [x * 10, y * 12, 255 - x * 5 - y * 6, 255]);
/** 16×16 grey, every level once, scattered. */
const LEVELS = picture(16, 16, (x, y) => {
  const level = ((16 * y + x) * 37) & 255;
  return [level, level, level, 255];
});
/** 16×16 grey with few bright spots, for growing and shrinking. */
const SPOTS = picture(16, 16, (x, y) => {
  const level = (x === 4 && y === 5) || (x === 15 && y === 0) ? 255 : (x + y) % 7 === 0 ? 90 : 10;
  return [level, level, level, 255];
});

const names = { photo: '', slope: '', levels: '', spots: '', rgba: '' };

beforeAll(async () => {
  const store = async (image: Picture, kind: 'rgb' | 'rgba'): Promise<string> => {
    const name = `${unique('contract-px-')}.png`;
    await upload('/upload/image', encodePng(image, kind), name);
    return name;
  };
  names.photo = await store(PHOTO, 'rgb');
  names.slope = await store(SLOPE, 'rgb');
  names.levels = await store(LEVELS, 'rgb');
  names.spots = await store(SPOTS, 'rgb');
  names.rgba = await store(RGBA, 'rgba');
});

/** PHOTO's colours with every alpha from 0 up. */
const RGBA = picture(24, 20, (x, y) => [
  PHOTO.rgba[(y * 24 + x) * 4] ?? 0,
  PHOTO.rgba[(y * 24 + x) * 4 + 1] ?? 0,
  PHOTO.rgba[(y * 24 + x) * 4 + 2] ?? 0,
  (y * 24 + x) & 255,
]);

function planeOf(image: Picture, channel: Channel): Plane {
  return fromBytes(image.width, image.height, channelOf(image, channel));
}

function planesOf(image: Picture): [Plane, Plane, Plane] {
  return [planeOf(image, 0), planeOf(image, 1), planeOf(image, 2)];
}

/** The sources every graph here can link to. */
function sources(): ApiGraph {
  const mask = (image: string): ApiNode => node('LoadImageMask', { image, channel: 'red' });
  return {
    photo: node('LoadImage', { image: names.photo }),
    slope: node('LoadImage', { image: names.slope }),
    rgba: node('LoadImage', { image: names.rgba }),
    levels: mask(names.levels),
    spots: mask(names.spots),
  };
}

/** The requested sources and everything they depend on. */
function reach(graph: ApiGraph, start: string, into: ApiGraph): void {
  const found = graph[start];
  if (!found || start in into) {
    return;
  }
  into[start] = found;
  for (const input of Object.values(found.inputs)) {
    if (Array.isArray(input) && typeof input[0] === 'string') {
      reach(graph, input[0], into);
    }
  }
}

interface Shown extends Picture {
  colorType: number;
}

/** Runs one graph and resolves with the pictures of each link, batch by batch. */
async function showAll(
  graph: ApiGraph,
  links: Record<string, NodeLink>,
  mask: boolean,
): Promise<Record<string, Shown[]>> {
  const all = { ...sources(), ...graph };
  const sent: ApiGraph = {};
  for (const [name, link] of Object.entries(links)) {
    reach(all, link[0], sent);
    if (mask) {
      sent[`image-${name}`] = node('MaskToImage', { mask: link });
    }
    sent[`out-${name}`] = previewImage(mask ? [`image-${name}`, 0] : link);
  }
  const item = await run(sent);
  const shown: Record<string, Shown[]> = {};
  for (const name of Object.keys(links)) {
    shown[name] = await Promise.all(
      imagesOf(item, `out-${name}`).map(async (file) => {
        const bytes = await download(file);
        return { ...decodePng(bytes), colorType: colorTypeOf(bytes) };
      }),
    );
  }
  return shown;
}

function first(shown: Shown[] | undefined): Shown {
  const [image] = shown ?? [];
  if (!image) {
    throw new Error('no picture');
  }
  return image;
}

/** The image output of node `x`. */
async function image(x: ApiNode, more: ApiGraph = {}): Promise<Shown> {
  return first((await showAll({ ...more, x }, { x: ['x', 0] }, false)).x);
}

async function expectMask(link: ApiNode | [ApiGraph, NodeLink], expected: Plane): Promise<void> {
  const [graph, out] = Array.isArray(link) ? link : [{ x: link }, ['x', 0] as NodeLink];
  const shown = first((await showAll(graph, { x: out }, true)).x);
  expect([shown.width, shown.height]).toEqual([expected.width, expected.height]);
  expect(channelOf(shown, 0)).toEqual(toBytes(expected));
  expect(channelOf(shown, 1)).toEqual(channelOf(shown, 0));
}

function expectImage(shown: Shown, expected: Plane[], tolerance = 0): void {
  const [red] = expected;
  expect([shown.width, shown.height]).toEqual([red?.width, red?.height]);
  for (const [channel, wanted] of expected.entries()) {
    const got = channelOf(shown, channel as Channel);
    if (tolerance === 0) {
      expect(got, `channel ${channel}`).toEqual(toBytes(wanted));
    } else {
      expect(difference(got, toBytes(wanted)), `channel ${channel}`).toBeLessThanOrEqual(tolerance);
    }
  }
}

const LEVELS_PLANE = planeOf(LEVELS, 0);
const SPOTS_PLANE = planeOf(SPOTS, 0);

describe('sources', () => {
  test('every level survives loading and saving', async () => {
    const shown = await showAll({}, { photo: ['photo', 0] }, false);
    expect(first(shown.photo).rgba).toEqual(PHOTO.rgba);
    await expectMask([{}, ['levels', 0]], LEVELS_PLANE);
  });

  test.each([0, 0xffffff, 0x010203, 0xfedcba, 0x7f8081])('EmptyImage of colour %i', async (color) => {
    const shown = await image(emptyImage(5, 3, color));
    expect(shown).toMatchObject({ width: 5, height: 3, colorType: 2 });
    const rgb = [(color >> 16) & 255, (color >> 8) & 255, color & 255];
    expect(shown.rgba).toEqual(picture(5, 3, () => [rgb[0] ?? 0, rgb[1] ?? 0, rgb[2] ?? 0, 255]).rgba);
  });

  test('EmptyImage in a batch', async () => {
    const shown = await showAll({ x: emptyImage(2, 2, 0x102030, 3) }, { x: ['x', 0] }, false);
    expect(shown.x).toHaveLength(3);
  });

  test.each([0, 1, 0.5, 0.2, 0.6, 0.999, 0.3333])('SolidMask of %f', async (value) => {
    await expectMask(
      solidMask(value, 7, 4),
      plane(7, 4, () => value),
    );
  });
});

describe('masks alone', () => {
  test('InvertMask, every level, truncated like any float', async () => {
    await expectMask(node('InvertMask', { mask: ['levels', 0] }), invert(LEVELS_PLANE));
  });

  test.each([
    [0, true],
    [1, true],
    [1, false],
    [3, true],
    [3, false],
    [-1, true],
    [-2, false],
    [40, false],
  ])('GrowMask by %i, tapered corners %s', async (expand, tapered) => {
    await expectMask(
      node('GrowMask', { mask: ['spots', 0], expand, tapered_corners: tapered }),
      grow(SPOTS_PLANE, expand, tapered),
    );
  });

  test('GrowMask keeps grey levels', async () => {
    await expectMask(
      node('GrowMask', { mask: ['levels', 0], expand: -1, tapered_corners: true }),
      grow(LEVELS_PLANE, -1, true),
    );
  });

  test.each([
    [5, 0, 0, 0],
    [0, 3, 0, 0],
    [0, 0, 4, 0],
    [0, 0, 0, 6],
    [4, 5, 6, 7],
    [16, 16, 16, 16],
    [100, 0, 0, 100],
  ])('FeatherMask %i %i %i %i fades the borders of the picture', async (left, top, right, bottom) => {
    await expectMask(
      node('FeatherMask', { mask: ['levels', 0], left, top, right, bottom }),
      feather(LEVELS_PLANE, left, top, right, bottom, !server.does('newPixels')),
    );
  });

  test.each([0, 0.2, 0.5, 1])('ThresholdMask %f selects what is greater', async (value) => {
    await expectMask(
      node('ThresholdMask', { mask: ['levels', 0], value }),
      map(LEVELS_PLANE, (level) => (level > Math.fround(value) ? 1 : 0)),
    );
  });

  test.each([
    [2, 3, 5, 4],
    [10, 12, 100, 100],
    [0, 0, 16, 16],
  ])('CropMask %i %i %i %i', async (x, y, width, height) => {
    await expectMask(
      node('CropMask', { mask: ['levels', 0], x, y, width, height }),
      crop(LEVELS_PLANE, x, y, width, height),
    );
  });
});

describe('MaskComposite', () => {
  const OPERATIONS: Record<string, (a: number, b: number) => number> = {
    multiply: (a, b) => Math.fround(a * b),
    add: (a, b) => Math.fround(a + b),
    subtract: (a, b) => Math.fround(a - b),
    and: (a, b) => round(a) & round(b),
    or: (a, b) => round(a) | round(b),
    xor: (a, b) => round(a) ^ round(b),
  };
  const OTHER = invert(map(SPOTS_PLANE, (value) => value));

  test.each(Object.keys(OPERATIONS))('%s', async (operation) => {
    const graph = {
      other: node('InvertMask', { mask: ['spots', 0] }),
      x: node('MaskComposite', { destination: ['levels', 0], source: ['other', 0], x: 0, y: 0, operation }),
    };
    const combine = OPERATIONS[operation] ?? (() => NaN);
    await expectMask(
      [graph, ['x', 0]],
      plane(16, 16, (x, y) => combine(LEVELS_PLANE.data[16 * y + x] ?? NaN, OTHER.data[16 * y + x] ?? NaN)),
    );
  });

  test('a source that crosses the border is clipped, the rest stays', async () => {
    const graph = {
      x: node('MaskComposite', {
        destination: ['levels', 0],
        source: ['spots', 0],
        x: 9,
        y: 13,
        operation: 'subtract',
      }),
    };
    await expectMask(
      [graph, ['x', 0]],
      map(LEVELS_PLANE, (value, x, y) =>
        x >= 9 && y >= 13 ? Math.fround(value - (SPOTS_PLANE.data[16 * (y - 13) + x - 9] ?? NaN)) : value,
      ),
    );
  });

  test('one half counts as 0: halves round to even', async () => {
    const graph = {
      half: solidMask(0.5, 4, 4),
      x: node('MaskComposite', {
        destination: ['half', 0],
        source: ['half', 0],
        x: 0,
        y: 0,
        operation: 'or',
      }),
    };
    await expectMask(
      [graph, ['x', 0]],
      plane(4, 4, () => 0),
    );
  });
});

describe('between masks and images', () => {
  test.each([
    ['red', 0],
    ['green', 1],
    ['blue', 2],
  ] as const)('ImageToMask %s', async (channel, index) => {
    await expectMask(node('ImageToMask', { image: ['photo', 0], channel }), planeOf(PHOTO, index));
  });

  test('MaskToImage repeats the mask in three channels', async () => {
    const shown = await image(node('MaskToImage', { mask: ['levels', 0] }));
    expect(shown.colorType).toBe(2);
    expectImage(shown, [LEVELS_PLANE, LEVELS_PLANE, LEVELS_PLANE]);
  });

  test('JoinImageWithAlpha: alpha = 1 - mask; SplitImageWithAlpha and ImageToMask alpha get it back', async () => {
    const graph: ApiGraph = {
      small: node('ImageCrop', { image: ['photo', 0], width: 16, height: 16, x: 3, y: 2 }),
      joined: node('JoinImageWithAlpha', { image: ['small', 0], alpha: ['levels', 0] }),
      split: node('SplitImageWithAlpha', { image: ['joined', 0] }),
      alpha: node('ImageToMask', { image: ['joined', 0], channel: 'alpha' }),
    };
    const cropped = planesOf(PHOTO).map((source) => crop(source, 3, 2, 16, 16));
    const images = await showAll(graph, { joined: ['joined', 0], split: ['split', 0] }, false);
    expect(first(images.joined).colorType).toBe(6);
    expectImage(first(images.joined), [...cropped, invert(LEVELS_PLANE)]);
    expect(first(images.split).colorType).toBe(2);
    expectImage(first(images.split), cropped);
    await expectMask([graph, ['alpha', 0]], invert(LEVELS_PLANE));
    await expectMask([graph, ['split', 1]], invert(invert(LEVELS_PLANE)));
  });

  test('JoinImageWithAlpha stretches a mask of another size', async () => {
    const shown = await image(node('JoinImageWithAlpha', { image: ['photo', 0], alpha: ['spots', 0] }));
    expectImage(shown, [...planesOf(PHOTO), invert(scale(SPOTS_PLANE, 24, 20, 'bilinear'))], 1);
  });

  test('SplitImageWithAlpha of an opaque picture: an empty mask of its size', async () => {
    await expectMask(
      [{ x: node('SplitImageWithAlpha', { image: ['photo', 0] }) }, ['x', 1]],
      plane(24, 20, () => 0),
    );
  });
});

describe('images alone', () => {
  test('ImageInvert', async () => {
    expectImage(await image(node('ImageInvert', { image: ['photo', 0] })), planesOf(PHOTO).map(invert));
  });

  test.each([
    [5, 4, 2, 3],
    [100, 100, 20, 15],
    [3, 3, 500, 500],
  ])('ImageCrop %i×%i at %i,%i', async (width, height, x, y) => {
    const shown = await image(node('ImageCrop', { image: ['photo', 0], width, height, x, y }));
    const expected = planesOf(PHOTO).map((source) =>
      crop(source, Math.min(x, 23), Math.min(y, 19), width, height),
    );
    expectImage(shown, expected);
  });

  function scaled(inputs: Record<string, ApiInput>): ApiNode {
    return node('ImageScale', { upscale_method: 'nearest-exact', crop: 'disabled', ...inputs });
  }

  test.each([
    [48, 40],
    [7, 5],
    [37, 29],
    [24, 20],
    [1, 1],
    [100, 3],
  ])('ImageScale nearest-exact to %i×%i', async (width, height) => {
    const shown = await image(scaled({ image: ['photo', 0], width, height }));
    expectImage(
      shown,
      planesOf(PHOTO).map((source) => nearest(source, width, height)),
    );
  });

  test.each([
    [10, 10],
    [30, 8],
    [7, 31],
  ])('ImageScale with crop=center to %i×%i', async (width, height) => {
    const shown = await image(scaled({ image: ['photo', 0], width, height, crop: 'center' }));
    expectImage(
      shown,
      planesOf(PHOTO).map((source) => nearest(centre(source, width, height), width, height)),
    );
  });

  test.each([
    [48, 0, 48, 40],
    [0, 10, 12, 10],
    [0, 0, 24, 20],
    [7, 0, 7, round((20 * 7) / 24)],
  ])('ImageScale to %i×%i is %i×%i: nought keeps the aspect', async (width, height, w, h) => {
    const shown = await image(scaled({ image: ['photo', 0], width, height }));
    expectImage(
      shown,
      planesOf(PHOTO).map((source) => nearest(source, w, h)),
    );
  });

  test.each<[SmoothMethod, number, number, number]>([
    ['bilinear', 48, 40, 1],
    ['bilinear', 11, 9, 1],
    ['area', 12, 10, 1],
    ['area', 11, 9, 1],
    ['area', 37, 31, 1],
    ['bicubic', 48, 40, 1],
    ['bicubic', 11, 9, 1],
    ['lanczos', 48, 40, 2],
    ['lanczos', 11, 9, 2],
  ])('ImageScale %s to %i×%i within %i', async (method, width, height, tolerance) => {
    for (const [name, source] of [
      ['slope', SLOPE],
      ['photo', PHOTO],
    ] as const) {
      const shown = await image(scaled({ image: [name, 0], width, height, upscale_method: method }));
      expectImage(
        shown,
        planesOf(source).map((p) => scale(p, width, height, method)),
        tolerance,
      );
    }
  });

  test.each([0.5, 1.37, 2, 0.1])('ImageScaleBy %f', async (scale_by) => {
    const shown = await image(
      node('ImageScaleBy', { image: ['photo', 0], upscale_method: 'nearest-exact', scale_by }),
    );
    const [w, h] = [round(24 * scale_by), round(20 * scale_by)];
    expectImage(
      shown,
      planesOf(PHOTO).map((source) => nearest(source, w, h)),
    );
  });

  test.each([
    [1, 1],
    [3, 0.5],
    [8, 2],
    [15, 0.3],
  ])('ImageBlur of radius %i, sigma %f', async (blur_radius, sigma) => {
    const shown = await image(node('ImageBlur', { image: ['photo', 0], blur_radius, sigma }));
    expectImage(
      shown,
      planesOf(PHOTO).map((source) => blur(source, blur_radius, sigma)),
      2,
    );
  });

  test('ImageBlur needs a picture larger than its radius', async () => {
    const item = await run({
      '1': emptyImage(8, 30),
      '2': node('ImageBlur', { image: ['1', 0], blur_radius: 8, sigma: 1 }),
      '3': previewImage(['2', 0]),
    });
    const [type, data] = item.status.messages.at(-1) ?? ['', {}];
    expect(type).toBe('execution_error');
    expect(data).toMatchObject({ node_type: 'ImageBlur', exception_type: 'RuntimeError' });
  });
});

describe('ImageBatch', () => {
  async function batch(image1: NodeLink, image2: NodeLink, more: ApiGraph = {}): Promise<Shown[]> {
    const graph = { ...more, x: node('ImageBatch', { image1, image2 }) };
    return (await showAll(graph, { x: ['x', 0] }, false)).x ?? [];
  }

  test('both pictures in order', async () => {
    const shown = await batch(['photo', 0], ['slope', 0]);
    expect(shown).toHaveLength(2);
    expect(shown.map(({ rgba }) => rgba)).toEqual([PHOTO.rgba, SLOPE.rgba]);
  });

  test('the second is cropped and stretched to the size of the first', async () => {
    const shown = await batch(['small', 0], ['slope', 0], { small: emptyImage(10, 14, 0x336699) });
    expect(shown.map(({ width, height }) => [width, height])).toEqual([
      [10, 14],
      [10, 14],
    ]);
    expectImage(
      first(shown.slice(1)),
      planesOf(SLOPE).map((source) => scale(centre(source, 10, 14), 10, 14, 'bilinear')),
      1,
    );
  });

  test('with alpha on one side the other becomes opaque RGBA; older servers fail', async () => {
    const more: ApiGraph = {
      joined: node('JoinImageWithAlpha', { image: ['photo', 0], alpha: ['half', 0] }),
      half: solidMask(0.5, 24, 20),
    };
    if (!server.does('newPixels')) {
      await expect(batch(['joined', 0], ['slope', 0], more)).rejects.toThrow('execution_error');
      return;
    }
    const shown = await batch(['joined', 0], ['slope', 0], more);
    expect(shown.map(({ colorType }) => colorType)).toEqual([6, 6]);
    expect(new Set(channelOf(first(shown), 3))).toEqual(new Set([127]));
    expect(first(shown.slice(1)).rgba).toEqual(SLOPE.rgba);
  });
});

describe('ImageCompositeMasked', () => {
  function composed(inputs: Record<string, ApiInput>): ApiNode {
    return node('ImageCompositeMasked', {
      destination: ['slope', 0],
      source: ['photo', 0],
      x: 0,
      y: 0,
      resize_source: false,
      ...inputs,
    });
  }
  const [slope, photo] = [planesOf(SLOPE), planesOf(PHOTO)];
  const both = (use: (destination: Plane, source: Plane) => Plane): Plane[] =>
    slope.map((destination, i) => use(destination, photo[i] ?? destination));

  test('without a mask the source covers the destination', async () => {
    expectImage(await image(composed({})), photo);
  });

  test('at a position, clipped at the border', async () => {
    expectImage(
      await image(composed({ x: 10, y: 15 })),
      both((destination, source) => paste(destination, source, 10, 15)),
    );
  });

  test('outside the destination nothing changes', async () => {
    expectImage(await image(composed({ x: 24, y: 300 })), slope);
  });

  test('a mask blends exactly', async () => {
    const graph: ApiGraph = {
      part: node('ImageCrop', { image: ['photo', 0], width: 16, height: 16, x: 0, y: 0 }),
    };
    const shown = await image(composed({ source: ['part', 0], mask: ['levels', 0], x: 5, y: 2 }), graph);
    expectImage(
      shown,
      both((destination, source) => paste(destination, crop(source, 0, 0, 16, 16), 5, 2, LEVELS_PLANE)),
    );
  });

  test('where the mask is 0 the destination is unchanged bit for bit', async () => {
    const shown = await image(composed({ mask: ['none', 0] }), { none: solidMask(0, 24, 20) });
    expect(shown.rgba).toEqual(SLOPE.rgba);
  });

  test('a mask of another size is stretched to the source', async () => {
    const shown = await image(composed({ mask: ['spots', 0] }));
    const stretched = scale(SPOTS_PLANE, 24, 20, 'bilinear');
    expectImage(
      shown,
      both((destination, source) => paste(destination, source, 0, 0, stretched)),
      1,
    );
  });

  test('resize_source stretches the source to the destination', async () => {
    const graph: ApiGraph = {
      part: node('ImageCrop', { image: ['photo', 0], width: 9, height: 7, x: 0, y: 0 }),
    };
    const shown = await image(composed({ source: ['part', 0], resize_source: true }), graph);
    expectImage(
      shown,
      photo.map((source) => scale(crop(source, 0, 0, 9, 7), 24, 20, 'bilinear')),
      1,
    );
  });

  test('alpha is dropped for an RGB destination', async () => {
    const graph: ApiGraph = {
      joined: node('JoinImageWithAlpha', { image: ['photo', 0], alpha: ['half', 0] }),
      half: solidMask(0.5, 24, 20),
    };
    const shown = await image(composed({ source: ['joined', 0] }), graph);
    expect(shown.colorType).toBe(2);
    expectImage(shown, photo);
  });

  test('an RGB source is opaque on an RGBA destination; older servers fail', async () => {
    const graph: ApiGraph = {
      joined: node('JoinImageWithAlpha', { image: ['slope', 0], alpha: ['half', 0] }),
      half: solidMask(0.5, 24, 20),
    };
    const pasted = image(composed({ destination: ['joined', 0], x: 12 }), graph);
    if (!server.does('newPixels')) {
      await expect(pasted).rejects.toThrow('execution_error');
      return;
    }
    const shown = await pasted;
    expect(shown.colorType).toBe(6);
    const alpha = plane(24, 20, (x) => (x < 12 ? 0.5 : 1));
    expectImage(shown, [...both((destination, source) => paste(destination, source, 12, 0)), alpha]);
  });
});

describe('ImagePadForOutpaint', () => {
  test.each([
    [{ left: 8, top: 0, right: 0, bottom: 0 }, 0],
    [{ left: 8, top: 0, right: 0, bottom: 0 }, 6],
    [{ left: 3, top: 5, right: 7, bottom: 2 }, 9],
    [{ left: 0, top: 4, right: 0, bottom: 4 }, 4],
    [{ left: 8, top: 8, right: 8, bottom: 8 }, 40],
    [{ left: 0, top: 0, right: 0, bottom: 0 }, 5],
  ])('%j with feathering %i', async (pad, feathering) => {
    const graph = { x: node('ImagePadForOutpaint', { image: ['photo', 0], ...pad, feathering }) };
    const shown = first((await showAll(graph, { x: ['x', 0] }, false)).x);
    const mask = padMask(24, 20, pad, feathering);
    const padded = planesOf(PHOTO).map((source) =>
      paste(
        plane(mask.width, mask.height, () => 0.5),
        source,
        pad.left,
        pad.top,
      ),
    );
    expectImage(shown, padded);
    await expectMask([graph, ['x', 1]], mask);
  });
});

describe('alpha of a loaded picture', () => {
  test('RGBA: the colours are not blended', async () => {
    const shown = await showAll({}, { x: ['rgba', 0] }, false);
    expect(first(shown.x).colorType).toBe(2);
    expectImage(first(shown.x), planesOf(RGBA));
  });

  test('MASK is 1 - alpha, every level', async () => {
    await expectMask([{}, ['rgba', 1]], invert(planeOf(RGBA, 3)));
  });
});

describe('colours and layers', () => {
  const photo = planesOf(PHOTO);
  const slope = planesOf(SLOPE);
  const clip = (value: number): number => Math.min(1, Math.max(0, value));
  const read = (source: Plane | undefined, x: number, y: number): number =>
    source ? (source.data[y * source.width + x] ?? 0) : 0;

  const BLENDS: Record<string, (a: number, b: number) => number> = {
    normal: (_a, b) => b,
    multiply: (a, b) => a * b,
    screen: (a, b) => a + b - a * b,
    overlay: (a, b) => (a <= 0.5 ? 2 * a * b : 1 - 2 * (1 - a) * (1 - b)),
    soft_light: (a, b) => {
      const towards = a <= 0.25 ? 16 * a ** 3 - 12 * a ** 2 + 4 * a : Math.sqrt(a);
      return b <= 0.5 ? a - (1 - 2 * b) * a * (1 - a) : a + (2 * b - 1) * (towards - a);
    },
    difference: (a, b) => a - b,
  };

  test.each(Object.keys(BLENDS).flatMap((mode) => [0.3, 1].map((factor) => [mode, factor] as const)))(
    'ImageBlend %s by %f',
    async (blend_mode, blend_factor) => {
      const shown = await image(
        node('ImageBlend', { image1: ['photo', 0], image2: ['slope', 0], blend_factor, blend_mode }),
      );
      const expected = photo.map((source, channel) =>
        map(source, (value, x, y) => {
          const blended = BLENDS[blend_mode]?.(value, read(slope[channel], x, y)) ?? NaN;
          return clip(value * (1 - blend_factor) + blended * blend_factor);
        }),
      );
      // SaveImage truncates: the last digit decides between two levels.
      expectImage(shown, expected, 1);
    },
  );

  test.each([
    [1, 1, 0.1],
    [3, 0.5, 0.2],
    [7, 2, 0.05],
  ])('ImageSharpen of radius %i, sigma %f, alpha %f', async (sharpen_radius, sigma, alpha) => {
    const shown = await image(node('ImageSharpen', { image: ['photo', 0], sharpen_radius, sigma, alpha }));
    const expected = photo.map((source) => {
      const soft = blur(source, sharpen_radius, sigma);
      return map(source, (value, x, y) => clip(value + 10 * alpha * (value - read(soft, x, y))));
    });
    expectImage(shown, expected, 1);
  });

  test('ImageRGBToYUV and back', async () => {
    const graph: ApiGraph = { yuv: node('ImageRGBToYUV', { image: ['photo', 0] }) };
    const shown = await showAll(
      { ...graph, back: node('ImageYUVToRGB', { Y: ['yuv', 0], U: ['yuv', 1], V: ['yuv', 2] }) },
      { y: ['yuv', 0], u: ['yuv', 1], v: ['yuv', 2], back: ['back', 0] },
      false,
    );
    const [red, green, blue] = photo;
    const y = map(
      red,
      (value, px, py) => 0.299 * value + 0.587 * read(green, px, py) + 0.114 * read(blue, px, py),
    );
    const u = map(y, (value, px, py) => (read(blue, px, py) - value) * 0.564 + 0.5);
    const v = map(y, (value, px, py) => (read(red, px, py) - value) * 0.713 + 0.5);
    expectImage(first(shown.y), [y, y, y], 1);
    expectImage(first(shown.u), [u, u, u], 1);
    expectImage(first(shown.v), [v, v, v], 1);
    expectImage(first(shown.back), photo, 1);
  });

  test.each([
    [60, 40, 'black'],
    [12, 40, 'white'],
    [24, 20, 'black'],
  ])('ResizeAndPadImage into %i×%i on %s', async (target_width, target_height, padding_color) => {
    const shown = await image(
      node('ResizeAndPadImage', {
        image: ['photo', 0],
        target_width,
        target_height,
        padding_color,
        interpolation: 'nearest-exact',
      }),
    );
    const factor = Math.min(target_width / 24, target_height / 20);
    const [w, h] = [Math.trunc(24 * factor), Math.trunc(20 * factor)];
    const [left, top] = [Math.floor((target_width - w) / 2), Math.floor((target_height - h) / 2)];
    const rim = plane(target_width, target_height, () => (padding_color === 'black' ? 0 : 1));
    expectImage(
      shown,
      photo.map((source) => paste(rim, nearest(source, w, h), left, top)),
    );
  });

  test.each(['SRC_OVER', 'DST_OVER', 'SRC_ATOP', 'XOR', 'SRC_IN', 'DST_OUT', 'CLEAR', 'DST'])(
    'PorterDuffImageComposite %s',
    async (mode) => {
      // Masks of the pictures' size, of all levels.
      const masks: ApiGraph = {
        over: node('ImageToMask', { image: ['slope', 0], channel: 'red' }),
        under: node('ImageToMask', { image: ['slope', 0], channel: 'green' }),
      };
      const duff = node('PorterDuffImageComposite', {
        source: ['photo', 0],
        source_alpha: ['over', 0],
        destination: ['slope', 0],
        destination_alpha: ['under', 0],
        mode,
      });
      const shown = first((await showAll({ ...masks, duff }, { x: ['duff', 0] }, false)).x);
      const clear = first((await showAll({ ...masks, duff }, { x: ['duff', 1] }, true)).x);
      const shares = (sa: number, da: number): [source: number, destination: number] =>
        ({
          SRC_OVER: [1, 1 - sa],
          DST_OVER: [1 - da, 1],
          SRC_ATOP: [da, 1 - sa],
          XOR: [1 - da, 1 - sa],
          SRC_IN: [da, 0],
          DST_OUT: [0, 1 - sa],
          CLEAR: [0, 0],
          DST: [0, 1],
        })[mode] as [number, number];
      const alphas = (x: number, y: number): [number, number] => [
        1 - read(slope[0], x, y),
        1 - read(slope[1], x, y),
      ];
      const alpha = map(photo[0], (_value, x, y) => {
        const [sa, da] = alphas(x, y);
        const [s, d] = shares(sa, da);
        return s * sa + d * da;
      });
      const expected = photo.map((source, channel) =>
        map(source, (value, x, y) => {
          const [sa, da] = alphas(x, y);
          const [s, d] = shares(sa, da);
          const whole = read(alpha, x, y);
          return whole > 1e-5 ? clip((s * sa * value + d * da * read(slope[channel], x, y)) / whole) : 0;
        }),
      );
      expectImage(shown, expected, 1);
      expectImage(clear, [map(alpha, (value) => 1 - value)], 1);
    },
  );
});
