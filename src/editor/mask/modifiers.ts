import { Grower, growReach } from './distance';
import { Featherer } from './feather';
import { MaskGrid, TILE_BYTES, type Tile, type TileChange, makeTile } from './mask-grid';
import type { MaskModifiers } from './mask-stack';
import { allPlaces, placesAround } from './places';

/*
 * What is done to a mask without touching what was painted. In this order: `threshold` decides what counts as
 * painted, `grow` moves that edge, `feather` softens it. Any other order would lose one of them: growing a
 * feathered edge moves its faint end too, and a threshold after either undoes the softness.
 */

export { type MaskModifiers, NO_MODIFIERS } from './mask-stack';

const MOST = 256;

/** Clamped to the ranges; `feather` and `threshold` as integers. What is not a number does nothing. */
export function normalModifiers({ grow, feather, threshold }: MaskModifiers): MaskModifiers {
  const clamp = (value: number, least: number, most: number): number =>
    Number.isNaN(value) ? 0 : Math.min(most, Math.max(least, value));
  return {
    grow: clamp(grow, -MOST, MOST),
    feather: Math.round(clamp(feather, 0, MOST)),
    threshold: threshold === null || Number.isNaN(threshold) ? null : Math.round(clamp(threshold, 1, 255)),
  };
}

/** How far away (px) a pixel may be that affects a tile. */
export function reach(modifiers: MaskModifiers): number {
  const { grow, feather } = normalModifiers(modifiers);
  return growReach(grow) + feather;
}

/** Places to recompute after these places of the mask changed, in order. */
export function reachedPlaces(
  grid: MaskGrid,
  changed: readonly number[],
  modifiers: MaskModifiers,
): number[] {
  const { grow, feather } = normalModifiers(modifiers);
  const grown = spread(grid, changed, growReach(grow));
  return [...spread(grid, grown, feather)].sort((a, b) => a - b);
}

function spread(grid: MaskGrid, places: Iterable<number>, px: number): Set<number> {
  const reached = new Set<number>();
  for (const place of places) {
    for (const around of placesAround(grid, place, px)) {
      reached.add(around);
    }
  }
  return reached;
}

/** One step of the chain: tiles computed on demand from the previous step, then kept. */
class Step {
  readonly grid: MaskGrid;
  readonly #known: Uint8Array;

  constructor(
    size: MaskGrid,
    /** How many px of the previous step around a tile affect it. */
    private readonly distance: number,
    private readonly before: (index: number) => void,
    private readonly make: (index: number) => Tile | null,
  ) {
    this.grid = new MaskGrid(size.width, size.height);
    this.#known = new Uint8Array(size.length);
  }

  readonly need = (index: number): void => {
    if (this.#known[index]) {
      return;
    }
    this.#known[index] = 1;
    for (const place of placesAround(this.grid, index, this.distance)) {
      this.before(place);
    }
    this.grid.put(index, this.make(index));
  };

  /** Drops what was computed for these places. @returns the places dropped. */
  forget(places: Iterable<number>): Set<number> {
    const reached = spread(this.grid, places, this.distance);
    for (const index of reached) {
      this.#known[index] = 0;
    }
    return reached;
  }
}

/**
 * Modified tiles of one mask, computed on demand. Keeps intermediate results, so that after a stroke only
 * what the stroke reaches is recomputed.
 */
export class ModifierChain {
  readonly #steps: Step[] = [];
  readonly #source: MaskGrid;

  /** @param source not written, but its tiles are shared with the result. */
  constructor(source: MaskGrid, modifiers: MaskModifiers) {
    const { threshold, grow, feather } = normalModifiers(modifiers);
    this.#source = source;
    const add = (distance: number, make: (from: MaskGrid, index: number) => Tile | null): void => {
      const last = this.#steps.at(-1);
      const from = last?.grid ?? source;
      const full = (to: MaskGrid, index: number): Tile | null => {
        const tile = make(from, index);
        return tile !== null && tile === from.fullTile(index) ? to.fullTile(index) : tile;
      };
      const step: Step = new Step(
        source,
        distance,
        (index) => {
          last?.need(index);
        },
        (index) => full(step.grid, index),
      );
      this.#steps.push(step);
    };
    if (threshold !== null) {
      add(0, (from, index) => thresholdTile(from, index, threshold));
    }
    if (grow !== 0) {
      const grower = new Grower(grow);
      add(growReach(grow), (from, index) => grower.tile(from, index));
    }
    if (feather !== 0) {
      const featherer = new Featherer(feather);
      add(feather, (from, index) => featherer.tile(from, index));
    }
  }

  /** These places of the source have other tiles now. @returns the places whose result may differ. */
  changed(places: Iterable<number>): Set<number> {
    return this.#steps.reduce((reached, step) => step.forget(reached), new Set(places));
  }

  /** The modified tile of a place, in normal form and shared. */
  tile(index: number): Tile | null {
    const last = this.#steps.at(-1);
    last?.need(index);
    const tile = (last?.grid ?? this.#source).tile(index);
    if (tile) {
      tile.shared = true;
    }
    return tile;
  }
}

function thresholdTile(source: MaskGrid, index: number, threshold: number): Tile | null {
  const tile = source.tile(index);
  if (!tile || source.isFull(index)) {
    return tile;
  }
  const data = new Uint8Array(TILE_BYTES);
  for (let i = 0; i < TILE_BYTES; i++) {
    data[i] = (tile.data[i] ?? 0) >= threshold ? 255 : 0;
  }
  return source.normal(index, makeTile(data));
}

/**
 * The modified tiles of these places (all by default), one entry for each, in normal form. The tiles around
 * them within `reach` must be in the source. A tile comes out the same whether computed alone or with all
 * others.
 */
export function modifyTiles(
  source: MaskGrid,
  modifiers: MaskModifiers,
  places: readonly number[] = allPlaces(source),
): TileChange[] {
  const chain = new ModifierChain(source, modifiers);
  return places.map((index) => ({ index, tile: chain.tile(index) }));
}

/** The whole mask, modified. */
export function modifiedGrid(source: MaskGrid, modifiers: MaskModifiers): MaskGrid {
  const grid = new MaskGrid(source.width, source.height);
  for (const { index, tile } of modifyTiles(source, modifiers)) {
    grid.put(index, grid.normal(index, tile));
  }
  return grid;
}
