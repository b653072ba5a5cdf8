import { workAhead } from '../paint/paint-work';
import { PlacedBitmap } from '../paint/placed-bitmap';
import {
  type Grip,
  type Placement,
  CORNERS,
  cornerAt,
  firstPlacement,
  gripAt,
  moved,
  placesUnder,
  placeWork,
  pulled,
  scaled,
} from '../paint/placement';
import { type DeviceView, deviceX, deviceY } from '../stage/device-view';
import { cornerPoints, drawKnob, drawLabel, strokeOutline, tracePoints } from './outline';
import type { Float, Gesture, GestureStart, Tool, ToolHost, Unfinished } from './tool';

/** How near to a corner a press takes it, CSS px. */
const REACH = { mouse: 10, pen: 14, touch: 24 };
/** What one press of a key scales by. */
const STEP = 1.05;
const ARROWS: Partial<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** What lies above the layer, and where it lay before. */
interface Floating {
  readonly bitmap: ImageBitmap;
  place: Placement;
  before: Placement[];
}

/** Makes paint of a picture; see `PlacedBitmap`. */
type Reader = (bitmap: ImageBitmap, place: Placement) => Promise<Pick<PlacedBitmap, 'rgba' | 'close'>>;

/**
 * A picture on the paint layer: it floats until Enter settles it as one step, or Escape discards it. Dragging moves
 * it, its corners scale it; arrow keys move it by a pixel, with Shift by ten, and [ and ] scale it. Another tool
 * settles it, too.
 */
export class PlaceTool implements Tool {
  readonly id = 'place';
  readonly cursor = 'cross';
  readonly keyboard = 'hold';
  readonly #read: Reader;
  #floating: Floating | null = null;
  /** On its way to becoming paint: it can no longer be moved. */
  #landing: Floating | null = null;
  #pulling = false;
  /** Whoever asked for it may still be away when another tool is chosen. */
  #host: ToolHost | null = null;
  #settling: Promise<void> = Promise.resolve();

  constructor(read: Reader = (bitmap, place) => PlacedBitmap.scaled(bitmap, place)) {
    this.#read = read;
  }

  /** Where the picture lies now; null when none floats. */
  get place(): Placement | null {
    return this.#floating?.place ?? null;
  }

  /** A picture floats, or is on its way to becoming paint. */
  get busy(): boolean {
    return this.#floating !== null || this.#landing !== null;
  }

  get float(): Float | null {
    const floating = this.#floating ?? this.#landing;
    const host = this.#host;
    if (!floating || !host) {
      return null;
    }
    const { inMask, opacity } = host.settings.paint;
    return {
      within: inMask && !host.document.composite.empty ? host.document.mips : null,
      draw: (context, view) => {
        drawPicture(context, view, floating, opacity, host.document);
      },
    };
  }

  get unfinished(): Unfinished | null {
    const floating = this.#floating;
    if (!floating) {
      return null;
    }
    return {
      complete: true,
      finish: (host) => {
        host.busy(this.settle(host));
      },
      back: (host) => {
        const place = floating.before.pop();
        if (place) {
          floating.place = place;
          this.#show(host);
        } else {
          this.#drop(host);
        }
      },
      drop: (host) => {
        this.#drop(host);
      },
    };
  }

  /** Lets a picture float in the middle of what is in view; one that floats already settles first. */
  async take(bitmap: ImageBitmap, host: ToolHost): Promise<void> {
    await this.settle(host);
    this.#floating = { bitmap, place: firstPlacement(bitmap, host.visible), before: [] };
    this.#show(host);
  }

  /** Makes paint of what floats, as one step. Resolves when the layer has it. */
  settle(host: ToolHost): Promise<void> {
    const floating = this.#floating;
    if (floating) {
      this.#floating = null;
      this.#landing = floating;
      this.#show(host);
      this.#settling = this.#settle(floating, host);
    }
    return this.#settling;
  }

  async #settle(floating: Floating, host: ToolHost): Promise<void> {
    const { document: doc, settings } = host;
    const { place, bitmap } = floating;
    const { inMask, opacity } = settings.paint;
    const limit = inMask ? doc.paintLimit() : null;
    const places = placesUnder(place, doc);
    const landed = (): void => {
      if (this.#landing === floating) {
        bitmap.close();
        this.#landing = null;
        this.#show(host);
      }
    };
    try {
      const picture = await this.#read(bitmap, place);
      const work = placeWork({ rgba: picture.rgba, opacity, limit }, doc);
      const ahead = await workAhead(doc, places, work);
      if (this.#landing !== floating) {
        picture.close();
        return;
      }
      host.edit((now) => {
        // It stays in view until the layer has it.
        const changed = now.paint('paint-place', places, ahead);
        picture.close();
        landed();
        return changed;
      });
    } catch (error) {
      landed();
      throw error;
    }
  }

  begin(start: GestureStart, host: ToolHost): Gesture | null {
    const floating = this.#floating;
    const grip = floating && gripAt(floating.place, start, REACH[start.device] / host.scale);
    if (!floating || !grip) {
      return null;
    }
    const { place } = floating;
    return {
      move: (samples) => {
        const at = samples[samples.length - 1];
        if (at && (at.x !== start.x || at.y !== start.y)) {
          this.#pulling = grip !== 'inside';
          floating.place = dragged(place, grip, at.x - start.x, at.y - start.y);
          this.#show(host);
        }
      },
      frame: () => undefined,
      end: () => {
        this.#pulling = false;
        this.#remember(floating, place);
        this.#show(host);
      },
      cancel: () => {
        this.#pulling = false;
        floating.place = place;
        this.#show(host);
      },
    };
  }

  key(event: KeyboardEvent, host: ToolHost): boolean {
    const floating = this.#floating;
    if (!floating || event.ctrlKey || event.metaKey || event.altKey) {
      return false;
    }
    const arrow = ARROWS[event.key];
    const far = event.shiftKey ? 10 : 1;
    const before = floating.place;
    if (arrow) {
      floating.place = moved(before, arrow[0] * far, arrow[1] * far);
    } else if (event.key === '[' || event.key === ']') {
      floating.place = scaled(before, event.key === ']' ? STEP : 1 / STEP);
    } else if (event.key === 'Enter') {
      this.unfinished?.finish(host);
    } else if (event.key === 'Escape') {
      this.#drop(host);
    } else if (event.key === 'Backspace') {
      this.unfinished?.back(host);
    } else {
      return false;
    }
    if (this.#floating && floating.place !== before && event.key !== 'Backspace') {
      if (!event.repeat) {
        this.#remember(floating, before);
      }
      this.#show(host);
    }
    return true;
  }

  /** It floats again. */
  recall(host: ToolHost): boolean {
    if (!this.#landing || this.#floating) {
      return false;
    }
    this.#floating = this.#landing;
    this.#landing = null;
    this.#show(host);
    return true;
  }

  draw(context: CanvasRenderingContext2D, view: DeviceView, ratio: number): void {
    const place = this.#floating?.place;
    if (!place) {
      return;
    }
    const { x, y, width, height } = place;
    context.beginPath();
    tracePoints(context, view, cornerPoints({ x0: x, y0: y, x1: x + width, y1: y + height }), true);
    strokeOutline(context, ratio);
    for (const corner of CORNERS) {
      drawKnob(context, view, cornerAt(place, corner), ratio, 5);
    }
    if (this.#pulling) {
      drawLabel(context, view, { x, y }, `${width} × ${height}`, ratio);
    }
  }

  leave(closing: boolean): void {
    const host = this.#host;
    if (closing) {
      this.#floating?.bitmap.close();
      this.#landing?.bitmap.close();
      this.#floating = null;
      this.#landing = null;
      this.#host = null;
    } else if (host && this.#floating) {
      host.busy(this.settle(host));
    }
  }

  #remember({ before, place }: Floating, earlier: Placement): void {
    if (JSON.stringify(place) !== JSON.stringify(earlier)) {
      before.push(earlier);
    }
  }

  #drop(host: ToolHost): void {
    this.#floating?.bitmap.close();
    this.#floating = null;
    this.#show(host);
  }

  #show(host: ToolHost): void {
    this.#host = host;
    host.overlayChanged();
    host.floatChanged();
  }
}

function dragged(place: Placement, grip: Grip, dx: number, dy: number): Placement {
  if (grip === 'inside') {
    return moved(place, dx, dy);
  }
  const { x, y } = cornerAt(place, grip);
  return pulled(place, grip, { x: x + dx, y: y + dy });
}

function drawPicture(
  context: CanvasRenderingContext2D,
  view: DeviceView,
  { bitmap, place }: Floating,
  opacity: number,
  size: { width: number; height: number },
): void {
  const left = deviceX(view, 0);
  const top = deviceY(view, 0);
  context.save();
  context.beginPath();
  context.rect(left, top, deviceX(view, size.width) - left, deviceY(view, size.height) - top);
  context.clip();
  context.globalAlpha *= opacity;
  context.imageSmoothingQuality = 'medium';
  const { scale, x, y } = view;
  context.drawImage(
    bitmap,
    x + place.x * scale,
    y + place.y * scale,
    place.width * scale,
    place.height * scale,
  );
  context.restore();
}
