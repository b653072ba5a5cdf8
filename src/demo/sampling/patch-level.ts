import type { Random } from '../random';
import type { Grid } from './pull-push';

/** Patches extend this many px around their centre. */
const REACH = 3;
const NONE = -1;

/** Weight of the smooth guess's colour, in patch pixels. */
const PRIOR_WEIGHT = 2;

/**
 * One resolution of an exemplar fill: for every position whose patch touches the hole, finds the most similar
 * patch of the surroundings (propagation and random search), then repaints the hole from them.
 */
export class PatchLevel {
  readonly width: number;
  readonly height: number;
  /** RGB of the window; inside the hole the current guess. */
  readonly pixels: Float32Array;
  /** 1 in the hole. */
  readonly hole: Uint8Array;
  /** Index of the source centre per target centre; -1 for places that need none. */
  readonly sources: Int32Array;
  readonly #distances: Float32Array;
  /** Centres whose patch lies wholly outside the hole. */
  readonly #valid: Uint8Array;
  readonly #validList: Int32Array;
  /** Smooth guess of the colours in the hole; candidates far from it are penalised. */
  readonly #prior: Float32Array;
  /** Seeded penalty on some sources, so that every seed gives a different result. */
  readonly #dislike: Float32Array;
  readonly #targets: Int32Array;
  /** Depth of a position in the hole; positions near the edge are more certain. */
  readonly #sureness: Float32Array;

  constructor(grid: Grid, hole: Uint8Array, prior: Float32Array, dislike: (x: number, y: number) => number) {
    this.width = grid.width;
    this.height = grid.height;
    this.pixels = grid.values;
    this.hole = hole;
    this.#prior = prior;
    const count = grid.width * grid.height;
    this.#valid = this.#findValid();
    this.#validList = Int32Array.from(indicesWhere(this.#valid));
    this.#targets = Int32Array.from(this.#findTargets());
    this.sources = new Int32Array(count).fill(NONE);
    this.#distances = new Float32Array(count).fill(Infinity);
    this.#dislike = Float32Array.from({ length: count }, (_, at) =>
      dislike((at % grid.width) / grid.width, Math.floor(at / grid.width) / grid.height),
    );
    this.#sureness = this.#measureSureness();
  }

  /** Whether there is anything to copy from. */
  get hasSources(): boolean {
    return this.#validList.length > 0;
  }

  #isInside(x: number, y: number): boolean {
    return x >= REACH && y >= REACH && x < this.width - REACH && y < this.height - REACH;
  }

  #findValid(): Uint8Array {
    const valid = new Uint8Array(this.width * this.height);
    for (let y = REACH; y < this.height - REACH; y++) {
      for (let x = REACH; x < this.width - REACH; x++) {
        valid[y * this.width + x] = this.#touchesHole(x, y) ? 0 : 1;
      }
    }
    return valid;
  }

  #touchesHole(x: number, y: number): boolean {
    for (let dy = -REACH; dy <= REACH; dy++) {
      for (let dx = -REACH; dx <= REACH; dx++) {
        if (this.hole[(y + dy) * this.width + x + dx]) {
          return true;
        }
      }
    }
    return false;
  }

  #findTargets(): number[] {
    const targets: number[] = [];
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        const at = y * this.width + x;
        if (this.hole[at] || (this.#isInside(x, y) && !this.#valid[at])) {
          targets.push(at);
        }
      }
    }
    return targets;
  }

  #measureSureness(): Float32Array {
    const sure = new Float32Array(this.width * this.height).fill(1);
    const { width } = this;
    const sweep = (order: Int32Array, steps: readonly number[]): void => {
      for (const at of order) {
        if (this.hole[at]) {
          const best = Math.max(...steps.map((step) => sure[at + step] ?? 1));
          sure[at] = Math.min(sure[at] as number, best * 0.88);
        }
      }
    };
    sweep(this.#targets, [-1, -width]);
    sweep(this.#targets.toReversed(), [1, width]);
    return sure;
  }

  /** Gives every target an initial source: random, or from a coarser level. */
  begin(random: Random, coarser: PatchLevel | null): void {
    for (const at of this.#targets) {
      const hint = coarser ? this.#fromCoarser(at, coarser) : NONE;
      const source =
        hint >= 0 && this.#valid[hint]
          ? hint
          : (this.#validList[Math.floor(random() * this.#validList.length)] ?? NONE);
      this.sources[at] = source;
    }
  }

  #fromCoarser(at: number, coarser: PatchLevel): number {
    const x = at % this.width;
    const y = Math.floor(at / this.width);
    const cx = Math.min(coarser.width - 1, Math.floor((x * coarser.width) / this.width));
    const cy = Math.min(coarser.height - 1, Math.floor((y * coarser.height) / this.height));
    const source = coarser.sources[cy * coarser.width + cx] ?? NONE;
    if (source < 0) {
      return NONE;
    }
    const scaleX = this.width / coarser.width;
    const scaleY = this.height / coarser.height;
    const sx = x + Math.round(((source % coarser.width) - cx) * scaleX);
    const sy = y + Math.round((Math.floor(source / coarser.width) - cy) * scaleY);
    return this.#isInside(sx, sy) ? sy * this.width + sx : NONE;
  }

  #straying(target: number, source: number): number {
    const prior = this.#prior;
    const pixels = this.pixels;
    const r = (prior[target * 3] as number) - (pixels[source * 3] as number);
    const g = (prior[target * 3 + 1] as number) - (pixels[source * 3 + 1] as number);
    const b = (prior[target * 3 + 2] as number) - (pixels[source * 3 + 2] as number);
    return r * r + g * g + b * b;
  }

  /** Squared difference of two patches; gives up beyond `limit`. */
  #difference(target: number, source: number, limit: number): number {
    const { width, height, pixels } = this;
    const tx = target % width;
    const ty = (target - tx) / width;
    let sum = (this.#dislike[source] as number) + PRIOR_WEIGHT * this.#straying(target, source);
    for (let dy = -REACH; dy <= REACH; dy++) {
      const y = ty + dy;
      if (y < 0 || y >= height) {
        continue;
      }
      const from = Math.max(-REACH, -tx);
      const to = Math.min(REACH, width - 1 - tx);
      let a = (y * width + tx + from) * 3;
      let b = (source + dy * width + from) * 3;
      for (let dx = from; dx <= to; dx++) {
        const r = (pixels[a] as number) - (pixels[b] as number);
        const g = (pixels[a + 1] as number) - (pixels[b + 1] as number);
        const bl = (pixels[a + 2] as number) - (pixels[b + 2] as number);
        sum += r * r + g * g + bl * bl;
        a += 3;
        b += 3;
      }
      if (sum >= limit) {
        return sum;
      }
    }
    return sum;
  }

  #consider(target: number, source: number): void {
    if (source < 0 || !this.#valid[source]) {
      return;
    }
    const best = this.#distances[target] as number;
    const distance = this.#difference(target, source, best);
    if (distance < best) {
      this.#distances[target] = distance;
      this.sources[target] = source;
    }
  }

  /** One round of search; neighbours pass on what they found, forwards or backwards. */
  search(random: Random, backwards: boolean): void {
    const { width } = this;
    for (const at of this.#targets) {
      const source = this.sources[at] as number;
      this.#distances[at] = source < 0 ? Infinity : this.#difference(at, source, Infinity);
    }
    const order = backwards ? this.#targets.toReversed() : this.#targets;
    const step = backwards ? -1 : 1;
    for (const at of order) {
      for (const move of [step, step * width]) {
        const found = this.sources[at - move] ?? NONE;
        if (found >= 0) {
          this.#consider(at, found + move);
        }
      }
      this.#searchAround(at, random);
    }
  }

  #searchAround(at: number, random: Random): void {
    const { width, height } = this;
    for (let reach = Math.max(width, height); reach >= 2; reach *= 0.4) {
      const source = this.sources[at] as number;
      const sx = source % width;
      const sy = Math.floor(source / width);
      const x = Math.round(sx + (random() * 2 - 1) * reach);
      const y = Math.round(sy + (random() * 2 - 1) * reach);
      if (this.#isInside(x, y)) {
        this.#consider(at, y * width + x);
      }
    }
  }

  /** Weight of a target's choice in its neighbourhood. */
  trust(target: number): number {
    const distance = this.#distances[target] as number;
    return distance === Infinity ? 0 : (this.#sureness[target] as number) * Math.exp(-distance / 0.9) + 1e-6;
  }

  /** Repaints the hole: every pixel is the mean of the patches over it, weighted by certainty. */
  repaint(): void {
    const painted = this.vote();
    for (const at of this.#targets) {
      for (let i = at * 3; i < at * 3 + 3 && this.hole[at]; i++) {
        this.pixels[i] = painted[i] as number;
      }
    }
  }

  /** The mean of the patches, for the hole and the margin whose patches touch it. */
  vote(): Float32Array {
    const { width, height, pixels, sources } = this;
    const painted = new Float32Array(pixels.length);
    const trusts = new Float32Array(width * height);
    for (const at of this.#targets) {
      trusts[at] = this.trust(at);
    }
    for (const at of this.#targets) {
      const x = at % width;
      const y = (at - x) / width;
      let total = 0;
      for (let dy = Math.max(-REACH, -y); dy <= Math.min(REACH, height - 1 - y); dy++) {
        for (let dx = Math.max(-REACH, -x); dx <= Math.min(REACH, width - 1 - x); dx++) {
          const centre = at + dy * width + dx;
          const weight = trusts[centre] as number;
          if (weight > 0) {
            const from = ((sources[centre] as number) - dy * width - dx) * 3;
            painted[at * 3] = (painted[at * 3] as number) + weight * (pixels[from] as number);
            painted[at * 3 + 1] = (painted[at * 3 + 1] as number) + weight * (pixels[from + 1] as number);
            painted[at * 3 + 2] = (painted[at * 3 + 2] as number) + weight * (pixels[from + 2] as number);
            total += weight;
          }
        }
      }
      if (total > 0) {
        for (let c = 0; c < 3; c++) {
          painted[at * 3 + c] = (painted[at * 3 + c] as number) / total;
        }
      }
    }
    return painted;
  }
}

function* indicesWhere(flags: Uint8Array): Generator<number> {
  for (let at = 0; at < flags.length; at++) {
    if (flags[at]) {
      yield at;
    }
  }
}
