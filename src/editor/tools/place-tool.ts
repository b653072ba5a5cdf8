import { workAhead } from '../paint/paint-work';
import type { PendingWork } from '../drafts/journal/pending-work';
import { placedFacts, placedWork } from '../paint/pending-paint';
import { PlacedBitmap } from '../paint/placed-bitmap';
import {
  type Grip,
  type Placement,
  cornerAt,
  directionOf,
  firstPlacement,
  gripAt,
  middleOf,
  moved,
  placesUnder,
  placeWork,
  pulled,
  scaled,
  turned,
  turnedBy,
  turnHandle,
} from '../paint/placement';
import { type DeviceView, deviceX, deviceY } from '../stage/device-view';
import type { Point } from '../../ui/viewport';
import { drawDisc, drawKnob, drawLabel, strokeOutline, tracePoints } from './outline';
import type { Float, Gesture, GestureStart, Tool, ToolHost, Unfinished } from './tool';

/** How near to a corner a press takes it, CSS px. */
const REACH = { mouse: 10, pen: 14, touch: 24 };
/** What one press of a key scales by. */
const STEP = 1.05;
/** How far the handle to turn it by is from its edge, CSS px. */
const STEM = 28;
/** Shift turns it by multiples of this, degrees. */
const SNAP = 15;
/** What one press of a key turns it by, degrees; with Shift, by the snap. Keys by what they print with Shift, too. */
const TURNS: Partial<Record<string, number>> = { ',': -1, '.': 1, '<': -SNAP, '>': SNAP };
const ARROWS: Partial<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** What lies above the layer, and where it lay before. */
interface Floating {
  readonly bitmap: ImageBitmap;
  /** What the draft keeps of it. */
  readonly work: PendingWork;
  place: Placement;
  before: Placement[];
}

/** Makes paint of a picture; see `PlacedBitmap`. */
type Reader = (bitmap: ImageBitmap, place: Placement) => Promise<Pick<PlacedBitmap, 'rgba' | 'close'>>;

/**
 * A picture on the paint layer: it floats until Enter settles it as one step, or Escape discards it. Dragging moves
 * it, its corners scale it, its handle turns it; arrow keys move it by a pixel, with Shift by ten, [ and ] scale it,
 * and , and . turn it. Another tool settles it, too.
 */
export class PlaceTool implements Tool {
  readonly id = 'place';
  readonly cursor = 'cross';
  readonly keyboard = 'hold';
  readonly #read: Reader;
  #floating: Floating | null = null;
  /** On its way to becoming paint: it can no longer be moved. */
  #landing: Floating | null = null;
  #held: Grip | null = null;
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

  /** What floats, or is on its way to becoming paint, for the draft. */
  get kept(): PendingWork[] {
    return [this.#landing, this.#floating].flatMap((one) =>
      one ? { ...one.work, facts: placedFacts(one.place) } : [],
    );
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

  /**
   * Lets a picture float; one that floats already settles first.
   * @param place in the middle of what is in view unless given.
   */
  async take(
    { bitmap, file }: { bitmap: ImageBitmap; file: Uint8Array },
    host: ToolHost,
    place: Placement = firstPlacement(bitmap, host.visible),
  ): Promise<void> {
    await this.settle(host);
    this.#floating = { bitmap, work: placedWork(place, file), place, before: [] };
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
    const reach = REACH[start.device] / host.scale;
    const grip = floating && gripAt(floating.place, start, reach, STEM / host.scale);
    if (!floating || !grip) {
      return null;
    }
    const { place } = floating;
    let at: Point = start;
    return {
      move: (samples, { straight }) => {
        at = samples[samples.length - 1] ?? at;
        if (at.x !== start.x || at.y !== start.y) {
          this.#held = grip;
          floating.place = dragged(place, grip, start, at, straight);
          this.#show(host);
        }
      },
      frame: () => undefined,
      end: () => {
        this.#held = null;
        this.#remember(floating, place);
        this.#show(host);
      },
      cancel: () => {
        this.#held = null;
        floating.place = place;
        this.#show(host);
      },
    };
  }

  /** Turns what floats about its middle, degrees clockwise. */
  turn(by: number, host: ToolHost): void {
    const floating = this.#floating;
    if (floating) {
      const before = floating.place;
      floating.place = turned(before, by);
      this.#remember(floating, before);
      this.#show(host);
    }
  }

  key(event: KeyboardEvent, host: ToolHost): boolean {
    const floating = this.#floating;
    if (!floating || event.ctrlKey || event.metaKey || event.altKey) {
      return false;
    }
    const arrow = ARROWS[event.key];
    const far = event.shiftKey ? 10 : 1;
    const before = floating.place;
    const turn = TURNS[event.key];
    if (arrow) {
      floating.place = moved(before, arrow[0] * far, arrow[1] * far);
    } else if (event.key === '[' || event.key === ']') {
      floating.place = scaled(before, event.key === ']' ? STEP : 1 / STEP);
    } else if (turn !== undefined) {
      floating.place = turned(before, event.shiftKey ? Math.sign(turn) * SNAP : turn);
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
    const corners = (['nw', 'ne', 'se', 'sw'] as const).map((corner) => cornerAt(place, corner));
    const handle = turnHandle(place, (STEM * ratio) / view.scale);
    context.beginPath();
    tracePoints(context, view, corners, true);
    tracePoints(context, view, [handle.from, handle.to]);
    strokeOutline(context, ratio);
    for (const corner of corners) {
      drawKnob(context, view, corner, ratio, 5);
    }
    drawDisc(context, view, handle.to, ratio);
    const label =
      this.#held === 'turn'
        ? `${place.angle > 180 ? place.angle - 360 : place.angle}°`
        : this.#held && this.#held !== 'inside'
          ? `${place.width} × ${place.height}`
          : null;
    if (label) {
      drawLabel(context, view, this.#held === 'turn' ? handle.to : (corners[0] ?? place), label, ratio);
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
    host.pendingChanged();
  }
}

function dragged(place: Placement, grip: Grip, from: Point, to: Point, snap: boolean): Placement {
  if (grip === 'inside') {
    return moved(place, to.x - from.x, to.y - from.y);
  }
  if (grip === 'turn') {
    return turnedBy(place, from, to, snap ? SNAP : 0);
  }
  const { x, y } = cornerAt(place, grip);
  return pulled(place, grip, { x: x + to.x - from.x, y: y + to.y - from.y });
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
  const middle = middleOf(place);
  const { cos, sin } = directionOf(place);
  context.transform(cos, sin, -sin, cos, x + middle.x * scale, y + middle.y * scale);
  const [width, height] = [place.width * scale, place.height * scale];
  context.drawImage(bitmap, -width / 2, -height / 2, width, height);
  context.restore();
}
