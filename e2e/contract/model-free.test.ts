import { beforeAll, describe, expect } from 'vitest';
import { ComfyClient } from '../../src/comfy/client';
import { type FileRef, toAnnotated } from '../../src/comfy/file-ref';
import type { ApiGraph } from '../../src/comfy/graph';
import type { EditorPicture } from '../../src/editor/model/editor-types';
import { MaskUploader } from '../../src/editor/upload/mask-upload';
import { adjust } from '../../src/workflows/adjust';
import { blur } from '../../src/workflows/blur';
import { cutOutRecipe } from '../../src/workflows/cut-out';
import { fill } from '../../src/workflows/fill';
import { ownGraph } from '../../src/workflows/own-graph';
import { paste } from '../../src/workflows/paste';
import {
  type AreaRect,
  fillValues,
  missingNodes,
  type NodeInfos,
  type PaintedOver,
  type Recipe,
  recipeInput,
  type RecipeInput,
  type RecipeValues,
} from '../../src/workflows/recipe';
import { sharpen } from '../../src/workflows/sharpen';
import { refineCheckpoint } from '../../src/workflows/refine';
import { removeObject } from '../../src/workflows/remove-object';
import { upscale } from '../../src/workflows/upscale';
import { node } from './graphs';
import { paintMask, type PaintedMask, pictureFrom } from './masks';
import { encodePng, picture, type Picture } from './pictures';
import { it } from './statement';
import { connect, unique } from './support';

const server = await connect();
const client = new ComfyClient({ baseUrl: server.url });
const uploader = new MaskUploader(client);
let infos: NodeInfos;

type Color = [red: number, green: number, blue: number];

const [WIDTH, HEIGHT] = [149, 107];
/** All colours, none like its neighbours. */
const opaque = picture(WIDTH, HEIGHT, (x, y) => [
  (x * 37 + y * 11) % 256,
  (x * 5 + y * 53) % 256,
  (x * y + x) % 256,
  255,
]);
/** Every level of alpha above those colours. */
const sprite = picture(WIDTH, HEIGHT, (x, y) => [...colorAt(opaque, x, y), (x * 7 + y * 31) % 256]);
/** A disc with a soft rim, in the middle. */
const disc = paintMask(WIDTH, HEIGHT, (x, y) =>
  Math.round(255 * Math.min(1, Math.max(0, (36 - Math.hypot(x - 74, y - 53)) / 10))),
);
/** A rectangle with hard sides. */
const BOX = { x: 31, y: 22, width: 60, height: 40 };
const box = paintMask(WIDTH, HEIGHT, (x, y) => (within(BOX, x, y) ? 255 : 0));

function within(area: AreaRect, x: number, y: number): boolean {
  return x >= area.x && y >= area.y && x < area.x + area.width && y < area.y + area.height;
}

function colorAt({ rgba, width }: Picture, x: number, y: number): Color {
  const [red = 0, green = 0, blue = 0] = rgba.subarray((y * width + x) * 4);
  return [red, green, blue];
}

function alphaAt({ rgba, width }: Picture, x: number, y: number): number {
  return rgba[(y * width + x) * 4 + 3] ?? 0;
}

/** The places a callback objects to, in words. */
function places(check: (x: number, y: number) => string | false): string[] {
  const wrong: string[] = [];
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const text = check(x, y);
      if (text) {
        wrong.push(`${x},${y}: ${text}`);
      }
    }
  }
  return wrong.slice(0, 5);
}

/** Expects every byte outside the mask, alpha included, to be the original's. */
function expectKept(result: Picture, original: Picture, kept: (x: number, y: number) => boolean): void {
  expect([result.width, result.height]).toEqual([WIDTH, HEIGHT]);
  const pixel = (of: Picture, x: number, y: number): string =>
    [...colorAt(of, x, y), alphaAt(of, x, y)].join();
  expect(
    places((x, y) => {
      const [before, after] = [pixel(original, x, y), pixel(result, x, y)];
      return kept(x, y) && before !== after && `${before} became ${after}`;
    }),
  ).toEqual([]);
}

function maskAt(mask: PaintedMask, x: number, y: number): number {
  return mask.values[y * WIDTH + x] ?? 0;
}

async function open(image: Picture): Promise<EditorPicture> {
  const kind = image.rgba.some((value, at) => at % 4 === 3 && value < 255) ? 'rgba' : 'rgb';
  const source = new Blob([encodePng(image, kind).slice()], { type: 'image/png' });
  const ref = await client.uploadImage(source, { filename: unique('free-') + '.png', subfolder: 'darkroom' });
  const { width, height } = image;
  return { ref, source, width, height, readable: true, ...(kind === 'rgba' && { alpha: source }) };
}

/** What a recipe makes of a picture, by the lane the mask takes to the server. */
async function apply(
  recipe: Recipe,
  values: RecipeValues,
  image: Picture,
  mask: PaintedMask,
  more: Partial<RecipeInput> = {},
  paint?: PaintedOver,
): Promise<Picture> {
  const opened = await open(image);
  const { source } = await uploader.bring(mask.exportMask, opened, { lane: 'mask' });
  const input = recipeInput({ ...source, ...(paint && { paint }) }, opened, more);
  return pictureFrom(client, recipe.build(input, fillValues(recipe.fields(infos), values), infos));
}

beforeAll(async () => {
  infos = await client.objectInfo();
});

/** A second picture: opaque on the left, half there in the middle, transparent on the right. */
const sticker = picture(30, 20, (x, y) => [200 - y, 40 + x, 10 + x + y, x < 10 ? 255 : x < 20 ? 128 : 0]);
let pasted = '';

beforeAll(async () => {
  pasted = toAnnotated((await open(sticker)).ref);
});

const RECIPES: [string, Recipe, () => RecipeValues][] = [
  ['blurring', blur, () => ({ style: 'blur', size: 12 })],
  ['pixelating', blur, () => ({ style: 'pixelate', size: 12 })],
  ['filling with a colour', fill, () => ({ color: '#1db954' })],
  ['adjusting colours', adjust, () => ({ brightness: 30, contrast: 40, saturation: -50, hue: 75 })],
  ['sharpening', sharpen, () => ({ amount: 200, radius: 3 })],
  ['pasting', paste, () => ({ picture: pasted, fit: 'cover' })],
  ['cutting a hole', cutOutRecipe, () => ({ keep: 'outside' })],
];

describe.each(RECIPES)('%s', (_name, recipe, values) => {
  it('finds all its nodes', () => {
    expect(missingNodes(recipe, infos)).toEqual([]);
  });

  it.each([
    ['an opaque', () => opaque],
    ['a transparent', () => sprite],
  ])('keeps every bit of %s picture outside the mask, and changes it inside', async (_kind, image) => {
    const result = await apply(recipe, values(), image(), disc);
    expectKept(result, image(), (x, y) => maskAt(disc, x, y) === 0);
    const changed = Array.from(
      { length: 400 },
      (_, at) => [64 + (at % 20), 43 + Math.floor(at / 20)] as const,
    ).filter(([x, y]) => {
      const [before, after] = [image(), result].map((of) => [...colorAt(of, x, y), alphaAt(of, x, y)].join());
      return before !== after;
    });
    expect(changed.length).toBeGreaterThan(300);
  });

  it.each([
    { grow: 6, feather: 0 },
    { grow: 0, feather: 7 },
    { grow: -5, feather: 0 },
  ])('reaches as far as it grows and fades, and no further: %j', async (compositeMask) => {
    const result = await apply(recipe, values(), sprite, box, { compositeMask, painted: BOX });
    const reach = compositeMask.grow + compositeMask.feather;
    const far: AreaRect = {
      x: BOX.x - reach,
      y: BOX.y - reach,
      width: BOX.width + 2 * reach,
      height: BOX.height + 2 * reach,
    };
    expectKept(result, sprite, (x, y) => !within(far, x, y));
  });

  it('stays inside an area', async () => {
    const area = { x: 60, y: 40, width: 41, height: 33 };
    const result = await apply(recipe, values(), sprite, disc, { area });
    expectKept(result, sprite, (x, y) => !within(area, x, y) || maskAt(disc, x, y) === 0);
  });

  it('works on a picture of one pixel', async () => {
    const dot = picture(1, 1, () => [200, 100, 50, 255]);
    const result = await apply(
      recipe,
      values(),
      dot,
      paintMask(1, 1, () => 255),
      {
        compositeMask: { grow: 3, feather: 8 },
      },
    );
    expect([result.width, result.height]).toEqual([1, 1]);
  });
});

describe('paint over the picture', () => {
  /** Where it lies: partly beyond the masks. */
  const OVER = { x: 40, y: 10, width: 70, height: 50 };
  /** Opaque on the left, softer and softer to the right, and clear in places. */
  const stroke = picture(OVER.width, OVER.height, (x, y) => [
    ...([250 - x, 3 * x, 5 * y] as const),
    (x + y) % 7 === 0 ? 0 : Math.min(255, 5 * (OVER.width - x)),
  ]);
  let file: FileRef;

  beforeAll(async () => {
    ({ ref: file } = await open(stroke));
  });

  /** What the paint makes of a colour, not rounded. */
  function painted(image: Picture, x: number, y: number): number[] {
    const below = colorAt(image, x, y);
    if (!within(OVER, x, y)) {
      return below;
    }
    const [over, alpha] = [colorAt(stroke, x - OVER.x, y - OVER.y), alphaAt(stroke, x - OVER.x, y - OVER.y)];
    return below.map((value, at) => value + (((over[at] ?? 0) - value) * alpha) / 255);
  }

  describe.each([
    ['an opaque', () => opaque],
    ['a transparent', () => sprite],
  ])('on %s picture', (_kind, image) => {
    it.each(RECIPES)('leaves no trace outside the mask: %s', async (_name, recipe, values) => {
      const result = await apply(recipe, values(), image(), disc, {}, { file, box: OVER });
      expectKept(result, image(), (x, y) => maskAt(disc, x, y) === 0);
    });

    it.each([
      ['the whole', null],
      ['an area', { x: 36, y: 25, width: 50, height: 30 }],
    ])('is what the recipe starts from: %s', async (_what, area) => {
      // A recipe that changes nothing shows what it was given.
      const result = await apply(adjust, {}, image(), box, { area }, { file, box: OVER });
      const isOpen = (x: number, y: number): boolean => within(BOX, x, y) && (!area || within(area, x, y));
      expectKept(result, image(), (x, y) => !isOpen(x, y));
      expect(
        places((x, y) => {
          const [wanted, got] = [painted(image(), x, y), colorAt(result, x, y)];
          const off = isOpen(x, y) && wanted.some((value, at) => Math.abs(value - (got[at] ?? 0)) > 1.01);
          return off && `${got.join()}, not ${wanted.map(Math.round).join()}`;
        }),
      ).toEqual([]);
    });
  });

  it('moves with the picture that is extended', async () => {
    const extend = { left: 12, top: 9, right: 0, bottom: 0, overlap: 0 };
    const result = await apply(adjust, {}, opaque, box, { extend }, { file, box: OVER });
    expect([result.width, result.height]).toEqual([WIDTH + 12, HEIGHT + 9]);
    expect(
      places((x, y) => {
        const inside = within(BOX, x, y);
        const wanted = inside ? painted(opaque, x, y) : colorAt(opaque, x, y);
        const got = colorAt(result, x + 12, y + 9);
        const off = wanted.some((value, at) => Math.abs(value - (got[at] ?? 0)) > (inside ? 1.01 : 0));
        return off && `${got.join()}, not ${wanted.map(Math.round).join()}`;
      }),
    ).toEqual([]);
  });
});

describe('filling with a colour', () => {
  it.each(['#000000', '#ffffff', '#1db954', '#808080', '#fe0102'])('gives exactly %s', async (color) => {
    const wanted = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)).join();
    for (const image of [opaque, sprite]) {
      const result = await apply(fill, { color }, image, box);
      expect(
        places((x, y) => {
          const got = colorAt(result, x, y).join();
          return within(BOX, x, y) && (got !== wanted || alphaAt(result, x, y) !== 255) && got;
        }),
      ).toEqual([]);
    }
  });

  it('shows in transparent parts by as much as the mask says', async () => {
    const empty = picture(WIDTH, HEIGHT, () => [9, 8, 7, 0]);
    const result = await apply(fill, { color: '#ff8000' }, empty, disc);
    expect(
      places((x, y) => {
        const mask = maskAt(disc, x, y);
        const [red, green, blue] = colorAt(result, x, y);
        const off = Math.abs(alphaAt(result, x, y) - mask);
        // Its own colour to the rim: what was there before was not to be seen.
        const wrong = Math.abs(red - 255) > 1 || Math.abs(green - 128) > 1 || blue > 1;
        return mask > 0 && (off > 1 || wrong) && `${red},${green},${blue} at ${alphaAt(result, x, y)}`;
      }),
    ).toEqual([]);
  });

  it('gives an extended picture a rim of it', async () => {
    const extend = { left: 12, top: 0, right: 0, bottom: 9, overlap: 0 };
    const result = await apply(
      fill,
      { color: '#102030' },
      opaque,
      paintMask(WIDTH, HEIGHT, () => 0),
      {
        extend,
      },
    );
    expect([result.width, result.height]).toEqual([WIDTH + 12, HEIGHT + 9]);
    expect(colorAt(result, 5, 50)).toEqual([16, 32, 48]);
    expect(colorAt(result, 80, HEIGHT + 4)).toEqual([16, 32, 48]);
    expect(colorAt(result, 12 + 40, 30)).toEqual(colorAt(opaque, 40, 30));
  });
});

describe('adjusting colours', () => {
  const clip = (value: number): number => Math.min(255, Math.max(0, value));

  /** Expects channels inside the box as computed, within a level and what truncating takes. */
  async function expectInside(
    values: RecipeValues,
    expected: (color: Color) => number[],
    tolerance = 1.01,
  ): Promise<void> {
    const result = await apply(adjust, values, opaque, box);
    expect(
      places((x, y) => {
        const [before, after] = [colorAt(opaque, x, y), colorAt(result, x, y)];
        const off = expected(before).some(
          (value, at) => Math.abs(clip(value) - (after[at] ?? 0)) > tolerance,
        );
        return (
          within(BOX, x, y) &&
          off &&
          `${before.join()} became ${after.join()}, not ${expected(before).join()}`
        );
      }),
    ).toEqual([]);
  }

  it.each([-100, -40, 25, 100])('multiplies by the brightness: %i', async (brightness) => {
    await expectInside({ brightness }, (color) => color.map((value) => value * (1 + brightness / 100)));
  });

  it.each([-100, -60, 30, 100])('spreads around medium grey: %i', async (contrast) => {
    await expectInside({ contrast }, (color) =>
      color.map((value) => (value - 127.5) * (1 + contrast / 100) + 127.5),
    );
  });

  const luma = ([red, green, blue]: Color): number => 0.299 * red + 0.587 * green + 0.114 * blue;

  it('takes the colours out', async () => {
    await expectInside({ saturation: -100 }, (color) => [luma(color), luma(color), luma(color)]);
  });

  it.each([-30, 40])('spreads colours around their brightness: %i', async (saturation) => {
    const factor = 1 + saturation / 100;
    await expectInside(
      { saturation },
      (color) => {
        const y = luma(color);
        // Blue and red, less the brightness, have to fit between 0 and 1 on the way.
        const part = (channel: number, scale: number): number =>
          Math.min(127.5, Math.max(-127.5, (channel - y) * scale * factor)) / scale;
        const [red, blue] = [part(color[0], 0.713), part(color[2], 0.564)];
        return [y + red, y - (0.299 * red + 0.114 * blue) / 0.587, y + blue];
      },
      1.6,
    );
  });

  it('turns colours to their opposites half way round', async () => {
    const half = await apply(adjust, { hue: 180, saturation: -50 }, opaque, box);
    const opposite = places((x, y) => {
      const [before, after] = [colorAt(opaque, x, y), colorAt(half, x, y)];
      const red = luma(before) - (before[0] - luma(before)) / 2;
      return (
        within(BOX, x, y) && Math.abs(clip(red) - after[0]) > 1.6 && `${before.join()} became ${after.join()}`
      );
    });
    expect(opposite).toEqual([]);
  });

  it('changes nothing when nothing is changed', async () => {
    const result = await apply(adjust, {}, sprite, box);
    expectKept(result, sprite, () => true);
  });
});

describe('sharpening', () => {
  it('adds what a blur takes away', async () => {
    const step = picture(WIDTH, HEIGHT, (x) => (x < 60 ? [100, 100, 100, 255] : [160, 160, 160, 255]));
    const result = await apply(sharpen, { amount: 100, radius: 2 }, step, box);
    const [dark, bright] = [colorAt(result, 59, 40)[0], colorAt(result, 60, 40)[0]];
    expect(dark).toBeLessThan(95);
    expect(bright).toBeGreaterThan(165);
    // Even on both sides, and over a window of two px.
    expect(Math.abs(100 - dark - (bright - 160))).toBeLessThanOrEqual(1);
    expect(colorAt(result, 50, 40)).toEqual([100, 100, 100]);
    expect(colorAt(result, 70, 40)).toEqual([160, 160, 160]);
  });
});

describe('cutting out', () => {
  it.each([
    ['inside', (alpha: number, mask: number) => (alpha * mask) / 255],
    ['outside', (alpha: number, mask: number) => (alpha * (255 - mask)) / 255],
  ] as const)('keeps what is %s, as far as it was there', async (keep, expected) => {
    for (const image of [opaque, sprite]) {
      const result = await apply(cutOutRecipe, { keep }, image, disc);
      expect(
        places((x, y) => {
          const [alpha, mask] = [alphaAt(image, x, y), maskAt(disc, x, y)];
          const wanted = expected(alpha, mask);
          const got = alphaAt(result, x, y);
          // Exact where the mask is all or nothing; else SaveImage truncates.
          const off = Number.isInteger(wanted) ? got !== wanted : Math.abs(got - wanted) > 1;
          const same = colorAt(image, x, y).join() === colorAt(result, x, y).join();
          return (off || !same) && `${alpha} under ${mask} became ${got}`;
        }),
      ).toEqual([]);
    }
  });

  it('keeps nothing beyond an area', async () => {
    const area = { x: 60, y: 40, width: 41, height: 33 };
    const result = await apply(cutOutRecipe, { keep: 'inside' }, opaque, disc, { area });
    expect(
      places((x, y) => !within(area, x, y) && alphaAt(result, x, y) > 0 && `${alphaAt(result, x, y)}`),
    ).toEqual([]);
    expect(alphaAt(result, 75, 53)).toBe(255);
  });
});

describe('pasting', () => {
  const at = (of: Picture, x: number, y: number): number[] => [...colorAt(of, x, y), alphaAt(of, x, y)];

  it('puts a picture at its own size where the mask begins, moved by the offset', async () => {
    for (const [x, y] of [
      [0, 0],
      [9, 4],
      [-6, -3],
    ] as const) {
      const values = { picture: pasted, fit: 'original', x, y };
      const result = await apply(paste, values, opaque, box, { painted: BOX });
      const wrong = places((px, py) => {
        const [sx, sy] = [px - BOX.x - x, py - BOX.y - y];
        const covered = within(BOX, px, py) && within({ x: 0, y: 0, width: 30, height: 20 }, sx, sy);
        const alpha = covered ? alphaAt(sticker, sx, sy) / 255 : 0;
        const [below, above] = [colorAt(opaque, px, py), colorAt(sticker, sx, sy)];
        const off = at(result, px, py).some((value, channel) => {
          const wanted =
            channel === 3 ? 255 : (above[channel] ?? 0) * alpha + (below[channel] ?? 0) * (1 - alpha);
          return alpha % 1 === 0 ? value !== wanted : Math.abs(value - wanted) > 1;
        });
        return (covered || !within(BOX, px, py)) && off && at(result, px, py).join();
      });
      expect(wrong).toEqual([]);
    }
  });

  it('stretches, covers and fits inside', async () => {
    const flag = picture(40, 10, (x) => (x < 20 ? [250, 10, 10, 255] : [10, 10, 250, 255]));
    const file = toAnnotated((await open(flag)).ref);
    const show = async (fit: string): Promise<Picture> =>
      apply(paste, { picture: file, fit }, opaque, box, { painted: BOX });
    const [red, blue] = [
      [250, 10, 10, 255],
      [10, 10, 250, 255],
    ];
    const stretched = await show('stretch');
    expect(at(stretched, BOX.x, BOX.y)).toEqual(red);
    expect(at(stretched, BOX.x + 59, BOX.y + 39)).toEqual(blue);
    const covering = await show('cover');
    // 40 × 10 covers 60 × 40 at four times its size: 15 px in the middle are seen.
    expect(at(covering, BOX.x, BOX.y + 1)).toEqual(red);
    expect(at(covering, BOX.x + 59, BOX.y + 39)).toEqual(blue);
    const fitting = await show('contain');
    // At 60 × 15 in the middle: 12 px above it stay.
    expect(at(fitting, BOX.x + 5, BOX.y + 10)).toEqual(at(opaque, BOX.x + 5, BOX.y + 10));
    expect(at(fitting, BOX.x + 5, BOX.y + 20)).toEqual(red);
    expect(at(fitting, BOX.x + 55, BOX.y + 20)).toEqual(blue);
    expect(at(fitting, BOX.x + 5, BOX.y + 30)).toEqual(at(opaque, BOX.x + 5, BOX.y + 30));
  });

  it('shows in transparent parts, as much of it as there is', async () => {
    const empty = picture(WIDTH, HEIGHT, () => [9, 8, 7, 0]);
    const values = { picture: pasted, fit: 'original' };
    const result = await apply(paste, values, empty, box, { painted: BOX });
    expect(at(result, BOX.x + 5, BOX.y + 5)).toEqual(at(sticker, 5, 5));
    const [, , , half] = at(result, BOX.x + 15, BOX.y + 5);
    expect(half).toBeGreaterThanOrEqual(127);
    expect(half).toBeLessThanOrEqual(128);
    expect(at(result, BOX.x + 25, BOX.y + 5)).toEqual([9, 8, 7, 0]);
  });

  it('takes an opaque file without an alpha channel', async () => {
    const plain = picture(12, 9, () => [1, 2, 3, 255]);
    const file = toAnnotated((await open(plain)).ref);
    const result = await apply(paste, { picture: file, fit: 'original' }, opaque, box, { painted: BOX });
    expect(at(result, BOX.x + 11, BOX.y + 8)).toEqual([1, 2, 3, 255]);
    expect(at(result, BOX.x + 12, BOX.y + 8)).toEqual(at(opaque, BOX.x + 12, BOX.y + 8));
  });
});

/** Choices of a loader; real models are left alone, for they may be slow and large. */
function smallModels(node: string, input: string): string[] {
  const spec = server.nodes[node]?.input.required?.[input] as
    [string[] | string, { options?: string[] }?] | undefined;
  const names = Array.isArray(spec?.[0]) ? spec[0] : (spec?.[1]?.options ?? []);
  return names.filter((name) => server.isDemo || name.startsWith('tiny-'));
}

describe('with a model', () => {
  const area = { x: 40, y: 24, width: 72, height: 64 };
  const [upscaler] = smallModels('UpscaleModelLoader', 'model_name');
  const [checkpoint] = smallModels('CheckpointLoaderSimple', 'ckpt_name');

  /** Of growing by 2 and fading over 3 px, along the diagonal. */
  const reach = 5 * Math.SQRT2;

  async function expectOnlyMask(
    recipe: Recipe,
    values: RecipeValues,
    images = [opaque, sprite],
  ): Promise<void> {
    for (const image of images) {
      const result = await apply(recipe, values, image, disc, {
        area,
        compositeMask: { grow: 2, feather: 3 },
      });
      expectKept(result, image, (x, y) => !within(area, x, y) || Math.hypot(x - 74, y - 53) > 36 + reach);
      expect(colorAt(result, 74, 53).join()).not.toBe(colorAt(image, 74, 53).join());
    }
  }

  it.runIf(upscaler).each(['own', 'half', 'quarter'])(
    'the upscale model changes the mask alone, from %s size',
    { timeout: 120_000 },
    async (from) => {
      await expectOnlyMask(upscale, { model: upscaler ?? '', from });
    },
  );

  it.runIf(checkpoint)('refining changes the mask alone', { timeout: 240_000 }, async () => {
    await expectOnlyMask(refineCheckpoint, { ckpt_name: checkpoint ?? '', steps: 2, denoise: 0.6 });
  });

  it.runIf(checkpoint)('removing an object changes the mask alone', { timeout: 240_000 }, async () => {
    await expectOnlyMask(removeObject, { model: `checkpoint:${checkpoint ?? ''}` }, [sprite]);
  });
});

describe('a graph of somebody’s own', () => {
  /** Inverts what is masked, by its own mask, and enlarges the picture. */
  const graph: ApiGraph = {
    '1': node('LoadImage', { image: 'whatever.png' }),
    '2': node('ImageInvert', { image: ['1', 0] }),
    '3': node('ImageCompositeMasked', {
      destination: ['1', 0],
      source: ['2', 0],
      x: 0,
      y: 0,
      resize_source: false,
      mask: ['1', 1],
    }),
    '4': node('ImageScaleBy', { image: ['3', 0], upscale_method: 'nearest-exact', scale_by: 2 }),
    '5': node('SaveImage', { images: ['4', 0], filename_prefix: 'own' }),
  };

  it('changes what is masked of the part, and nothing else', async () => {
    const own = ownGraph({ name: 'invert', graph }, infos);
    const recipe = own.ok ? own.recipe : expect.fail(own.problem.kind);
    const area = { x: 21, y: 14, width: 80, height: 64 };
    for (const image of [opaque, sprite]) {
      const result = await apply(recipe, {}, image, box, { area });
      expectKept(result, image, (x, y) => !within(BOX, x, y));
      expect(
        places((x, y) => {
          const [before, after] = [colorAt(image, x, y), colorAt(result, x, y)];
          const off = before.some((value, at) => Math.abs(255 - value - (after[at] ?? 0)) > 60);
          // Enlarged and scaled back, neighbours mix at the sides of the mask.
          const inner = { x: BOX.x + 6, y: BOX.y + 6, width: BOX.width - 12, height: BOX.height - 12 };
          return within(inner, x, y) && off && `${before.join()} became ${after.join()}`;
        }),
      ).toEqual([]);
    }
  });
});
