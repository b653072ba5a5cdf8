import type { MaskDocument } from '../mask/mask-document';
import type { MaskGrid } from '../mask/mask-grid';
import { amountTable } from '../mask/merge';
import {
  limitedTo,
  mergedPaint,
  paintAt,
  type PaintData,
  type PaintLimit,
  type PaintMode,
  type PaintTile,
  type PaintWork,
  type Rgb,
} from './planes';

/** How long the page may be kept from anything else, ms. */
const SLICE = 10;

/** One colour, where a selection has it. */
export interface ColorFill {
  selection: MaskGrid;
  color: Rgb;
  mode: PaintMode;
  /** 0 to 1. */
  opacity: number;
  limit: PaintLimit | null;
}

/** Fills a selection with colour, or takes the colour away there. */
export function fillWork({ selection, color, mode, opacity, limit }: ColorFill): PaintWork {
  const amounts = amountTable(opacity);
  return (index, below) => {
    const tile = selection.tile(index);
    const mask = limit ? (limit[index] ?? null) : null;
    if (!tile || (limit && !mask) || (mode === 'erase' && !below[3])) {
      return null;
    }
    const coverage = tile.data.map((value) => amounts[value] ?? 0);
    return mergedPaint(below, limit ? limitedTo(coverage, mask) : coverage, color, mode);
  };
}

/** Where a grid has anything. */
export function placesOf(grid: MaskGrid): number[] {
  return Array.from({ length: grid.length }, (_, index) => index).filter((index) => grid.tile(index));
}

/**
 * Does work ahead, in slices between which the page breathes. What it returns answers at once, and does a
 * place again when the layer has changed there since.
 */
export async function workAhead(
  doc: Pick<MaskDocument, 'paintGrid'>,
  places: readonly number[],
  work: PaintWork,
): Promise<PaintWork> {
  const done = new Map<number, { key: string; data: PaintData | null }>();
  let since = performance.now();
  for (const index of places) {
    const below = paintAt((plane) => doc.paintGrid(plane), index);
    done.set(index, { key: keyOf(below), data: work(index, below) });
    if (performance.now() - since > SLICE) {
      await new Promise((resolve) => setTimeout(resolve));
      since = performance.now();
    }
  }
  return (index, below) => {
    const known = done.get(index);
    return known?.key === keyOf(below) ? known.data : work(index, below);
  };
}

function keyOf(below: PaintTile): string {
  return below.map((tile) => tile?.rev ?? 0).join(' ');
}
