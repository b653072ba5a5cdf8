import type { ItemList } from '../item-list';
import { compareItems, type GalleryItem, type Splice } from '../output-index';
import { insertRuns, placeOf } from '../../state/sorted-list';

export type Sort = 'newest' | 'oldest';

const DIRECTIONS: Record<Sort, (a: GalleryItem, b: GalleryItem) => number> = {
  newest: compareItems,
  oldest: (a, b) => compareItems(b, a),
};

/** The pictures a search found, in order. Reading it makes an effect depend on it as a whole. */
export class FoundList implements ItemList {
  #items: GalleryItem[] = [];
  #compare = DIRECTIONS.newest;
  readonly #find: (key: string) => GalleryItem | undefined;
  readonly #spliceListeners = new Set<(splices: readonly Splice[]) => void>();
  readonly #resetListeners = new Set<() => void>();
  #rev = $state(0);

  /** @param find the picture under a key among all there are. */
  constructor(find: (key: string) => GalleryItem | undefined) {
    this.#find = find;
  }

  get length(): number {
    void this.#rev;
    return this.#items.length;
  }

  at(position: number): GalleryItem | undefined {
    void this.#rev;
    return this.#items.at(position);
  }

  slice(from: number, to?: number): GalleryItem[] {
    void this.#rev;
    return this.#items.slice(from, to);
  }

  indexOf(item: GalleryItem): number {
    void this.#rev;
    return this.#indexOf(item);
  }

  find(key: string): GalleryItem | undefined {
    void this.#rev;
    const item = this.#find(key);
    return item && this.#indexOf(item) >= 0 ? item : undefined;
  }

  onSplice(listener: (splices: readonly Splice[]) => void): () => void {
    this.#spliceListeners.add(listener);
    return () => this.#spliceListeners.delete(listener);
  }

  onReset(listener: () => void): () => void {
    this.#resetListeners.add(listener);
    return () => this.#resetListeners.delete(listener);
  }

  /**
   * Shows other results.
   * @param items the newest first.
   */
  reset(items: GalleryItem[], sort: Sort): void {
    this.#items = sort === 'oldest' ? items.reverse() : items;
    this.#compare = DIRECTIONS[sort];
    this.#rev += 1;
    this.#resetListeners.forEach((listener) => {
      listener();
    });
  }

  /** Takes pictures off the list and puts others on it. One that changed is in both. */
  change(removed: readonly GalleryItem[], added: readonly GalleryItem[]): void {
    const splices: Splice[] = [];
    const coming = new Map(added.map((item) => [item.key, item]));
    for (const item of removed) {
      const at = this.#indexOf(item);
      if (at >= 0) {
        this.#items.splice(at, 1);
        const next = coming.get(item.key);
        const stays = next !== undefined && placeOf(this.#items, next, this.#compare) === at;
        if (stays) {
          // Same place, new words: no row has to move.
          this.#items.splice(at, 0, next);
          coming.delete(item.key);
        }
        splices.push({ at, removed: [item], added: stays ? [next] : [] });
      }
    }
    const fresh = [...coming.values()].filter((item) => this.#indexOf(item) < 0);
    insertRuns(this.#items, fresh.sort(this.#compare), this.#compare, (at, run) => {
      splices.push({ at, removed: [], added: run });
    });
    if (splices.length > 0) {
      this.#rev += 1;
      this.#spliceListeners.forEach((listener) => {
        listener(splices);
      });
    }
  }

  #indexOf(item: GalleryItem): number {
    const at = placeOf(this.#items, item, this.#compare);
    return this.#items[at] === item ? at : -1;
  }
}
