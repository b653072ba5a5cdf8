import { report } from '../../base/report';
import type { HistoryRecord, StepRecord, StepTile } from './history';
import { TILE, type Tile } from './mask-grid';
import type { MaskMode, MaskStack } from './mask-stack';
import type { PixelRect } from './rect';
import type { MaskThumbnail } from './thumbnail';
import type { PackedTile } from './tile-packer';

/** A document at one moment, with its history. Its tiles must be shared: nobody writes into them. */
export interface PastSource {
  /** px. */
  width: number;
  height: number;
  stack: MaskStack;
  /** Tiles of each mask by place. */
  masks: readonly { id: string; tiles: readonly StepTile[] }[];
  history: HistoryRecord;
}

export interface PastWork {
  /** Ids of the steps asked for; joined steps go by the id of the first. */
  wanted: ReadonlySet<number>;
  /** Longest side of a thumbnail, px. */
  most: number;
  /** A packed tile's contents; may reject when they are lost. */
  unpack: (tile: PackedTile) => Promise<Tile>;
  /** Called between small pieces of work; false ends it. */
  breathe: () => Promise<boolean>;
  found: (id: number, picture: MaskThumbnail) => void;
}

/** Pieces of `SMALL` × `SMALL` px of a tile are kept as one value: enough for boxes of 512 px and more. */
const SMALL = 8;
/** Small tiles kept, one KB each. */
const MOST_SMALL = 4096;
/** Samples per pixel of a thumbnail, along each side: a thin stroke still shows. */
const LOOKS = 3;

/**
 * Computes thumbnails of the mask around steps, as each step left it, without going there: nearest step
 * first, done ones before undone ones. Only tiles inside the boxes are unpacked, one after another. Masks
 * combine as they did then; modifiers, which need the whole mask, are left out. Steps whose tiles are lost
 * get no thumbnail.
 */
export async function pastThumbnails(source: PastSource, work: PastWork): Promise<void> {
  const { steps, present } = source.history;
  const groups = joinedSteps(steps);
  const small = new SmallTiles(source, work.unpack);
  const walk = async (direction: 'back' | 'forward'): Promise<boolean> => {
    const state = new PastState(source);
    const back = direction === 'back';
    const way = back
      ? groups.filter(({ end }) => end <= present).toReversed()
      : groups.filter(({ end }) => end > present);
    let left = way.filter(({ id }) => work.wanted.has(id)).length;
    for (const { id, box, start, end } of way) {
      if (left === 0) {
        return true;
      }
      const exchange = (): void => {
        for (const step of back ? steps.slice(start, end).toReversed() : steps.slice(start, end)) {
          state.exchange(step, direction);
        }
      };
      if (!back) {
        exchange();
      }
      if (work.wanted.has(id)) {
        left--;
        if (!(await work.breathe())) {
          return false;
        }
        try {
          const picture = await small.picture(state, box, work);
          if (!picture) {
            return false;
          }
          work.found(id, picture);
        } catch (error) {
          report(error, 'history.thumbnail');
          // Its tiles are lost: it stays without a thumbnail.
        }
      }
      if (back) {
        exchange();
      }
    }
    return true;
  };
  if (await walk('back')) {
    await walk('forward');
  }
}

interface JoinedSteps {
  id: number;
  box: PixelRect;
  start: number;
  end: number;
}

/** Joined steps, by index. */
function joinedSteps(steps: readonly StepRecord[]): JoinedSteps[] {
  const groups: JoinedSteps[] = [];
  steps.forEach(({ id, label }, i) => {
    const last = groups.at(-1);
    if (label.joined && last) {
      last.end = i + 1;
    } else {
      groups.push({ id, box: label.box, start: i, end: i + 1 });
    }
  });
  return groups;
}

/** Tiles of a mask at some step. */
interface PastMask {
  tiles: StepTile[];
  /** An odd number of inversions lies between the present and the step. */
  flipped: boolean;
  /** 1: `flipped` was true when the tile was put here. */
  odd: Uint8Array;
}

/** The masks at some step, as references to tiles. */
class PastState {
  readonly #masks = new Map<string, PastMask>();
  readonly #count: number;
  #stack: MaskStack;

  constructor({ masks, stack, width, height }: PastSource) {
    this.#count = Math.ceil(width / TILE) * Math.ceil(height / TILE);
    this.#stack = stack;
    for (const { id, tiles } of masks) {
      this.#masks.set(id, { tiles: [...tiles], odd: new Uint8Array(this.#count), flipped: false });
    }
  }

  /** What is visible at a place, bottom first. */
  plies(index: number): { tile: StepTile; inverted: boolean; mode: MaskMode }[] {
    return this.#stack.masks
      .filter(({ visible }) => visible)
      .map(({ id, mode }) => {
        const { tiles, odd, flipped } = this.#mask(id);
        return { tile: tiles[index] ?? null, inverted: (odd[index] === 1) !== flipped, mode };
      });
  }

  /** Goes over a step: back over a done one, forward over an undone one. */
  exchange({ kind, mask, state, tiles }: StepRecord, direction: 'back' | 'forward'): void {
    const past = this.#mask(mask);
    if (kind === 'invert') {
      past.flipped = !past.flipped;
    }
    for (const { index, tile } of tiles) {
      past.tiles[index] = tile;
      past.odd[index] = past.flipped ? 1 : 0;
    }
    const stack = (direction === 'back' ? state?.before : state?.after) as MaskStack | undefined;
    if (Array.isArray(stack?.masks)) {
      this.#stack = stack;
    }
  }

  #mask(id: string): PastMask {
    let mask = this.#masks.get(id);
    if (!mask) {
      mask = { tiles: [], odd: new Uint8Array(this.#count), flipped: false };
      this.#masks.set(id, mask);
    }
    return mask;
  }
}

/** Reduced tiles, and thumbnails made of them. */
class SmallTiles {
  readonly #source: PastSource;
  readonly #unpack: PastWork['unpack'];
  readonly #columns: number;
  /** By rev. */
  readonly #known = new Map<number, Uint8Array>();

  constructor(source: PastSource, unpack: PastWork['unpack']) {
    this.#source = source;
    this.#unpack = unpack;
    this.#columns = Math.ceil(source.width / TILE);
  }

  /** The mask inside a box; null when told to stop. */
  async picture(
    state: PastState,
    box: PixelRect,
    { most, breathe }: PastWork,
  ): Promise<MaskThumbnail | null> {
    const wide = Math.max(1, box.x1 - box.x0);
    const high = Math.max(1, box.y1 - box.y0);
    const scale = Math.min(1, most / Math.max(wide, high));
    const width = Math.max(1, Math.round(wide * scale));
    const height = Math.max(1, Math.round(high * scale));
    const step = scale * SMALL <= 1 ? SMALL : 1;
    const places = new Map<number, Uint8Array | 0 | 255>();
    for (let row = box.y0 >> 8; row <= (box.y1 - 1) >> 8; row++) {
      for (let column = box.x0 >> 8; column <= (box.x1 - 1) >> 8; column++) {
        const index = row * this.#columns + column;
        const place = await this.#place(state, index, step, breathe);
        if (place === null) {
          return null;
        }
        places.set(index, place);
      }
    }
    const side = TILE / step;
    const values = new Uint8Array(width * height);
    const at = (from: number, i: number, count: number, length: number): number =>
      from + Math.min(length - 1, Math.floor(((i + 0.5) * length) / (count * LOOKS)));
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let look = 0; look < LOOKS * LOOKS; look++) {
          const px = at(box.x0, x * LOOKS + (look % LOOKS), width, wide);
          const py = at(box.y0, y * LOOKS + Math.floor(look / LOOKS), height, high);
          const place = places.get((py >> 8) * this.#columns + (px >> 8)) ?? 0;
          sum +=
            typeof place === 'number'
              ? place
              : (place[Math.floor((py & 255) / step) * side + Math.floor((px & 255) / step)] ?? 0);
        }
        values[y * width + x] = Math.round(sum / (LOOKS * LOOKS));
      }
    }
    return { width, height, values };
  }

  /** All masks at a place, in pieces of `step` px; a number when all are equal, null when told to stop. */
  async #place(
    state: PastState,
    index: number,
    step: number,
    breathe: PastWork['breathe'],
  ): Promise<Uint8Array | 0 | 255 | null> {
    let below: Uint8Array | 0 | 255 = 0;
    for (const { tile, inverted, mode } of state.plies(index)) {
      let own: Uint8Array | 0 | 255 = tile === null ? 0 : tile === 'full' ? 255 : 0;
      if (tile !== null && tile !== 'full') {
        if (!(await breathe())) {
          return null;
        }
        own = await this.#small(tile, index, step);
      }
      below = meet(below, own, inverted, mode, (TILE / step) ** 2);
    }
    return below;
  }

  async #small(tile: Tile | PackedTile, index: number, step: number): Promise<Uint8Array> {
    const known = step === SMALL ? this.#known.get(tile.rev) : undefined;
    if (known) {
      return known;
    }
    const { data } = 'data' in tile ? tile : await this.#unpack(tile);
    if (step === 1) {
      return data;
    }
    const { width, height } = this.#source;
    const made = meansOf(
      data,
      Math.min(TILE, width - (index % this.#columns) * TILE),
      Math.min(TILE, height - Math.floor(index / this.#columns) * TILE),
    );
    this.#known.set(tile.rev, made);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_SMALL && oldest !== undefined) {
      this.#known.delete(oldest);
    }
    return made;
  }
}

/** Means of pieces of a tile, of which only so many px lie inside the picture. */
function meansOf(data: Uint8Array, width: number, height: number): Uint8Array {
  const side = TILE / SMALL;
  const sums = new Uint32Array(side * side);
  for (let y = 0; y < height; y++) {
    const row = (y >> 3) * side;
    for (let x = 0; x < width; x++) {
      sums[row + (x >> 3)] = (sums[row + (x >> 3)] ?? 0) + (data[y * TILE + x] ?? 0);
    }
  }
  return Uint8Array.from(sums, (sum, i) => {
    const wide = Math.min(SMALL, width - (i % side) * SMALL);
    const high = Math.min(SMALL, height - Math.floor(i / side) * SMALL);
    return wide > 0 && high > 0 ? Math.round(sum / (wide * high)) : 0;
  });
}

/** How a mask combines with those below it. See `MaskMode`. */
function meet(
  below: Uint8Array | 0 | 255,
  own: Uint8Array | 0 | 255,
  inverted: boolean,
  mode: MaskMode,
  count: number,
): Uint8Array | 0 | 255 {
  const law = (b: number, value: number): number => {
    const o = inverted ? 255 - value : value;
    return mode === 'add' ? Math.max(b, o) : Math.min(b, mode === 'subtract' ? 255 - o : o);
  };
  if (typeof below === 'number' && typeof own === 'number') {
    return law(below, own) === 0 ? 0 : 255;
  }
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    out[i] = law(
      typeof below === 'number' ? below : (below[i] ?? 0),
      typeof own === 'number' ? own : (own[i] ?? 0),
    );
  }
  return out;
}
