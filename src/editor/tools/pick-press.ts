import type { Point } from '../../ui/viewport';
import { pickColor } from '../paint/pick-color';
import type { Gesture, GestureStart, ToolHost } from './tool';

/** A press with a tool of the paint layer that takes the colour below it, once it ends; null for any other press. */
export function pickPress(start: GestureStart, host: ToolHost): Gesture | null {
  if (!host.settings.paint.pick && (!start.centre || start.subtract)) {
    return null;
  }
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
