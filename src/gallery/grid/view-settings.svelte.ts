import type { GridMode } from './layout';

const KEY = 'darkroom.gallery';

/** Height of a row, or side of a square, px. */
export const SIZES = { min: 96, max: 420, step: 4, wide: 216, narrow: 124 };
/** Rooms narrower than this, px, begin with smaller tiles. */
const NARROW = 640;

interface Stored {
  size?: number;
  mode?: GridMode;
  details?: boolean;
}

function read(): Stored {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? '{}') as unknown;
    return typeof stored === 'object' && stored !== null ? stored : {};
  } catch {
    return {};
  }
}

/** How a person wants to see the gallery, kept in this browser. */
export class ViewSettings {
  #stored = $state<Stored>(read());

  /** Height of a row, px, in a room of this width. */
  size(roomWidth: number): number {
    const { size } = this.#stored;
    if (typeof size === 'number' && Number.isFinite(size)) {
      return Math.min(SIZES.max, Math.max(SIZES.min, size));
    }
    return roomWidth < NARROW ? SIZES.narrow : SIZES.wide;
  }

  get mode(): GridMode {
    return this.#stored.mode === 'uniform' ? 'uniform' : 'justified';
  }

  /** Whether the viewer shows how the picture was made; open at first where there is room for it. */
  get details(): boolean {
    return this.#stored.details ?? true;
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

  #write(change: Stored): void {
    this.#stored = { ...this.#stored, ...change };
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#stored));
    } catch {
      // Storage can be full or forbidden; the choice then lasts as long as the page.
    }
  }
}
