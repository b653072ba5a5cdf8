import type { Point } from '../../ui/viewport';
import { PressureMeter, pressedBrush } from '../input/pressure';
import type { PaintLayerTool } from '../model/editor-types';
import { pickColor } from '../paint/pick-color';
import { rgbOf } from '../paint/planes';
import type { Gesture, GestureSample, GestureStart, Tool, ToolHost } from './tool';
import { imageSize } from './tool-settings';

/** Paints colour on the layer above the picture, or takes it away: with its eraser, the erase key or the right button. */
export class PaintTool implements Tool {
  readonly cursor = 'brush';
  readonly keyboard = 'hold';

  constructor(readonly id: PaintLayerTool) {}

  begin(start: GestureStart, host: ToolHost): Gesture {
    const { document: doc, settings, scale } = host;
    const { color, size, hardness, opacity, pick } = settings.paint;
    if (pick || (start.centre && !start.subtract)) {
      return picking(start, host);
    }
    const meter = new PressureMeter(start.device);
    const diameter = imageSize(size, settings.sizeUnit, scale);
    const erasing = start.subtract || this.id === 'paintEraser';
    doc.beginPaint({ color: rgbOf(color), mode: erasing ? 'erase' : 'paint', hardness, opacity });
    const stroke = doc.paintStroke;
    let waiting: GestureSample[] = [];
    let fresh = false;
    const paint = (pressures: readonly number[]): void => {
      for (const [i, { x, y }] of waiting.splice(0, pressures.length).entries()) {
        stroke?.add({ x, y, ...pressedBrush(diameter, pressures[i] ?? 1, settings.pressure) });
        fresh = true;
      }
    };
    const frame = (): void => {
      if (fresh && !doc.moving) {
        fresh = false;
        doc.flushPaint();
      }
    };
    return {
      move: (samples) => {
        for (const sample of samples) {
          waiting.push(sample);
          paint(meter.next(sample.pressure));
        }
      },
      frame,
      end: () => {
        paint(meter.finish());
        waiting = [];
        doc.endPaint();
      },
      cancel: () => {
        doc.cancelPaint();
      },
    };
  }
}

/** A press that takes the colour below it, once it ends. */
function picking(start: GestureStart, host: ToolHost): Gesture {
  let at: Point = start;
  return {
    move: (samples) => {
      at = samples[samples.length - 1] ?? at;
    },
    frame: () => undefined,
    end: () => {
      const { document: doc, pixels, settings } = host;
      host.busy(
        pickColor(pixels, doc, at, settings.paint.layer).then((color) => {
          host.set(({ paint }) => {
            paint.color = color;
            paint.pick = false;
          });
        }),
      );
    },
    cancel: () => undefined,
  };
}
