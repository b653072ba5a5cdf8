import { untrack } from 'svelte';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import type { JobGraph } from '../../jobs/state/job';
import type { Making } from '../details/making.svelte';
import { afterPaint } from './after-paint';

/**
 * What stands beside the open picture, which follows it once it is on screen: it takes longer to build than the
 * picture, and whoever leafs through many waits for the pictures alone. To be made in a component.
 */
export class OpenDetails {
  readonly #making: Making;
  #item = $state.raw<GalleryItem>();
  #stop: (() => void) | undefined;

  /** @param making is told what to read. */
  constructor(making: Making, open: () => GalleryItem | undefined) {
    this.#making = making;
    untrack(() => this.#turnTo(open()));
    $effect(() => {
      const item = open();
      // Items are made anew at every change of any job; the key alone says that it is another picture.
      if (item?.key === untrack(() => this.#item?.key)) {
        this.#item = item;
        return;
      }
      return afterPaint(() => this.#turnTo(item));
    });
    $effect(() => () => this.#stop?.());
  }

  #turnTo(item: GalleryItem | undefined): void {
    this.#stop?.();
    this.#item = item;
    this.#stop = this.#making.follow(item);
  }

  /** The picture that the details are about. */
  get item(): GalleryItem | undefined {
    return this.#item;
  }

  /** How a picture was made, where its file alone tells it and was read. */
  fromFile(key: string | undefined): JobGraph | null {
    return this.#item?.key === key && this.#making.state === 'fromFile' ? this.#making.job : null;
  }
}
