import type { LabPlanes } from '../mask/oklab';
import type { Superpixels } from './superpixels';

const SHADES = 24;
const TINTS = 14;
export const BINS = SHADES * TINTS * TINTS;

/** A picture's colours in `BINS` boxes that span what occurs in it, by pixel and counted by patch. */
export class ColorBins {
  /** The box of each pixel. */
  readonly ofPixel: Uint16Array;
  /** Patch p has the boxes `bin[start[p]]` up to `bin[start[p + 1]]`, with so many pixels each. */
  readonly start: Int32Array;
  readonly bin: Uint16Array;
  readonly count: Uint16Array;

  constructor(planes: LabPlanes, { labels, count: patches, area }: Superpixels) {
    this.ofPixel = binsOf(planes);
    const order = byPatch(labels, patches, area);
    this.start = new Int32Array(patches + 1);
    const bins: number[] = [];
    const counts: number[] = [];
    const place = new Int32Array(BINS).fill(-1);
    for (let patch = 0, at = 0; patch < patches; patch++) {
      const first = bins.length;
      this.start[patch] = first;
      for (const end = at + (area[patch] ?? 0); at < end; at++) {
        const bin = this.ofPixel[order[at] ?? 0] ?? 0;
        const known = place[bin] ?? -1;
        if (known >= first) {
          counts[known] = (counts[known] ?? 0) + 1;
        } else {
          place[bin] = bins.length;
          bins.push(bin);
          counts.push(1);
        }
      }
    }
    this.start[patches] = bins.length;
    this.bin = Uint16Array.from(bins);
    this.count = Uint16Array.from(counts);
  }

  /** Adds a patch's pixels to a histogram, each with this weight. */
  add(histogram: Float32Array, patch: number, weight: number): void {
    const end = this.start[patch + 1] ?? 0;
    for (let at = this.start[patch] ?? 0; at < end; at++) {
      const bin = this.bin[at] ?? 0;
      histogram[bin] = (histogram[bin] ?? 0) + weight * (this.count[at] ?? 0);
    }
  }

  /** The mean of a table over a patch's pixels, given by box. */
  mean(table: Float32Array, patch: number): number {
    let sum = 0;
    let count = 0;
    const end = this.start[patch + 1] ?? 0;
    for (let at = this.start[patch] ?? 0; at < end; at++) {
      const pixels = this.count[at] ?? 0;
      sum += pixels * (table[this.bin[at] ?? 0] ?? 0);
      count += pixels;
    }
    return count > 0 ? sum / count : 0;
  }
}

/** Pixels ordered by patch. */
function byPatch(labels: Int32Array, patches: number, area: Int32Array): Int32Array {
  const next = new Int32Array(patches);
  for (let patch = 1; patch < patches; patch++) {
    next[patch] = (next[patch - 1] ?? 0) + (area[patch - 1] ?? 0);
  }
  const order = new Int32Array(labels.length);
  for (let at = 0; at < labels.length; at++) {
    const patch = labels[at] ?? 0;
    const to = next[patch] ?? 0;
    next[patch] = to + 1;
    order[to] = at;
  }
  return order;
}

function binsOf({ l, a, b }: LabPlanes): Uint16Array {
  const bins = new Uint16Array(l.length);
  const shade = scaleOf(l, SHADES);
  const first = scaleOf(a, TINTS);
  const second = scaleOf(b, TINTS);
  for (let at = 0; at < bins.length; at++) {
    bins[at] = (shade(l[at] ?? 0) * TINTS + first(a[at] ?? 0)) * TINTS + second(b[at] ?? 0);
  }
  return bins;
}

/** Narrowest box, OKLab × 100: finer ones would only count grain. */
const NARROWEST = 1.2;

/** Maps values to boxes 0 to `count` − 1; the outer hundredths go to the outermost. */
function scaleOf(values: Float32Array, count: number): (value: number) => number {
  const step = Math.max(1, Math.floor(values.length / 20_000));
  const some: number[] = [];
  for (let at = 0; at < values.length; at += step) {
    some.push(values[at] ?? 0);
  }
  const sorted = Float32Array.from(some).sort();
  const low = sorted[Math.floor(sorted.length * 0.01)] ?? 0;
  const high = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  const middle = (low + high) / 2;
  const width = Math.max(NARROWEST, (high - low) / (count - 2));
  return (value) => Math.min(count - 1, Math.max(0, Math.floor((value - middle) / width + count / 2)));
}

/** Spreads every box a little over its neighbours, so that colours never met before count as their like. */
export function spread(histogram: Float32Array): Float32Array {
  let from = histogram;
  for (const [stride, length] of [
    [1, TINTS],
    [TINTS, TINTS],
    [TINTS * TINTS, SHADES],
  ] as const) {
    const to = new Float32Array(BINS);
    for (let at = 0; at < BINS; at++) {
      const place = ((at / stride) | 0) % length;
      const before = place > 0 ? (from[at - stride] ?? 0) : 0;
      const after = place < length - 1 ? (from[at + stride] ?? 0) : 0;
      to[at] = (before + 2 * (from[at] ?? 0) + after) / 4;
    }
    from = to;
  }
  return from;
}

/**
 * How much more a colour speaks for the first histogram than for the second, by box: a natural logarithm,
 * between −`most` and `most`. Colours that neither has say nothing.
 */
export function logRatio(first: Float32Array, second: Float32Array, most: number): Float32Array {
  const a = spread(first);
  const b = spread(second);
  const all = (histogram: Float32Array): number => histogram.reduce((sum, value) => sum + value, 0) || 1;
  const scaleA = 1 / all(a);
  const scaleB = 1 / all(b);
  // Rare colours are known less well.
  const unsure = 0.15 / BINS;
  return a.map((value, at) => {
    const other = b[at] ?? 0;
    const ratio =
      value === 0 && other === 0 ? 0 : Math.log((value * scaleA + unsure) / (other * scaleB + unsure));
    return Math.min(most, Math.max(-most, ratio));
  });
}
