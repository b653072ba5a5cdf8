import type { MaskColors } from '../mask/mask-colors';

/** How the mask is shown. Never affects what it holds. */
export interface MaskTint {
  /** `#rrggbb`. */
  color: string;
  /** Opacity of a fully painted pixel, 0 to 1. */
  opacity: number;
  /** Masks with colours of their own; see `MaskColors.layers`. */
  layers?: MaskColors['layers'];
}

/** Red, green and blue of `#rrggbb`, 0 to 255. Black for anything else. */
export function rgbOf(color: string): [number, number, number] {
  const value = /^#[0-9a-f]{6}$/i.test(color) ? parseInt(color.slice(1), 16) : 0;
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Little-endian RGBA (as ImageData holds it on every machine browsers run on) for each mask value. */
export function tintPalette(tint: MaskTint): Uint32Array {
  const [red, green, blue] = rgbOf(tint.color);
  const color = red | (green << 8) | (blue << 16);
  return Uint32Array.from({ length: 256 }, (_, mask) => {
    const alpha = Math.round(mask * tint.opacity);
    return (color | (alpha << 24)) >>> 0;
  });
}
