import type { Point } from '../../ui/viewport';
import type { GestureKeys } from './tool';

/** A box by two opposite corners, image px. */
export interface Corners {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** Angles that straight lines snap to. */
const SNAP = Math.PI / 12;

/**
 * The box a drag spans, corners on whole pixels so that its edges are sharp.
 * @param keys `straight` makes it a square, `centre` grows it from where the drag began.
 */
export function dragBox(from: Point, to: Point, keys: GestureKeys): Corners {
  const start = { x: Math.round(from.x), y: Math.round(from.y) };
  let dx = Math.round(to.x) - start.x;
  let dy = Math.round(to.y) - start.y;
  if (keys.straight) {
    const side = Math.max(Math.abs(dx), Math.abs(dy));
    dx = side * (dx < 0 ? -1 : 1);
    dy = side * (dy < 0 ? -1 : 1);
  }
  const back = keys.centre ? 1 : 0;
  const xs = [start.x - dx * back, start.x + dx] as const;
  const ys = [start.y - dy * back, start.y + dy] as const;
  return { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) };
}

/** The point at the same distance in the nearest direction that is a multiple of 15°. */
export function snapAngle(from: Point, to: Point): Point {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const steps = Math.round(Math.atan2(dy, dx) / SNAP);
  const angle = steps * SNAP;
  const length = Math.hypot(dx, dy);
  // Exactly along the axes, so that horizontal lines stay in their row.
  const cos = steps % 12 === 0 ? (steps % 24 === 0 ? 1 : -1) : steps % 6 === 0 ? 0 : Math.cos(angle);
  const sin = steps % 12 === 0 ? 0 : steps % 6 === 0 ? Math.sign(steps) : Math.sin(angle);
  return { x: from.x + length * cos, y: from.y + length * sin };
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
