import { combineOf } from './selection';
import type { Gesture, GestureStart, Tool, ToolHost } from './tool';

/**
 * The bucket. Adding fills the unmasked region around the pixel, up to the painted outline; subtracting
 * removes the masked region it lies in, intersecting keeps only that one.
 */
export class FillTool implements Tool {
  readonly id = 'fill';
  readonly cursor = 'cross';
  readonly keyboard = 'hold';

  begin(start: GestureStart, host: ToolHost): Gesture {
    return {
      move: () => undefined,
      frame: () => undefined,
      end: () => {
        fill(start, host);
      },
      cancel: () => undefined,
    };
  }
}

function fill(start: GestureStart, host: ToolHost): void {
  const { document: doc, settings, worker } = host;
  const x = Math.floor(start.x);
  const y = Math.floor(start.y);
  if (x < 0 || y < 0 || x >= doc.width || y >= doc.height) {
    return;
  }
  const mode = combineOf(start, settings.fill.combine);
  const target = mode === 'add' ? 'empty' : 'painted';
  const { id } = doc.active;
  const how = { mode, opacity: settings.fill.opacity };
  host.busy(
    worker.fill(host.mask, { x, y }, how, target).then((changes) => {
      host.edit((now) => now.active.id === id && now.change('fill', changes));
    }),
  );
}
