import type { Point } from '../../ui/viewport';
import type { MipChain } from '../mask/mips';
import type { PaintGradient } from '../paint/gradient';
import { type Rgb, rgbOf } from '../paint/planes';
import type { PaintLayerRef } from '../worker/worker-client';
import type { DeviceView } from '../stage/device-view';
import { snapAngle } from './geometry';
import { drawLine, fillRamp, type GradientLine, isMeant } from './gradient-line';
import { Pending } from './pending';
import { pickPress } from './pick-press';
import type { Float, Gesture, GestureSample, GestureStart, Tool, ToolHost } from './tool';

/**
 * A gradient on the paint layer: dragged from where the colour is full to where it ends; Shift for steps of 15°.
 * What it will be is shown meanwhile.
 */
export class PaintGradientTool implements Tool {
  readonly id = 'paintGradient';
  readonly cursor = 'cross';
  readonly keyboard = 'toggle';
  #shown: { gradient: PaintGradient; float: Float } | null = null;
  readonly #pending = new Pending<PaintGradient>();
  /** The line that is being dragged. */
  #line: GradientLine | null = null;

  get float(): Float | null {
    return this.#shown?.float ?? null;
  }

  begin(start: GestureStart, host: ToolHost): Gesture {
    const picking = pickPress(start, host);
    if (picking) {
      return picking;
    }
    const { document: doc, paint, settings } = host;
    const { color, opacity, shape, toSecond, second } = settings.paint;
    const look = { shape, color: rgbOf(color), second: toSecond ? rgbOf(second) : null, opacity };
    const from: Point = { x: start.x, y: start.y };
    let at: GestureSample = start;
    const show = (line: GradientLine | null): void => {
      const long = line && isMeant(line, host.scale);
      const gradient = long ? { ...look, from: line[0], to: line[1] } : null;
      const within = paint.limit ? doc.mips : null;
      this.#shown = gradient && { gradient, float: floatOf(gradient, doc, within) };
      this.#line = line;
      host.overlayChanged();
      host.floatChanged();
    };
    return {
      move: (samples, keys) => {
        at = samples[samples.length - 1] ?? at;
        show([from, keys.straight ? snapAngle(from, at) : { x: at.x, y: at.y }]);
      },
      frame: () => undefined,
      end: () => {
        this.#line = null;
        host.overlayChanged();
        if (this.#shown) {
          host.busy(this.#settle(this.#shown.gradient, paint, host));
        }
      },
      cancel: () => {
        show(null);
      },
    };
  }

  draw(context: CanvasRenderingContext2D, view: DeviceView, ratio: number): void {
    if (this.#line) {
      drawLine(context, view, this.#line, ratio);
    }
  }

  recall(host: ToolHost): boolean {
    const gradient = this.#pending.recall();
    if (gradient) {
      this.#hide(gradient, host);
    }
    return gradient !== undefined;
  }

  leave(): void {
    this.#line = null;
    this.#shown = null;
  }

  /** It stays in view until the layer has it. */
  async #settle(gradient: PaintGradient, paint: PaintLayerRef, host: ToolHost): Promise<void> {
    this.#pending.begin(gradient);
    try {
      const changes = await host.worker.paint(paint, { kind: 'gradient', gradient });
      if (this.#pending.has(gradient)) {
        host.edit((now) => {
          const changed = now.changePaint('paint-gradient', changes);
          this.#hide(gradient, host);
          return changed;
        });
      }
    } catch (error) {
      this.#hide(gradient, host);
      throw error;
    } finally {
      this.#pending.end(gradient);
    }
  }

  #hide(gradient: PaintGradient, host: ToolHost): void {
    if (this.#shown?.gradient === gradient) {
      this.#shown = null;
      host.floatChanged();
    }
  }
}

function floatOf(
  gradient: PaintGradient,
  size: { width: number; height: number },
  within: MipChain | null,
): Float {
  return {
    within,
    draw: (context, view) => {
      const { color, second, opacity } = gradient;
      const end = second ? cssOf(second, opacity) : cssOf(color, 0);
      fillRamp(context, view, gradient, size, [cssOf(color, opacity), end]);
    },
  };
}

function cssOf([red, green, blue]: Rgb, opacity: number): string {
  return `rgba(${red}, ${green}, ${blue}, ${opacity})`;
}
