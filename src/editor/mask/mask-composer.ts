import { composeTile } from './compose';
import { MaskGrid, type TileChange } from './mask-grid';
import {
  type MaskFacts,
  type MaskModifiers,
  type MaskStack,
  isPlain,
  onlyPlainMask,
  sameModifiers,
} from './mask-stack';
import { allPlaces } from './places';

/**
 * Evaluates a mask's modifiers at some places. `changed` are the places of the painted mask that differ from
 * the last call for this mask; `null` means all, also after other modifiers.
 * @returns new tiles for every place that may have changed.
 */
export type Modify = (
  mask: string,
  grid: MaskGrid,
  modifiers: MaskModifiers,
  changed: readonly number[] | null,
) => Promise<TileChange[]>;

export interface ComposerSource {
  readonly width: number;
  readonly height: number;
  readonly stack: MaskStack;
  /** Painted pixels of a mask. */
  gridOf: (mask: string) => MaskGrid | null;
}

interface Derived {
  grid: MaskGrid;
  modifiers: MaskModifiers;
  /** Places of the painted mask that changed since; null for all. */
  changed: Set<number> | null;
}

/**
 * Keeps the composite of all masks, each with its modifiers, up to date. With one mask and no modifiers the
 * composite is that mask itself and costs nothing; modifiers are evaluated off the main thread, and the
 * composite follows when they are done.
 */
export class MaskComposer {
  readonly #source: ComposerSource;
  readonly #modify: Modify;
  /** Called with places of the composite that changed. */
  readonly #changed: (places: readonly number[]) => void;
  readonly #derived = new Map<string, Derived>();
  #composite: MaskGrid;
  #plain: string | null;
  #running: Promise<void> | null = null;
  #failure: unknown = null;

  constructor(source: ComposerSource, modify: Modify, changed: (places: readonly number[]) => void) {
    this.#source = source;
    this.#modify = modify;
    this.#changed = changed;
    this.#composite = new MaskGrid(source.width, source.height);
    this.#plain = onlyPlainMask(source.stack);
  }

  /** The composite as far as it is known. Do not write into it. */
  get grid(): MaskGrid {
    return (this.#plain !== null && this.#source.gridOf(this.#plain)) || this.#composite;
  }

  /** A mask as it goes into the composite, modifiers included as far as they are known. Do not write into it. */
  shown(mask: string): MaskGrid | null {
    return this.#derived.get(mask)?.grid ?? this.#source.gridOf(mask);
  }

  /** Whether the composite is one painted mask, unmodified. */
  get plain(): boolean {
    return this.#plain !== null;
  }

  /** Modifiers are being evaluated: the composite lags behind. */
  get busy(): boolean {
    return this.#running !== null;
  }

  /** Why the composite lacks modifiers that it should have; null when it does not. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Resolves when the composite is up to date. Retries what failed, once; rejects when it fails again. */
  async settled(): Promise<void> {
    await this.#rest();
    if (this.#failure !== null) {
      this.#run();
      await this.#rest();
    }
    if (this.#failure !== null) {
      throw this.#failure instanceof Error ? this.#failure : new Error('the modifiers failed');
    }
  }

  async #rest(): Promise<void> {
    while (this.#running) {
      await this.#running;
    }
  }

  /** Painted pixels of a mask changed at these places. */
  painted(mask: string, places: readonly number[]): void {
    const derived = this.#derived.get(mask);
    for (const place of places) {
      derived?.changed?.add(place);
    }
    if (this.#plain !== null) {
      if (this.#plain === mask) {
        this.#changed(places);
      }
    } else if (derived) {
      this.#run();
    } else {
      this.#compose(places);
    }
  }

  /** The stack changed: masks were added, removed or moved, or have other modifiers. */
  restacked(): void {
    const { stack } = this.#source;
    this.#plain = onlyPlainMask(stack);
    const wanted = new Map(stack.masks.map((mask) => [mask.id, mask]));
    for (const id of [...this.#derived.keys()]) {
      const mask = wanted.get(id);
      if (!mask || isPlain(mask.modifiers) || this.#plain !== null) {
        this.#derived.delete(id);
      }
    }
    if (this.#plain !== null) {
      this.#composite = new MaskGrid(this.#source.width, this.#source.height);
      this.#failure = null;
      this.#changed(allPlaces(this.#composite));
      return;
    }
    for (const mask of stack.masks) {
      this.#wish(mask);
    }
    this.#compose(allPlaces(this.#composite));
    this.#run();
  }

  bytes(): number {
    const derived = [...this.#derived.values()].reduce((sum, { grid }) => sum + grid.bytes(), 0);
    return derived + this.#composite.bytes();
  }

  /** Notes what has to be evaluated for a mask. Results of other modifiers stay until then. */
  #wish(mask: MaskFacts): void {
    if (isPlain(mask.modifiers)) {
      return;
    }
    const derived = this.#derived.get(mask.id);
    if (!derived) {
      const { width, height } = this.#source;
      const grid = new MaskGrid(width, height);
      const painted = this.#source.gridOf(mask.id);
      // For the moment, the mask as painted is better than none.
      for (let place = 0; painted && place < painted.length; place++) {
        const tile = painted.tile(place);
        if (tile) {
          tile.shared = true;
        }
        grid.put(place, tile);
      }
      this.#derived.set(mask.id, { grid, modifiers: mask.modifiers, changed: null });
    } else if (!sameModifiers(derived.modifiers, mask.modifiers)) {
      derived.modifiers = mask.modifiers;
      derived.changed = null;
    }
  }

  #run(): void {
    this.#running ??= this.#evaluate()
      .then(
        () => {
          this.#failure = null;
        },
        (error: unknown) => {
          this.#failure = error;
        },
      )
      .finally(() => {
        this.#running = null;
        // Whatever arrived between the last look and now found work in progress, and started none.
        if (this.#failure === null && this.#stale) {
          this.#run();
        }
        // Nobody is busy any more: that is news too.
        this.#changed([]);
      });
  }

  /** A mask whose modifiers have to be evaluated. */
  get #stale(): [string, Derived] | undefined {
    return [...this.#derived].find(([, { changed }]) => changed === null || changed.size > 0);
  }

  async #evaluate(): Promise<void> {
    for (;;) {
      const next = this.#stale;
      if (!next) {
        return;
      }
      const [id, derived] = next;
      const grid = this.#source.gridOf(id);
      if (!grid) {
        this.#derived.delete(id);
        continue;
      }
      const changed = derived.changed && [...derived.changed];
      derived.changed = new Set();
      let tiles: TileChange[];
      try {
        tiles = await this.#modify(id, grid, derived.modifiers, changed);
      } catch (error) {
        // Everything is evaluated again when there is reason to retry.
        derived.changed = null;
        throw error;
      }
      if (this.#derived.get(id) === derived) {
        for (const { index, tile } of tiles) {
          derived.grid.put(index, derived.grid.normal(index, tile));
        }
        this.#compose(tiles.map(({ index }) => index));
      }
    }
  }

  #compose(places: readonly number[]): void {
    const { masks } = this.#source.stack;
    const shown = masks.filter(({ visible }) => visible);
    for (const place of places) {
      const plies = shown.map(({ id, mode, modifiers }) => {
        const painted = this.#source.gridOf(id);
        const grid = isPlain(modifiers) ? painted : (this.#derived.get(id)?.grid ?? painted);
        return { tile: grid?.tile(place) ?? null, mode };
      });
      const tile = composeTile(plies, this.#composite.fullTile(place));
      if (tile) {
        tile.shared = true;
      }
      this.#composite.put(place, this.#composite.normal(place, tile));
    }
    this.#changed(places);
  }
}
