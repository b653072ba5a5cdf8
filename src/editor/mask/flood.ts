import { MaskGrid, TILE, TILE_BYTES, makeTile, touchTile } from './mask-grid';

/** From this value on, a pixel counts as painted. */
export const PAINTED = 128;

/** Whether pixels of a tile may be entered: one value for all, or 1 and 0 for each, row by row. */
export type OpenTile = 'open' | 'closed' | Uint8Array;

const OPEN = 1;
const REACHED = 2;

/** Edges of a tile. */
const SIDES = ['top', 'bottom', 'left', 'right'] as const;
type Side = (typeof SIDES)[number];

/** A stretch of a tile through which the flood enters. In px of the tile. */
interface Entry {
  index: number;
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/**
 * The pixels connected to (x, y) by their sides through open ones, as a grid of 0 and 255. Tiles are asked
 * for only when the flood reaches them, once each, and entirely open ones are crossed in one step.
 * @param open the state of a tile; an array is taken over.
 */
export function flood(
  width: number,
  height: number,
  x: number,
  y: number,
  open: (index: number) => OpenTile,
): MaskGrid {
  const reached = new MaskGrid(width, height);
  if (!(x >= 0 && y >= 0 && x < width && y < height)) {
    return reached;
  }
  const px = Math.floor(x);
  const py = Math.floor(y);
  const index = (py >> 8) * reached.columns + (px >> 8);
  const left = px & 255;
  const top = py & 255;
  return new Flood(reached, open).run({ index, x0: left, y0: top, x1: left + 1, y1: top + 1 });
}

/** A tile that is partly open. */
interface FloodTile {
  state: Uint8Array;
  /** For each pixel of each edge, whether the tile beyond knows that it was reached. */
  told: Record<Side, Uint8Array>;
}

class Flood {
  readonly #grid: MaskGrid;
  readonly #open: (index: number) => OpenTile;
  readonly #tiles: (FloodTile | 'open' | 'closed' | undefined)[];
  readonly #entries: Entry[] = [];
  /** Pixels of a tile to continue from. */
  #stack = new Int32Array(TILE);

  constructor(grid: MaskGrid, open: (index: number) => OpenTile) {
    this.#grid = grid;
    this.#open = open;
    this.#tiles = new Array<undefined>(grid.length).fill(undefined);
  }

  run(seed: Entry): MaskGrid {
    const grid = this.#grid;
    this.#entries.push(seed);
    for (let entry = this.#entries.pop(); entry; entry = this.#entries.pop()) {
      this.#enter(entry);
    }
    this.#tiles.forEach((tile, index) => {
      if (typeof tile === 'object') {
        const { state } = tile;
        for (let i = 0; i < TILE_BYTES; i++) {
          state[i] = state[i] === REACHED ? 255 : 0;
        }
        grid.put(index, grid.normal(index, makeTile(state)));
      }
    });
    return grid;
  }

  #tile(index: number): FloodTile | 'open' | 'closed' {
    const known = this.#tiles[index];
    if (known) {
      return known;
    }
    const open = this.#open(index);
    const side = (): Uint8Array => new Uint8Array(TILE);
    const tile =
      typeof open === 'string'
        ? open
        : { state: open, told: { top: side(), bottom: side(), left: side(), right: side() } };
    this.#tiles[index] = tile;
    return tile;
  }

  #enter({ index, x0, y0, x1, y1 }: Entry): void {
    const grid = this.#grid;
    const tile = this.#tile(index);
    const width = grid.insideWidth(index);
    const height = grid.insideHeight(index);
    if (tile === 'closed' || grid.isFull(index)) {
      return;
    }
    if (tile === 'open') {
      grid.put(index, grid.fullTile(index));
      for (const side of SIDES) {
        this.#leave(index, side, 0, side === 'top' || side === 'bottom' ? width : height);
      }
      return;
    }
    let found = false;
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) {
        if (tile.state[y * TILE + x] === OPEN) {
          found = true;
          this.#fill(tile.state, x, y, width, height);
        }
      }
    }
    if (found) {
      this.#tell(tile, index, width, height);
    }
  }

  /** Scanline fill inside one tile. */
  #fill(state: Uint8Array, x: number, y: number, width: number, height: number): void {
    let stack = this.#stack;
    let count = 0;
    stack[count++] = y * TILE + x;
    while (count > 0) {
      const at = stack[--count] ?? 0;
      if (state[at] !== OPEN) {
        continue;
      }
      const row = at & ~255;
      let left = at;
      while (left > row && state[left - 1] === OPEN) {
        left--;
      }
      let right = at + 1;
      while (right < row + width && state[right] === OPEN) {
        right++;
      }
      state.fill(REACHED, left, right);
      if (count + right - left + 2 > stack.length) {
        const longer = new Int32Array(stack.length * 2 + TILE);
        longer.set(stack);
        stack = this.#stack = longer;
      }
      if (row > 0) {
        count = pushRuns(state, left - TILE, right - TILE, stack, count);
      }
      if (row < (height - 1) * TILE) {
        count = pushRuns(state, left + TILE, right + TILE, stack, count);
      }
    }
  }

  /** Reports newly reached pixels along the four edges to the neighbours. */
  #tell({ state, told }: FloodTile, index: number, width: number, height: number): void {
    for (const side of SIDES) {
      const level = side === 'top' || side === 'bottom';
      const first = side === 'bottom' ? (height - 1) * TILE : side === 'right' ? width - 1 : 0;
      const step = level ? 1 : TILE;
      const length = level ? width : height;
      const known = told[side];
      let from = -1;
      for (let i = 0; i <= length; i++) {
        const fresh = i < length && state[first + i * step] === REACHED && known[i] === 0;
        if (fresh) {
          known[i] = 1;
          from = from < 0 ? i : from;
        } else if (from >= 0) {
          this.#leave(index, side, from, i);
          from = -1;
        }
      }
    }
  }

  /** Sends the flood over a stretch of an edge, into the tile beyond. */
  #leave(index: number, side: Side, from: number, to: number): void {
    const { columns, rows } = this.#grid;
    const column = index % columns;
    const row = (index - column) / columns;
    if (side === 'top' && row > 0) {
      this.#entries.push({ index: index - columns, x0: from, y0: TILE - 1, x1: to, y1: TILE });
    } else if (side === 'bottom' && row < rows - 1) {
      this.#entries.push({ index: index + columns, x0: from, y0: 0, x1: to, y1: 1 });
    } else if (side === 'left' && column > 0) {
      this.#entries.push({ index: index - 1, x0: TILE - 1, y0: from, x1: TILE, y1: to });
    } else if (side === 'right' && column < columns - 1) {
      this.#entries.push({ index: index + 1, x0: 0, y0: from, x1: 1, y1: to });
    }
  }
}

/** Pushes the first pixel of every open run between two positions of a row onto the stack. */
function pushRuns(state: Uint8Array, from: number, to: number, stack: Int32Array, count: number): number {
  let open = false;
  for (let i = from; i < to; i++) {
    const now = state[i] === OPEN;
    if (now && !open) {
      stack[count++] = i;
    }
    open = now;
  }
  return count;
}

/**
 * The region around a point as a selection. `empty`: pixels below 128 that are connected to the point, and
 * the slope of the surrounding painted outline up to its ridge, so that filling leaves no seam. `painted`:
 * pixels above 0 that are connected to it. Nothing when the point is of the other kind or outside the
 * picture.
 */
export function fillRegion(
  grid: MaskGrid,
  x: number,
  y: number,
  target: 'empty' | 'painted' = 'empty',
): MaskGrid {
  const wanted = target === 'empty' ? emptyTile : paintedTile;
  const region = flood(grid.width, grid.height, x, y, (index) => wanted(grid, index));
  if (target === 'empty') {
    climb(grid, region);
  }
  return region;
}

function emptyTile(grid: MaskGrid, index: number): OpenTile {
  const tile = grid.tile(index);
  if (!tile || grid.isFull(index)) {
    return tile ? 'closed' : 'open';
  }
  const open = new Uint8Array(TILE_BYTES);
  for (let i = 0; i < TILE_BYTES; i++) {
    open[i] = (tile.data[i] ?? 0) < PAINTED ? OPEN : 0;
  }
  return open;
}

function paintedTile(grid: MaskGrid, index: number): OpenTile {
  const tile = grid.tile(index);
  if (!tile || grid.isFull(index)) {
    return tile ? 'open' : 'closed';
  }
  const open = new Uint8Array(TILE_BYTES);
  for (let i = 0; i < TILE_BYTES; i++) {
    open[i] = tile.data[i] === 0 ? 0 : OPEN;
  }
  return open;
}

/** Widens a region by adjacent painted pixels as long as they rise and are not fully painted. */
function climb(grid: MaskGrid, region: MaskGrid): void {
  const { columns, width } = grid;
  let front: number[] = [];
  const visit = (x: number, y: number, from: number, next: number[]): void => {
    const value = grid.valueAt(x, y);
    if (value >= PAINTED && value < 255 && value > from && region.valueAt(x, y) === 0) {
      const index = (y >> 8) * columns + (x >> 8);
      const tile = region.editable(index);
      tile.data[((y & 255) << 8) | (x & 255)] = 255;
      touchTile(tile);
      next.push(y * width + x);
    }
  };
  for (let index = 0; index < grid.length; index++) {
    const tile = grid.tile(index);
    if (!tile || grid.isFull(index)) {
      continue;
    }
    const left = (index % columns) * TILE;
    const top = Math.floor(index / columns) * TILE;
    for (let i = 0; i < TILE_BYTES; i++) {
      const value = tile.data[i] ?? 0;
      if (value >= PAINTED && value < 255) {
        const x = left + (i & 255);
        const y = top + (i >> 8);
        if (
          reachedBelow(x - 1, y, value) ||
          reachedBelow(x + 1, y, value) ||
          reachedBelow(x, y - 1, value) ||
          reachedBelow(x, y + 1, value)
        ) {
          visit(x, y, 0, front);
        }
      }
    }
  }
  function reachedBelow(x: number, y: number, value: number): boolean {
    return region.valueAt(x, y) === 255 && grid.valueAt(x, y) < value;
  }
  while (front.length > 0) {
    const next: number[] = [];
    for (const at of front) {
      const x = at % width;
      const y = (at - x) / width;
      const from = grid.valueAt(x, y);
      visit(x - 1, y, from, next);
      visit(x + 1, y, from, next);
      visit(x, y - 1, from, next);
      visit(x, y + 1, from, next);
    }
    front = next;
  }
  for (let index = 0; index < region.length; index++) {
    region.normalise(index);
  }
}
