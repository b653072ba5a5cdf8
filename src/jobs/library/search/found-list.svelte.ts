import type { ItemList } from '../item-list';
import type { GalleryItem, Splice } from '../output-index';
import { insertRuns, placeOf } from '../../state/sorted-list';
import { compareWithin, isDated, rankIn, type Ranked, type Sort } from '../sort';

/** The pictures a search found, in order. Reading it makes an effect depend on it as a whole. */
export class FoundList implements ItemList {
  #items: GalleryItem[] = [];
  #sort = $state<Sort>('newest');
  /** Of the pictures on the list, as they were when they were put there: what they go by now may be another. */
  readonly #ranks = new Map<string, number>();
  #within = compareWithin('newest');
  readonly #find: (key: string) => GalleryItem | undefined;
  readonly #ranked: Ranked;
  readonly #spliceListeners = new Set<(splices: readonly Splice[]) => void>();
  readonly #resetListeners = new Set<() => void>();
  #rev = $state(0);

  /** @param find the picture under a key among all there are. */
  constructor(
    find: (key: string) => GalleryItem | undefined,
    ranked: Ranked = { rating: () => 0, written: () => null },
  ) {
    this.#find = find;
    this.#ranked = ranked;
  }

  get sort(): Sort {
    return this.#sort;
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
    this.#sort = sort;
    this.#within = compareWithin(sort);
    this.#ranks.clear();
    this.#items = sort === 'oldest' ? items.reverse() : items;
    if (!isDated(sort)) {
      this.#rank(items);
      // Stable: of equals the newest come first, as they came.
      this.#items.sort((a, b) => this.#byRank(a, b));
    }
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
        this.#ranks.delete(item.key);
        const next = coming.get(item.key);
        this.#rank(next ? [next] : []);
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
    this.#rank(fresh);
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

  readonly #compare = (a: GalleryItem, b: GalleryItem): number => this.#byRank(a, b) || this.#within(a, b);

  #byRank(a: GalleryItem, b: GalleryItem): number {
    // Infinities have no difference.
    const [first, second] = [this.#ranks.get(a.key) ?? 0, this.#ranks.get(b.key) ?? 0];
    return first === second ? 0 : second > first ? 1 : -1;
  }

  #rank(items: readonly GalleryItem[]): void {
    if (!isDated(this.#sort)) {
      items.forEach((item) => this.#ranks.set(item.key, rankIn(this.#sort, item, this.#ranked)));
    }
  }

  #indexOf(item: GalleryItem): number {
    const at = placeOf(this.#items, item, this.#compare);
    return this.#items[at] === item ? at : -1;
  }
}
