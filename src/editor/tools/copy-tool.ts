import { reporting } from '../../base/report';
import type { Point } from '../../ui/viewport';
import type { PixelRect } from '../mask/rect';
import type { CopyToolId } from '../model/editor-types';
import type { PendingWork } from '../drafts/journal/pending-work';
import type { MaskGrid } from '../mask/mask-grid';
import { CopyStroke } from '../paint/copy-stroke';
import type { CopyFacts } from '../paint/pending-paint';
import type { DeviceView } from '../stage/device-view';
import { brushed } from './brushed';
import { drawCross } from './outline';
import type { PictureFeed } from './picture-feed';
import type { Float, Gesture, GestureStart, Tool, ToolHost } from './tool';

/** Where clone and heal copy from, and their strokes on the way to the layer; one for both. */
export class Copies {
  /** Where the source was set, image px; null: not yet. */
  from: Point | null = null;
  /** From the source to where it is copied, since the first stroke; null before it. */
  offset: { dx: number; dy: number } | null = null;
  /** Strokes that are being painted, or worked out; oldest first. */
  readonly strokes: CopyStroke[] = [];
  #settled: Promise<void> = Promise.resolve();

  /** Resolves when the layer has all strokes that have ended. */
  get settled(): Promise<void> {
    return this.#settled;
  }

  /** One stroke after another: each sees those before it. */
  settle(work: () => Promise<void>): Promise<void> {
    const done = this.#settled.then(work);
    // eslint-disable-next-line local/no-silent-catch -- the caller gets the same failure
    this.#settled = done.catch(() => undefined);
    return done;
  }

  setSource(at: Point): void {
    this.from = at;
    this.offset = null;
  }

  /** What would be copied to a place. */
  sourceOf({ x, y }: Point): Point | null {
    return this.offset ? { x: x - this.offset.dx, y: y - this.offset.dy } : this.from;
  }

  /** Strokes that have ended, for the draft. */
  get kept(): PendingWork[] {
    return this.strokes.flatMap(({ kept }) => kept ?? []);
  }

  drop(stroke: CopyStroke): void {
    const at = this.strokes.indexOf(stroke);
    if (at >= 0) {
      this.strokes.splice(at, 1);
    }
  }

  forget(): void {
    this.from = null;
    this.offset = null;
    this.strokes.splice(0);
  }
}

/**
 * Paints what is seen elsewhere, picture and paint: `clone` as it is, `heal` so that only its texture is copied and its
 * tone fits the place. A press with the erase key or the right button, or after "set source", says where from; the
 * first stroke then says how far that is, and later ones keep it.
 */
export class CopyTool implements Tool {
  readonly cursor = 'brush';
  readonly keyboard = 'hold';
  readonly #feed: PictureFeed;
  readonly #copies: Copies;
  /** Where the pointer is, image px. */
  #at: Point | null = null;

  constructor(
    readonly id: CopyToolId,
    feed: PictureFeed,
    copies: Copies,
  ) {
    this.#feed = feed;
    this.#copies = copies;
  }

  enter(host: ToolHost): void {
    // Decoded ahead of the first stroke; a failure is reported when it is needed.
    this.#feed
      .ready(host)
      .then(() => host.worker.warmPicture())
      .catch(reporting('copy.warm'));
  }

  get float(): readonly Float[] {
    return this.#copies.strokes;
  }

  begin(start: GestureStart, host: ToolHost): Gesture | null {
    const { settings } = host;
    if (start.subtract || settings.paint.fromHere) {
      return this.#sourcePress(start, host);
    }
    const copies = this.#copies;
    const { from } = copies;
    if (!from) {
      return null;
    }
    const { document: doc, paint } = host;
    const { tip, hardness, opacity, inMask } = settings.paint;
    copies.offset ??= { dx: Math.round(start.x - from.x), dy: Math.round(start.y - from.y) };
    const limit = inMask ? doc.paintLimit() : null;
    const stroke = new CopyStroke(doc.width, doc.height, { tip, hardness, opacity, limit }, copies.offset);
    copies.strokes.push(stroke);
    const changed = (rect: PixelRect): void => {
      host.floatChanged(rect);
    };
    const gesture = brushed(start, host, {
      add: (dab) => {
        stroke.stroke.add(dab);
      },
      flush: () => {
        stroke.flush(changed);
      },
      end: () => {
        if (stroke.finish(changed)) {
          // After a reload there is only the picture itself to copy from.
          if (host.pixels === host.picture.source) {
            stroke.keep(this.id);
            host.pendingChanged();
          }
          host.busy(copies.settle(() => this.#settle(stroke, paint, host)));
        } else {
          this.#hide(stroke, host);
        }
      },
      cancel: () => {
        this.#hide(stroke, host);
      },
    });
    return {
      ...gesture,
      move: (samples, keys) => {
        this.hover(samples.at(-1) ?? this.#at, host);
        gesture.move(samples, keys);
      },
    };
  }

  /** Goes on with a stroke that had ended when its page was left. */
  resume({ dx, dy }: CopyFacts, cover: MaskGrid, host: ToolHost): void {
    const { paint } = host;
    const stroke = CopyStroke.over(cover, { dx, dy });
    stroke.keep(this.id);
    this.#copies.strokes.push(stroke);
    host.floatChanged();
    host.busy(this.#copies.settle(() => this.#settle(stroke, paint, host)));
  }

  hover(at: Point | null, host: ToolHost): void {
    this.#at = at;
    if (this.#copies.from) {
      host.overlayChanged();
    }
  }

  draw(context: CanvasRenderingContext2D, view: DeviceView, ratio: number): void {
    const from = this.#at ? this.#copies.sourceOf(this.#at) : this.#copies.from;
    if (from) {
      drawCross(context, view, from, ratio);
    }
  }

  recall(host: ToolHost): boolean {
    const newest = this.#copies.strokes.at(-1);
    if (newest) {
      this.#hide(newest, host);
    }
    return newest !== undefined;
  }

  leave(closing: boolean): void {
    this.#at = null;
    if (closing) {
      this.#copies.forget();
      this.#feed.forget();
    }
  }

  #sourcePress(start: GestureStart, host: ToolHost): Gesture {
    let at: Point = start;
    return {
      move: (samples) => {
        at = samples.at(-1) ?? at;
      },
      frame: () => undefined,
      end: () => {
        const { width, height } = host.document;
        if (at.x >= 0 && at.y >= 0 && at.x < width && at.y < height) {
          this.#copies.setSource({ x: at.x, y: at.y });
        }
        host.set(({ paint }) => (paint.fromHere = false));
        host.overlayChanged();
      },
      cancel: () => undefined,
    };
  }

  /** It stays in view until the layer has it. */
  async #settle(stroke: CopyStroke, paint: ToolHost['paint'], host: ToolHost): Promise<void> {
    const { strokes } = this.#copies;
    try {
      if (!strokes.includes(stroke)) {
        return;
      }
      await this.#feed.ready(host);
      const { layer } = host.settings.paint;
      // What the stroke covers is already inside the mask.
      const changes = await host.worker.paint(
        { ...paint, limit: null },
        { kind: 'copy', ...stroke.offset, heal: this.id === 'heal', layer },
        stroke.cover,
      );
      if (strokes.includes(stroke)) {
        host.edit((now) => {
          const changed = now.changePaint(`paint-${this.id}`, changes);
          this.#hide(stroke, host);
          return changed;
        });
      }
    } catch (error) {
      this.#hide(stroke, host);
      throw error;
    }
  }

  #hide(stroke: CopyStroke, host: ToolHost): void {
    this.#copies.drop(stroke);
    host.floatChanged();
    if (stroke.isKept) {
      host.pendingChanged();
    }
  }
}
