import { TILE } from './mask-grid';

/** How a stroke combines with the mask below it. */
export type MergeMode = 'paint' | 'erase' | 'max';

/** x / 255, rounded, for integers x from 0 to 65 025. */
export function div255(x: number): number {
  return (x + 128 + ((x + 128) >> 8)) >> 8;
}

/**
 * The merge law, once per stroke and pixel. `mask` and `amount` (coverage × opacity) are 0 to 255. paint: m +
 * (255 − m) · a; erase: m · (1 − a); max: the larger one.
 */
export function mergeValue(mode: MergeMode, mask: number, amount: number): number {
  if (mode === 'paint') {
    return mask + div255((255 - mask) * amount);
  }
  return mode === 'erase' ? div255(mask * (255 - amount)) : Math.max(mask, amount);
}

/**
 * Coverage 0 to 255 → amount at this opacity (0 to 1).
 * @param binary half covered pixels count fully, others not at all.
 */
export function amountTable(opacity: number, binary = false): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, coverage) =>
    Math.round((binary ? (coverage < 128 ? 0 : 255) : coverage) * opacity),
  );
}

/** The merge of one tile inside a rectangle of it (px of the tile). */
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

/** The bytes four at a time. */
function words(data: Uint8Array): Int32Array {
  return new Int32Array(data.buffer, data.byteOffset, data.byteLength >> 2);
}

/** Four times the same value. */
function repeated(value: number): number {
  return Math.imul(value, 0x01010101);
}

/**
 * Recomputes `out` inside the rectangle, and up to 3 px beside it, which come out unchanged. Most pixels of a
 * stroke are either out of its reach or fully covered: those go four at a time.
 */
export function mergeRect(merge: TileMerge, x0: number, y0: number, x1: number, y1: number): void {
  const { mode, amounts } = merge;
  const base = merge.base && words(merge.base);
  const coverage = merge.coverage && words(merge.coverage);
  const tip = merge.tip && words(merge.tip);
  const out = words(merge.out);
  const most = amounts[255] ?? 255;
  const overNothing = repeated(mergeValue(mode, 0, most));
  const overAll = repeated(mergeValue(mode, 255, most));
  const left = x0 >> 2;
  const right = (x1 + 3) >> 2;
  for (let y = y0; y < y1; y++) {
    const end = y * (TILE >> 2) + right;
    for (let i = y * (TILE >> 2) + left; i < end; i++) {
      const cover = coverage ? (coverage[i] ?? 0) : 0;
      const other = tip ? (tip[i] ?? 0) : 0;
      const mask = base ? (base[i] ?? 0) : 0;
      if ((cover | other) === 0) {
        out[i] = mask;
      } else if ((cover === -1 || other === -1) && (mask === 0 || mask === -1)) {
        out[i] = mask === 0 ? overNothing : overAll;
      } else {
        out[i] = mergeFour(mode, amounts, mask, cover, other);
      }
    }
  }
}

function mergeFour(mode: MergeMode, amounts: Uint8Array, mask: number, cover: number, other: number): number {
  let merged = 0;
  for (let shift = 0; shift < 32; shift += 8) {
    const a = (cover >>> shift) & 255;
    const b = (other >>> shift) & 255;
    const amount = amounts[a > b ? a : b] ?? 0;
    const m = (mask >>> shift) & 255;
    let value: number;
    if (mode === 'paint') {
      const x = (255 - m) * amount + 128;
      value = m + ((x + (x >> 8)) >> 8);
    } else if (mode === 'erase') {
      const x = m * (255 - amount) + 128;
      value = (x + (x >> 8)) >> 8;
    } else {
      value = amount > m ? amount : m;
    }
    merged |= value << shift;
  }
  return merged;
}
