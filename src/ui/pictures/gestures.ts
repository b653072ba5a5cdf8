import { Contacts, distance, hasStrayed, pinchStep } from '../contacts';
import type { Point } from '../viewport';

/** A pointer event as a gesture needs it: position in px, time in ms. */
export interface PointerSample extends Point {
  id: number;
  /** Finger, as opposed to mouse or pen. */
  touch: boolean;
  at: number;
}

/** What pointers mean. Distances in px. */
export interface GestureHandlers {
  /** Whether dragging with one pointer moves the picture; else a finger swipes. */
  canPan: () => boolean;
  pan: (dx: number, dy: number) => void;
  /** Two fingers: scaled by a factor around a point, and moved. */
  pinch: (centre: Point, factor: number, dx: number, dy: number) => void;
  /** A finger draws the picture aside or up and down, so far from where it began. */
  swipe: (axis: 'x' | 'y', distance: number) => void;
  /** The finger left, with a speed in px per ms; or the swipe became a pinch, then with `null`. */
  swipeEnd: (axis: 'x' | 'y', distance: number, speed: number | null) => void;
  doubleTap: (point: Point) => void;
}

/** Movement below this, px, is a tap's trembling. */
const SLOP = 8;
const DOUBLE_TAP_TIME = 320;
const DOUBLE_TAP_DISTANCE = 32;
/** Speed is taken over the last stretch of a swipe, ms. */
const SPEED_WINDOW = 100;

interface Drag {
  from: Point;
  /** `null` until the finger has moved far enough to tell. */
  axis: 'x' | 'y' | null;
  mode: 'tap' | 'pan' | 'swipe';
  trail: PointerSample[];
}

/** Turns pointer events into what they mean. One finger pans or swipes, two pinch, two taps zoom. */
export class Gestures {
  readonly #handlers: GestureHandlers;
  readonly #pointers = new Contacts();
  #drag: Drag | null = null;
  #lastTap: PointerSample | null = null;

  constructor(handlers: GestureHandlers) {
    this.#handlers = handlers;
  }

  down(sample: PointerSample): void {
    this.#pointers.down(sample.id, sample);
    if (this.#pointers.size === 1) {
      this.#drag = { from: sample, axis: null, mode: 'tap', trail: [sample] };
    } else {
      this.#endSwipe(null);
      this.#drag = null;
      this.#lastTap = null;
    }
  }

  move(sample: PointerSample): void {
    const before = this.#pointers.move(sample.id, sample);
    if (!before) {
      return;
    }
    if (this.#pointers.size >= 2) {
      this.#pinch(before, sample);
    } else if (this.#drag) {
      this.#moveOne(this.#drag, before, sample);
    }
  }

  up(sample: PointerSample): void {
    if (!this.#pointers.up(sample.id)) {
      return;
    }
    const drag = this.#drag;
    if (this.#pointers.size === 0 && drag) {
      if (drag.mode === 'tap') {
        this.#tap(sample);
      }
      this.#endSwipe(sample);
    }
    // The finger that stays after a pinch must not jump: it begins a drag of its own.
    const [rest] = this.#pointers;
    this.#drag =
      rest && this.#handlers.canPan() ? { from: rest.start, axis: null, mode: 'pan', trail: [] } : null;
  }

  /** The browser took a pointer away. */
  cancel(id: number): void {
    if (this.#pointers.up(id)) {
      this.#endSwipe(null);
      this.#drag = null;
    }
  }

  #moveOne(drag: Drag, before: Point, sample: PointerSample): void {
    const dx = sample.x - drag.from.x;
    const dy = sample.y - drag.from.y;
    if (drag.mode === 'tap') {
      const pointer = this.#pointers.get(sample.id);
      if (!pointer || !hasStrayed(pointer, SLOP)) {
        return;
      }
      drag.mode = this.#handlers.canPan() ? 'pan' : 'swipe';
      drag.axis = Math.abs(dx) >= Math.abs(dy) ? 'x' : 'y';
    }
    if (drag.mode === 'pan') {
      this.#handlers.pan(sample.x - before.x, sample.y - before.y);
    } else if (sample.touch && drag.axis) {
      drag.trail = [...drag.trail.filter(({ at }) => sample.at - at <= SPEED_WINDOW), sample];
      this.#handlers.swipe(drag.axis, drag.axis === 'x' ? dx : dy);
    }
  }

  #pinch(before: Point, sample: PointerSample): void {
    const other = this.#pointers.other(sample.id);
    if (other) {
      const { centre, factor, dx, dy } = pinchStep(other, before, sample);
      this.#handlers.pinch(centre, factor, dx, dy);
    }
  }

  #tap(sample: PointerSample): void {
    const last = this.#lastTap;
    const isDouble =
      last !== null &&
      sample.at - last.at <= DOUBLE_TAP_TIME &&
      distance(sample, last) <= DOUBLE_TAP_DISTANCE;
    this.#lastTap = isDouble ? null : sample;
    if (isDouble) {
      this.#handlers.doubleTap(sample);
    }
  }

  #endSwipe(sample: PointerSample | null): void {
    const drag = this.#drag;
    if (drag?.mode !== 'swipe' || !drag.axis || !drag.from) {
      return;
    }
    const [first] = drag.trail;
    const last = sample ?? drag.trail.at(-1);
    if (!first || !last || !drag.trail.at(-1)?.touch) {
      return;
    }
    const axis = drag.axis;
    const time = Math.max(1, last.at - first.at);
    const speed = sample ? (last[axis] - first[axis]) / time : null;
    this.#handlers.swipeEnd(axis, last[axis] - drag.from[axis], speed);
  }
}
