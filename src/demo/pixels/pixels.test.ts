import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blurImage, blurWeights } from './blur';
import { compositeImage } from './composite';
import { dilateSquare, growMask } from './morphology';
import { Pace } from './pace';
import { cropToAspect, pythonRound, SCALE_METHODS, scaleImage } from './resize';
import { createImage, createMask, type ImageTensor, type MaskTensor } from './tensor';

const pace = new Pace();

function maskOf(rows: readonly string[]): MaskTensor {
  const mask = createMask(1, rows.length, rows[0]?.length ?? 0);
  mask.data.set([...rows.join('')].map((cell) => (cell === '#' ? 1 : 0)));
  return mask;
}

function rowsOf(mask: MaskTensor): string[] {
  return Array.from({ length: mask.height }, (_, y) =>
    [...mask.data.subarray(y * mask.width, (y + 1) * mask.width)]
      .map((value) => (value > 0.5 ? '#' : '.'))
      .join(''),
  );
}

function noise(batch: number, height: number, width: number, channels: number, seed = 1): ImageTensor {
  const image = createImage(batch, height, width, channels);
  let state = seed;
  image.data.forEach((_, at) => {
    state = (state * 16807) % 2147483647;
    image.data[at] = state / 2147483647;
  });
  return image;
}

describe('growing masks', () => {
  const dot = maskOf(['.......', '.......', '.......', '...#...', '.......', '.......', '.......']);

  test('tapered corners grow a diamond, others a square', async () => {
    expect(rowsOf(await growMask(dot, 2, true, pace))).toEqual([
      '.......',
      '...#...',
      '..###..',
      '.#####.',
      '..###..',
      '...#...',
      '.......',
    ]);
    expect(rowsOf(await growMask(dot, 1, false, pace)).slice(2, 5)).toEqual([
      '..###..',
      '..###..',
      '..###..',
    ]);
  });

  test('shrinking does not affect the border of the picture', async () => {
    const full = maskOf(['####', '####', '####']);
    expect(rowsOf(await growMask(full, -3, true, pace))).toEqual(rowsOf(full));
    expect(rowsOf(await growMask(maskOf(['###.', '###.', '####']), -1, true, pace))).toEqual([
      '##..',
      '##..',
      '###.',
    ]);
  });

  test('the square of VAEEncodeForInpaint reaches one further up and left when even', async () => {
    expect(rowsOf(await dilateSquare(dot, 3, pace)).slice(2, 5)).toEqual(['..###..', '..###..', '..###..']);
    expect(rowsOf(await dilateSquare(dot, 2, pace)).slice(2, 5)).toEqual(['.......', '...##..', '...##..']);
  });

  test('dilation by a square matches every window', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 35, maxLength: 35 }),
        fc.integer({ min: 1, max: 5 }),
        async (cells, size) => {
          const mask = createMask(1, 5, 7);
          mask.data.set(cells.map(Number));
          const grown = await dilateSquare(mask, size, pace);
          const before = Math.ceil((size - 1) / 2);
          for (let y = 0; y < 5; y++) {
            for (let x = 0; x < 7; x++) {
              let any = false;
              for (let dy = 0; dy < size; dy++) {
                for (let dx = 0; dx < size; dx++) {
                  const [sy, sx] = [y - before + dy, x - before + dx];
                  any ||= sy >= 0 && sy < 5 && sx >= 0 && sx < 7 && cells[sy * 7 + sx] === true;
                }
              }
              expect(grown.data[y * 7 + x]).toBe(any ? 1 : 0);
            }
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('blur', () => {
  test('weights sum to one and fall off on both sides', () => {
    const weights = blurWeights(3, 1);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect([...weights]).toEqual([...weights].reverse());
    expect(weights[3]).toBeGreaterThan(weights[0] ?? 1);
  });

  test('a uniform picture stays uniform up to its edges', async () => {
    const flat = createImage(1, 9, 11, 3);
    flat.data.fill(0.25);
    const out = await blurImage(flat, 4, 2, pace);
    out.data.forEach((value) => expect(value).toBeCloseTo(0.25, 6));
  });
});

describe('scaling', () => {
  test.each(SCALE_METHODS)('%s keeps the mean of a picture, roughly, and its size', async (method) => {
    const image = noise(2, 24, 20, 3);
    const scaled = await scaleImage(image, 31, 13, method, pace);
    expect([scaled.batch, scaled.height, scaled.width, scaled.data.length]).toEqual([
      2,
      13,
      31,
      2 * 13 * 31 * 3,
    ]);
    const mean = (values: Float32Array): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(scaled.data)).toBeCloseTo(mean(image.data), 1);
  });

  test.each(['nearest-exact', 'bilinear', 'area', 'bicubic'] as const)(
    '%s to the same size changes nothing',
    async (method) => {
      const image = noise(1, 7, 9, 3);
      const same = await scaleImage(image, 9, 7, method, pace);
      same.data.forEach((value, at) => expect(value).toBeCloseTo(image.data[at] ?? -1, 6));
    },
  );

  test('area halves by averaging', async () => {
    const image = createImage(1, 2, 2, 1);
    image.data.set([0, 1, 1, 1]);
    expect([...(await scaleImage(image, 1, 1, 'area', pace)).data]).toEqual([0.75]);
  });

  test('crops the centre to an aspect ratio', () => {
    const cut = cropToAspect(createImage(1, 100, 300, 3), 50, 50);
    expect([cut.width, cut.height]).toEqual([100, 100]);
  });

  test('halves round to even', () => {
    expect([0.5, 1.5, 2.5, -0.5, 2.4, 2.6].map(pythonRound)).toEqual([0, 2, 2, 0, 2, 3]);
  });
});

describe('compositing', () => {
  test('mask 0 keeps the destination and mask 1 takes the source, bit for bit', async () => {
    const destination = noise(1, 8, 8, 3, 5);
    const source = noise(1, 8, 8, 3, 9);
    const mask = createMask(1, 8, 8);
    mask.data.fill(1, 32);
    const out = await compositeImage(destination, source, { x: 0, y: 0, resizeSource: false, mask }, pace);
    expect(out.data.subarray(0, 96)).toEqual(destination.data.subarray(0, 96));
    expect(out.data.subarray(96)).toEqual(source.data.subarray(96));
  });

  test('what crosses the edge is clipped, and the destination is not modified', async () => {
    const destination = createImage(1, 4, 4, 3);
    const source = createImage(1, 4, 4, 3);
    source.data.fill(1);
    const out = await compositeImage(
      destination,
      source,
      { x: 2, y: 3, resizeSource: false, mask: null },
      pace,
    );
    expect(out.data.reduce((sum, value) => sum + value, 0)).toBe(2 * 1 * 3);
    expect(destination.data.every((value) => value === 0)).toBe(true);
  });
});
