/** How much two pictures of one size differ, pixel by pixel. */
export interface DifferenceMap {
  width: number;
  height: number;
  /** For each pixel the largest difference among its channels, 0–255; row by row. */
  map: Uint8Array;
  /** How many pixels have each of the 256 differences. */
  histogram: Uint32Array;
}

/** A part of a picture, whole px. */
export interface PixelBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A map in which nothing differs yet. */
export function emptyMap(width: number, height: number): DifferenceMap {
  return { width, height, map: new Uint8Array(width * height), histogram: new Uint32Array(256) };
}

/** Compares the same rows of both pictures, as RGBA; `first` is the number of the uppermost. */
export function compareRows(
  { width, map, histogram }: DifferenceMap,
  first: number,
  a: Uint8ClampedArray,
  b: Uint8ClampedArray,
): void {
  for (let at = 0, to = first * width; at < a.length; at += 4, to++) {
    let most = 0;
    for (let channel = at; channel < at + 4; channel++) {
      const off = Math.abs((a[channel] ?? 0) - (b[channel] ?? 0));
      if (off > most) {
        most = off;
      }
    }
    map[to] = most;
    histogram[most] = (histogram[most] ?? 0) + 1;
  }
}

/** The share of the pixels, 0–1, that differ by more than the threshold, 0–255. */
export function shareAbove(histogram: Uint32Array, threshold: number): number {
  let all = 0;
  let above = 0;
  histogram.forEach((count, difference) => {
    all += count;
    above += difference > threshold ? count : 0;
  });
  return all === 0 ? 0 : above / all;
}

/** The smallest box around all pixels that differ by more than the threshold; `null` when none does. */
export function changedBox({ width, height, map }: DifferenceMap, threshold: number): PixelBox | null {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0, at = y * width; x < width; x++, at++) {
      if ((map[at] ?? 0) > threshold) {
        left = Math.min(left, x);
        right = Math.max(right, x);
        top = Math.min(top, y);
        bottom = y;
      }
    }
  }
  return right < 0 ? null : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** From dark violet over red to pale yellow: even in lightness, and told apart by colour-blind people too. */
const HEAT: readonly (readonly [number, number, number])[] = [
  [66, 10, 104],
  [147, 38, 103],
  [221, 81, 58],
  [252, 165, 10],
  [252, 255, 164],
];

/** The colour of a difference, RGB; the least visible are a tenth of the way up, so that they can be seen. */
export function heatOf(difference: number): [number, number, number] {
  // Differences are mostly small: the root spreads them out.
  const at = Math.sqrt(difference / 255) * (HEAT.length - 1);
  const index = Math.min(HEAT.length - 2, Math.floor(at));
  const [from, to] = [HEAT[index], HEAT[index + 1]];
  const mix = (channel: 0 | 1 | 2): number => {
    const low = from?.[channel] ?? 0;
    return Math.round(low + ((to?.[channel] ?? 0) - low) * (at - index));
  };
  return [mix(0), mix(1), mix(2)];
}

/** Paints rows of the map as RGBA: transparent where the difference is not above the threshold. */
export function paintHeat(
  { width, map }: DifferenceMap,
  threshold: number,
  first: number,
  into: Uint8ClampedArray,
): void {
  const colors = Array.from({ length: 256 }, (_, difference) => heatOf(difference));
  for (let at = 0, from = first * width; at < into.length; at += 4, from++) {
    const difference = map[from] ?? 0;
    const shown = difference > threshold;
    const color = colors[difference];
    into[at] = shown ? (color?.[0] ?? 0) : 0;
    into[at + 1] = shown ? (color?.[1] ?? 0) : 0;
    into[at + 2] = shown ? (color?.[2] ?? 0) : 0;
    into[at + 3] = shown ? 255 : 0;
  }
}

/** How two pictures can be compared pixel by pixel. */
export type Fit =
  /** Pixel by pixel as they are. */
  | { kind: 'same'; width: number; height: number }
  /** Of one shape: the larger one is scaled down to this size, so that numbers are approximate. */
  | { kind: 'scaled'; width: number; height: number }
  /** Of different shapes: no pixel of one belongs to one of the other. */
  | { kind: 'shapes' };

/** Shapes that differ no more than rounding to whole px, or to the multiples of 8 that models need, explains. */
const SAME_SHAPE = 0.01;

export function fitOf(a: { width: number; height: number }, b: { width: number; height: number }): Fit {
  if (a.width === b.width && a.height === b.height) {
    return { kind: 'same', width: a.width, height: a.height };
  }
  const shapes = [a, b].map(({ width, height }) => width / height);
  const ratio = (shapes[0] ?? 1) / (shapes[1] ?? 1);
  if (Math.abs(ratio - 1) > SAME_SHAPE) {
    return { kind: 'shapes' };
  }
  const { width, height } = a.width * a.height <= b.width * b.height ? a : b;
  return { kind: 'scaled', width, height };
}

/** The share of a picture, 0–1, that its mask covers; soft parts count in part. `rgba`: 0 alpha is masked. */
export function maskedShare(rgba: Uint8ClampedArray): number {
  let kept = 0;
  for (let at = 3; at < rgba.length; at += 4) {
    kept += rgba[at] ?? 0;
  }
  return rgba.length === 0 ? 0 : 1 - kept / (255 * (rgba.length / 4));
}
