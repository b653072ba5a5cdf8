import type { PreviewPixels } from '../exec/node-types';
import type { Pace } from '../pixels/pace';
import { createImage, frame, toByte, type ImageTensor } from '../pixels/tensor';
import { createRandom, foldSeed, type Random } from '../random';
import { previewSize, type Sampling } from './sampling';

/** Input of repainting a whole picture. */
export interface StrokeRequest {
  image: ImageTensor;
  seed: number | bigint;
  steps: number;
  /** 0..1: how coarse the brush starts and how far colours drift. */
  denoise: number;
}

const STROKES_PER_AREA = 2.2;

/** Image to image without a mask: paints over the picture with brush strokes in its own colours. */
export class StrokeSampling implements Sampling {
  readonly #request: StrokeRequest;
  readonly #pace: Pace;
  readonly #source: Float32Array;
  readonly #canvas: Float32Array;
  readonly #random: Random;

  constructor(request: StrokeRequest, pace: Pace) {
    this.#request = request;
    this.#pace = pace;
    this.#source = frame(request.image, 0);
    this.#canvas = this.#source.slice();
    this.#random = createRandom(foldSeed(request.seed));
  }

  async step(index: number): Promise<void> {
    const { image, steps, denoise } = this.#request;
    const done = index / steps;
    const largest = 2 + (Math.min(image.width, image.height) / 14) * denoise;
    const radius = Math.max(1.2, largest * (1 - done) ** 1.6);
    const area = Math.PI * radius * radius * 2.5;
    const count = Math.ceil(((image.width * image.height) / area) * (STROKES_PER_AREA / Math.sqrt(steps)));
    for (let stroke = 0; stroke < count; stroke++) {
      this.#stroke(radius * (0.6 + this.#random() * 0.8), denoise * (1 - done));
      if ((stroke & 31) === 0 && this.#pace.due()) {
        await this.#pace.rest();
      }
    }
  }

  #luma(x: number, y: number): number {
    const { width, height } = this.#request.image;
    const at = (Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))) * 3;
    return (
      0.3 * (this.#source[at] ?? 0) + 0.6 * (this.#source[at + 1] ?? 0) + 0.1 * (this.#source[at + 2] ?? 0)
    );
  }

  /** One stroke across the slope of the picture, so that it follows outlines. */
  #stroke(radius: number, freedom: number): void {
    const { width, height } = this.#request.image;
    const cx = Math.floor(this.#random() * width);
    const cy = Math.floor(this.#random() * height);
    const reach = Math.max(1, Math.round(radius * 0.6));
    const slopeX = this.#luma(cx + reach, cy) - this.#luma(cx - reach, cy);
    const slopeY = this.#luma(cx, cy + reach) - this.#luma(cx, cy - reach);
    const angle = Math.atan2(slopeY, slopeX) + Math.PI / 2 + (this.#random() - 0.5) * 0.7;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const tint = (this.#random() - 0.5) * 0.22 * freedom;
    const from = (cy * width + cx) * 3;
    const color = [0, 1, 2].map(
      (c) => (this.#source[from + c] ?? 0) + tint + (this.#random() - 0.5) * 0.1 * freedom,
    );
    const long = radius * 2.2;
    const box = Math.ceil(long);
    for (let y = Math.max(0, cy - box); y <= Math.min(height - 1, cy + box); y++) {
      for (let x = Math.max(0, cx - box); x <= Math.min(width - 1, cx + box); x++) {
        const along = ((x - cx) * cos + (y - cy) * sin) / long;
        const across = ((y - cy) * cos - (x - cx) * sin) / radius;
        const away = along * along + across * across;
        if (away < 1) {
          const bristle = 0.82 + 0.18 * Math.sin(across * 17 + cx);
          const share = Math.min(1, (1 - away) * 3) * bristle * 0.9;
          const at = (y * width + x) * 3;
          for (let c = 0; c < 3; c++) {
            const own = this.#canvas[at + c] as number;
            this.#canvas[at + c] = Math.min(1, Math.max(0, own + ((color[c] ?? 0) - own) * share));
          }
        }
      }
    }
  }

  preview(): PreviewPixels {
    const { width, height } = this.#request.image;
    return shrink(this.#canvas, width, height);
  }

  result(): Promise<ImageTensor> {
    const { width, height } = this.#request.image;
    const out = createImage(1, height, width, 3);
    out.data.set(this.#canvas);
    return Promise.resolve(out);
  }
}

/** Nearest pixels at preview size. */
export function shrink(values: Float32Array, width: number, height: number): PreviewPixels {
  const size = previewSize(width, height);
  const bytes = new Uint8Array(size.width * size.height * 3);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const from =
        (Math.floor(((y + 0.5) * height) / size.height) * width +
          Math.floor(((x + 0.5) * width) / size.width)) *
        3;
      for (let c = 0; c < 3; c++) {
        bytes[(y * size.width + x) * 3 + c] = toByte(values[from + c] ?? 0);
      }
    }
  }
  return { data: bytes, ...size };
}
