/** What is read of a wheel event. */
export interface WheelInput {
  deltaX: number;
  deltaY: number;
  /** 0 px, 1 lines, 2 pages. */
  deltaMode: number;
  /** ms, any origin. */
  timeStamp: number;
}

const LINE = 16;
const PAGE = 400;
/** Zoom of a slow notch, and of notches in quick succession. */
const NOTCH = 1.15;
const FAST_NOTCH = 1.35;
/** Notches closer than this are quick. ms. */
const QUICK = 70;
/** A step never zooms by more. */
const MOST = 2;

/** Wheel movement in CSS px. */
export function wheelPixels(input: WheelInput): { x: number; y: number } {
  const unit = input.deltaMode === 1 ? LINE : input.deltaMode === 2 ? PAGE : 1;
  return { x: input.deltaX * unit, y: input.deltaY * unit };
}

/**
 * Turns wheel events into zoom factors. A notched wheel zooms by a fixed step a notch, larger when turned
 * quickly; touchpads, which send many small amounts, zoom in proportion.
 */
export class WheelZoom {
  #lastTime = -Infinity;
  #lastSign = 0;

  /** @param pinch the event stands for two fingers moving apart (Ctrl set by the browser, not by a key). */
  factor(input: WheelInput, pinch: boolean): number {
    const { y } = wheelPixels(input);
    if (y === 0) {
      return 1;
    }
    const sign = Math.sign(y);
    const quick = sign === this.#lastSign && input.timeStamp - this.#lastTime < QUICK;
    this.#lastTime = input.timeStamp;
    this.#lastSign = sign;
    if (pinch) {
      return limit(Math.exp(-y * 0.01));
    }
    if (input.deltaMode !== 0 || (Math.abs(y) >= 100 && Number.isInteger(y))) {
      return sign < 0 ? (quick ? FAST_NOTCH : NOTCH) : 1 / (quick ? FAST_NOTCH : NOTCH);
    }
    return limit(Math.exp(-y * 0.0025));
  }
}

function limit(factor: number): number {
  return Math.min(MOST, Math.max(1 / MOST, factor));
}
