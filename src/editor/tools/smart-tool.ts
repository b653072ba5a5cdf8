import type { Point } from '../../ui/viewport';
import type { FoundObject, Prompt } from '../smart/prompts';
import type { SmartSelection } from '../smart/smart-selection.svelte';
import type { DeviceView } from '../stage/device-view';
import { type Corners, distance, dragBox } from './geometry';
import { cornerPoints, drawPoint, strokeOutline, tracePoints } from './outline';
import { SelectionPreview } from './selection-preview';
import type { Gesture, GestureSample, GestureStart, Tool, ToolHost, Unfinished } from './tool';

/** Hands shake: a drag begins after this many CSS px. */
const SLOP = { mouse: 6, pen: 8, touch: 14 };

/**
 * Points at things for a model on the server to select: a click is a point, with the erase key or the right button
 * one that is not on the object, a drag is a box. Objects are outlined; a click keeps or drops one that has a name.
 * Enter makes mask of them, Backspace takes back the newest prompt, Escape discards all.
 */
export class SmartTool implements Tool {
  readonly id = 'smart';
  readonly cursor = 'cross';
  readonly keyboard = 'hold';
  readonly #smart: SmartSelection;
  readonly #previews = new WeakMap<FoundObject, SelectionPreview>();
  /** The picture on screen, px. */
  #size = { width: 0, height: 0 };
  #box: Corners | null = null;

  constructor(smart: SmartSelection) {
    this.#smart = smart;
  }

  get unfinished(): Unfinished | null {
    const smart = this.#smart;
    if (smart.prompts.length === 0) {
      return null;
    }
    return {
      complete: smart.complete,
      finish: (host) => {
        smart.finish(host);
      },
      back: () => {
        smart.back();
      },
      drop: () => {
        smart.drop();
      },
    };
  }

  begin(start: GestureStart, host: ToolHost): Gesture | null {
    const { width, height } = host.document;
    const negative = start.subtract || this.#smart.negative;
    let at: GestureSample = start;
    let dragging = false;
    const show = (box: Corners | null): void => {
      this.#box = box;
      host.overlayChanged();
    };
    return {
      move: (samples, keys) => {
        at = samples[samples.length - 1] ?? at;
        dragging ||= distance(start, at) * host.scale > SLOP[start.device];
        if (dragging) {
          show(within(dragBox(start, at, keys), width, height));
        }
      },
      frame: () => undefined,
      end: () => {
        const box = this.#box;
        show(null);
        if (!dragging) {
          if (start.x >= 0 && start.y >= 0 && start.x < width && start.y < height) {
            this.#smart.click({ x: start.x, y: start.y }, negative, host.document);
          }
        } else if (box && box.x1 > box.x0 && box.y1 > box.y0) {
          const { x0: x, y0: y } = box;
          this.#smart.ask({ kind: 'box', box: { x, y, width: box.x1 - x, height: box.y1 - y } });
        }
      },
      cancel: () => {
        show(null);
      },
    };
  }

  enter(host: ToolHost): void {
    const { width, height } = host.document;
    this.#size = { width, height };
  }

  key(event: KeyboardEvent, host: ToolHost): boolean {
    const { unfinished } = this;
    if (!unfinished || event.ctrlKey || event.metaKey || event.altKey) {
      return false;
    }
    if (event.key === 'Enter') {
      // While something is looked for, or nothing kept, it does nothing rather than something else.
      unfinished.finish(host);
    } else if (event.key === 'Escape') {
      unfinished.drop(host);
    } else if (event.key === 'Backspace') {
      unfinished.back(host);
    } else {
      return false;
    }
    return true;
  }

  draw(context: CanvasRenderingContext2D, view: DeviceView, ratio: number): void {
    const place = { x0: 0, y0: 0, x1: this.#size.width, y1: this.#size.height };
    for (const { object, kept } of this.#smart.objects) {
      let preview = this.#previews.get(object);
      if (!preview) {
        preview = new SelectionPreview(true);
        this.#previews.set(object, preview);
        preview.show(object.coarse, place);
      }
      preview.draw(context, view, ratio, kept);
    }
    this.#smart.prompts.forEach((prompt) => {
      drawPrompt(context, view, prompt, ratio);
    });
    if (this.#box) {
      traceBox(context, view, this.#box, ratio);
    }
  }

  leave(): void {
    this.#box = null;
    this.#smart.drop();
  }
}

/** Shows where a person pointed. A box is of no use once its object is outlined. */
function drawPrompt(
  context: CanvasRenderingContext2D,
  view: DeviceView,
  { wish, answered }: Prompt,
  ratio: number,
): void {
  if (wish.kind === 'points') {
    const all = (points: readonly Point[], negative: boolean): void => {
      points.forEach((point) => {
        drawPoint(context, view, point, negative, ratio);
      });
    };
    all(wish.positive, false);
    all(wish.negative, true);
  } else if (wish.kind === 'box' && !answered) {
    const { x, y, width, height } = wish.box;
    traceBox(context, view, { x0: x, y0: y, x1: x + width, y1: y + height }, ratio);
  }
}

function traceBox(context: CanvasRenderingContext2D, view: DeviceView, box: Corners, ratio: number): void {
  context.beginPath();
  tracePoints(context, view, cornerPoints(box), true);
  strokeOutline(context, ratio, true);
}

function within({ x0, y0, x1, y1 }: Corners, width: number, height: number): Corners {
  return { x0: Math.max(0, x0), y0: Math.max(0, y0), x1: Math.min(width, x1), y1: Math.min(height, y1) };
}
