import { reporting } from '../../base/report';
import type { MaskGrid } from '../mask/mask-grid';
import type { DeviceView } from '../stage/device-view';
import { drawLabel } from './outline';
import { PictureFeed } from './picture-feed';
import { combineOf } from './selection';
import { SelectionPreview } from './selection-preview';
import type { Gesture, GestureStart, Tool, ToolHost, ToolWorker } from './tool';

/** Tolerance that one CSS px of a sideways drag is worth. */
const TOLERANCE_PER_PX = 0.2;
/** Hands shake: a drag begins after this many CSS px. */
const SLOP = 6;

/**
 * Selects by colour on click. Dragging sideways changes the tolerance while a coarse preview shows what it
 * would take; releasing takes it exactly.
 */
export class WandTool implements Tool {
  readonly id = 'wand';
  readonly cursor = 'cross';
  readonly keyboard = 'hold';
  readonly #feed: PictureFeed;
  readonly #preview = new SelectionPreview();
  #label: { x: number; y: number; tolerance: number } | null = null;

  constructor(feed = new PictureFeed()) {
    this.#feed = feed;
  }

  enter(host: ToolHost): void {
    // Decoded ahead of the first click; a failure is reported when it is needed.
    this.#feed
      .ready(host)
      .then(() => host.worker.warmPicture())
      .catch(reporting('wand.warm'));
  }

  begin(start: GestureStart, host: ToolHost): Gesture | null {
    const { document: doc, settings, worker } = host;
    const x = Math.floor(start.x);
    const y = Math.floor(start.y);
    if (x < 0 || y < 0 || x >= doc.width || y >= doc.height) {
      return null;
    }
    const { wand } = settings;
    const { mask } = host;
    const { id } = doc.active;
    const mode = combineOf(start, settings.wand.combine);
    const before = wand.tolerance;
    let tolerance = before;
    let dragging = false;
    let open = true;
    const request = (): Parameters<ToolWorker['wand']>[1] => ({
      x,
      y,
      tolerance,
      contiguous: wand.contiguous,
      soft: wand.antialias,
      avoidPainted: wand.avoidPainted,
    });
    const show = (grid: MaskGrid | null): void => {
      this.#preview.show(grid, { x0: 0, y0: 0, x1: doc.width, y1: doc.height });
      host.overlayChanged();
    };
    const look = async (): Promise<void> => {
      await this.#feed.ready(host);
      const grid = await worker.wandPreview(mask, request());
      if (open && grid) {
        show(grid);
      }
    };
    const over = (): void => {
      open = false;
      this.#label = null;
      show(null);
    };
    return {
      move: (samples) => {
        const last = samples[samples.length - 1];
        if (!last) {
          return;
        }
        const dragged = (last.x - start.x) * host.scale;
        dragging ||= Math.abs(dragged) >= SLOP;
        if (dragging) {
          const wanted = Math.round((before + dragged * TOLERANCE_PER_PX) * 2) / 2;
          const next = Math.min(100, Math.max(0, wanted));
          this.#label = { x: last.x, y: last.y, tolerance: next };
          if (next !== tolerance || !this.#preview.shown) {
            tolerance = next;
            // When a preview fails, the exact selection will report it.
            look().catch(reporting('wand.preview'));
          }
          host.overlayChanged();
        }
      },
      frame: () => undefined,
      end: () => {
        over();
        if (tolerance !== before) {
          host.set((now) => {
            now.wand.tolerance = tolerance;
          });
        }
        const how = { mode, opacity: wand.opacity };
        host.busy(
          this.#feed
            .ready(host)
            .then(() => worker.wand(mask, request(), how))
            .then((changes) => {
              host.edit((now) => now.active.id === id && now.change('wand', changes));
            }),
        );
      },
      cancel: over,
    };
  }

  draw(context: CanvasRenderingContext2D, view: DeviceView, ratio: number): void {
    this.#preview.draw(context, view, ratio);
    if (this.#label) {
      drawLabel(context, view, this.#label, `± ${this.#label.tolerance}`, ratio);
    }
  }

  leave(closing: boolean): void {
    this.#label = null;
    this.#preview.clear();
    if (closing) {
      this.#feed.forget();
    }
  }
}
