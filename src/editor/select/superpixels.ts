import type { LabPlanes } from '../mask/oklab';

/** A picture cut into small patches of similar colour that follow its edges, and which of them touch. */
export interface Superpixels {
  width: number;
  height: number;
  count: number;
  /** The patch of each pixel. */
  labels: Int32Array;
  /** px of each patch. */
  area: Int32Array;
  /** Mean OKLab × 100 of each. */
  l: Float32Array;
  a: Float32Array;
  b: Float32Array;
  /** Middle of each, px. */
  x: Float32Array;
  y: Float32Array;
  /** Pairs that touch: both patches, and the length of the border they share, px. */
  edges: { from: Int32Array; to: Int32Array; length: Float32Array };
}

/** How much a patch may stretch to follow colour: OKLab × 100 that weigh as much as the grid's step. */
const COMPACTNESS = 6;
/** Rounds on every second pixel both ways, which move the seeds almost as well, before the one on all. */
const ROUGH_ROUNDS = 3;

/**
 * Patches of about `step` × `step` px: SLIC (Achanta et al., 2012) with a last pass that gives every patch one
 * piece.
 */
export function superpixels(planes: LabPlanes, width: number, height: number, step: number): Superpixels {
  const seeds = new Seeds(planes, width, height, step);
  const nearest = new Int32Array(width * height);
  const distance = new Float32Array(width * height);
  for (let round = 0; round < ROUGH_ROUNDS; round++) {
    seeds.assign(nearest, distance, 2);
    seeds.recentre(nearest, 2);
  }
  seeds.assign(nearest, distance, 1);
  const { labels, count } = connected(nearest, width, height, (step * step) / 4);
  return {
    width,
    height,
    count,
    labels,
    ...means(planes, labels, width, count),
    edges: touching(labels, width, height, count),
  };
}

class Seeds {
  readonly #columns: number;
  readonly #rows: number;
  readonly #count: number;
  readonly #l: Float32Array;
  readonly #a: Float32Array;
  readonly #b: Float32Array;
  readonly #x: Float32Array;
  readonly #y: Float32Array;

  constructor(
    readonly planes: LabPlanes,
    readonly width: number,
    readonly height: number,
    readonly step: number,
  ) {
    this.#columns = Math.max(1, Math.round(width / step));
    this.#rows = Math.max(1, Math.round(height / step));
    this.#count = this.#columns * this.#rows;
    this.#l = new Float32Array(this.#count);
    this.#a = new Float32Array(this.#count);
    this.#b = new Float32Array(this.#count);
    this.#x = new Float32Array(this.#count);
    this.#y = new Float32Array(this.#count);
    for (let at = 0; at < this.#count; at++) {
      const x = Math.floor((((at % this.#columns) + 0.5) * width) / this.#columns);
      const y = Math.floor(((Math.floor(at / this.#columns) + 0.5) * height) / this.#rows);
      this.#place(at, this.#calmest(x, y));
    }
  }

  /** Every `stride`th pixel both ways goes to the nearest seed in place and colour, among those around. */
  assign(nearest: Int32Array, distance: Float32Array, stride: 1 | 2): void {
    const { planes, width, height, step } = this;
    const { l, a, b } = planes;
    const weight = (COMPACTNESS / step) ** 2;
    distance.fill(Infinity);
    for (let seed = 0; seed < this.#count; seed++) {
      const sx = this.#x[seed] ?? 0;
      const sy = this.#y[seed] ?? 0;
      const sl = this.#l[seed] ?? 0;
      const sa = this.#a[seed] ?? 0;
      const sb = this.#b[seed] ?? 0;
      const x0 = Math.max(0, Math.floor((sx - step) / stride) * stride);
      const x1 = Math.min(width, Math.ceil(sx + step) + 1);
      const y1 = Math.min(height, Math.ceil(sy + step) + 1);
      for (let y = Math.max(0, Math.floor((sy - step) / stride) * stride); y < y1; y += stride) {
        const dy = (y - sy) * (y - sy);
        for (let x = x0, at = y * width + x0; x < x1; x += stride, at += stride) {
          const dl = (l[at] ?? 0) - sl;
          const da = (a[at] ?? 0) - sa;
          const db = (b[at] ?? 0) - sb;
          const dx = x - sx;
          const far = dl * dl + da * da + db * db + (dx * dx + dy) * weight;
          if (far < (distance[at] ?? 0)) {
            distance[at] = far;
            nearest[at] = seed;
          }
        }
      }
    }
  }

  /** Each seed goes to the middle of its pixels and takes their mean colour. */
  recentre(nearest: Int32Array, stride: 1 | 2): void {
    const { width, height } = this;
    const { l, a, b } = this.planes;
    const sums = new Float64Array(this.#count * 6);
    for (let y = 0; y < height; y += stride) {
      for (let x = 0, at = y * width; x < width; x += stride, at += stride) {
        const to = (nearest[at] ?? 0) * 6;
        sums[to] = (sums[to] ?? 0) + (l[at] ?? 0);
        sums[to + 1] = (sums[to + 1] ?? 0) + (a[at] ?? 0);
        sums[to + 2] = (sums[to + 2] ?? 0) + (b[at] ?? 0);
        sums[to + 3] = (sums[to + 3] ?? 0) + x;
        sums[to + 4] = (sums[to + 4] ?? 0) + y;
        sums[to + 5] = (sums[to + 5] ?? 0) + 1;
      }
    }
    for (let seed = 0; seed < this.#count; seed++) {
      const count = sums[seed * 6 + 5] ?? 0;
      if (count > 0) {
        this.#l[seed] = (sums[seed * 6] ?? 0) / count;
        this.#a[seed] = (sums[seed * 6 + 1] ?? 0) / count;
        this.#b[seed] = (sums[seed * 6 + 2] ?? 0) / count;
        this.#x[seed] = (sums[seed * 6 + 3] ?? 0) / count;
        this.#y[seed] = (sums[seed * 6 + 4] ?? 0) / count;
      }
    }
  }

  /** The pixel of the 3 × 3 around a place where colours change least: seeds keep off edges. */
  #calmest(x: number, y: number): number {
    const { width, height } = this;
    const { l, a, b } = this.planes;
    const change = (p: number, q: number): number =>
      ((l[p] ?? 0) - (l[q] ?? 0)) ** 2 + ((a[p] ?? 0) - (a[q] ?? 0)) ** 2 + ((b[p] ?? 0) - (b[q] ?? 0)) ** 2;
    let best = Math.min(height - 1, y) * width + Math.min(width - 1, x);
    let least = Infinity;
    for (let row = Math.max(1, y - 1); row <= Math.min(height - 2, y + 1); row++) {
      for (let column = Math.max(1, x - 1); column <= Math.min(width - 2, x + 1); column++) {
        const at = row * width + column;
        const gradient = change(at - 1, at + 1) + change(at - width, at + width);
        if (gradient < least) {
          least = gradient;
          best = at;
        }
      }
    }
    return best;
  }

  #place(seed: number, at: number): void {
    const { l, a, b } = this.planes;
    this.#l[seed] = l[at] ?? 0;
    this.#a[seed] = a[at] ?? 0;
    this.#b[seed] = b[at] ?? 0;
    this.#x[seed] = at % this.width;
    this.#y[seed] = Math.floor(at / this.width);
  }
}

/** Every connected piece gets a label of its own; pieces below `least` px join the one before them. */
function connected(
  nearest: Int32Array,
  width: number,
  height: number,
  least: number,
): { labels: Int32Array; count: number } {
  const labels = new Int32Array(width * height).fill(-1);
  const piece = new Int32Array(width * height);
  const last = labels.length - width;
  let count = 0;
  for (let start = 0; start < labels.length; start++) {
    if ((labels[start] ?? 0) >= 0) {
      continue;
    }
    const own = nearest[start] ?? 0;
    const x = start % width;
    // Whoever comes first in reading order has a labelled neighbour above or to the left.
    const neighbour = x > 0 ? (labels[start - 1] ?? -1) : start >= width ? (labels[start - width] ?? -1) : -1;
    let size = 1;
    piece[0] = start;
    labels[start] = count;
    for (let i = 0; i < size; i++) {
      const at = piece[i] ?? 0;
      const column = at % width;
      for (let way = 0; way < 4; way++) {
        const open =
          way === 0 ? column > 0 : way === 1 ? column < width - 1 : way === 2 ? at >= width : at < last;
        const next = at + (way === 0 ? -1 : way === 1 ? 1 : way === 2 ? -width : width);
        if (open && (labels[next] ?? 0) < 0 && nearest[next] === own) {
          labels[next] = count;
          piece[size++] = next;
        }
      }
    }
    if (size < least && neighbour >= 0) {
      for (let i = 0; i < size; i++) {
        labels[piece[i] ?? 0] = neighbour;
      }
    } else {
      count++;
    }
  }
  return { labels, count };
}

function means(
  { l, a, b }: LabPlanes,
  labels: Int32Array,
  width: number,
  count: number,
): Pick<Superpixels, 'area' | 'l' | 'a' | 'b' | 'x' | 'y'> {
  const sums = Array.from({ length: 5 }, () => new Float32Array(count)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const area = new Int32Array(count);
  const [sl, sa, sb, sx, sy] = sums;
  for (let at = 0, x = 0, y = 0; at < labels.length; at++) {
    const label = labels[at] ?? 0;
    area[label] = (area[label] ?? 0) + 1;
    sl[label] = (sl[label] ?? 0) + (l[at] ?? 0);
    sa[label] = (sa[label] ?? 0) + (a[at] ?? 0);
    sb[label] = (sb[label] ?? 0) + (b[at] ?? 0);
    sx[label] = (sx[label] ?? 0) + x;
    sy[label] = (sy[label] ?? 0) + y;
    if (++x === width) {
      x = 0;
      y++;
    }
  }
  for (let label = 0; label < count; label++) {
    for (const sum of sums) {
      sum[label] = (sum[label] ?? 0) / (area[label] ?? 1);
    }
  }
  return { area, l: sl, a: sa, b: sb, x: sx, y: sy };
}

function touching(labels: Int32Array, width: number, height: number, count: number): Superpixels['edges'] {
  const lengths = new Map<number, number>();
  const meet = (one: number, other: number): void => {
    if (one !== other) {
      const key = one < other ? one * count + other : other * count + one;
      lengths.set(key, (lengths.get(key) ?? 0) + 1);
    }
  };
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const label = labels[at] ?? 0;
      if (x + 1 < width) {
        meet(label, labels[at + 1] ?? 0);
      }
      if (y + 1 < height) {
        meet(label, labels[at + width] ?? 0);
      }
    }
  }
  const from = new Int32Array(lengths.size);
  const to = new Int32Array(lengths.size);
  const length = new Float32Array(lengths.size);
  let edge = 0;
  for (const [key, px] of lengths) {
    from[edge] = Math.floor(key / count);
    to[edge] = key % count;
    length[edge++] = px;
  }
  return { from, to, length };
}
