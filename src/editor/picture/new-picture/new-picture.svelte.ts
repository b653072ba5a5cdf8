import { Stored } from '../../../base/stored';
import type { FileRef } from '../../../comfy/file-ref';
import { randomUuid } from '../../../comfy/uuid';
import { readHexColor } from '../../../ui/hex-color';
import {
  type BlankPicture,
  type Direction,
  DIRECTIONS,
  encodeBlank,
  sideProblem,
  type SideProblem,
  steppedSide,
} from './blank-picture';

/** What the form holds: also the second colour while there is no gradient. */
export interface NewPictureForm {
  width: number;
  height: number;
  color: string;
  gradient: boolean;
  to: string;
  direction: Direction;
}

const DEFAULT: NewPictureForm = {
  width: 1024,
  height: 1024,
  color: '#ffffff',
  gradient: false,
  to: '#3a7bd5',
  direction: 'down',
};

/** Completes a stored form: what is missing or cannot be used gets its default. */
export function readForm(stored: unknown): NewPictureForm {
  const form = (typeof stored === 'object' && stored !== null ? stored : {}) as Record<string, unknown>;
  const side = (value: unknown, otherwise: number): number =>
    typeof value === 'number' && sideProblem(value) === null ? value : otherwise;
  const color = (value: unknown, otherwise: string): string =>
    (typeof value === 'string' && readHexColor(value)) || otherwise;
  return {
    width: side(form['width'], DEFAULT.width),
    height: side(form['height'], DEFAULT.height),
    color: color(form['color'], DEFAULT.color),
    gradient: form['gradient'] === true,
    to: color(form['to'], DEFAULT.to),
    direction: DIRECTIONS.find((one) => one === form['direction']) ?? DEFAULT.direction,
  };
}

const stored = new Stored<NewPictureForm>('darkroom.new-picture', { read: readForm });

/** A picture to be made from nothing: what is wished for, and its way to the server. */
export class NewPicture {
  readonly #store: (file: File) => Promise<FileRef>;
  #form = $state.raw(stored.load());
  #busy = $state(false);
  #failure = $state.raw<unknown>(null);

  /** @param store brings a file to the server; see `importFile`. */
  constructor(store: (file: File) => Promise<FileRef>) {
    this.#store = store;
  }

  get form(): NewPictureForm {
    return this.#form;
  }

  set(change: Partial<NewPictureForm>): void {
    this.#form = { ...this.#form, ...change };
  }

  /** Width becomes height. */
  turn(): void {
    const { width, height } = this.#form;
    this.set({ width: height, height: width });
  }

  /** What is wrong with a side; null when nothing is. */
  problem(side: 'width' | 'height'): SideProblem | null {
    return sideProblem(this.#form[side]);
  }

  /** It can be made as it is wished for. */
  get valid(): boolean {
    return this.problem('width') === null && this.problem('height') === null;
  }

  /** The nearest size models take as it is, px; null when it already is one, or cannot be used at all. */
  get nearest(): { width: number; height: number } | null {
    const { width, height } = this.#form;
    const near = { width: steppedSide(width), height: steppedSide(height) };
    return this.valid && (near.width !== width || near.height !== height) ? near : null;
  }

  /** Every part of it, as far as it can be shown. */
  get picture(): BlankPicture {
    const { width, height, color, gradient, to, direction } = this.#form;
    return { width, height, color, gradient: gradient ? { to, direction } : null };
  }

  /** It is being made, or is on its way to the server. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Why it did not reach the server; null otherwise. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Makes the file and stores it on the server. Null when it cannot be made, is being made, or failed. */
  async create(): Promise<FileRef | null> {
    if (!this.valid || this.#busy) {
      return null;
    }
    stored.save(this.#form);
    this.#busy = true;
    this.#failure = null;
    try {
      const png = await encodeBlank(this.picture);
      return await this.#store(new File([png], newName(this.#form), { type: 'image/png' }));
    } catch (error) {
      this.#failure = error;
      return null;
    } finally {
      this.#busy = false;
    }
  }
}

/**
 * A name of its own: ComfyUI gives an equal file of the same name back (API reference 2.2), and with it would come
 * the masks of an earlier picture.
 */
function newName({ width, height }: NewPictureForm): string {
  return `new-${width}x${height}-${randomUuid().slice(0, 8)}.png`;
}
