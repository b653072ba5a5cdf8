/** What a cell of a membrane is: outside, held at its value, or free to find it. */
export const OUTSIDE = 0;
export const HELD = 1;
export const FREE = 2;

/** Red, green and blue of every cell. */
export type Channels = readonly [Float32Array, Float32Array, Float32Array];

/**
 * A surface over a grid of cells, one for each colour, that is held at some and spans the rest as smoothly as can be:
 * each free cell is the mean of its four neighbours, those outside left out. Cells lie row by row; those at the edge of
 * the grid are never free.
 */
export interface Membrane {
  readonly width: number;
  readonly height: number;
  readonly kinds: Uint8Array;
  readonly values: Channels;
}

/** Rounds of smoothing at the finest level, and at most at coarser ones, where a round costs less. */
const ROUNDS = 24;
const MOST_ROUNDS = 200;
/** Corrects each cell by this much more than its neighbours ask for, which spreads what is held faster. */
const EAGER = 1.6;

export function newMembrane(width: number, height: number): Membrane {
  const channel = (): Float32Array => new Float32Array(width * height);
  return {
    width,
    height,
    kinds: new Uint8Array(width * height),
    values: [channel(), channel(), channel()],
  };
}

/** Finds the free cells' values: coarse first, so that it takes time in proportion to the number of cells. */
export function solve(membrane: Membrane, rounds = ROUNDS): void {
  const { width, height, kinds, values } = membrane;
  if (!kinds.includes(FREE) || !kinds.includes(HELD)) {
    return;
  }
  if (Math.max(width, height) > 6) {
    const coarse = halved(membrane);
    solve(coarse, Math.min(MOST_ROUNDS, rounds * 2));
    values.forEach((channel, i) => {
      const from = coarse.values[i as 0 | 1 | 2];
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const at = y * width + x;
          if (kinds[at] === FREE) {
            channel[at] = from[parentOf(coarse, x, y)] ?? 0;
          }
        }
      }
    });
  }
  relax(membrane, rounds);
}

/** Smooths the free cells so many times. */
export function relax({ width, kinds, values }: Membrane, rounds: number): void {
  const cells: number[] = [];
  for (let at = 0; at < kinds.length; at++) {
    if (kinds[at] === FREE) {
      cells.push(at);
    }
  }
  const free = Int32Array.from(cells);
  const steps = [-1, 1, -width, width];
  // Bit i: the neighbour at step i counts.
  const near = Uint8Array.from(cells, (at) =>
    steps.reduce((bits, step, i) => bits | (kinds[at + step] ? 1 << i : 0), 0),
  );
  for (const channel of values) {
    for (let round = 0; round < rounds; round++) {
      // The last rounds only smooth: what was overdone is evened out.
      const eager = round < rounds - 4 ? EAGER : 1;
      for (let i = 0; i < free.length; i++) {
        const at = free[i] ?? 0;
        const bits = near[i] ?? 0;
        let mean: number;
        if (bits === 15) {
          const across = (channel[at - 1] ?? 0) + (channel[at + 1] ?? 0);
          mean = (across + (channel[at - width] ?? 0) + (channel[at + width] ?? 0)) / 4;
        } else if (bits === 0) {
          continue;
        } else {
          mean = meanOf(channel, at, width, bits);
        }
        const value = channel[at] ?? 0;
        channel[at] = value + (mean - value) * eager;
      }
    }
  }
}

function meanOf(channel: Float32Array, at: number, width: number, bits: number): number {
  let sum = 0;
  let count = 0;
  for (const [bit, step] of [
    [1, -1],
    [2, 1],
    [4, -width],
    [8, width],
  ] as const) {
    if (bits & bit) {
      sum += channel[at + step] ?? 0;
      count++;
    }
  }
  return sum / count;
}

/** One row and column of nothing goes around it, so that cells at the edge may be free in the finer one. */
function halved({ width, height, kinds, values }: Membrane): Membrane {
  const coarse = newMembrane((width >> 1) + 3, (height >> 1) + 3);
  const held = new Uint8Array(coarse.kinds.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const kind = kinds[at] ?? OUTSIDE;
      const to = parentOf(coarse, x, y);
      if (kind === HELD) {
        const count = (held[to] ?? 0) + 1;
        held[to] = count;
        coarse.kinds[to] = HELD;
        coarse.values.forEach((channel, i) => {
          const mean = count === 1 ? 0 : (channel[to] ?? 0);
          channel[to] = mean + ((values[i as 0 | 1 | 2][at] ?? 0) - mean) / count;
        });
      } else if (kind === FREE && coarse.kinds[to] === OUTSIDE) {
        coarse.kinds[to] = FREE;
      }
    }
  }
  return coarse;
}

function parentOf({ width }: Membrane, x: number, y: number): number {
  return ((y >> 1) + 1) * width + (x >> 1) + 1;
}
