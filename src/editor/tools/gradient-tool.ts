import type { Point } from '../../ui/viewport';
import type { CombineChoice } from '../model/editor-types';
import type { DeviceView } from '../stage/device-view';
import { snapAngle } from './geometry';
import { drawLine, fillRamp, type GradientLine, isMeant } from './gradient-line';
import type { MaskGradient } from '../mask/gradient-mask';
import { combineOf } from './selection';
import { SELECTION_TINT } from './selection-preview';
import type { Gesture, GestureSample, GestureStart, Tool, ToolHost } from './tool';

/**
 * A gradient on the mask: dragged from where the mask is full to where it ends; Shift for steps of 15°. What it will
 * be is shown meanwhile.
 */
export class GradientTool implements Tool {
  readonly id = 'gradient';
  readonly cursor = 'cross';
  readonly keyboard = 'toggle';
  #shown: { gradient: MaskGradient; opacity: number; width: number; height: number } | null = null;
  #line: GradientLine | null = null;

  begin(start: GestureStart, host: ToolHost): Gesture {
    const { width, height } = host.document;
    const { shape, opacity, combine } = host.settings.gradient;
    const mode = combineOf(start, combine);
    const from: Point = { x: start.x, y: start.y };
    let at: GestureSample = start;
    // A Shift that chose "intersect" asks for a straight line only when pressed again.
    let shiftFree = !start.intersect;
    const show = (line: GradientLine | null): void => {
      const long = line && isMeant(line, host.scale);
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
      drawLine(context, view, this.#line, ratio);
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
  const [red, green, blue, alpha] = SELECTION_TINT;
  const full = `rgba(${red}, ${green}, ${blue}, ${(alpha / 255) * opacity})`;
  fillRamp(context, view, gradient, { width, height }, [full, `rgba(${red}, ${green}, ${blue}, 0)`]);
}
