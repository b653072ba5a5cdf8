import type { Point } from '../../ui/viewport';
import type { DeviceView } from '../stage/device-view';
import { distance } from './geometry';
import { strokeOutline, tracePoints } from './outline';
import { applyShape, combineOf } from './selection';
import type { Gesture, GestureStart, Tool, ToolHost } from './tool';

/** Points closer to the previous one add nothing. CSS px. */
const SPACING = 0.75;

/** Freehand outline: takes what it encloses, wherever the line ends. */
export class LassoTool implements Tool {
  readonly id = 'lasso';
  readonly cursor = 'cross';
  readonly keyboard = 'toggle';
  #points: Point[] = [];

  begin(start: GestureStart, host: ToolHost): Gesture {
    this.#points = [{ x: start.x, y: start.y }];
    const done = (): Point[] => {
      const points = this.#points;
      this.#points = [];
      host.overlayChanged();
      return points;
    };
    return {
      move: (samples) => {
        for (const { x, y } of samples) {
          const last = this.#points[this.#points.length - 1];
          if (!last || distance(last, { x, y }) * host.scale >= SPACING) {
            this.#points.push({ x, y });
          }
        }
        host.overlayChanged();
      },
      frame: () => undefined,
      end: () => {
        const points = done();
        if (points.length >= 3) {
          applyShape(
            host,
            'lasso',
            { kind: 'polygon', points },
            combineOf(start, host.settings.areas.lasso.combine),
          );
        }
      },
      cancel: done,
    };
  }

  draw(context: CanvasRenderingContext2D, view: DeviceView, ratio: number): void {
    const first = this.#points[0];
    const last = this.#points[this.#points.length - 1];
    if (first && last && this.#points.length > 1) {
      context.beginPath();
      tracePoints(context, view, [last, first]);
      strokeOutline(context, ratio, true);
      context.beginPath();
      tracePoints(context, view, this.#points);
      strokeOutline(context, ratio);
    }
  }

  leave(): void {
    this.#points = [];
  }
}
