import { encode } from 'uqr';

/** White around a code, in its modules: four are what readers expect. */
export const QUIET = 4;

/**
 * A text as a QR code: the path of its dark modules, for an SVG whose user unit is a module.
 * @returns the side in modules, quiet zone included.
 */
export function qrPath(text: string): { path: string; side: number } {
  const { data, size } = encode(text, { ecc: 'M', border: 0 });
  const path = data
    .flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x + QUIET} ${y + QUIET}h1v1h-1z`] : [])))
    .join('');
  return { path, side: size + 2 * QUIET };
}
