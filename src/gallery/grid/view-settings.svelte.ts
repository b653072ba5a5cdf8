import { readObject, Stored } from '../../base/stored';
import type { GridMode } from '../../ui/pictures/layout';

/** How many pictures of a job share a tile at least. */
export const STACKS = { never: Infinity, two: 2, five: 5 } as const;
/** Height of a row, or side of a square, px. */
export const SIZES = { min: 96, max: 420, step: 4, wide: 216, narrow: 124 };
/** Rooms narrower than this, px, begin with smaller tiles. */
const NARROW = 640;

interface Choices {
  size?: number;
  mode?: GridMode;
  details?: boolean;
  filmstrip?: boolean;
  stackFrom?: number;
}

const stored = new Stored<Choices>('darkroom.gallery', { read: (json) => readObject(json) });

/** How a person wants to see the gallery, kept in this browser. */
export class ViewSettings {
  #choices = $state<Choices>(stored.load());

  /** Height of a row, px, in a room of this width. */
  size(roomWidth: number): number {
    const { size } = this.#choices;
    if (typeof size === 'number' && Number.isFinite(size)) {
      return Math.min(SIZES.max, Math.max(SIZES.min, size));
    }
    return roomWidth < NARROW ? SIZES.narrow : SIZES.wide;
  }

  get mode(): GridMode {
    const { mode } = this.#choices;
    return mode === 'uniform' || mode === 'list' ? mode : 'justified';
  }

  /** Whether the viewer shows how the picture was made; open at first where there is room for it. */
  get details(): boolean {
    return this.#choices.details ?? true;
  }

  /** Whether the viewer shows the neighbouring pictures below the present one. */
  get filmstrip(): boolean {
    return this.#choices.filmstrip ?? true;
  }

  /** How many pictures of a job share a tile at least. */
  get stackFrom(): number {
    const { stackFrom = STACKS.five } = this.#choices;
    // JSON knows no Infinity.
    return stackFrom === STACKS.two || stackFrom === STACKS.five ? stackFrom : STACKS.never;
  }

  setStackFrom(stackFrom: number): void {
    this.#write({ stackFrom: Number.isFinite(stackFrom) ? stackFrom : 0 });
  }

  setFilmstrip(filmstrip: boolean): void {
    this.#write({ filmstrip });
  }

  setSize(size: number): void {
    this.#write({ size });
  }

  setMode(mode: GridMode): void {
    this.#write({ mode });
  }

  setDetails(details: boolean): void {
    this.#write({ details });
  }

  #write(change: Choices): void {
    this.#choices = { ...this.#choices, ...change };
    stored.save(this.#choices);
  }
}
