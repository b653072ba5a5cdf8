import { PressureMeter, pressedBrush } from '../input/pressure';
import type { PaintBrushTool } from '../model/editor-types';
import { rgbOf } from '../paint/planes';
import { pickPress } from './pick-press';
import type { Gesture, GestureSample, GestureStart, Tool, ToolHost } from './tool';
import { imageSize } from './tool-settings';

/** Paints colour on the layer above the picture, or takes it away: with its eraser, the erase key or the right button. */
export class PaintTool implements Tool {
  readonly cursor = 'brush';
  readonly keyboard = 'hold';

  constructor(readonly id: PaintBrushTool) {}

  begin(start: GestureStart, host: ToolHost): Gesture {
    const { document: doc, settings, scale } = host;
    const { color, size, tip, hardness, opacity, inMask } = settings.paint;
    const picking = pickPress(start, host);
    if (picking) {
      return picking;
    }
    const meter = new PressureMeter(start.device);
    const diameter = imageSize(size, settings.sizeUnit, scale);
    const erasing = start.subtract || this.id === 'paintEraser';
    const limit = inMask ? doc.paintLimit() : null;
    const mode = erasing ? 'erase' : 'paint';
    doc.beginPaint({ color: rgbOf(color), mode, tip, hardness, opacity, limit });
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
