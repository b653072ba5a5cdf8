import type { GalleryItem } from '../../jobs/job-store.svelte';
import { axesOf } from '../../workflows/sheet/sheet';
import type { SweepMark } from '../../jobs/state/job';

/** A few pictures of a sheet that stand for all of it on a tile, row by row; `null` where there is none (yet). */
export interface Mosaic {
  columns: number;
  rows: number;
  items: readonly (GalleryItem | null)[];
}

/** More would be too small to be told apart. */
const MOST = 3;

/**
 * Pictures from all over a sheet, its corners included. Those of a single row are wrapped, for they would be thin
 * strips.
 */
export function mosaicOf(sheet: SweepMark, items: readonly GalleryItem[]): Mosaic {
  const axes = axesOf(sheet);
  const width = axes?.columns.labels.length ?? 0;
  const height = axes?.rows?.labels.length ?? 1;
  const at = new Map(
    items.map((item) => [`${item.job.darkroom?.sweep?.x} ${item.job.darkroom?.sweep?.y}`, item]),
  );
  if (width > 1 && height > 1) {
    const across = spread(width, MOST);
    const down = spread(height, MOST);
    const picked = down.flatMap((y) => across.map((x) => at.get(`${x} ${y}`) ?? null));
    return { columns: across.length, rows: down.length, items: picked };
  }
  const line = spread(Math.max(width, height), MOST * MOST);
  const columns = Math.ceil(Math.sqrt(line.length));
  const rows = Math.ceil(line.length / Math.max(1, columns));
  const picked = line.map((i) => at.get(width > 1 ? `${i} 0` : `0 ${i}`) ?? null);
  return { columns, rows, items: picked };
}

/** At most so many of the numbers 0 … count − 1, evenly spread from the first to the last. */
function spread(count: number, most: number): number[] {
  const shown = Math.min(count, most);
  return Array.from({ length: shown }, (_, i) =>
    shown < 2 ? 0 : Math.round((i * (count - 1)) / (shown - 1)),
  );
}
