import type { DeviceView } from '../stage/device-view';
import { type Corners, dragBox } from './geometry';
import { cornerPoints, ellipsePoints, strokeOutline, tracePoints } from './outline';
import { applyShape, combineOf } from './selection';
import type { Gesture, GestureKeys, GestureSample, GestureStart, Tool, ToolHost } from './tool';

/** Rectangle and ellipse: drag from corner to corner; Shift for equal sides, Ctrl or ⌘ from the centre. */
export class BoxTool implements Tool {
  readonly cursor = 'cross';
  readonly keyboard = 'toggle';
  #box: Corners | null = null;

  constructor(readonly id: 'rect' | 'ellipse') {}

  begin(start: GestureStart, host: ToolHost): Gesture {
    let at: GestureSample = start;
    // A Shift that chose "intersect" asks for a square only when pressed again.
    let shiftFree = !start.intersect;
    const show = (box: Corners | null): void => {
      this.#box = box;
      host.overlayChanged();
    };
    return {
      move: (samples, keys: GestureKeys) => {
        at = samples[samples.length - 1] ?? at;
        shiftFree ||= !keys.straight;
        show(dragBox(start, at, { ...keys, straight: keys.straight && shiftFree }));
      },
      frame: () => undefined,
      end: () => {
        const box = this.#box;
        show(null);
        if (box && box.x1 > box.x0 && box.y1 > box.y0) {
          applyShape(
            host,
            this.id,
            { kind: this.id, ...box },
            combineOf(start, host.settings.areas[this.id].combine),
          );
        }
      },
      cancel: () => {
        show(null);
      },
    };
  }

  draw(context: CanvasRenderingContext2D, view: DeviceView, ratio: number): void {
    if (this.#box) {
      const points = this.id === 'rect' ? cornerPoints(this.#box) : ellipsePoints(this.#box, view.scale);
      context.beginPath();
      tracePoints(context, view, points, true);
      strokeOutline(context, ratio);
    }
  }

  leave(): void {
    this.#box = null;
  }
}
