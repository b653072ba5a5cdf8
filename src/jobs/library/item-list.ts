import type { GalleryItem, Splice } from './output-index';
import type { Sort } from './sort';

/** A list of pictures as the grid and the viewer read it: all there are, or those a search found. */
export interface ItemList {
  readonly length: number;
  readonly sort: Sort;
  /** The item at a position; negative ones count from the end. */
  at(position: number): GalleryItem | undefined;
  /** Items `from … to − 1`. */
  slice(from: number, to?: number): GalleryItem[];
  /** Position of an item; −1 when it is not listed. */
  indexOf(item: GalleryItem): number;
  /** The item under a key `<job id>/<output index>`. */
  find(key: string): GalleryItem | undefined;
  /** Calls back with what happens to the list, in order; returns the way to stop. */
  onSplice(listener: (splices: readonly Splice[]) => void): () => void;
  /** Calls back when another list has taken the place of this one; returns the way to stop. */
  onReset(listener: () => void): () => void;
}
