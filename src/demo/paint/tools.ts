import type { Random } from '../random';

/** Red, green, blue; 0..1 as shown, more than 1 where light adds up. */
export type Rgb = readonly [number, number, number];

/**
 * What a scene draws with. Coordinates: x from 0 to the aspect ratio, y from 0 (top) to 1; the same at
 * every resolution, so that small previews show the picture to come.
 */
export interface Shader {
  /** Called before the pixels of a row. */
  row?(y: number): void;
  /** Writes the colour at a point into `out`. */
  pixel(x: number, y: number, out: Float64Array): void;
}

/** A kind of picture. `pixel` is the height of one pixel, for smooth edges. */
export type Scene = (random: Random, aspect: number, pixel: number) => Shader;

export function clamp01(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}

export function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}

/** 0 before `from`, 1 after `to`, smooth between; works backwards too. */
export function smooth(from: number, to: number, value: number): number {
  const share = clamp01((value - from) / (to - from));
  return share * share * (3 - 2 * share);
}

/** `#rrggbb` as a colour. */
export function hex(text: string): Rgb {
  const value = Number.parseInt(text.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

export function setColor(out: Float64Array, color: Rgb, strength = 1): void {
  out[0] = color[0] * strength;
  out[1] = color[1] * strength;
  out[2] = color[2] * strength;
}

/** Blends a colour over the existing one. */
export function lay(out: Float64Array, color: Rgb, share: number): void {
  out[0] = mix(out[0] as number, color[0], share);
  out[1] = mix(out[1] as number, color[1], share);
  out[2] = mix(out[2] as number, color[2], share);
}

/** As `lay`, for a colour that was just computed. */
export function layMix(out: Float64Array, r: number, g: number, b: number, share: number): void {
  out[0] = mix(out[0] as number, r, share);
  out[1] = mix(out[1] as number, g, share);
  out[2] = mix(out[2] as number, b, share);
}

/** Adds light. */
export function shine(out: Float64Array, color: Rgb, strength: number): void {
  out[0] = (out[0] as number) + color[0] * strength;
  out[1] = (out[1] as number) + color[1] * strength;
  out[2] = (out[2] as number) + color[2] * strength;
}

/** Darkens or brightens. */
export function dim(out: Float64Array, factor: number): void {
  out[0] = (out[0] as number) * factor;
  out[1] = (out[1] as number) * factor;
  out[2] = (out[2] as number) * factor;
}

export function mixRgb(a: Rgb, b: Rgb, share: number): Rgb {
  return [mix(a[0], b[0], share), mix(a[1], b[1], share), mix(a[2], b[2], share)];
}

/** A smooth gradient over 0..1. */
export function gradient(...colors: readonly Rgb[]): (at: number) => Rgb {
  const table = Array.from({ length: 257 }, (_, index): Rgb => {
    const at = (index / 256) * (colors.length - 1);
    const low = Math.min(colors.length - 2, Math.floor(at));
    return mixRgb(colors[low] ?? [0, 0, 0], colors[low + 1] ?? [0, 0, 0], smooth(0, 1, at - low));
  });
  return (at) => table[Math.round(clamp01(at) * 256)] ?? [0, 0, 0];
}

/** A function of x alone, computed once per pixel column. */
export function columnTable(
  aspect: number,
  pixel: number,
  value: (x: number) => number,
): (x: number) => number {
  const count = Math.max(1, Math.round(aspect / pixel));
  const table = Float32Array.from({ length: count }, (_, column) => value((column + 0.5) * pixel));
  return (x) => table[Math.min(count - 1, Math.max(0, Math.floor(x / pixel)))] as number;
}

/** One of several. */
export function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}

export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

/** Darkens towards the corners, 0..1 strength. */
export function vignette(out: Float64Array, x: number, y: number, aspect: number, strength: number): void {
  const dx = (x / aspect - 0.5) * 2;
  const dy = (y - 0.5) * 2;
  dim(out, 1 - strength * smooth(0.35, 1.5, Math.hypot(dx, dy)));
}

/** Film-like shoulder: bright light turns pale instead of clipping. */
export function expose(out: Float64Array): void {
  for (let c = 0; c < 3; c++) {
    const value = out[c] as number;
    out[c] = value < 0.7 ? Math.max(0, value) : 0.7 + 0.3 * (1 - Math.exp((0.7 - value) / 0.3));
  }
}
