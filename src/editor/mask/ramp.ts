import type { Point } from '../../ui/viewport';

/** How a gradient's value spreads: along the line that is drawn, or in rings around where it begins. */
export const RAMP_SHAPES = ['linear', 'radial'] as const;
export type RampShape = (typeof RAMP_SHAPES)[number];

/**
 * A gradient's geometry: how far along it a point lies, 0 where it begins and 1 where it ends, and not beyond.
 * Where both ends are one point, everything lies beyond the end.
 * @param from where the gradient is 0, image px. Its centre when radial.
 * @param to where it is 1, image px. A point of its rim when radial.
 */
export function ramp(shape: RampShape, from: Point, to: Point): (x: number, y: number) => number {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const square = dx * dx + dy * dy;
  if (square === 0) {
    return () => 1;
  }
  if (shape === 'radial') {
    const length = Math.sqrt(square);
    return (x, y) => Math.min(1, Math.hypot(x - from.x, y - from.y) / length);
  }
  return (x, y) => Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / square));
}
