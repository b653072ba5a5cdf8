import { report, reporting } from '../../base/report';
import type { DifferenceClient } from './difference-client';
import { type Fit, type PixelBox, shareAbove } from './pixel-difference';

/** How far the comparison of the pixels is. */
export type DifferenceState =
  | { status: 'idle' | 'comparing' | 'shapes' | 'failed' }
  | { status: 'ready'; fit: Exclude<Fit, { kind: 'shapes' }>; histogram: Uint32Array };

/** Differences that nobody sees are left out at first: encoders leave them everywhere. */
const FIRST_THRESHOLD = 8;

/** Where two pictures differ, and by how much. */
export class DifferenceView {
  readonly #client: DifferenceClient;
  #state = $state.raw<DifferenceState>({ status: 'idle' });
  #threshold = $state(FIRST_THRESHOLD);
  #heat = $state.raw<ImageBitmap | null>(null);
  #files: readonly [Blob, Blob] | null = null;
  #isPainting = false;
  #painted: number | null = null;

  readonly #share = $derived(
    this.#state.status === 'ready' ? shareAbove(this.#state.histogram, this.#threshold) : null,
  );

  constructor(client: DifferenceClient) {
    this.#client = client;
  }

  get state(): DifferenceState {
    return this.#state;
  }

  /** Only pixels that differ by more than this count, 0–255. */
  get threshold(): number {
    return this.#threshold;
  }

  /** The share of the pixels that count, 0–1. */
  get share(): number | null {
    return this.#share;
  }

  /** The heat map at its own size. */
  get heat(): ImageBitmap | null {
    return this.#heat;
  }

  /** Compares two pictures unless they are compared already; `null` for none. */
  show(a: Blob | null, b: Blob | null): void {
    if (!a || !b || (this.#files?.[0] === a && this.#files[1] === b)) {
      return;
    }
    void this.#compare([a, b]);
  }

  setThreshold(threshold: number): void {
    this.#threshold = Math.min(254, Math.max(0, Math.round(threshold)));
    void this.#paint().catch(reporting('compare.paint'));
  }

  /** Frees the heat map, which takes as much memory as a picture. */
  close(): void {
    this.#files = null;
    this.#state = { status: 'idle' };
    this.#setHeat(null);
  }

  /** Where the pictures differ, px. */
  box(): Promise<PixelBox | null> {
    return this.#client.box(this.#threshold);
  }

  async #compare(files: readonly [Blob, Blob]): Promise<void> {
    this.#files = files;
    this.#state = { status: 'comparing' };
    this.#setHeat(null);
    this.#painted = null;
    try {
      const found = await this.#client.compare(...files);
      if (this.#files === files) {
        this.#state =
          'histogram' in found
            ? { status: 'ready', fit: found.fit, histogram: found.histogram }
            : { status: 'shapes' };
        await this.#paint();
      }
    } catch (error) {
      report(error, 'compare.difference');
      if (this.#files === files) {
        this.#state = { status: 'failed' };
      }
    }
  }

  /** Once more when the threshold moved on meanwhile; never two at a time. */
  async #paint(): Promise<void> {
    if (this.#isPainting) {
      return;
    }
    this.#isPainting = true;
    try {
      while (this.#state.status === 'ready' && this.#painted !== this.#threshold) {
        const [threshold, files] = [this.#threshold, this.#files];
        const heat = await this.#client.paint(threshold);
        if (files === this.#files) {
          this.#painted = threshold;
          this.#setHeat(heat);
        } else {
          heat?.close();
        }
      }
    } finally {
      this.#isPainting = false;
    }
  }

  #setHeat(heat: ImageBitmap | null): void {
    this.#heat?.close();
    this.#heat = heat;
  }
}
