import type { PaintBrushTool } from '../model/editor-types';
import { rgbOf } from '../paint/planes';
import { brushed } from './brushed';
import { pickPress } from './pick-press';
import type { Gesture, GestureStart, Tool, ToolHost } from './tool';

/** Paints colour on the layer above the picture, or takes it away: with its eraser, the erase key or the right button. */
export class PaintTool implements Tool {
  readonly cursor = 'brush';
  readonly keyboard = 'hold';

  constructor(readonly id: PaintBrushTool) {}

  begin(start: GestureStart, host: ToolHost): Gesture {
    const { document: doc, settings } = host;
    const { color, tip, hardness, opacity, inMask } = settings.paint;
    const picking = pickPress(start, host);
    if (picking) {
      return picking;
    }
    const erasing = start.subtract || this.id === 'paintEraser';
    const limit = inMask ? doc.paintLimit() : null;
    const mode = erasing ? 'erase' : 'paint';
    doc.beginPaint({ color: rgbOf(color), mode, tip, hardness, opacity, limit });
    const stroke = doc.paintStroke;
    return brushed(start, host, {
      add: (dab) => stroke?.add(dab),
      flush: () => {
        doc.flushPaint();
      },
      end: () => {
        doc.endPaint();
      },
      cancel: () => {
        doc.cancelPaint();
      },
    });
  }
}
