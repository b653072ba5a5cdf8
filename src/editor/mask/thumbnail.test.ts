import { describe, expect, it } from 'vitest';
import { MaskDocument } from './mask-document';
import { maskThumbnail } from './thumbnail';

const same = (bytes: Uint8Array): Promise<Uint8Array> => Promise.resolve(bytes);

function painted(width: number, height: number): MaskDocument {
  const doc = new MaskDocument(width, height, { codec: { deflate: same, inflate: same } });
  doc.beginStroke({ mode: 'paint', hardness: 1, opacity: 1, tool: 'brush' });
  doc.strokeTo({ x: width / 4, y: height / 4, radius: Math.min(width, height) / 8, strength: 1 });
  doc.endStroke();
  return doc;
}

describe('maskThumbnail', () => {
  it('keeps the shape of the box and shows what is painted where', () => {
    for (const [width, height] of [
      [60, 40],
      [700, 400],
      [3000, 2000],
    ] as const) {
      const doc = painted(width, height);
      const whole = maskThumbnail(doc.mips, { x0: 0, y0: 0, x1: width, y1: height }, 128);
      expect(Math.max(whole.width, whole.height)).toBe(Math.min(128, width));
      expect(whole.width / whole.height).toBeCloseTo(width / height, 1);
      const at = (x: number, y: number): number | undefined =>
        whole.values[Math.floor(y * whole.height) * whole.width + Math.floor(x * whole.width)];
      expect([at(0.25, 0.25), at(0.75, 0.75), at(0.75, 0.25)]).toEqual([255, 0, 0]);
      const share = whole.values.reduce((sum, value) => sum + value, 0) / (255 * whole.values.length);
      expect(share).toBeCloseTo(doc.grid.coverage(), 2);
    }
  });

  it('shows a part at its own scale', () => {
    const doc = painted(700, 400);
    const part = maskThumbnail(doc.mips, { x0: 150, y0: 75, x1: 200, y1: 125 }, 128);
    expect([part.width, part.height]).toEqual([50, 50]);
    expect([...part.values]).toEqual([...doc.grid.readRect({ x0: 150, y0: 75, x1: 200, y1: 125 })]);
  });
});
