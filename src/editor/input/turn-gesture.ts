import { type Point, type Size, nearestTurn } from '../../ui/viewport';

/** With Shift the rotation snaps to multiples of this, radians. */
export const TURN_STEP = Math.PI / 12;
/** A rotation released by two fingers this close to a quarter turn becomes one. Radians. */
const QUARTER_PULL = (4 * Math.PI) / 180;

/** Rotating the view by dragging around its middle. */
export class TurnGesture {
  #angle: number;

  /** @param angle of the view at the start, radians. */
  constructor(angle: number) {
    this.#angle = angle;
  }

  /**
   * The angle to show after the pointer moved by (dx, dy) to `at`, CSS px of the stage.
   * @param stepped snaps to whole steps; the free movement is remembered.
   */
  move(at: Point, dx: number, dy: number, view: Size, stepped: boolean): number {
    const x = at.x - view.width / 2;
    const y = at.y - view.height / 2;
    const now = Math.atan2(y, x);
    const before = Math.atan2(y - dy, x - dx);
    // The shorter way around; at the very middle no direction means anything.
    if (Math.hypot(x, y) > 4 && Math.hypot(x - dx, y - dy) > 4) {
      this.#angle += Math.atan2(Math.sin(now - before), Math.cos(now - before));
    }
    return stepped ? nearestTurn(this.#angle, TURN_STEP) : this.#angle;
  }
}

/** The quarter turn an angle is meant to be, or the angle itself. */
export function settledTurn(angle: number): number {
  const quarter = nearestTurn(angle, Math.PI / 2);
  const off = Math.atan2(Math.sin(angle - quarter), Math.cos(angle - quarter));
  return Math.abs(off) < QUARTER_PULL ? quarter : angle;
}
