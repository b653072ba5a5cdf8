import { reporting } from '../../base/report';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import type { FileSizes, Weight } from './file-sizes';

/** How long nothing more has to be selected, ms: whoever selects one after another is not counted after at each. */
const REST = 250;
/** Of more files than this only some are asked for, so that the server has other work to do. */
const SAMPLE = 48;

/** What is selected weighs so much, as far as it is known. */
export class SelectedWeight {
  readonly #sizes: FileSizes;
  readonly #sample: (most: number) => readonly GalleryItem[];
  readonly #count: () => number;
  #known = $state.raw<Weight | null>(null);

  /**
   * @param sample some of what is selected, spread evenly over it; all of it when it is not more.
   * @param count how much is selected.
   */
  constructor(sizes: FileSizes, sample: (most: number) => readonly GalleryItem[], count: () => number) {
    this.#sizes = sizes;
    this.#sample = sample;
    this.#count = count;
  }

  get known(): Weight | null {
    return this.#known;
  }

  /** Weighs what is selected once that has stayed the same for a moment; returns the way to stop. */
  weighSoon(): () => void {
    const off = new AbortController();
    this.#known = null;
    const timer = setTimeout(() => {
      this.#sizes
        .weigh(this.#sample(SAMPLE), this.#count(), off.signal)
        .then((weight) => (this.#known = weight))
        .catch(reporting('selection.weigh'));
    }, REST);
    return () => {
      clearTimeout(timer);
      off.abort();
    };
  }
}
