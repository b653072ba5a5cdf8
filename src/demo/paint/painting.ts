import { createRandom, foldSeed, hashText } from '../random';
import { chooseScene } from './scenes/index';
import type { Shader } from './tools';

/**
 * A procedural picture: words of the prompt choose the scene, prompt and seed its composition. It is
 * the same at every resolution and, for the same words and seed, on every machine. No AI.
 */
export class Painting {
  readonly width: number;
  readonly height: number;
  readonly #shader: Shader;
  readonly #out = new Float64Array(3);

  /** Sizes in px. */
  constructor(prompt: string, seed: number | bigint, width: number, height: number) {
    this.width = width;
    this.height = height;
    const random = createRandom(foldSeed(seed) ^ hashText(prompt));
    this.#shader = chooseScene(prompt)(random, width / height, 1 / height);
  }

  /** Paints row `y` into `target` from index `at`, as RGB 0..1. */
  row(y: number, target: Float32Array, at: number): void {
    const out = this.#out;
    const v = (y + 0.5) / this.height;
    this.#shader.row?.(v);
    let to = at;
    for (let x = 0; x < this.width; x++) {
      this.#shader.pixel((x + 0.5) / this.height, v, out);
      target[to++] = clamp(out[0] as number);
      target[to++] = clamp(out[1] as number);
      target[to++] = clamp(out[2] as number);
    }
  }
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}
