import { describe, expect, test, vi } from 'vitest';
import { Painting } from '../paint/painting';
import { Pace } from '../pixels/pace';
import { createImage, type ImageTensor } from '../pixels/tensor';
import { FillSampling, findWindow, type FillRequest } from './fill-sampling';
import { MotionSampling } from './motion-sampling';
import { PaintSampling } from './paint-sampling';
import { fillSmoothly } from './pull-push';
import { shareOf, type Sampling } from './sampling';
import { StrokeSampling } from './stroke-sampling';

vi.setConfig({ testTimeout: 60_000 });

const WIDTH = 96;
const HEIGHT = 72;
const STEPS = 6;

/** Stripes: easy to see whether a fill carries them on. */
function stripes(): ImageTensor {
  const image = createImage(1, HEIGHT, WIDTH, 3);
  for (let at = 0; at < WIDTH * HEIGHT; at++) {
    image.data.fill(Math.floor((at % WIDTH) / 4) % 2 === 0 ? 0.2 : 0.8, at * 3, at * 3 + 3);
  }
  return image;
}

function hole(value = 1): Float32Array {
  return Float32Array.from({ length: WIDTH * HEIGHT }, (_, at) => {
    const x = at % WIDTH;
    const y = Math.floor(at / WIDTH);
    return x >= 36 && x < 60 && y >= 26 && y < 46 ? value : 0;
  });
}

async function run(sampling: Sampling, steps = STEPS): Promise<ImageTensor> {
  for (let index = 0; index < steps; index++) {
    await sampling.step(index);
  }
  return sampling.result();
}

function fill(more: Partial<FillRequest> = {}): Promise<ImageTensor> {
  const request: FillRequest = {
    image: stripes(),
    mask: hole(),
    seed: 7,
    prompt: '',
    steps: STEPS,
    denoise: 1,
    differential: false,
    ...more,
  };
  const window = findWindow(request.mask, WIDTH, HEIGHT);
  if (!window) {
    throw new Error('no hole');
  }
  return run(new FillSampling(request, window, new Pace()), request.steps);
}

describe('filling a hole', () => {
  test('nothing outside the mask changes, bit for bit', async () => {
    const before = stripes();
    const after = await fill();
    hole().forEach((value, at) => {
      if (value === 0) {
        expect(after.data.subarray(at * 3, at * 3 + 3)).toEqual(before.data.subarray(at * 3, at * 3 + 3));
      }
    });
  });

  test('the surrounding pattern continues into the hole, whatever was in it', async () => {
    const image = stripes();
    const mask = hole();
    mask.forEach((value, at) => value > 0 && image.data.fill(0.5, at * 3, at * 3 + 3));
    const after = await fill({ image, mask });
    const wanted = stripes();
    let miss = 0;
    let count = 0;
    mask.forEach((value, at) => {
      if (value > 0) {
        miss += Math.abs((after.data[at * 3] ?? 0) - (wanted.data[at * 3] ?? 0));
        count++;
      }
    });
    // Grey would miss by 0.3 everywhere.
    expect(miss / count).toBeLessThan(0.12);
  });

  test('the same seed gives the same fill, another seed a different one', async () => {
    const first = await fill({ seed: 18446744073709551615n });
    expect(await fill({ seed: 18446744073709551615n })).toEqual(first);
    expect((await fill({ seed: 18446744073709551614n })).data).not.toEqual(first.data);
  });

  test('low denoise stays close to the original', async () => {
    const image = stripes();
    const noisy = image.data.map((value, at) => value + ((at * 37) % 11) / 60);
    const start = { ...image, data: noisy };
    const change = async (denoise: number): Promise<number> => {
      const after = await fill({ image: start, denoise });
      return after.data.reduce((sum, value, at) => sum + Math.abs(value - (noisy[at] ?? 0)), 0);
    };
    expect(await change(0.2)).toBeLessThan((await change(1)) / 3);
  });

  test('half a mask changes half as much', async () => {
    const full = await fill();
    const half = await fill({ mask: hole(0.5) });
    const before = stripes();
    full.data.forEach((value, at) => {
      const own = before.data[at] ?? 0;
      expect((half.data[at] ?? 0) - own).toBeCloseTo((value - own) / 2, 5);
    });
  });

  test.each([1, 2, 50])('works with %i steps', async (steps) => {
    const after = await fill({ steps });
    expect(after.data.every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  test('a mask over nearly everything still works', async () => {
    const mask = new Float32Array(WIDTH * HEIGHT).fill(1);
    mask[0] = 0;
    const after = await fill({ mask });
    expect(after.data.every((value) => Number.isFinite(value))).toBe(true);
  });

  test('no mask, no window', () => {
    expect(findWindow(new Float32Array(WIDTH * HEIGHT), WIDTH, HEIGHT)).toBeNull();
  });
});

describe('the membrane', () => {
  test('keeps known values and interpolates between them', () => {
    const grid = {
      width: 9,
      height: 1,
      channels: 1,
      values: new Float32Array(9),
      weights: new Float32Array(9),
    };
    grid.values[8] = 1;
    grid.weights[0] = 1;
    grid.weights[8] = 1;
    fillSmoothly(grid);
    expect(grid.values[0]).toBe(0);
    expect(grid.values[8]).toBe(1);
    expect([...grid.values]).toEqual([...grid.values].sort((a, b) => a - b));
  });
});

describe('painting', () => {
  test('the same words and seed give the same picture at any size', () => {
    const mean = (width: number, height: number): number[] => {
      const painting = new Painting('misty mountains', 5, width, height);
      const row = new Float32Array(width * 3);
      const sums = [0, 0, 0];
      for (let y = 0; y < height; y++) {
        painting.row(y, row, 0);
        row.forEach((value, at) => (sums[at % 3] = (sums[at % 3] ?? 0) + value / (width * height)));
      }
      return sums;
    };
    const [small, large] = [mean(32, 24), mean(128, 96)];
    small.forEach((value, c) => expect(value).toBeCloseTo(large[c] ?? -1, 1));
  });

  test('painting in steps gives the same as painting at once', async () => {
    const request = { prompt: 'dunes', seed: 3, width: 40, height: 24 };
    const slow = await run(new PaintSampling({ ...request, steps: STEPS }, new Pace()));
    const fast = await run(new PaintSampling({ ...request, steps: 1 }, new Pace()), 1);
    expect(slow.data).toEqual(fast.data);
    expect(slow.data.every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  test.each([
    ...['portrait', 'aurora', 'dunes', 'paper', 'city', 'planet', 'still life', 'sea', 'flower', 'textile'],
    ...['forest', 'mountains', 'ink', 'something without any such word'],
  ])('%s: no pixel is missing', (prompt) => {
    for (const seed of [1, 2, 18446744073709551615n]) {
      const painting = new Painting(prompt, seed, 24, 32);
      const row = new Float32Array(24 * 3);
      for (let y = 0; y < 32; y++) {
        painting.row(y, row, 0);
        expect(row.every((value) => value >= 0 && value <= 1)).toBe(true);
      }
    }
  });
});

test('strokes repaint the whole picture, more strongly with more denoise', async () => {
  const paint = async (denoise: number): Promise<number> => {
    const image = stripes();
    const after = await run(new StrokeSampling({ image, seed: 1, steps: STEPS, denoise }, new Pace()));
    return after.data.reduce((sum, value, at) => sum + Math.abs(value - (image.data[at] ?? 0)), 0);
  };
  const [little, much] = [await paint(0.1), await paint(1)];
  expect(little).toBeGreaterThan(0);
  expect(much).toBeGreaterThan(little);
});

test('an animation begins with its still and then moves', async () => {
  const source = stripes();
  const film = await run(
    new MotionSampling({ source, frames: 5, motion: 127, seed: 4, steps: STEPS }, new Pace()),
  );
  const size = WIDTH * HEIGHT * 3;
  expect([film.batch, film.data.length]).toEqual([5, 5 * size]);
  film.data.subarray(0, size).forEach((value, at) => expect(value).toBeCloseTo(source.data[at] ?? -1, 5));
  expect(film.data.subarray(4 * size)).not.toEqual(film.data.subarray(0, size));
});

test('steps divide the work without gaps', () => {
  const parts = Array.from({ length: 7 }, (_, index) => shareOf(20, index, 7));
  expect(parts[0]?.[0]).toBe(0);
  expect(parts.at(-1)?.[1]).toBe(20);
  parts.slice(1).forEach(([from], index) => expect(from).toBe(parts[index]?.[1]));
});
