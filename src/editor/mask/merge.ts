import { TILE } from './mask-grid';

/** How a stroke meets the mask below it. */
export type MergeMode = 'paint' | 'erase' | 'max';

/** x / 255, rounded, for whole x from 0 to 65 025. */
export function div255(x: number): number {
  return (x + 128 + ((x + 128) >> 8)) >> 8;
}

/**
 * The merge law, once per stroke and pixel. `mask` and `amount` (coverage × opacity) are 0 to 255.
 * paint: m + (255 − m) · a; erase: m · (1 − a); max: the larger one.
 */
export function mergeValue(mode: MergeMode, mask: number, amount: number): number {
  if (mode === 'paint') {
    return mask + div255((255 - mask) * amount);
  }
  return mode === 'erase' ? div255(mask * (255 - amount)) : Math.max(mask, amount);
}

/** Coverage 0 to 255 → amount at this opacity (0 to 1). */
export function amountTable(opacity: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, coverage) => Math.round(coverage * opacity));
}

/** One tile's merge inside a rectangle of it (px of the tile). */
export interface TileMerge {
  mode: MergeMode;
  /** From `amountTable`. */
  amounts: Uint8Array;
  /** The mask below; null is zeros. */
  base: Uint8Array | null;
  /** Coverage of the stroke's final part and of its tip; null is zeros. The larger one counts. */
  coverage: Uint8Array | null;
  tip: Uint8Array | null;
  out: Uint8Array;
}

/** Recomputes `out` inside the rectangle. */
export function mergeRect(merge: TileMerge, x0: number, y0: number, x1: number, y1: number): void {
  const { mode, amounts, base, coverage, tip, out } = merge;
  for (let y = y0; y < y1; y++) {
    const end = y * TILE + x1;
    for (let i = y * TILE + x0; i < end; i++) {
      let cover = coverage ? (coverage[i] ?? 0) : 0;
      if (tip) {
        const other = tip[i] ?? 0;
        cover = other > cover ? other : cover;
      }
      const mask = base ? (base[i] ?? 0) : 0;
      if (cover === 0) {
        out[i] = mask;
        continue;
      }
      const amount = amounts[cover] ?? 0;
      if (mode === 'paint') {
        const x = (255 - mask) * amount + 128;
        out[i] = mask + ((x + (x >> 8)) >> 8);
      } else if (mode === 'erase') {
        const x = mask * (255 - amount) + 128;
        out[i] = (x + (x >> 8)) >> 8;
      } else {
        out[i] = amount > mask ? amount : mask;
      }
    }
  }
}
