import type { PreviewPixels } from '../exec/node-types';
import { Painting } from '../paint/painting';
import type { Pace } from '../pixels/pace';
import { createImage, toByte, type ImageTensor } from '../pixels/tensor';
import { createRandom, foldSeed } from '../random';
import { previewSize, shareOf, type Sampling } from './sampling';

/** What text-to-image sampling starts from. Sizes in px. */
export interface PaintRequest {
  prompt: string;
  seed: number | bigint;
  width: number;
  height: number;
  steps: number;
}

/** Text to image: a procedural picture, painted in bands while its preview emerges from noise. */
export class PaintSampling implements Sampling {
  readonly #request: PaintRequest;
  readonly #pace: Pace;
  readonly #painting: Painting;
  readonly #image: ImageTensor;
  readonly #small: ImageTensor;
  #noise = 1;
  readonly #noiseSeed: number;

  constructor(request: PaintRequest, pace: Pace) {
    const { prompt, seed, width, height } = request;
    this.#request = request;
    this.#pace = pace;
    this.#painting = new Painting(prompt, seed, width, height);
    this.#image = createImage(1, height, width, 3);
    const size = previewSize(width, height);
    this.#small = createImage(1, Math.ceil(size.height / 2), Math.ceil(size.width / 2), 3);
    this.#noiseSeed = foldSeed(seed);
  }

  async step(index: number): Promise<void> {
    const { steps, height } = this.#request;
    if (index === 0) {
      const { prompt, seed } = this.#request;
      await this.#paint(
        new Painting(prompt, seed, this.#small.width, this.#small.height),
        this.#small,
        0,
        this.#small.height,
      );
    }
    await this.#paint(this.#painting, this.#image, ...shareOf(height, index, steps));
    this.#noise = (1 - (index + 1) / steps) ** 1.5;
  }

  async #paint(painting: Painting, target: ImageTensor, from: number, to: number): Promise<void> {
    for (let y = from; y < to; y++) {
      painting.row(y, target.data, y * target.width * 3);
      if (this.#pace.due()) {
        await this.#pace.rest();
      }
    }
  }

  preview(): PreviewPixels {
    const { width, height, data } = this.#small;
    const random = createRandom(this.#noiseSeed);
    const bytes = new Uint8Array(data.length);
    for (let at = 0; at < data.length; at++) {
      const value = data[at] ?? 0;
      bytes[at] = toByte(value + (random() - value) * this.#noise);
    }
    return { data: bytes, width, height };
  }

  result(): Promise<ImageTensor> {
    return Promise.resolve(this.#image);
  }
}
