import { reporting } from '../../base/report';
import { rgbOf } from '../paint/planes';
import { Pending } from './pending';
import { pickPress } from './pick-press';
import type { PictureFeed } from './picture-feed';
import type { Gesture, GestureStart, Tool, ToolHost } from './tool';

/**
 * The bucket of the paint layer: a click fills what has a similar colour as it is seen, picture and paint. With
 * the erase key or the right button, it takes the colour away there.
 */
export class PaintFillTool implements Tool {
  readonly id = 'paintFill';
  readonly cursor = 'cross';
  readonly keyboard = 'hold';
  readonly #feed: PictureFeed;
  readonly #pending = new Pending<GestureStart>();

  constructor(feed: PictureFeed) {
    this.#feed = feed;
  }

  enter(host: ToolHost): void {
    // Decoded ahead of the first click; a failure is reported when it is needed.
    this.#feed
      .ready(host)
      .then(() => host.worker.warmPicture())
      .catch(reporting('paint-fill.warm'));
  }

  begin(start: GestureStart, host: ToolHost): Gesture {
    return (
      pickPress(start, host) ?? {
        move: () => undefined,
        frame: () => undefined,
        end: () => {
          this.#pending.begin(start);
          host.busy(
            this.#fill(start, host).finally(() => {
              this.#pending.end(start);
            }),
          );
        },
        cancel: () => undefined,
      }
    );
  }

  async #fill(start: GestureStart, host: ToolHost): Promise<void> {
    const { document: doc, paint, settings, worker } = host;
    const x = Math.floor(start.x);
    const y = Math.floor(start.y);
    if (x < 0 || y < 0 || x >= doc.width || y >= doc.height) {
      return;
    }
    const { color, opacity, layer, tolerance, contiguous } = settings.paint;
    const mode = start.subtract ? 'erase' : 'paint';
    const fill = { color: rgbOf(color), mode, opacity } as const;
    await this.#feed.ready(host);
    const changes = await worker.paint(paint, {
      kind: 'region',
      x,
      y,
      tolerance,
      contiguous,
      layer,
      ...fill,
    });
    if (this.#pending.has(start)) {
      host.edit((now) => now.changePaint(mode === 'erase' ? 'paint-erase' : 'paint-fill', changes));
    }
  }

  recall(): boolean {
    return this.#pending.recall() !== undefined;
  }

  leave(closing: boolean): void {
    if (closing) {
      this.#feed.forget();
    }
  }
}
