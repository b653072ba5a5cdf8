import type { Point } from '../../ui/viewport';
import type { CombineChoice } from '../model/editor-types';
import type { DeviceView } from '../stage/device-view';
import { distance, snapAngle } from './geometry';
import { drawKnob, strokeOutline, tracePoints } from './outline';
import { applyShape, combineOf } from './selection';
import type { Gesture, GestureStart, Tool, ToolHost, Unfinished } from './tool';

/** This close to the first corner closes the polygon; CSS px, for a mouse or pen and for a finger. */
const CLOSE = { fine: 10, touch: 22 };
/** A second click this soon (ms) and this close (CSS px) is a double click. */
const DOUBLE = { time: 400, slop: 6 };

/**
 * Corners one by one. A click on the first one, a double click or Enter closes; Backspace and undo take back
 * the last corner, Escape all of them. The way the first corner was set decides how the area combines with
 * the mask.
 */
export class PolygonTool implements Tool {
  readonly id = 'polygon';
  readonly cursor = 'cross';
  readonly keyboard = 'hold';
  readonly #now: () => number;
  #corners: Point[] = [];
  #next: Point | null = null;
  #nearFirst = false;
  #mode: CombineChoice = 'add';
  #clicked = { time: -Infinity, at: { x: 0, y: 0 } };

  /** @param now ms, any origin. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get unfinished(): Unfinished | null {
    if (!this.#pending) {
      return null;
    }
    return {
      complete: this.#complete,
      finish: (host) => {
        if (this.#complete) {
          this.#close(host);
        }
      },
      back: (host) => {
        this.#corners = this.#corners.slice(0, -1);
        this.#nearFirst = false;
        host.overlayChanged();
      },
      drop: (host) => {
        this.#drop(host);
      },
    };
  }

  begin(start: GestureStart, host: ToolHost): Gesture | null {
    const time = this.#now();
    const { scale } = host;
    const again =
      time - this.#clicked.time < DOUBLE.time && distance(start, this.#clicked.at) * scale < DOUBLE.slop;
    this.#clicked = { time, at: { x: start.x, y: start.y } };
    const reach = start.device === 'touch' ? CLOSE.touch : CLOSE.fine;
    const forget = (): void => {
      this.#clicked.time = -Infinity;
    };
    if (this.#complete && (again || this.#isNearFirst(start, reach / scale))) {
      // Not before the pointer goes up: a first finger may turn out to be one of two.
      return {
        move: () => undefined,
        frame: () => undefined,
        end: () => {
          this.#close(host);
        },
        cancel: forget,
      };
    }
    if (again && this.#pending) {
      return null;
    }
    if (!this.#pending) {
      this.#mode = combineOf(start, host.settings.areas.polygon.combine);
    }
    const before = this.#corners;
    let at: Point = start;
    const place = (straight: boolean): void => {
      const last = before[before.length - 1];
      const point = straight && last ? snapAngle(last, at) : at;
      this.#corners = [...before, { x: point.x, y: point.y }];
      this.#next = null;
      host.overlayChanged();
    };
    place(start.straight && !start.intersect);
    return {
      move: (samples, keys) => {
        at = samples[samples.length - 1] ?? at;
        place(keys.straight && !start.intersect);
      },
      frame: () => undefined,
      end: () => undefined,
      cancel: () => {
        forget();
        this.#corners = before;
        host.overlayChanged();
      },
    };
  }

  hover(at: Point | null, host: ToolHost): void {
    if (this.#pending) {
      this.#next = at;
      this.#nearFirst = at !== null && this.#complete && this.#isNearFirst(at, CLOSE.fine / host.scale);
      host.overlayChanged();
    }
  }

  key(event: KeyboardEvent, host: ToolHost): boolean {
    const { unfinished } = this;
    if (event.key === 'Enter' && unfinished?.complete) {
      unfinished.finish(host);
    } else if (event.key === 'Escape' && unfinished) {
      unfinished.drop(host);
    } else if (event.key === 'Backspace' && unfinished) {
      unfinished.back(host);
    } else {
      return false;
    }
    return true;
  }

  draw(context: CanvasRenderingContext2D, view: DeviceView, ratio: number): void {
    const first = this.#corners[0];
    if (!first) {
      return;
    }
    const next = this.#nearFirst ? first : this.#next;
    context.beginPath();
    tracePoints(context, view, [...this.#corners.slice(-1), ...(next ? [next] : []), first]);
    strokeOutline(context, ratio, true);
    context.beginPath();
    tracePoints(context, view, this.#corners);
    strokeOutline(context, ratio);
    this.#corners.forEach((corner, i) => {
      drawKnob(context, view, corner, ratio, i === 0 && this.#nearFirst ? 6 : 3.5);
    });
  }

  leave(): void {
    this.#corners = [];
    this.#next = null;
    this.#nearFirst = false;
  }

  get #pending(): boolean {
    return this.#corners.length > 0;
  }

  get #complete(): boolean {
    return this.#corners.length >= 3;
  }

  #isNearFirst(at: Point, reach: number): boolean {
    const first = this.#corners[0];
    return first !== undefined && distance(first, at) <= reach;
  }

  #close(host: ToolHost): void {
    const points = this.#corners;
    this.#drop(host);
    applyShape(host, 'polygon', { kind: 'polygon', points }, this.#mode);
  }

  #drop(host: ToolHost): void {
    this.leave();
    host.overlayChanged();
  }
}
