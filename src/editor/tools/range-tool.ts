import { reporting } from '../../base/report';
import { lightness, type PixelRange } from '../mask/pixel-range';
import type { CombineChoice, RangeSettings } from '../model/editor-types';
import { rgbOf } from '../paint/planes';
import { hexOf } from '../../ui/hex-color';
import type { DeviceView } from '../stage/device-view';
import type { Point } from '../../ui/viewport';
import { PictureFeed } from './picture-feed';
import { combineOf } from './selection';
import { SelectionPreview } from './selection-preview';
import type { Gesture, GestureSample, GestureStart, Tool, ToolHost, Unfinished } from './tool';

/** A press takes brightnesses up to so far from the one that is there, OKLab lightness × 100. */
const LIGHT_REACH = 8;

/** What is selected with these settings. */
export function rangeOf({ kind, color, tolerance, from, to, softness }: RangeSettings): PixelRange {
  return kind === 'color' ? { kind, color: rgbOf(color), tolerance, softness } : { kind, from, to, softness };
}

/**
 * Selects by colour or brightness over the whole picture. Pressing takes what is there; what would be selected is
 * outlined and follows every setting, until it is taken or dropped.
 */
export class RangeTool implements Tool {
  readonly id = 'range';
  readonly cursor = 'cross';
  readonly keyboard = 'hold';
  readonly #feed: PictureFeed;
  readonly #preview = new SelectionPreview(true);
  /** What is proposed; null while nothing is. */
  #proposal: { mode: CombineChoice | null } | null = null;
  /** Settings the proposal was made with, as far as they matter to it. */
  #key = '';
  #looking = false;
  #stale = false;

  constructor(feed = new PictureFeed()) {
    this.#feed = feed;
  }

  readonly #unfinished: Unfinished = {
    complete: true,
    finish: (host) => {
      this.#finish(host);
    },
    back: (host) => {
      this.#drop(host);
    },
    drop: (host) => {
      this.#drop(host);
    },
  };

  get unfinished(): Unfinished | null {
    return this.#proposal ? this.#unfinished : null;
  }

  enter(host: ToolHost): void {
    this.#key = keyOf(host);
    this.#feed
      .ready(host)
      .then(() => host.worker.warmPicture())
      .catch(reporting('range.warm'));
  }

  /** Moving a slider proposes a selection, without a press. */
  changed(host: ToolHost): void {
    if (keyOf(host) !== this.#key) {
      this.#propose(host, this.#proposal?.mode ?? null);
    }
  }

  begin(start: GestureStart, host: ToolHost): Gesture | null {
    const { width, height } = host.document;
    if (start.x < 0 || start.y < 0 || start.x >= width || start.y >= height) {
      return null;
    }
    const forced = start.subtract || start.intersect;
    const mode = forced ? combineOf(start, host.settings.range.combine) : null;
    let wanted: Point | null = null;
    let open = true;
    let first: number | null = null;
    let picking: Promise<void> | null = null;
    const pick = async (): Promise<void> => {
      while (open && wanted) {
        const { x, y } = wanted;
        wanted = null;
        await this.#feed.ready(host);
        const color = await host.worker.colorAt(clampTo(x, width), clampTo(y, height));
        if (open) {
          first ??= lightness(color);
          this.#take(host, color, first);
          this.#propose(host, mode);
        }
      }
    };
    const follow = (): Promise<void> => {
      picking ??= pick().finally(() => {
        picking = null;
      });
      return picking;
    };
    return {
      move: (samples: readonly GestureSample[]) => {
        wanted = samples[samples.length - 1] ?? wanted;
      },
      frame: () => {
        // When it fails, the end of the gesture reports it.
        follow().catch(reporting('range.pick'));
      },
      end: () => {
        host.busy(
          follow().then(async () => {
            await follow();
            open = false;
          }),
        );
      },
      cancel: () => {
        open = false;
        this.#drop(host);
      },
    };
  }

  key(event: KeyboardEvent, host: ToolHost): boolean {
    if (!this.#proposal || event.ctrlKey || event.metaKey) {
      return false;
    }
    if (event.key === 'Enter') {
      this.#finish(host);
    } else if (event.key === 'Escape' || event.key === 'Backspace') {
      this.#drop(host);
    } else {
      return false;
    }
    return true;
  }

  draw(context: CanvasRenderingContext2D, view: DeviceView, ratio: number): void {
    this.#preview.draw(context, view, ratio);
  }

  leave(closing: boolean): void {
    this.#proposal = null;
    this.#preview.clear();
    if (closing) {
      this.#feed.forget();
    }
  }

  /** Sets what a press takes. @param first brightness where the press began. */
  #take(host: ToolHost, color: readonly [number, number, number], first: number): void {
    const now = lightness(color);
    const end = (value: number): number => Math.round(Math.min(100, Math.max(0, value)));
    host.set(({ range }) => {
      if (range.kind === 'color') {
        range.color = hexOf(color);
      } else {
        range.from = end(Math.min(first, now) - LIGHT_REACH);
        range.to = end(Math.max(first, now) + LIGHT_REACH);
      }
    });
  }

  #propose(host: ToolHost, mode: CombineChoice | null): void {
    this.#proposal = { mode };
    this.#key = keyOf(host);
    this.#stale = true;
    host.overlayChanged();
    if (!this.#looking) {
      this.#looking = true;
      this.#look(host)
        // When a preview fails, the exact selection will report it.
        .catch(reporting('range.preview'))
        .finally(() => {
          this.#looking = false;
        });
    }
  }

  async #look(host: ToolHost): Promise<void> {
    const { width, height } = host.document;
    while (this.#stale && this.#proposal) {
      this.#stale = false;
      await this.#feed.ready(host);
      const grid = await host.worker.rangePreview(rangeOf(host.settings.range));
      if (this.#proposal && grid) {
        this.#preview.show(grid, { x0: 0, y0: 0, x1: width, y1: height });
        host.overlayChanged();
      }
    }
  }

  #finish(host: ToolHost): void {
    const { document: doc, mask, settings, worker } = host;
    const proposal = this.#proposal;
    if (!proposal) {
      return;
    }
    const { id } = doc.active;
    const range = rangeOf(settings.range);
    const how = { mode: proposal.mode ?? settings.range.combine, opacity: settings.range.opacity };
    this.#proposal = null;
    // What is shown stays until the mask has it, unless something else is proposed meanwhile.
    host.overlayChanged();
    host.busy(
      this.#feed
        .ready(host)
        .then(() => worker.range(mask, range, how))
        .then((changes) => {
          host.edit((now) => now.active.id === id && now.change('range', changes));
        })
        .finally(() => {
          if (!this.#proposal) {
            this.#drop(host);
          }
        }),
    );
  }

  #drop(host: ToolHost): void {
    this.#proposal = null;
    this.#preview.clear();
    host.overlayChanged();
  }
}

/** The settings that decide what is selected. */
function keyOf({ settings }: ToolHost): string {
  return JSON.stringify(rangeOf(settings.range));
}

function clampTo(value: number, size: number): number {
  return Math.min(size - 1, Math.max(0, Math.floor(value)));
}
