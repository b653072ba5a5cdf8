import { describe, expect, it } from 'vitest';
import { Painting } from '../paint/painting';
import { type ColorPicture, type Face, type FaceRegion, fillEllipse, findFaces } from './face-finder';

function painted(prompt: string, seed: number, width: number, height: number): ColorPicture {
  const painting = new Painting(prompt, seed, width, height);
  const rgb = new Float32Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    painting.row(y, rgb, y * width * 3);
  }
  return { width, height, rgb };
}

const area = (face: Face | undefined, region: FaceRegion) => face?.regions[region][0];

/** The parts of the engine's own portraits, as `paint/scenes/portrait` places them. */
describe('faces', () => {
  // All three looks, dark and fair, upright and square, small and large.
  it.each([
    [0, 256, 384],
    [2, 384, 384],
    [3, 512, 512],
    [5, 416, 608],
    [6, 300, 300],
  ])('are found in the portrait of seed %i at %i × %i', (seed, width, height) => {
    const faces = findFaces(painted('portrait of a woman', seed, width, height));
    expect(faces).toHaveLength(1);
    const [face] = faces;
    const rx = Math.min(width / height, 0.72) * 0.245 * height;
    const ry = rx * 1.34;
    const middle = 0.42 * height;
    const oval = area(face, 'face_oval');
    expect(Math.abs((oval?.x ?? 0) - width / 2)).toBeLessThan(0.05 * width);
    expect(Math.abs((oval?.y ?? 0) - middle)).toBeLessThan(0.08 * ry);
    expect((oval?.rx ?? 0) / rx).toBeCloseTo(1, 1);
    expect((oval?.ry ?? 0) / ry).toBeCloseTo(1, 1);
    const [lips, left, right] = (['lips', 'left_eye', 'right_eye'] as const).map((one) => area(face, one));
    expect(Math.abs((lips?.y ?? 0) - (middle + 0.61 * ry))).toBeLessThan(0.05 * ry);
    expect(Math.abs((lips?.rx ?? 0) - 0.3 * rx)).toBeLessThan(0.06 * rx);
    // The person's left is to the right.
    expect(Math.abs((left?.x ?? 0) - (oval?.x ?? 0) - 0.43 * rx)).toBeLessThan(0.08 * rx);
    expect(Math.abs((right?.x ?? 0) - (oval?.x ?? 0) + 0.43 * rx)).toBeLessThan(0.08 * rx);
    expect(Math.abs((left?.y ?? 0) - middle)).toBeLessThan(0.08 * ry);
    expect(face?.score).toBeGreaterThan(0.9);
  });

  it.each(['mountains', 'flower', 'still life', 'dunes', 'city at night', 'planet'])(
    'are not found in %s',
    (prompt) => {
      for (const seed of [1, 2, 3]) {
        expect(findFaces(painted(prompt, seed, 320, 320))).toEqual([]);
      }
    },
  );

  it('are not found in a grey picture, nor in a red one, nor in one pixel', () => {
    for (const [width, color] of [
      [64, [0.5, 0.5, 0.5]],
      [64, [0.7, 0.2, 0.25]],
      [1, [0.7, 0.2, 0.25]],
    ] as const) {
      const rgb = Float32Array.from({ length: width * width * 3 }, (_, at) => color[at % 3] ?? 0);
      expect(findFaces({ width, height: width, rgb })).toEqual([]);
    }
  });
});

it('an ellipse is filled where it is, tilted, and never outside the mask', () => {
  const mask = new Float32Array(40 * 30);
  fillEllipse(mask, 40, { x: 20, y: 15, rx: 12, ry: 3, tilt: Math.PI / 4 });
  const at = (x: number, y: number) => mask[y * 40 + x];
  expect([at(20, 15), at(27, 22), at(27, 8), at(33, 15)]).toEqual([1, 1, 0, 0]);
  const filled = mask.reduce((sum, value) => sum + value, 0);
  expect(filled / (Math.PI * 12 * 3)).toBeCloseTo(1, 1);
  const corner = new Float32Array(10 * 10);
  fillEllipse(corner, 10, { x: 0, y: 10, rx: 4, ry: 4, tilt: 0 });
  expect(corner.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(8);
  expect(corner[9]).toBe(0);
});
