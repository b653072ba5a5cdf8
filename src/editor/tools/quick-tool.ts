import { reporting } from '../../base/report';
import type { CombineChoice, QuickTool as QuickToolId } from '../model/editor-types';
import type { QuickRequest, QuickSubject } from '../select/quick-select';
import { type QuickWindow, quickWindow } from '../select/quick-window';
import type { DeviceView } from '../stage/device-view';
import { type Corners, dragBox, distance } from './geometry';
import { cornerPoints, strokeOutline, tracePoints } from './outline';
import { PictureFeed } from './picture-feed';
import { combineOf } from './selection';
import { SelectionPreview } from './selection-preview';
import { imageSize } from './tool-settings';
import type { Gesture, GestureKeys, GestureSample, GestureStart, Tool, ToolHost } from './tool';

/** A view that rests this long is looked at ahead of the first stroke, ms. */
const REST = 150;
/** A box below this many CSS px is a click that went astray. */
const LEAST_BOX = 6;

let strokes = 0;

/**
 * Selects an object up to its edges: `quick` while it is painted over, `quickBox` while a box is drawn around
 * it. The selection grows during the gesture, roughly; at its end it becomes exact and part of the mask.
 */
export class QuickTool implements Tool {
  readonly cursor: 'brush' | 'cross';
  readonly keyboard: 'hold' | 'toggle';
  readonly #feed: PictureFeed;
  readonly #preview = new SelectionPreview(true);
  #box: Corners | null = null;
  #window: QuickWindow | null = null;
  #resting: ReturnType<typeof setTimeout> | undefined;
  /** The gesture whose selection is shown: a later one takes its place. */
  #shown: object | null = null;

  constructor(
    readonly id: QuickToolId,
    feed = new PictureFeed(),
  ) {
    this.#feed = feed;
    this.cursor = id === 'quick' ? 'brush' : 'cross';
    this.keyboard = id === 'quick' ? 'hold' : 'toggle';
  }

  enter(host: ToolHost): void {
    this.#prepare(host);
  }

  hover(_: unknown, host: ToolHost): void {
    const before = this.#window;
    if (this.#look(host) !== before) {
      clearTimeout(this.#resting);
      this.#resting = setTimeout(() => {
        this.#prepare(host);
      }, REST);
    }
  }

  begin(start: GestureStart, host: ToolHost): Gesture {
    clearTimeout(this.#resting);
    const window = this.#look(host);
    const mode = combineOf(start, host.settings.quick.combine);
    const asked = (subject: QuickSubject): QuickRequest => ({
      window,
      subject,
      sensitivity: host.settings.quick.sensitivity,
      soft: host.settings.quick.antialias,
      within: mode !== 'add',
    });
    const drawn = this.id === 'quick' ? strokeOf(start, host) : this.#boxOf(start, host);
    const gesture = {};
    this.#shown = gesture;
    this.#preview.clear();
    let open = true;
    let looking = false;
    let changed = false;
    const look = async (): Promise<void> => {
      while (open && changed) {
        const subject = drawn.subject();
        changed = false;
        if (subject) {
          await this.#feed.ready(host);
          const found = await host.worker.quickPreview(host.mask, asked(subject));
          if (open && found) {
            this.#preview.show(found.grid, found.rect);
            host.overlayChanged();
          }
        }
      }
    };
    return {
      move: (samples, keys) => {
        changed = drawn.move(samples, keys) || changed;
      },
      frame: () => {
        if (changed && !looking) {
          looking = true;
          look()
            // When a preview fails, the exact selection will report it.
            .catch(reporting('quick.preview'))
            .finally(() => {
              looking = false;
            });
        }
      },
      end: () => {
        open = false;
        const subject = drawn.subject();
        drawn.done();
        if (subject) {
          host.busy(
            this.#apply(host, asked(subject), mode).finally(() => {
              this.#hide(gesture, host);
            }),
          );
        } else {
          this.#hide(gesture, host);
        }
      },
      cancel: () => {
        open = false;
        drawn.done();
        this.#hide(gesture, host);
      },
    };
  }

  draw(context: CanvasRenderingContext2D, view: DeviceView, ratio: number): void {
    this.#preview.draw(context, view, ratio);
    if (this.#box) {
      context.beginPath();
      tracePoints(context, view, cornerPoints(this.#box), true);
      strokeOutline(context, ratio, true);
    }
  }

  leave(closing: boolean): void {
    clearTimeout(this.#resting);
    this.#shown = null;
    this.#box = null;
    this.#preview.clear();
    if (closing) {
      this.#window = null;
      this.#feed.forget();
    }
  }

  async #apply(host: ToolHost, request: QuickRequest, mode: CombineChoice): Promise<void> {
    const { id } = host.document.active;
    const how = { mode, opacity: host.settings.quick.opacity };
    await this.#feed.ready(host);
    const changes = await host.worker.quick(host.mask, request, how);
    host.edit((now) => now.active.id === id && now.change('quick', changes));
  }

  #hide(gesture: object, host: ToolHost): void {
    if (this.#shown === gesture) {
      this.#shown = null;
      this.#preview.clear();
      host.overlayChanged();
    }
  }

  /** What to look at in the present view. */
  #look(host: ToolHost): QuickWindow {
    this.#window = quickWindow(host.visible, host.document, this.#window);
    return this.#window;
  }

  /** Decodes the picture and looks at it ahead of the first stroke; a failure is reported when it matters. */
  #prepare(host: ToolHost): void {
    const window = this.#look(host);
    this.#feed
      .ready(host)
      .then(() => host.worker.quickPrepare(window))
      .catch(reporting('quick.prepare'));
  }

  #boxOf(start: GestureStart, host: ToolHost): Drawn {
    let at: GestureSample = start;
    // A Shift that chose "intersect" asks for a square only when pressed again.
    let shiftFree = !start.intersect;
    return {
      move: (samples, keys) => {
        at = samples[samples.length - 1] ?? at;
        shiftFree ||= !keys.straight;
        this.#box = dragBox(start, at, { ...keys, straight: keys.straight && shiftFree });
        host.overlayChanged();
        return true;
      },
      subject: () => {
        const box = this.#box;
        const side = box ? Math.min(box.x1 - box.x0, box.y1 - box.y0) : 0;
        return box && side * host.scale >= LEAST_BOX ? { kind: 'box', box } : null;
      },
      done: () => {
        this.#box = null;
        host.overlayChanged();
      },
    };
  }
}

/** What a gesture has drawn so far. */
interface Drawn {
  /** True when there is something new to select by. */
  move: (samples: readonly GestureSample[], keys: GestureKeys) => boolean;
  /** What to select by; null when it is nothing. */
  subject: () => QuickSubject | null;
  done: () => void;
}

function strokeOf(start: GestureStart, host: ToolHost): Drawn {
  const { settings, scale } = host;
  const radius = imageSize(settings.quick.size, settings.sizeUnit, scale) / 2;
  const id = ++strokes;
  const points = [start.x, start.y];
  let last = { x: start.x, y: start.y };
  let fresh = true;
  return {
    move: (samples) => {
      const before = points.length;
      for (const { x, y } of samples) {
        // As close as a stroke's edge needs them, and no closer: long strokes stay cheap.
        if (distance(last, { x, y }) >= radius / 6) {
          last = { x, y };
          points.push(x, y);
        }
      }
      const more = fresh || points.length > before;
      fresh = false;
      return more;
    },
    subject: () => ({ kind: 'stroke', id, points: points.slice(), radius }),
    done: () => undefined,
  };
}
