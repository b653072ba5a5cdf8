import type { PreviewPixels } from '../exec/node-types';
import type { Pace } from '../pixels/pace';
import { createImage, frame, type ImageTensor } from '../pixels/tensor';
import { createRandom, foldSeed } from '../random';
import { fillSmoothly, sampleGrid, type Grid } from './pull-push';
import { shareOf, type Sampling } from './sampling';
import { shrink } from './stroke-sampling';

/** Input of an animation. */
export interface MotionRequest {
  /** One still, already at the size of the animation. */
  source: ImageTensor;
  frames: number;
  /** SVD's motion_bucket_id; 127 is the default. */
  motion: number;
  seed: number | bigint;
  steps: number;
}

const DEPTH_SIDE = 48;

/**
 * Animates a still with a drifting camera: bright and low parts count as near and move more. Classical
 * parallax, no AI.
 */
export class MotionSampling implements Sampling {
  readonly #request: MotionRequest;
  readonly #pace: Pace;
  readonly #film: ImageTensor;
  readonly #depth: Grid;
  readonly #pan: readonly [number, number];
  readonly #zoom: number;
  #shown = 0;

  constructor(request: MotionRequest, pace: Pace) {
    this.#request = request;
    this.#pace = pace;
    const { source, frames, motion, seed } = request;
    this.#film = createImage(frames, source.height, source.width, 3);
    this.#depth = guessDepth(source);
    const random = createRandom(foldSeed(seed));
    const amount = Math.min(3, motion / 127) * 0.035 * source.width + 2;
    const angle = random() * Math.PI * 2;
    this.#pan = [Math.cos(angle) * amount, Math.sin(angle) * amount * 0.5];
    this.#zoom = 0.02 + 0.04 * Math.min(2, motion / 127) * random();
  }

  async step(index: number): Promise<void> {
    const { frames, steps } = this.#request;
    const [from, to] = shareOf(frames, index, steps);
    for (let at = from; at < to; at++) {
      await this.#drawFrame(at);
      this.#shown = at;
    }
  }

  async #drawFrame(index: number): Promise<void> {
    const { source, frames } = this.#request;
    const { width, height, channels } = source;
    const pixels = frame(source, 0);
    const target = frame(this.#film, index);
    const time = frames > 1 ? index / (frames - 1) : 0;
    const scale = 1 / (1 + this.#zoom * time);
    const grid = { width, height, channels, values: pixels };
    const near = new Float64Array(this.#depth.channels);
    const colour = new Float64Array(channels);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        sampleGrid(
          this.#depth,
          ((x + 0.5) * this.#depth.width) / width,
          ((y + 0.5) * this.#depth.height) / height,
          near,
        );
        const shift = time * ((near[0] as number) - 0.35);
        const fromX = (x + 0.5 - width / 2) * scale + width / 2 + this.#pan[0] * shift;
        const fromY = (y + 0.5 - height / 2) * scale + height / 2 + this.#pan[1] * shift;
        const to = (y * width + x) * 3;
        sampleGrid(grid, fromX, fromY, colour);
        for (let c = 0; c < 3; c++) {
          target[to + c] = colour[c] as number;
        }
      }
      if (this.#pace.due()) {
        await this.#pace.rest();
      }
    }
  }

  preview(): PreviewPixels {
    const { width, height } = this.#film;
    return shrink(frame(this.#film, this.#shown), width, height);
  }

  result(): Promise<ImageTensor> {
    return Promise.resolve(this.#film);
  }
}

/** 0 far … 1 near, smooth. */
function guessDepth(source: ImageTensor): Grid {
  const width = DEPTH_SIDE;
  const height = Math.max(2, Math.round((DEPTH_SIDE * source.height) / source.width));
  const values = new Float32Array(width * height);
  const weights = new Float32Array(width * height);
  const pixels = frame(source, 0);
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const px = Math.floor(((x + 0.5) * source.width) / width);
      const py = Math.floor(((y + 0.5) * source.height) / height);
      const at = (py * source.width + px) * source.channels;
      const luma = ((pixels[at] ?? 0) + (pixels[at + 1] ?? 0) + (pixels[at + 2] ?? 0)) / 3;
      values[y * width + x] = 0.65 * ((y + 0.5) / height) + 0.35 * luma;
      weights[y * width + x] = 1;
    }
  }
  const grid = { width, height, channels: 1, values, weights };
  fillSmoothly(grid);
  return grid;
}
