import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect } from 'vitest';
import { ComfyClient } from '../../src/comfy/client';
import { toAnnotated } from '../../src/comfy/file-ref';
import type { ApiGraph, NodeLink } from '../../src/comfy/graph';
import { MaskUploader } from '../../src/editor/upload/mask-upload';
import type { EditorPicture } from '../../src/editor/model/editor-types';
import { mergeGraph } from '../../src/editor/results/merge-graph';
import { blur } from '../../src/workflows/blur';
import { autoArea } from '../../src/workflows/inpaint-area';
import { inpaintCheckpoint } from '../../src/workflows/inpaint-checkpoint';
import { canvasSize, DEFAULT_OVERLAP, presetExtension } from '../../src/workflows/outpaint';
import {
  type AreaRect,
  fillValues,
  type NodeInfos,
  recipeInput,
  type RecipeInput,
  type RecipeSource,
} from '../../src/workflows/recipe';
import { node, saveImage } from './graphs';
import { paintMask, type PaintedMask, pictureFrom, storePicture } from './masks';
import {
  channelOf,
  encodeGreyAlphaPng,
  encodeIndexedPng,
  encodePng,
  picture,
  type Picture,
  withClearColor,
} from './pictures';
import { it } from './statement';
import { connect, unique } from './support';

const server = await connect();
const client = new ComfyClient({ baseUrl: server.url });
const uploader = new MaskUploader(client);
let infos: NodeInfos;

beforeAll(async () => {
  infos = await client.objectInfo();
});

const WIDTH = 203;
const HEIGHT = 157;
/** Neighbouring colours always differ, so that any change to a pixel shows. */
const original = picture(WIDTH, HEIGHT, (x, y) => [
  (x * 37 + y * 11) % 256,
  (x * 5 + y * 53) % 256,
  (x * y + x) % 256,
  255,
]);

function pixelAt(image: Picture, x: number, y: number): string {
  return image.rgba.subarray((y * image.width + x) * 4, (y * image.width + x) * 4 + 3).join();
}

/** Pixels of the original that differ from the same place in the result. */
function changes(result: Picture, dx = 0, dy = 0): boolean[] {
  return Array.from({ length: WIDTH * HEIGHT }, (_, at) => {
    const [x, y] = [at % WIDTH, Math.floor(at / WIDTH)];
    return pixelAt(original, x, y) !== pixelAt(result, x + dx, y + dy);
  });
}

/** Whether anything is painted within `reach` px, measured along rows and columns. */
function near(mask: PaintedMask, reach: number): (x: number, y: number) => boolean {
  return (x, y) => {
    for (let row = Math.max(0, y - reach); row <= Math.min(HEIGHT - 1, y + reach); row++) {
      const from = row * WIDTH + Math.max(0, x - reach);
      if (mask.values.subarray(from, row * WIDTH + Math.min(WIDTH, x + reach + 1)).some(Boolean)) {
        return true;
      }
    }
    return false;
  };
}

function inside(area: AreaRect, x: number, y: number): boolean {
  return x >= area.x && y >= area.y && x < area.x + area.width && y < area.y + area.height;
}

/**
 * Expects that nothing changed outside any possible compositing mask, and that most fully painted pixels of
 * the area did.
 */
function expectStitched(
  result: Picture,
  mask: PaintedMask,
  area: AreaRect,
  reach: number,
  at: { x: number; y: number } = { x: 0, y: 0 },
): void {
  const changed = changes(result, at.x, at.y);
  const reached = near(mask, reach);
  const wrong = changed.flatMap((isChanged, index) => {
    const [x, y] = [index % WIDTH, Math.floor(index / WIDTH)];
    return isChanged && !(inside(area, x, y) && reached(x, y)) ? [`${x},${y}`] : [];
  });
  expect(wrong).toEqual([]);
  const painted = changed.filter(
    (_, index) => mask.values[index] === 255 && inside(area, index % WIDTH, Math.floor(index / WIDTH)),
  );
  expect(painted.length).toBeGreaterThan(50);
  expect(painted.filter(Boolean).length / painted.length).toBeGreaterThan(0.9);
}

/** A disc with a soft rim of 12 px. */
function disc(cx: number, cy: number, radius: number): PaintedMask {
  return paintMask(WIDTH, HEIGHT, (x, y) => {
    const distance = Math.hypot(x - cx, y - cy);
    return Math.round(255 * Math.min(1, Math.max(0, (radius - distance) / 12)));
  });
}

const PLACES: [string, PaintedMask, AreaRect | null][] = [
  ['the whole picture', disc(100, 80, 40), null],
  ['an odd area in the middle', disc(100, 80, 40), { x: 51, y: 33, width: 97, height: 91 }],
  ['the upper left corner', disc(0, 0, 60), { x: 0, y: 0, width: 72, height: 64 }],
  ['the lower right corner', disc(202, 156, 50), { x: 139, y: 93, width: 64, height: 64 }],
  ['an area that cuts the mask', disc(100, 80, 60), { x: 90, y: 70, width: 40, height: 24 }],
  ['an area of the full width', disc(100, 80, 40), { x: 0, y: 35, width: WIDTH, height: 88 }],
  ['the automatic area', disc(30, 120, 30), autoArea({ x: 0, y: 90, width: 60, height: 60 }, original)],
];

describe('cutting out and stitching back', () => {
  let stored: EditorPicture;

  beforeAll(async () => {
    stored = await storePicture(client, original);
  });

  async function blurred(
    mask: PaintedMask,
    more: Partial<RecipeInput>,
    lane: 'mask' | 'fast' = 'mask',
  ): Promise<Picture> {
    const { source } = await uploader.bring(mask.exportMask, stored, { lane });
    const input = recipeInput(source, stored, more);
    return pictureFrom(client, blur.build(input, { style: 'pixelate', size: 16 }, infos));
  }

  it.each(PLACES)('leaves every bit outside the mask of %s', async (_name, mask, area) => {
    const result = await blurred(mask, { area });
    expect([result.width, result.height]).toEqual([WIDTH, HEIGHT]);
    expectStitched(result, mask, area ?? { x: 0, y: 0, width: WIDTH, height: HEIGHT }, 0);
  });

  it.each([
    { grow: 7, feather: 0 },
    { grow: 0, feather: 5 },
    { grow: 6, feather: 9 },
    { grow: 3, feather: 24 },
    { grow: 0, feather: 37 },
  ])('reaches no further than it grows and fades: %j', async (compositeMask) => {
    const mask = disc(100, 80, 32);
    const area = { x: 21, y: 3, width: 163, height: 151 };
    const result = await blurred(mask, { area, compositeMask });
    const reach = compositeMask.grow + compositeMask.feather;
    expectStitched(result, mask, area, reach);
    // Growing and feathering did change something beyond the painted pixels.
    const beyond = changes(result).some((changed, at) => changed && mask.values[at] === 0);
    expect(beyond).toBe(true);
  });

  it('shrinks the mask when grown by a negative amount', async () => {
    const mask = paintMask(WIDTH, HEIGHT, (x, y) => (x > 40 && x < 120 && y > 40 && y < 120 ? 255 : 0));
    const result = await blurred(mask, { compositeMask: { grow: -6, feather: 0 } });
    const changed = changes(result);
    expect(changed[80 * WIDTH + 80]).toBe(true);
    for (let y = 41; y < 120; y++) {
      expect(changed[y * WIDTH + 44]).toBe(false);
    }
  });

  it.each(PLACES)('gives the same pixels by both lanes: %s', async (_name, mask, area) => {
    const compositeMask = { grow: 2, feather: 6 };
    const [one, other] = [
      await blurred(mask, { area, compositeMask }, 'mask'),
      await blurred(mask, { area, compositeMask }, 'fast'),
    ];
    expect(other.rgba.every((value, at) => value === one.rgba[at])).toBe(true);
  });

  describe.each([
    ['JPEG with halved colours', (rgb: Sharp) => rgb.jpeg({ quality: 92 }), 'jpg'],
    ['lossy WebP', (rgb: Sharp) => rgb.webp({ quality: 90 }), 'webp'],
    ['lossless WebP', (rgb: Sharp) => rgb.webp({ lossless: true }), 'webp'],
  ])('a %s', (_name, encode, extension) => {
    it('keeps the displayed colours outside every mask, whichever lane the mask took', async () => {
      const rgb = sharp(Buffer.from(original.rgba), {
        raw: { width: WIDTH, height: HEIGHT, channels: 4 },
      }).removeAlpha();
      const file = await encode(rgb).toBuffer();
      const shown = await sharp(file).removeAlpha().raw().toBuffer();
      const blob = new Blob([Uint8Array.from(file)]);
      const name = `${unique('shown-')}.${extension}`;
      const ref = await client.uploadImage(blob, { filename: name, subfolder: 'darkroom' });
      const opened: EditorPicture = { ref, source: blob, width: WIDTH, height: HEIGHT, readable: false };
      const kinds: string[] = [];
      for (const mask of [disc(60, 60, 30), disc(140, 90, 40)]) {
        const { source } = await uploader.bring(mask.exportMask, opened, { lane: 'beside' });
        kinds.push(source.kind);
        const input = recipeInput(source, opened, { area: { x: 16, y: 16, width: 176, height: 128 } });
        const result = await pictureFrom(client, blur.build(input, { style: 'pixelate', size: 16 }, infos));
        const wrong = Array.from(mask.values.keys()).filter(
          (at) =>
            mask.values[at] === 0 &&
            [0, 1, 2].some((channel) => result.rgba[at * 4 + channel] !== shown[at * 3 + channel]),
        );
        expect(wrong).toEqual([]);
      }
      expect(kinds).toEqual(['masked', 'apart']);
    });
  });

  describe('a transparent picture', () => {
    /** Every level of alpha beside every other, also above colours. */
    const levels = (x: number, y: number): number => (x * 7 + y * 31) % 256;
    const sprite = picture(WIDTH, HEIGHT, (x, y) => {
      const [red = 0, green = 0, blue = 0] = original.rgba.subarray((y * WIDTH + x) * 4);
      return [red, green, blue, levels(x, y)];
    });
    const mask = disc(100, 80, 40);

    /** The sprite opened from a file; `shown`: how the editor's decoder sees it. */
    async function opened(file: Uint8Array, name: string, readable: boolean): Promise<EditorPicture> {
      const blob = new Blob([file.slice()]);
      const ref = await client.uploadImage(blob, {
        filename: unique('sprite-') + name,
        subfolder: 'darkroom',
      });
      // The alpha of a file that is no PNG is what the browser decodes.
      const alpha = new Blob([encodePng(sprite).slice()]);
      return { ref, source: blob, alpha, width: WIDTH, height: HEIGHT, readable };
    }

    const FILES: [string, () => Promise<Uint8Array>, string, boolean][] = [
      ['an RGBA PNG', () => Promise.resolve(encodePng(sprite)), '.png', true],
      ['a grey PNG', () => Promise.resolve(encodeGreyAlphaPng(sprite)), '.png', false],
      [
        'a WebP',
        () =>
          sharp(Buffer.from(sprite.rgba), { raw: { width: WIDTH, height: HEIGHT, channels: 4 } })
            .webp({ lossless: true, exact: true })
            .toBuffer(),
        '.webp',
        false,
      ],
    ];

    it.each(FILES)('keeps its alpha to the bit by every lane: %s', async (_name, encode, name, readable) => {
      const of = await opened(await encode(), name, readable);
      for (const lane of readable ? (['mask', 'fast', 'beside'] as const) : (['mask', 'beside'] as const)) {
        const { source } = await uploader.bring(mask.exportMask, of, { lane });
        const area = { x: 51, y: 33, width: 97, height: 91 };
        const input = recipeInput(source, of, { area, compositeMask: { grow: 2, feather: 6 } });
        const result = await pictureFrom(client, blur.build(input, { style: 'pixelate', size: 16 }, infos));
        expect(channelOf(result, 3)).toEqual(channelOf(sprite, 3));
        if (readable) {
          expectStitched(result, mask, area, 8);
        }
      }
    });

    it.each([
      [
        'of a palette',
        encodeIndexedPng(
          WIDTH,
          HEIGHT,
          Uint8Array.from({ length: WIDTH * HEIGHT }, (_, at) => levels(at % WIDTH, Math.floor(at / WIDTH))),
          (index) => 255 - index,
        ),
        (x: number, y: number) => 255 - levels(x, y),
      ],
      [
        'of one clear colour',
        withClearColor(
          encodePng(
            picture(WIDTH, HEIGHT, (x, y) => [x % 4, y % 4, 7, 255]),
            'rgb',
          ),
          [2, 1, 7],
        ),
        (x: number, y: number) => (x % 4 === 2 && y % 4 === 1 ? 0 : 255),
      ],
    ] as const)('keeps the transparency %s', async (_name, file, alphaAt) => {
      const of = { ...(await opened(file, '.png', true)), alpha: new Blob([file.slice()]) };
      for (const lane of ['mask', 'fast'] as const) {
        const { source } = await uploader.bring(mask.exportMask, of, { lane });
        const graph = blur.build(recipeInput(source, of), { style: 'pixelate', size: 16 }, infos);
        const result = await pictureFrom(client, graph);
        const wrong = Array.from(channelOf(result, 3).entries()).filter(
          ([at, value]) => value !== alphaAt(at % WIDTH, Math.floor(at / WIDTH)),
        );
        expect(wrong).toEqual([]);
      }
    });

    it('stays opaque where a picture with an alpha channel is', async () => {
      const of = {
        ...(await opened(encodePng(original), '.png', true)),
        alpha: new Blob([encodePng(original).slice()]),
      };
      const { source } = await uploader.bring(mask.exportMask, of, { lane: 'mask' });
      const graph = blur.build(recipeInput(source, of), { style: 'pixelate', size: 16 }, infos);
      expect(Object.values(graph).map(({ class_type }) => class_type)).not.toContain('JoinImageWithAlpha');
    });

    it('is opaque in the part added to it, and keeps its alpha but for the overlap', async () => {
      const of = await opened(encodePng(sprite), '.png', true);
      const nothing = paintMask(WIDTH, HEIGHT, () => 0);
      for (const area of [null, { x: 0, y: 0, width: 128, height: 157 }]) {
        const { source } = await uploader.bring(nothing.exportMask, of, { lane: 'mask' });
        const extend = { left: 40, top: 0, right: 0, bottom: 0, overlap: 16 };
        const input = recipeInput(source, of, { extend, area });
        const result = await pictureFrom(client, blur.build(input, { style: 'blur', size: 8 }, infos));
        const wrong = Array.from(channelOf(result, 3).entries()).filter(([at, value]) => {
          const [x, y] = [at % result.width, Math.floor(at / result.width)];
          const expected = x < 40 ? 255 : levels(x - 40, y);
          return x >= 40 && x < 56 ? value < expected : value !== expected;
        });
        expect(wrong).toEqual([]);
      }
    });

    it('gets a result over it inside the mask, alpha included', async () => {
      const of = await opened(encodePng(sprite), '.png', true);
      const { source } = await uploader.bring(mask.exportMask, of, { lane: 'mask' });
      const inverse = picture(WIDTH, HEIGHT, (x, y) => [9, 8, 7, 255 - levels(x, y)]);
      for (const [result, inside] of [
        [encodePng(inverse), (x: number, y: number) => 255 - levels(x, y)],
        [encodePng(inverse, 'rgb'), () => 255],
      ] as const) {
        const { ref } = await opened(result, '.png', true);
        const merged = await pictureFrom(client, mergeGraph(source, ref, of));
        const wrong = Array.from(channelOf(merged, 3).entries()).filter(([at, value]) => {
          const [x, y] = [at % WIDTH, Math.floor(at / WIDTH)];
          const expected = mask.values[at] === 0 ? levels(x, y) : inside(x, y);
          return (mask.values[at] === 0 || mask.values[at] === 255) && value !== expected;
        });
        expect(wrong).toEqual([]);
      }
    });
  });

  it.each([false, true])(
    'repaints parts far apart in one job, each in its area; transparent: %s',
    async (clear) => {
      const mask = paintMask(WIDTH, HEIGHT, (x, y) =>
        Math.hypot(x - 30, y - 30) < 14 || Math.hypot(x - 170, y - 120) < 14 ? 255 : 0,
      );
      const { source } = await uploader.bring(mask.exportMask, stored, { lane: 'mask' });
      const input = recipeInput(clear ? { ...source, alpha: stored.ref } : source, stored);
      const parts = [
        { x: 5, y: 6, width: 56, height: 48 },
        { x: 139, y: 95, width: 64, height: 62 },
      ];
      const graph = parts.reduce<ApiGraph | undefined>(
        (after, area) =>
          blur.build({ ...input, area, ...(after && { after }) }, { style: 'pixelate', size: 16 }, infos),
        undefined,
      );
      const result = await pictureFrom(client, graph ?? {});
      const changed = changes(result);
      const wrong = changed.filter((isChanged, at) => isChanged && mask.values[at] === 0);
      expect(wrong).toEqual([]);
      for (const [x, y] of [
        [30, 30],
        [170, 120],
      ] as const) {
        const around = Array.from(
          { length: 81 },
          (_, at) => changed[(y - 4 + Math.floor(at / 9)) * WIDTH + x - 4 + (at % 9)],
        );
        expect(around.filter(Boolean).length).toBeGreaterThan(70);
      }
    },
  );

  it('works on a picture of one pixel', async () => {
    const one = await storePicture(
      client,
      picture(1, 1, () => [200, 100, 50, 255]),
    );
    const mask = paintMask(1, 1, () => 255);
    for (const lane of ['mask', 'fast'] as const) {
      const { source } = await uploader.bring(mask.exportMask, one, { lane });
      const input = recipeInput(source, one, { compositeMask: { grow: 3, feather: 8 } });
      const result = await pictureFrom(client, blur.build(input, { style: 'blur', size: 24 }, infos));
      expect([result.width, result.height]).toEqual([1, 1]);
    }
  });

  describe('with a checkpoint', () => {
    const spec = server.nodes.CheckpointLoaderSimple?.input.required?.ckpt_name as
      [string[] | string, { options?: string[] }?] | undefined;
    const names = Array.isArray(spec?.[0]) ? spec[0] : (spec?.[1]?.options ?? []);
    const checkpoint =
      process.env.CONTRACT_CHECKPOINT ?? names.find((name) => server.isDemo || name.startsWith('tiny-'));
    const AREA = { x: 37, y: 11, width: 128, height: 128 };

    // Real checkpoints are left alone: they may be slow and large.
    it.runIf(checkpoint)('leaves every bit outside the compositing mask', { timeout: 240_000 }, async () => {
      const mask = disc(100, 76, 40);
      const { source } = await uploader.bring(mask.exportMask, stored, { lane: 'fast' });
      const input = recipeInput(source, stored, {
        area: AREA,
        working: { width: 96, height: 96 },
        denoiseMask: { grow: 8, feather: 4 },
        compositeMask: { grow: 3, feather: 4 },
      });
      const values = fillValues(inpaintCheckpoint.fields(infos), {
        ckpt_name: checkpoint ?? '',
        steps: 2,
        cfg: 1,
        denoise: 1,
        seed: Math.floor(Math.random() * 1e9),
      });
      const result = await pictureFrom(client, inpaintCheckpoint.build(input, values, infos), 230_000);
      expectStitched(result, mask, AREA, 7);
    });

    it.runIf(checkpoint)('extends the picture and keeps its pixels', { timeout: 240_000 }, async () => {
      const mask = paintMask(WIDTH, HEIGHT, () => 0);
      const { source } = await uploader.bring(mask.exportMask, stored, { lane: 'mask' });
      const extend = { left: 0, top: 0, right: 53, bottom: 0, overlap: 16 };
      const input = recipeInput(source, stored, {
        extend,
        area: { x: 128, y: 0, width: 128, height: 128 },
        working: { width: 64, height: 64 },
      });
      const values = fillValues(inpaintCheckpoint.fields(infos), {
        ckpt_name: checkpoint ?? '',
        steps: 2,
        cfg: 1,
        denoise: 1,
      });
      const result = await pictureFrom(client, inpaintCheckpoint.build(input, values, infos), 230_000);
      expect([result.width, result.height]).toEqual([256, 157]);
      expect(changes(result).some((changed, at) => changed && at % WIDTH < WIDTH - 16)).toBe(false);
    });
  });

  describe('extending a picture', () => {
    const nothing = paintMask(WIDTH, HEIGHT, () => 0);

    async function extended(more: Partial<RecipeInput>, mask = nothing): Promise<Picture> {
      const { source } = await uploader.bring(mask.exportMask, stored, { lane: 'mask' });
      const input = recipeInput(source, stored, more);
      return pictureFrom(client, blur.build(input, { style: 'blur', size: 8 }, infos));
    }

    it.each([
      ['all round', { left: 19, top: 24, right: 34, bottom: 11, overlap: 20 }],
      ['to the left', { left: 53, top: 0, right: 0, bottom: 0, overlap: 33 }],
      ['downwards without an overlap', { left: 0, top: 0, right: 0, bottom: 40, overlap: 0 }],
      ['by a preset', presetExtension({ ratio: 16 / 9 }, original, DEFAULT_OVERLAP)],
    ])('keeps its pixels but for the overlap: %s', async (_name, extend) => {
      const result = await extended({ extend });
      expect([result.width, result.height]).toEqual(Object.values(canvasSize(original, extend)));
      const { left, top, right, bottom, overlap } = extend;
      const wrong = changes(result, left, top).flatMap((changed, index) => {
        const [x, y] = [index % WIDTH, Math.floor(index / WIDTH)];
        const inOverlap =
          (left > 0 && x < overlap) ||
          (top > 0 && y < overlap) ||
          (right > 0 && x >= WIDTH - overlap) ||
          (bottom > 0 && y >= HEIGHT - overlap);
        return changed && !inOverlap ? [`${x},${y}`] : [];
      });
      expect(wrong).toEqual([]);
    });

    it('fills the new part with colours from the edge, not with grey', async () => {
      const extend = { left: 32, top: 0, right: 0, bottom: 0, overlap: 0 };
      const result = await extended({ extend });
      const colors = new Set(Array.from({ length: HEIGHT }, (_, y) => pixelAt(result, 4, y)));
      expect(colors.size).toBeGreaterThan(HEIGHT / 4);
    });

    it('works on painted pixels and the new part at once, in an area of the canvas', async () => {
      const extend = { left: 48, top: 0, right: 0, bottom: 0, overlap: 10 };
      const mask = disc(60, 60, 30);
      const result = await extended({ extend, area: { x: 0, y: 0, width: 160, height: 128 } }, mask);
      const changed = changes(result, 48, 0);
      expect(changed[60 * WIDTH + 60]).toBe(true);
      const reached = near(mask, 0);
      const wrong = changed.filter(
        (isChanged, at) => isChanged && at % WIDTH >= 10 && !reached(at % WIDTH, Math.floor(at / WIDTH)),
      );
      expect(wrong).toEqual([]);
    });
  });

  it('hands all 256 levels to the nodes by both lanes', async () => {
    const mask = paintMask(WIDTH, HEIGHT, (x, y) => (x + 3 * y) % 256);
    expect(new Set(mask.values).size).toBe(256);
    // SaveImage truncates the single-precision `1 - alpha`, so some levels come out one lower.
    const expected = mask.values.map((value) => {
      const share = Math.fround(1 - Math.fround((255 - value) / 255));
      return Math.trunc(Math.fround(share * 255));
    });
    for (const lane of ['mask', 'fast'] as const) {
      const { source } = await uploader.bring(mask.exportMask, stored, { lane });
      expect(channelOf(await pictureFrom(client, maskGraph(source)), 0)).toEqual(expected);
    }
  });
});

/** Saves the mask a recipe would get, as a grey picture. */
function maskGraph(source: RecipeSource): ApiGraph {
  const mask: NodeLink = ['load', source.kind === 'masked' ? 1 : 0];
  return {
    load:
      source.kind === 'masked'
        ? node('LoadImage', { image: toAnnotated(source.ref) })
        : node('LoadImageMask', { image: toAnnotated(source.mask), channel: 'alpha' }),
    grey: node('MaskToImage', { mask }),
    out: saveImage(['grey', 0], unique('Darkroom/mask')),
  };
}
