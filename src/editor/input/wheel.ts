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
/** This many CSS px of a touchpad count as a notch where steps are counted. */
const STEP = 30;

/** What is held while the wheel turns. */
export interface WheelKeys {
  /** Ctrl or ⌘, really held. */
  ctrl: boolean;
  alt: boolean;
  shift: boolean;
  /** Not a wheel: two fingers on a touchpad moving apart. */
  pinch: boolean;
}

/** `step`: one step more or less of the setting of the tool in hand. */
export type WheelMeaning = 'zoom' | 'move' | 'sideways' | 'step';

/** What the wheel does. @param moves whether by itself it moves the picture rather than zooming. */
export function wheelMeaning({ ctrl, alt, shift, pinch }: WheelKeys, moves: boolean): WheelMeaning {
  if (moves && (ctrl || pinch)) {
    return 'zoom';
  }
  if (moves ? alt : ctrl) {
    return 'step';
  }
  return shift ? 'sideways' : moves ? 'move' : 'zoom';
}

/** Wheel movement in CSS px. */
export function wheelPixels(input: WheelInput): { x: number; y: number } {
  const unit = input.deltaMode === 1 ? LINE : input.deltaMode === 2 ? PAGE : 1;
  return { x: input.deltaX * unit, y: input.deltaY * unit };
}

/**
 * Turns wheel events into zoom factors. A notched wheel zooms by a fixed step per notch, larger when turned
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
    if (isNotch(input)) {
      return sign < 0 ? (quick ? FAST_NOTCH : NOTCH) : 1 / (quick ? FAST_NOTCH : NOTCH);
    }
    return limit(Math.exp(-y * 0.0025));
  }
}

/** Counts steps: one for each notch of a wheel, or for a certain distance on a touchpad. */
export class WheelSteps {
  #rest = 0;

  /** Steps since the previous event, upwards positive. */
  take(input: WheelInput): number {
    const { y } = wheelPixels(input);
    if (y === 0 || isNotch(input)) {
      this.#rest = 0;
      return y === 0 ? 0 : -Math.sign(y);
    }
    this.#rest = Math.sign(y) === Math.sign(this.#rest) ? this.#rest + y : y;
    const steps = Math.trunc(this.#rest / STEP);
    this.#rest -= steps * STEP;
    return steps === 0 ? 0 : -steps;
  }
}

/** Wheels with notches send lines, pages, or large integers of px. */
function isNotch(input: WheelInput): boolean {
  return input.deltaMode !== 0 || (Math.abs(input.deltaY) >= 100 && Number.isInteger(input.deltaY));
}

function limit(factor: number): number {
  return Math.min(MOST, Math.max(1 / MOST, factor));
}
