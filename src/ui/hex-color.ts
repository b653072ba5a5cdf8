/** A colour typed as `#rgb` or `#rrggbb`, with or without the hash, as `#rrggbb` in small letters; else null. */
export function readHexColor(text: string): string | null {
  const digits = text.trim().replace(/^#/, '').toLowerCase();
  if (/^[0-9a-f]{6}$/.test(digits)) {
    return `#${digits}`;
  }
  return /^[0-9a-f]{3}$/.test(digits) ? `#${[...digits].map((digit) => digit + digit).join('')}` : null;
}

/** A colour of three channels, 0 to 255 with fractions, as `#rrggbb`. */
export function hexOf(color: readonly [number, number, number]): string {
  return `#${color.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
}
