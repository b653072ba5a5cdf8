import { encodePng } from '../../mask/png-write';
import { ramp } from '../../mask/ramp';

/** Which way a gradient runs; `round` from the middle to the corners. */
export const DIRECTIONS = ['down', 'right', 'diagonal', 'round'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** A picture of one colour, or of a gradient between two. */
export interface BlankPicture {
  /** px, whole. */
  width: number;
  height: number;
  /** `#rrggbb` */
  color: string;
  /** Where the gradient ends; null for one colour all over. */
  gradient: { to: string; direction: Direction } | null;
}

/** Shortest and longest side in px: less, and no model makes anything of it; more, and few servers can. */
export const SIDE_RANGE = { min: 64, max: 8192 } as const;
/** Models work in squares of this many px: sides that are no multiple are cut or stretched by some. */
export const SIDE_STEP = 8;

/** Sizes that models were trained on, px. */
export const PRESETS: readonly (readonly [width: number, height: number])[] = [
  [1024, 1024],
  [832, 1216],
  [1216, 832],
  [896, 1152],
  [1152, 896],
  [768, 1344],
  [1344, 768],
  [512, 512],
];

/** Why a side cannot be used; null when it can. */
export type SideProblem = 'fraction' | 'small' | 'large';

export function sideProblem(px: number): SideProblem | null {
  if (!(px >= SIDE_RANGE.min)) {
    return 'small';
  }
  if (px > SIDE_RANGE.max) {
    return 'large';
  }
  return Number.isInteger(px) ? null : 'fraction';
}

/** The nearest side models take as it is, px. */
export function steppedSide(px: number): number {
  const side = Math.round(px / SIDE_STEP) * SIDE_STEP;
  return Math.min(SIDE_RANGE.max, Math.max(SIDE_RANGE.min, side));
}

type Rgb = readonly [number, number, number];

function rgb(color: string): Rgb {
  const at = (from: number): number => Number.parseInt(color.slice(from, from + 2), 16);
  return [at(1), at(3), at(5)];
}

/** The gradient's ends lie on the first and last pixels; of a `round` one, in the middle and in the corners. */
function shareAt({ width, height }: BlankPicture, direction: Direction): (x: number, y: number) => number {
  const last = { x: width - 1, y: height - 1 };
  switch (direction) {
    case 'down':
      return ramp('linear', { x: 0, y: 0 }, { x: 0, y: last.y });
    case 'right':
      return ramp('linear', { x: 0, y: 0 }, { x: last.x, y: 0 });
    case 'diagonal':
      return ramp('linear', { x: 0, y: 0 }, last);
    case 'round':
      return ramp('radial', { x: last.x / 2, y: last.y / 2 }, last);
  }
}

/** Rows `from` to `to` as RGB, three bytes a pixel. */
export function blankRows(picture: BlankPicture, from: number, to: number): Uint8Array {
  const { width, color, gradient } = picture;
  const first = rgb(color);
  const rows = new Uint8Array((to - from) * width * 3);
  if (!gradient) {
    for (let at = 0; at < rows.length; at += 3) {
      rows.set(first, at);
    }
    return rows;
  }
  const last = rgb(gradient.to);
  const shareOf = shareAt(picture, gradient.direction);
  let at = 0;
  for (let y = from; y < to; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const share = shareOf(x, y);
      for (let channel = 0; channel < 3; channel++) {
        const start = first[channel] ?? 0;
        rows[at + channel] = Math.round(start + ((last[channel] ?? 0) - start) * share);
      }
    }
  }
  return rows;
}

/** Bytes of pixels made at a time: a band of the largest gradient takes about 20 ms. */
const BAND_BYTES = 1 << 20;

/** Rows filtered "Up": the difference to the row above, which in these pictures is small or nothing. */
async function* bands(picture: BlankPicture): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { width, height } = picture;
  const bytes = width * 3;
  const count = Math.max(1, Math.floor(BAND_BYTES / bytes));
  let above = new Uint8Array(bytes);
  for (let top = 0; top < height; top += count) {
    const bottom = Math.min(height, top + count);
    const rows = blankRows(picture, top, bottom);
    const out = new Uint8Array((bottom - top) * (bytes + 1));
    for (let y = 0; y < bottom - top; y++) {
      const row = rows.subarray(y * bytes, (y + 1) * bytes);
      const to = y * (bytes + 1);
      out[to] = 2;
      for (let i = 0; i < bytes; i++) {
        out[to + 1 + i] = (row[i] ?? 0) - (above[i] ?? 0);
      }
      above = row.slice();
    }
    await new Promise((resolve) => setTimeout(resolve));
    yield out;
  }
}

/** The picture as an 8-bit RGB PNG, which every ComfyUI reads pixel for pixel. The page breathes meanwhile. */
export function encodeBlank(picture: BlankPicture): Promise<Uint8Array<ArrayBuffer>> {
  return encodePng(picture, 2, bands(picture));
}
