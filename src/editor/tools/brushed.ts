import { PressureMeter, pressedBrush } from '../input/pressure';
import type { Dab } from '../mask/brush';
import type { Gesture, GestureSample, GestureStart, ToolHost } from './tool';
import { imageSize } from './tool-settings';

/** What a brush of the paint layer paints with. */
export interface Brushed {
  add: (dab: Dab) => void;
  /** Brings what is shown up to date. */
  flush: () => void;
  end: () => void;
  cancel: () => void;
}

/** One stroke of the paint layer's brush, as its settings were when it began. */
export function brushed(
  start: GestureStart,
  { document: doc, settings, scale }: ToolHost,
  stroke: Brushed,
): Gesture {
  const meter = new PressureMeter(start.device);
  const diameter = imageSize(settings.paint.size, settings.sizeUnit, scale);
  let waiting: GestureSample[] = [];
  let fresh = false;
  const paint = (pressures: readonly number[]): void => {
    for (const [i, { x, y }] of waiting.splice(0, pressures.length).entries()) {
      stroke.add({ x, y, ...pressedBrush(diameter, pressures[i] ?? 1, settings.pressure) });
      fresh = true;
    }
  };
  return {
    move: (samples) => {
      for (const sample of samples) {
        waiting.push(sample);
        paint(meter.next(sample.pressure));
      }
    },
    frame: () => {
      if (fresh && !doc.moving) {
        fresh = false;
        stroke.flush();
      }
    },
    end: () => {
      paint(meter.finish());
      waiting = [];
      stroke.end();
    },
    cancel: () => {
      stroke.cancel();
    },
  };
}
