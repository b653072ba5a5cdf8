import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import { COMPARE_LIMITS } from './compare-address';

/** Pictures put aside for comparison while stepping through the gallery. They last as long as the page. */
export class Pins {
  #files = $state.raw<readonly FileRef[]>([]);

  /** In the order in which they were pinned. */
  get files(): readonly FileRef[] {
    return this.#files;
  }

  has(file: FileRef): boolean {
    return this.#files.some((known) => fileRefKey(known) === fileRefKey(file));
  }

  /** Whether no further picture can be pinned. */
  get full(): boolean {
    return this.#files.length >= COMPARE_LIMITS.max;
  }

  /** Pins a picture, or takes it off; does nothing with one too many. */
  toggle(file: FileRef): void {
    if (this.has(file)) {
      this.#files = this.#files.filter((known) => fileRefKey(known) !== fileRefKey(file));
    } else if (!this.full) {
      this.#files = [...this.#files, file];
    }
  }

  clear(): void {
    this.#files = [];
  }
}

/** The pins of the page. */
export const pins = new Pins();
