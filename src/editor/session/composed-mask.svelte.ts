import { islandsOf } from '../mask/islands';
import type { MaskDocument } from '../mask/mask-document';
import type { PixelRect } from '../mask/rect';
import type { SessionCore } from './session-core.svelte';

/** All masks of the open picture put together, modifiers included: what would be sent to the server. */
export class ComposedMask {
  readonly #core: SessionCore;
  #rev = $state(0);
  #empty = $state(true);
  #coverage = $state<number | null>(null);

  constructor(core: SessionCore) {
    this.#core = core;
  }

  /** Grows with every change of the mask, undo and redo included. */
  get rev(): number {
    return this.#rev;
  }

  /** Nothing is to be repainted. */
  get empty(): boolean {
    return this.#empty;
  }

  /**
   * Share of the picture to be repainted, 0 to 1; soft pixels count by their strength. Lags a moment behind
   * changes; null when nothing is painted, or while it has not been counted yet.
   */
  get coverage(): number | null {
    return this.#coverage;
  }

  /** The smallest box around all painted pixels, image px; null when nothing is painted. */
  bounds(): PixelRect | null {
    return this.#core.document?.composite.bounds() ?? null;
  }

  /** Boxes around the parts of the mask that touch no other, image px; see `islandsOf`. */
  islands(): readonly PixelRect[] {
    const grid = this.#core.document?.composite;
    return grid ? islandsOf(grid) : [];
  }

  /** Share of the mask, 0 to 1, inside a rectangle of image px; null when nothing is painted. */
  shareWithin(rect: PixelRect): number | null {
    return this.#core.document?.composite.shareWithin(rect) ?? null;
  }

  /**
   * Exact mask values (0 keep, 255 repaint) of a rectangle of image px, row by row.
   * @throws Error when no picture is open.
   */
  read(rect: PixelRect): Uint8Array {
    return this.#core.openDocument().composite.readRect(rect);
  }

  /** Call after every change of the document. */
  sync(document: MaskDocument | null): void {
    this.#rev = document?.rev ?? 0;
    this.#empty = document?.composite.empty ?? true;
    if (this.#empty) {
      this.#coverage = null;
    }
  }

  /** Call once the document has counted its sums. */
  counted(document: MaskDocument): void {
    this.#coverage = document.composite.empty ? null : document.composite.coverage();
  }
}
