import { type MaskGrid, TILE, TILE_BYTES, type TileChange, makeTile } from './mask-grid';

/** Pixels of a row that belong to a region, `x0` to `x1`. */
interface Run {
  x0: number;
  x1: number;
  y: number;
  /** Another run of the same region, or itself. */
  parent: number;
  /** Of the whole region, stored at the run that is its own parent. */
  area: number;
  /** The region reaches the picture's border. */
  outside: boolean;
}

/**
 * Fills holes of at most `maxArea` px: pixels below 255 that are connected by their sides and do not reach
 * the picture's border. Soft slopes around a hole belong to it, so nothing of it remains.
 */
export function fillHoles(grid: MaskGrid, maxArea = Infinity): TileChange[] {
  const runs = collectRuns(grid, (value) => value < 255, 0);
  return repaint(
    grid,
    runs.filter((run) => {
      const { area, outside } = root(runs, run);
      return !outside && area <= maxArea;
    }),
    255,
  );
}

/**
 * Clears specks of at most `maxArea` px: pixels above 0 that are connected by sides or corners, wherever they
 * are.
 */
export function removeSpecks(grid: MaskGrid, maxArea: number): TileChange[] {
  const runs = collectRuns(grid, (value) => value > 0, 1);
  return repaint(
    grid,
    runs.filter((run) => root(runs, run).area <= maxArea),
    0,
  );
}

/** @param corner 1 when pixels touching at a corner are connected, else 0. */
function collectRuns(grid: MaskGrid, belongs: (value: number) => boolean, corner: 0 | 1): Run[] {
  const runs: Run[] = [];
  const member = Uint8Array.from({ length: 256 }, (_, value) => (belongs(value) ? 1 : 0));
  let above = 0;
  for (let y = 0; y < grid.height; y++) {
    const first = runs.length;
    addRow(grid, y, member, runs);
    let upper = above;
    for (let i = first; i < runs.length; i++) {
      const run = runs[i] as Run;
      while (upper < first && (runs[upper]?.x1 ?? 0) + corner <= run.x0) {
        upper++;
      }
      // The last of those above may touch the next run as well.
      for (let k = upper; k < first && (runs[k]?.x0 ?? 0) < run.x1 + corner; k++) {
        join(runs, k, i);
      }
    }
    above = first;
  }
  return runs;
}

function addRow(grid: MaskGrid, y: number, member: Uint8Array, runs: Run[]): void {
  const base = (y >> 8) * grid.columns;
  const { width, height } = grid;
  let start = -1;
  const end = (x: number): void => {
    if (start >= 0) {
      const outside = start === 0 || x === width || y === 0 || y === height - 1;
      runs.push({ x0: start, x1: x, y, parent: runs.length, area: x - start, outside });
      start = -1;
    }
  };
  for (let column = 0; column < grid.columns; column++) {
    const left = column * TILE;
    const tile = grid.tile(base + column);
    if (!tile || grid.isFull(base + column)) {
      if (member[tile ? 255 : 0] === 0) {
        end(left);
      } else if (start < 0) {
        start = left;
      }
      continue;
    }
    const from = (y & 255) * TILE;
    const count = grid.insideWidth(base + column);
    for (let x = 0; x < count; x++) {
      if (member[tile.data[from + x] ?? 0] === 0) {
        if (start >= 0) {
          end(left + x);
        }
      } else if (start < 0) {
        start = left + x;
      }
    }
  }
  end(width);
}

function rootIndex(runs: Run[], index: number): number {
  let at = index;
  for (let run = runs[at]; run && run.parent !== at; run = runs[at]) {
    // Halves the path for later lookups.
    run.parent = runs[run.parent]?.parent ?? run.parent;
    at = run.parent;
  }
  return at;
}

function root(runs: Run[], run: Run): Run {
  return runs[rootIndex(runs, run.parent)] ?? run;
}

function join(runs: Run[], a: number, b: number): void {
  const one = rootIndex(runs, a);
  const two = rootIndex(runs, b);
  const first = runs[Math.min(one, two)];
  const second = runs[Math.max(one, two)];
  if (first && second && one !== two) {
    second.parent = Math.min(one, two);
    first.area += second.area;
    first.outside ||= second.outside;
  }
}

/** The tiles in which these runs, all at once, take a value. */
function repaint(grid: MaskGrid, runs: readonly Run[], value: 0 | 255): TileChange[] {
  const painted = new Map<number, Uint8Array>();
  for (const { x0, x1, y } of runs) {
    for (let x = x0; x < x1;) {
      const index = (y >> 8) * grid.columns + (x >> 8);
      const end = Math.min(x1, (x | 255) + 1);
      let data = painted.get(index);
      if (!data) {
        data = grid.tile(index)?.data.slice() ?? new Uint8Array(TILE_BYTES);
        painted.set(index, data);
      }
      const row = (y & 255) * TILE;
      data.fill(value, row + (x & 255), row + (x & 255) + end - x);
      x = end;
    }
  }
  return [...painted]
    .sort(([a], [b]) => a - b)
    .map(([index, data]) => ({ index, tile: grid.normal(index, makeTile(data)) }));
}
