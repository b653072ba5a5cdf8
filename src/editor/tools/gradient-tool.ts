import type { Point } from '../../ui/viewport';
import type { CombineChoice } from '../model/editor-types';
import { type DeviceView, deviceX, deviceY } from '../stage/device-view';
import { distance, snapAngle } from './geometry';
import type { MaskGradient } from './gradient-mask';
import { drawKnob, strokeOutline, tracePoints } from './outline';
import { combineOf } from './selection';
import { SELECTION_TINT } from './selection-preview';
import type { Gesture, GestureSample, GestureStart, Tool, ToolHost } from './tool';

/** Hands shake: what is shorter than this many CSS px is no gradient. */
const SHORTEST = 4;

/**
 * A gradient on the mask: dragged from where the mask is full to where it ends; Shift for steps of 15°. What it will
 * be is shown meanwhile.
 */
export class GradientTool implements Tool {
  readonly id = 'gradient';
  readonly cursor = 'cross';
  readonly keyboard = 'toggle';
  #shown: { gradient: MaskGradient; opacity: number; width: number; height: number } | null = null;
  #line: readonly [Point, Point] | null = null;

  begin(start: GestureStart, host: ToolHost): Gesture {
    const { width, height } = host.document;
    const { shape, opacity, combine } = host.settings.gradient;
    const mode = combineOf(start, combine);
    const from: Point = { x: start.x, y: start.y };
    let at: GestureSample = start;
    // A Shift that chose "intersect" asks for a straight line only when pressed again.
    let shiftFree = !start.intersect;
    const show = (line: readonly [Point, Point] | null): void => {
      const long = line && distance(...line) * host.scale >= SHORTEST;
      this.#line = line;
      this.#shown = long ? { gradient: { shape, from: line[0], to: line[1] }, opacity, width, height } : null;
      host.overlayChanged();
    };
    return {
      move: (samples, keys) => {
        at = samples[samples.length - 1] ?? at;
        shiftFree ||= !keys.straight;
        show([from, keys.straight && shiftFree ? snapAngle(from, at) : { x: at.x, y: at.y }]);
      },
      frame: () => undefined,
      end: () => {
        this.#line = null;
        host.overlayChanged();
        if (this.#shown) {
          this.#apply(this.#shown.gradient, { mode, opacity }, host);
        }
      },
      cancel: () => {
        show(null);
      },
    };
  }

  draw(context: CanvasRenderingContext2D, view: DeviceView, ratio: number): void {
    if (this.#shown) {
      tint(context, view, this.#shown);
    }
    if (this.#line) {
      context.beginPath();
      tracePoints(context, view, this.#line);
      strokeOutline(context, ratio);
      for (const end of this.#line) {
        drawKnob(context, view, end, ratio);
      }
    }
  }

  leave(): void {
    this.#line = null;
    this.#shown = null;
  }

  /** What is shown stays until the mask has it. */
  #apply(gradient: MaskGradient, how: { mode: CombineChoice; opacity: number }, host: ToolHost): void {
    const { id } = host.document.active;
    host.busy(
      host.worker
        .gradient(host.mask, gradient, how)
        .then((changes) => {
          host.edit((now) => now.active.id === id && now.change('gradient', changes));
        })
        .finally(() => {
          if (this.#shown?.gradient === gradient) {
            this.#shown = null;
            host.overlayChanged();
          }
        }),
    );
  }
}

/** Lays the colour of selections over the picture, as strongly as the gradient will be. */
function tint(
  context: CanvasRenderingContext2D,
  view: DeviceView,
  {
    gradient,
    opacity,
    width,
    height,
  }: { gradient: MaskGradient; opacity: number; width: number; height: number },
): void {
  const { shape, from, to } = gradient;
  const [x0, y0] = [view.x + from.x * view.scale, view.y + from.y * view.scale];
  const [x1, y1] = [view.x + to.x * view.scale, view.y + to.y * view.scale];
  const fill =
    shape === 'linear'
      ? context.createLinearGradient(x0, y0, x1, y1)
      : context.createRadialGradient(x0, y0, 0, x0, y0, Math.hypot(x1 - x0, y1 - y0));
  const [red, green, blue, alpha] = SELECTION_TINT;
  fill.addColorStop(0, `rgba(${red}, ${green}, ${blue}, ${(alpha / 255) * opacity})`);
  fill.addColorStop(1, `rgba(${red}, ${green}, ${blue}, 0)`);
  context.fillStyle = fill;
  const left = deviceX(view, 0);
  const top = deviceY(view, 0);
  context.fillRect(left, top, deviceX(view, width) - left, deviceY(view, height) - top);
}
