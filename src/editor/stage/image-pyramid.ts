import { browser } from '../../base/browser';
import { report } from '../../base/report';
import { type DeviceView, deviceX, deviceY, setSmoothing } from './device-view';
import {
  IMAGE_TILE,
  ImageError,
  type ImageFacts,
  type ImageTile,
  cutImage,
  imageLevels,
  sideAt,
} from './image-tiles';
import type { ImageReply, ImageRequest } from './image-worker';

/**
 * The picture as tiles of all levels, decoded off the main thread. Draws what is there: coarser tiles stand
 * in for finer ones still to come.
 */
export class ImagePyramid {
  readonly #tiles = new Map<string, ImageTile>();
  readonly #levels: number;
  readonly #onTile: () => void;
  #facts: ImageFacts | null = null;
  #worker: Worker | null = null;
  #closed = false;
  #endWaiting: () => void = () => undefined;
  readonly #closing = new Promise<void>((resolve) => {
    this.#endWaiting = resolve;
  });

  /** @param onTile called when there is more to draw. Sizes in px. */
  constructor(
    readonly width: number,
    readonly height: number,
    onTile: () => void,
  ) {
    this.#levels = imageLevels(width, height);
    this.#onTile = onTile;
  }

  /** Whether the picture has no transparent pixels; false until known. */
  get opaque(): boolean {
    return this.#facts?.opaque ?? false;
  }

  /**
   * Decodes the picture.
   * @returns `first` when the coarsest level can be drawn, `all` when every level can. Both reject with an
   *   ImageError; `close` makes both resolve.
   */
  load(source: Blob | string): { first: Promise<void>; all: Promise<void> } {
    let seen: () => void = () => undefined;
    const oneTile = new Promise<void>((resolve) => {
      seen = resolve;
    });
    const all = Promise.race([
      this.#closing,
      this.#decode(source, (tile) => {
        if (this.#closed) {
          tile.bitmap.close();
          return;
        }
        this.#tiles.set(key(tile.level, tile.column, tile.row), tile);
        seen();
        this.#onTile();
      }),
    ]);
    const first = Promise.race([oneTile, all]);
    // Callers waiting for one of them need not handle the other.
    // eslint-disable-next-line local/no-silent-catch -- see above
    [first, all].forEach((promise) => void promise.catch(() => undefined));
    return { first, all };
  }

  /**
   * Draws the picture. The context works in device px.
   * @returns false when a finer level than the one drawn is wanted and not there yet.
   */
  draw(context: CanvasRenderingContext2D, view: DeviceView): boolean {
    if (this.#tiles.size === 0) {
      return false;
    }
    const wanted = Math.max(0, Math.min(this.#levels - 1, Math.floor(Math.log2(1 / view.scale) + 1e-6)));
    setSmoothing(context, view);
    let complete = true;
    for (let level = this.#levels - 1; level >= wanted; level--) {
      // Coarser levels are drawn only below missing tiles.
      if (level > wanted && this.#hasAll(wanted, view)) {
        continue;
      }
      complete = this.#drawLevel(context, view, level);
    }
    return complete;
  }

  /**
   * The whole picture at its smallest, at most 1024 px a side; null before it can be drawn. Do not keep it.
   */
  get overview(): ImageBitmap | null {
    return this.#tiles.get(key(this.#levels - 1, 0, 0))?.bitmap ?? null;
  }

  /** Stops decoding and frees all bitmaps. */
  close(): void {
    this.#closed = true;
    this.#endWaiting();
    this.#worker?.terminate();
    this.#worker = null;
    for (const { bitmap } of this.#tiles.values()) {
      bitmap.close();
    }
    this.#tiles.clear();
  }

  #decode(source: Blob | string, onTile: (tile: ImageTile) => void): Promise<void> {
    const onFacts = (facts: ImageFacts): void => {
      this.#facts = facts;
    };
    const size = { width: this.width, height: this.height };
    const inPlace = (): Promise<void> => cutImage(source, size, onFacts, onTile);
    if (!browser.offscreenCanvas) {
      return inPlace();
    }
    try {
      this.#worker = new Worker(new URL('./image-worker.ts', import.meta.url), { type: 'module' });
    } catch (error) {
      report(error, 'stage.image-worker');
      return inPlace();
    }
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<ImageReply>) => {
        switch (data.kind) {
          case 'facts':
            onFacts(data.facts);
            return;
          case 'tile':
            onTile(data.tile);
            return;
          case 'done':
            worker.terminate();
            resolve();
            return;
          case 'failed':
            worker.terminate();
            reject(new ImageError(data.problem, data.facts));
        }
      });
      worker.addEventListener('error', () => {
        worker.terminate();
        inPlace().then(resolve, reject);
      });
      const url = typeof source === 'string' ? new URL(source, document.baseURI).href : source;
      worker.postMessage({ source: url, ...size } satisfies ImageRequest);
    });
  }

  #hasAll(level: number, view: DeviceView): boolean {
    const { c0, c1, r0, r1 } = this.#range(level, view);
    for (let row = r0; row < r1; row++) {
      for (let column = c0; column < c1; column++) {
        if (!this.#tiles.has(key(level, column, row))) {
          return false;
        }
      }
    }
    return true;
  }

  #drawLevel(context: CanvasRenderingContext2D, view: DeviceView, level: number): boolean {
    const { c0, c1, r0, r1 } = this.#range(level, view);
    const size = 2 ** level;
    let complete = true;
    for (let row = r0; row < r1; row++) {
      for (let column = c0; column < c1; column++) {
        const tile = this.#tiles.get(key(level, column, row));
        if (!tile) {
          complete = false;
          continue;
        }
        const fromX = column * IMAGE_TILE;
        const fromY = row * IMAGE_TILE;
        const toX = Math.min(this.width / size, fromX + IMAGE_TILE);
        const toY = Math.min(this.height / size, fromY + IMAGE_TILE);
        const left = deviceX(view, fromX * size);
        const top = deviceY(view, fromY * size);
        context.drawImage(
          tile.bitmap,
          column > 0 ? 1 : 0,
          row > 0 ? 1 : 0,
          toX - fromX,
          toY - fromY,
          left,
          top,
          deviceX(view, toX * size) - left,
          deviceY(view, toY * size) - top,
        );
      }
    }
    return complete;
  }

  /** Tiles of a level that are in view. */
  #range(level: number, view: DeviceView): { c0: number; c1: number; r0: number; r1: number } {
    const step = IMAGE_TILE * 2 ** level * view.scale;
    const columns = Math.ceil(sideAt(this.width, level) / IMAGE_TILE);
    const rows = Math.ceil(sideAt(this.height, level) / IMAGE_TILE);
    return {
      c0: Math.max(0, Math.floor((view.clip.x0 - view.x) / step)),
      c1: Math.min(columns, Math.ceil((view.clip.x1 - view.x) / step)),
      r0: Math.max(0, Math.floor((view.clip.y0 - view.y) / step)),
      r1: Math.min(rows, Math.ceil((view.clip.y1 - view.y) / step)),
    };
  }
}

function key(level: number, column: number, row: number): string {
  return `${level}/${column}/${row}`;
}
