import { reportingAs } from '../../base/report';
import { fileRefKey } from '../../comfy/file-ref';
import type { PictureSource } from '../../comfy/picture-source';
import type { GalleryItem } from '../../jobs/job-store.svelte';

/** How many files the server is asked about at a time. */
const AT_ONCE = 3;

/** What files weigh. */
export interface Weight {
  bytes: number;
  /** How many files that is. */
  files: number;
  /** Files the server does not have, or does not tell about. */
  missing: number;
  /** Whether each of them was asked for; otherwise the rest is taken to be like those that were. */
  exact: boolean;
}

/** Sizes of files as the server tells them, each asked for once. */
export class FileSizes {
  readonly #pictures: PictureSource;
  /** `null` for a file that is not there. */
  readonly #known = new Map<string, number | null>();

  constructor(pictures: PictureSource) {
    this.#pictures = pictures;
  }

  /**
   * Weighs files.
   * @param items the files to ask for.
   * @param count how many there are, where `items` are only some of them.
   * @param onprogress is told what is known so far.
   * @throws the reason of the signal.
   */
  async weigh(
    items: readonly GalleryItem[],
    count: number,
    signal: AbortSignal,
    onprogress: (weight: Weight, asked: number) => void = () => undefined,
  ): Promise<Weight> {
    const sum = { bytes: 0, found: 0, asked: 0 };
    const result = (): Weight => {
      const share = sum.asked === 0 ? 0 : count / sum.asked;
      return {
        bytes: Math.round(sum.bytes * share),
        files: Math.round(sum.found * share),
        missing: Math.round((sum.asked - sum.found) * share),
        exact: sum.asked === count,
      };
    };
    let next = 0;
    const ask = async (): Promise<void> => {
      for (let item = items[next++]; item; item = items[next++]) {
        const bytes = await this.#of(item, signal);
        signal.throwIfAborted();
        sum.asked += 1;
        sum.found += bytes === null ? 0 : 1;
        sum.bytes += bytes ?? 0;
        onprogress(result(), sum.asked);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, ask));
    return result();
  }

  /** The size of a file, if it has been asked for and is there. */
  known(item: GalleryItem): number | null {
    return this.#known.get(keyOf(item)) ?? null;
  }

  async #of(item: GalleryItem, signal: AbortSignal): Promise<number | null> {
    const key = keyOf(item);
    const known = this.#known.get(key);
    if (known !== undefined) {
      return known;
    }
    const stat = await this.#pictures
      .stat(item.output.ref, signal)
      .catch(reportingAs('selection.size', null));
    const bytes = stat?.bytes ?? null;
    if (!signal.aborted && stat) {
      this.#known.set(key, bytes);
    }
    return bytes;
  }
}

/** A file written anew under its name has another size. */
function keyOf(item: GalleryItem): string {
  return `${item.key} ${fileRefKey(item.output.ref)}`;
}
