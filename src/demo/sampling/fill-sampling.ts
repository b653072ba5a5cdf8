import type { PreviewPixels } from '../exec/node-types';
import { cloudTile, lookUp } from '../paint/noise';
import type { Pace } from '../pixels/pace';
import { createImage, frame, toByte, type ImageTensor } from '../pixels/tensor';
import { createRandom, foldSeed, hashText, type Random } from '../random';
import { PatchLevel } from './patch-level';
import { blendIntoRim } from './poisson';
import { fillSmoothly, sampleGrid, type Grid } from './pull-push';
import { previewSize, shareOf, type Sampling } from './sampling';

/** Input of a fill: one picture and one mask of the same size. */
export interface FillRequest {
  image: ImageTensor;
  /** 0..1 per pixel; exactly 0 leaves the pixel as it is. */
  mask: Float32Array;
  seed: number | bigint;
  prompt: string;
  steps: number;
  /** 1 repaints completely, less keeps more of the original. */
  denoise: number;
  /** Grey mask values lower the strength pixel by pixel instead of fading the result. */
  differential: boolean;
}

interface Window {
  left: number;
  top: number;
  width: number;
  height: number;
}

const FINEST_SIDE = 320;
const COARSEST_SIDE = 40;
const FEWEST_ROUNDS = 18;
const MOST_ROUNDS = 44;

/** How strongly denoise `d` replaces the original. */
function strength(d: number): number {
  const share = Math.min(1, Math.max(0, d / 0.9));
  return share * share * (3 - 2 * share);
}

/** The relevant part of the picture: the hole and a margin around it to copy from. `null` without a hole. */
export function findWindow(mask: Float32Array, width: number, height: number): Window | null {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((mask[y * width + x] as number) > 0) {
        left = Math.min(left, x);
        right = Math.max(right, x);
        top = Math.min(top, y);
        bottom = y;
      }
    }
  }
  if (right < 0) {
    return null;
  }
  const belt = Math.max(48, Math.round(Math.max(right - left, bottom - top) * 0.75));
  const x = Math.max(0, left - belt);
  const y = Math.max(0, top - belt);
  return {
    left: x,
    top: y,
    width: Math.min(width, right + 1 + belt) - x,
    height: Math.min(height, bottom + 1 + belt) - y,
  };
}

/**
 * Fills a hole from its surroundings: first a smooth membrane, then patches of the picture from coarse to fine,
 * one search round per step; at the end full-size pixels are copied. A classical method, no AI.
 */
export class FillSampling implements Sampling {
  readonly #request: FillRequest;
  readonly #pace: Pace;
  readonly #random: Random;
  readonly #window: Window;
  readonly #source: Float32Array;
  readonly #sides: number[];
  readonly #rounds: number[];
  readonly #dislike: (x: number, y: number) => number;
  #level: PatchLevel | null = null;
  #levelIndex = -1;

  constructor(request: FillRequest, window: Window, pace: Pace) {
    this.#request = request;
    this.#pace = pace;
    this.#window = window;
    this.#source = frame(request.image, 0);
    const seed = foldSeed(request.seed) ^ hashText(request.prompt);
    this.#random = createRandom(seed);
    const shift = createRandom(seed)() * 90;
    this.#dislike = (x, y) => 0.5 + 0.75 * lookUp(cloudTile(), x * 1.3 + shift, y * 1.3 + shift * 0.7);
    this.#sides = levelSides(Math.max(window.width, window.height));
    this.#rounds = roundsPerLevel(this.#sides.length, request.steps);
  }

  async step(index: number): Promise<void> {
    const total = this.#rounds.length;
    const [from, to] = shareOf(total, index, this.#request.steps);
    for (let round = from; round < to; round++) {
      const wanted = this.#rounds[round] ?? 0;
      while (this.#levelIndex < wanted) {
        this.#refine();
      }
      const level = this.#level;
      if (level?.hasSources) {
        level.search(this.#random, round % 2 === 1);
        await this.#pace.rest();
        level.repaint();
      }
      await this.#pace.rest();
    }
  }

  /** Moves to the next finer level, starting from the matches found so far. */
  #refine(): void {
    const coarser = this.#level;
    this.#levelIndex++;
    const side = this.#sides[this.#levelIndex] ?? FINEST_SIDE;
    const { width, height } = this.#window;
    const scale = side / Math.max(width, height);
    const grid = this.#shrink(
      Math.max(8, Math.round(width * scale)),
      Math.max(8, Math.round(height * scale)),
    );
    const hole = Uint8Array.from(grid.weights, (known) => (known < 1 ? 1 : 0));
    const prior: Grid = {
      ...grid,
      values: grid.values.slice(),
      weights: grid.weights.slice(),
    };
    fillSmoothly(prior);
    this.#firstGuess(grid, hole, prior, coarser);
    const level = new PatchLevel(grid, hole, prior.values, this.#dislike);
    if (level.hasSources) {
      level.begin(this.#random, coarser?.hasSources ? coarser : null);
    }
    this.#level = level;
  }

  /** The window at a smaller size: means of known pixels; weight below 1 where the hole contributes. */
  #shrink(width: number, height: number): Grid {
    const { left, top, ...window } = this.#window;
    const { image, mask } = this.#request;
    const source = this.#source;
    const values = new Float32Array(width * height * 3);
    const sums = new Float32Array(width * height);
    const counts = new Float32Array(width * height);
    const columns = Int32Array.from({ length: window.width }, (_, x) =>
      Math.min(width - 1, Math.floor((x * width) / window.width)),
    );
    for (let y = 0; y < window.height; y++) {
      const row = Math.min(height - 1, Math.floor((y * height) / window.height)) * width;
      for (let x = 0; x < window.width; x++) {
        const at = row + (columns[x] as number);
        const from = (top + y) * image.width + left + x;
        counts[at] = (counts[at] as number) + 1;
        if ((mask[from] as number) > 0) {
          continue;
        }
        sums[at] = (sums[at] as number) + 1;
        for (let c = 0; c < 3; c++) {
          values[at * 3 + c] = (values[at * 3 + c] as number) + (source[from * 3 + c] as number);
        }
      }
    }
    const weights = new Float32Array(width * height);
    for (let at = 0; at < sums.length; at++) {
      const sum = sums[at] as number;
      for (let c = 0; c < 3 && sum > 0; c++) {
        values[at * 3 + c] = (values[at * 3 + c] as number) / sum;
      }
      weights[at] = sum === counts[at] && sum > 0 ? 1 : 0;
    }
    return { width, height, channels: 3, values, weights };
  }

  #firstGuess(grid: Grid, hole: Uint8Array, prior: Grid, coarser: PatchLevel | null): void {
    if (!coarser) {
      grid.values.set(prior.values);
      const rough = 0.05;
      for (let at = 0; at < hole.length; at++) {
        for (let c = 0; c < 3 && hole[at]; c++) {
          grid.values[at * 3 + c] = (grid.values[at * 3 + c] as number) + (this.#random() - 0.5) * rough;
        }
      }
      return;
    }
    const below = {
      ...coarser,
      width: coarser.width,
      height: coarser.height,
      channels: 3,
      values: coarser.pixels,
    };
    const guess = new Float64Array(3);
    for (let at = 0; at < hole.length; at++) {
      if (hole[at]) {
        const x = (((at % grid.width) + 0.5) * coarser.width) / grid.width;
        const y = ((Math.floor(at / grid.width) + 0.5) * coarser.height) / grid.height;
        sampleGrid(below, x, y, guess);
        grid.values.set(guess, at * 3);
      }
    }
  }

  preview(): PreviewPixels {
    const { image, mask } = this.#request;
    const size = previewSize(image.width, image.height);
    const bytes = new Uint8Array(size.width * size.height * 3);
    const rough = new Float64Array(3);
    for (let y = 0; y < size.height; y++) {
      for (let x = 0; x < size.width; x++) {
        const px = Math.floor(((x + 0.5) * image.width) / size.width);
        const py = Math.floor(((y + 0.5) * image.height) / size.height);
        const from = py * image.width + px;
        const share = this.#shareAt(mask[from] as number);
        if (share > 0) {
          this.#roughAt(px, py, rough);
        }
        for (let c = 0; c < 3; c++) {
          const own = this.#source[from * 3 + c] as number;
          const value = share > 0 ? own + ((rough[c] as number) - own) * share : own;
          bytes[(y * size.width + x) * 3 + c] = toByte(value);
        }
      }
    }
    return { data: bytes, ...size };
  }

  /** The current level's colour of a pixel. */
  #roughAt(x: number, y: number, out: Float64Array): void {
    const level = this.#level;
    if (!level) {
      out.fill(0.5);
      return;
    }
    const { left, top, width, height } = this.#window;
    const grid = { width: level.width, height: level.height, channels: 3, values: level.pixels };
    sampleGrid(
      grid,
      ((x + 0.5 - left) * level.width) / width,
      ((y + 0.5 - top) * level.height) / height,
      out,
    );
  }

  #shareAt(mask: number): number {
    const { denoise, differential } = this.#request;
    return differential ? strength(denoise * mask) : mask * strength(denoise);
  }

  async result(): Promise<ImageTensor> {
    const { image, mask } = this.#request;
    const out = createImage(1, image.height, image.width, 3);
    out.data.set(this.#source);
    const level = this.#level;
    const { left, top, width, height } = this.#window;
    const fill =
      level && (await new FullSizeCopy(this.#source, mask, image, this.#window, level, this.#pace).run());
    for (let y = 0; y < height && fill; y++) {
      for (let x = 0; x < width; x++) {
        const at = (top + y) * image.width + left + x;
        const share = this.#shareAt(mask[at] as number);
        if (share <= 0) {
          continue;
        }
        for (let c = 0; c < 3; c++) {
          const own = this.#source[at * 3 + c] as number;
          const value = fill[(y * width + x) * 3 + c] as number;
          out.data[at * 3 + c] = share >= 1 ? value : own + (value - own) * share;
        }
      }
    }
    return out;
  }
}

/** Sides of the levels, coarse to fine, in px of the longer side. */
function levelSides(longest: number): number[] {
  const finest = Math.min(FINEST_SIDE, longest);
  const sides = [finest];
  while ((sides[0] ?? 0) > COARSEST_SIDE * 1.5) {
    sides.unshift(Math.max(COARSEST_SIDE, Math.round((sides[0] ?? 0) / 2)));
  }
  return sides;
}

/** The level of each search round: coarse levels get more rounds, being cheap and decisive. */
function roundsPerLevel(levels: number, steps: number): number[] {
  const total = Math.min(MOST_ROUNDS, Math.max(FEWEST_ROUNDS, steps));
  return Array.from({ length: total }, (_, round) =>
    Math.min(levels - 1, Math.floor(levels * (round / total) ** 1.25)),
  );
}

type SmoothGrid = Omit<Grid, 'weights'>;

/** Transfers the matches of the finest level to full size. */
class FullSizeCopy {
  readonly #source: Float32Array;
  readonly #mask: Float32Array;
  readonly #image: ImageTensor;
  readonly #window: Window;
  readonly #level: PatchLevel;
  readonly #pace: Pace;
  readonly #trusts: Float32Array;
  /** The level's picture, to tell fine structure from what the level shows itself. */
  readonly #known: SmoothGrid;
  /** The level's answer, blended into the colours around the hole. */
  readonly #smooth: SmoothGrid;
  /** RGB, overwritten for each pixel. */
  readonly #fine = new Float64Array(3);
  readonly #shown = new Float64Array(3);

  constructor(
    source: Float32Array,
    mask: Float32Array,
    image: ImageTensor,
    window: Window,
    level: PatchLevel,
    pace: Pace,
  ) {
    this.#source = source;
    this.#mask = mask;
    this.#image = image;
    this.#window = window;
    this.#level = level;
    this.#pace = pace;
    this.#trusts = Float32Array.from(level.sources, (from, at) => (from < 0 ? 0 : level.trust(at)));
    this.#known = { width: level.width, height: level.height, channels: 3, values: level.pixels };
    this.#smooth = { ...this.#known, values: level.hasSources ? blendIntoRim(level) : level.pixels };
  }

  /** RGB of the window; only what lies in the hole means anything. */
  async run(): Promise<Float32Array> {
    const { width, height, left, top } = this.#window;
    const out = new Float32Array(width * height * 3);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if ((this.#mask[(top + y) * this.#image.width + left + x] as number) > 0) {
          this.#copyPixel(x, y, out, (y * width + x) * 3);
        }
      }
      if (this.#pace.due()) {
        await this.#pace.rest();
      }
    }
    return out;
  }

  /** Smooth colours from the level, fine structure from the full-size pixels it points at. */
  #copyPixel(x: number, y: number, out: Float32Array, to: number): void {
    const { width, height, left, top } = this.#window;
    const { width: levelWidth, height: levelHeight, sources } = this.#level;
    const image = this.#image;
    const source = this.#source;
    const fine = this.#fine;
    const shown = this.#shown;
    const lx = ((x + 0.5) * levelWidth) / width;
    const ly = ((y + 0.5) * levelHeight) / height;
    let total = 0;
    fine.fill(0);
    for (let index = 0; index < NEIGHBOURS.length; index += 2) {
      const cx = clamp(Math.floor(lx + (NEIGHBOURS[index] as number)), levelWidth);
      const cy = clamp(Math.floor(ly + (NEIGHBOURS[index + 1] as number)), levelHeight);
      const centre = cy * levelWidth + cx;
      const trust = this.#trusts[centre] as number;
      const weight = trust * trust;
      if (weight <= 0) {
        continue;
      }
      const chosen = sources[centre] as number;
      const moveX = (chosen % levelWidth) - cx;
      const moveY = Math.floor(chosen / levelWidth) - cy;
      const sx = left + x + Math.round((moveX * width) / levelWidth);
      const sy = top + y + Math.round((moveY * height) / levelHeight);
      const from = sy * image.width + sx;
      if (sx < 0 || sx >= image.width || (this.#mask[from] ?? 1) > 0) {
        continue;
      }
      total += weight;
      sampleGrid(this.#known, lx + moveX, ly + moveY, shown);
      for (let c = 0; c < 3; c++) {
        const detail = (source[from * 3 + c] as number) - (shown[c] as number);
        fine[c] = (fine[c] as number) + weight * detail;
      }
    }
    sampleGrid(this.#smooth, lx, ly, shown);
    for (let c = 0; c < 3; c++) {
      const detail = total > 0 ? (fine[c] as number) / total : 0;
      const value = (shown[c] as number) + detail;
      out[to + c] = value < 0 ? 0 : value > 1 ? 1 : value;
    }
  }
}

function clamp(at: number, size: number): number {
  return Math.min(size - 1, Math.max(0, at));
}

/** Steps in level pixels, x before y. */
const NEIGHBOURS = Float64Array.of(0, 0, -0.5, 0, 0.5, 0, 0, -0.5, 0, 0.5);
