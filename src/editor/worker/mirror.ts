import { MaskGrid, type TileChange, makeTile } from '../mask/mask-grid';
import { type MaskModifiers, ModifierChain, normalModifiers } from '../mask/modifiers';
import { allPlaces } from '../mask/places';
import { breathe } from './breathe';

/** Tiles of a mask that changed. */
export interface TileDelta {
  mixed: { index: number; data: Uint8Array }[];
  /** Places that are fully painted. */
  full: number[];
  /** Places where nothing is painted. */
  empty: number[];
}

/** The delta for these changes. Bytes held by others are copied: what is transferred is gone here. */
export function deltaOf(grid: MaskGrid, changes: readonly TileChange[]): TileDelta {
  const delta: TileDelta = { mixed: [], full: [], empty: [] };
  for (const { index, tile } of changes) {
    if (!tile) {
      delta.empty.push(index);
    } else if (tile === grid.fullTile(index)) {
      delta.full.push(index);
    } else {
      delta.mixed.push({ index, data: tile.shared ? tile.data.slice() : tile.data });
    }
  }
  return delta;
}

/** The changes a delta describes, ordered by place. Takes the bytes over. */
export function changesOf(grid: MaskGrid, { mixed, full, empty }: TileDelta): TileChange[] {
  const changes: TileChange[] = [
    ...mixed.map(({ index, data }) => ({ index, tile: makeTile(data) })),
    ...full.map((index) => ({ index, tile: grid.fullTile(index) })),
    ...empty.map((index) => ({ index, tile: null })),
  ];
  return changes.sort((a, b) => a.index - b.index);
}

/** Work between two looks at the messages, ms. */
const SLICE = 20;

/** The worker's copy of a mask, kept up to date by deltas. */
export class MaskMirror {
  readonly grid: MaskGrid;
  #chain: ModifierChain | null = null;
  #modifiers: MaskModifiers | null = null;
  /** Places whose modified tile has to be sent again. */
  readonly #stale = new Set<number>();
  /** Number of the newest evaluation. */
  #newest = 0;

  constructor(width: number, height: number) {
    this.grid = new MaskGrid(width, height);
  }

  update(delta: TileDelta): void {
    const changed: number[] = [];
    for (const { index, tile } of changesOf(this.grid, delta)) {
      if (tile) {
        tile.shared = true;
      }
      this.grid.put(index, tile);
      changed.push(index);
    }
    for (const index of this.#chain?.changed(changed) ?? []) {
      this.#stale.add(index);
    }
  }

  /**
   * Modified tiles of the places that may differ from the last answer; of all places when the modifiers
   * changed or `all` is set. Pauses now and then to look for messages: null when a newer call arrived
   * meanwhile, which then covers these places too.
   */
  async modify(modifiers: MaskModifiers, all: boolean): Promise<TileChange[] | null> {
    const run = ++this.#newest;
    const wanted = normalModifiers(modifiers);
    const same =
      this.#modifiers?.grow === wanted.grow &&
      this.#modifiers.feather === wanted.feather &&
      this.#modifiers.threshold === wanted.threshold;
    if (!this.#chain || !same) {
      this.#chain = new ModifierChain(this.grid, wanted);
      this.#modifiers = wanted;
    }
    if (all || !same) {
      for (const index of allPlaces(this.grid)) {
        this.#stale.add(index);
      }
    }
    const answer = new Map<number, TileChange>();
    let started = performance.now();
    for (const index of this.#stale) {
      this.#stale.delete(index);
      answer.set(index, { index, tile: this.#chain.tile(index) });
      if (performance.now() - started > SLICE) {
        await breathe();
        if (run !== this.#newest) {
          for (const place of answer.keys()) {
            this.#stale.add(place);
          }
          return null;
        }
        started = performance.now();
      }
    }
    return [...answer.values()].map(({ index, tile }) => ({
      index,
      tile: tile && this.grid.normal(index, tile),
    }));
  }
}
