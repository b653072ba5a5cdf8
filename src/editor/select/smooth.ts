import type { LabPlanes } from '../mask/oklab';

/** The planes blurred by 1 2 1 both ways, once: less grain, the same edges. Borders repeat. */
export function smoothPlanes({ l, a, b }: LabPlanes, width: number, height: number): LabPlanes {
  const row = new Float32Array(width * height);
  const smooth = (plane: Float32Array): Float32Array => {
    for (let y = 0; y < height; y++) {
      const start = y * width;
      for (let x = 0; x < width; x++) {
        const before = plane[start + Math.max(0, x - 1)] ?? 0;
        const after = plane[start + Math.min(width - 1, x + 1)] ?? 0;
        row[start + x] = (before + 2 * (plane[start + x] ?? 0) + after) / 4;
      }
    }
    const out = new Float32Array(width * height);
    for (let y = 0; y < height; y++) {
      const above = Math.max(0, y - 1) * width;
      const here = y * width;
      const below = Math.min(height - 1, y + 1) * width;
      for (let x = 0; x < width; x++) {
        out[here + x] = ((row[above + x] ?? 0) + 2 * (row[here + x] ?? 0) + (row[below + x] ?? 0)) / 4;
      }
    }
    return out;
  };
  return { l: smooth(l), a: smooth(a), b: smooth(b) };
}
