import { report } from '../../base/report';
import type { EditorPicture } from '../model/editor-types';

/** Shows pixels below the mask: a session. */
interface PixelStage {
  readonly picture: EditorPicture | null;
  showPixels: (source: Blob | string) => Promise<void>;
}

/**
 * Within this time a new request replaces the last, ms: someone stepping quickly through results decodes only
 * the last.
 */
const PATIENCE = 200;

/**
 * Which pixels lie below the mask: the original's, or a result's while somebody paints on it. Requests are
 * served one after another, and only the newest.
 */
export class StagePixels {
  readonly #session: PixelStage;
  #wanted: string | Blob | null = null;
  #below: string | Blob | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #working = false;

  constructor(session: PixelStage) {
    this.#session = session;
  }

  /** @param source a picture of the same size, or its address; null for the original. */
  want(source: string | Blob | null): void {
    this.#wanted = source;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#work(), PATIENCE);
  }

  /** Another picture is open, with its own pixels. */
  reset(): void {
    clearTimeout(this.#timer);
    this.#wanted = null;
    this.#below = null;
  }

  async #work(): Promise<void> {
    if (this.#working) {
      return;
    }
    this.#working = true;
    try {
      while (this.#wanted !== this.#below && this.#session.picture) {
        const wanted = this.#wanted;
        await this.#session.showPixels(wanted ?? this.#session.picture.source);
        this.#below = wanted;
      }
    } catch (error) {
      report(error, 'results.stage-pixels');
      // A result of another size, or one that is gone: what was shown below the mask stays.
      this.#below = this.#wanted;
    } finally {
      this.#working = false;
    }
  }
}
