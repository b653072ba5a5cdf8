import type { ItemList } from '../jobs/library/item-list';
import type { Sort } from '../jobs/library/sort';
import type { GalleryItem, Splice } from '../jobs/library/output-index';

/** The list the gallery shows: everything, or in its place what a search found. */
export class ShownList implements ItemList {
  #all = $state.raw() as ItemList;
  #list = $state.raw() as ItemList;
  #aside = $state.raw<readonly ItemList[]>([]);
  /** Moves each listener from one list to the other. */
  readonly #moves = new Set<() => void>();
  readonly #resetListeners = new Set<() => void>();

  constructor(all: ItemList) {
    this.#all = all;
    this.#list = all;
  }

  /** What is shown when nothing is searched for: every picture that is neither hidden nor an input. */
  get all(): ItemList {
    return this.#all;
  }

  /** Inputs that are not hidden: shown only when asked for. Reactive. */
  get aside(): readonly ItemList[] {
    return this.#aside;
  }

  setAside(lists: readonly ItemList[]): void {
    this.#aside = lists;
  }

  /** Whether everything is shown. */
  get isAll(): boolean {
    return this.#list === this.#all;
  }

  /**
   * From now on this list is everything.
   * @param same whether it holds at this moment what the one before holds, so that nothing needs to be laid out anew.
   */
  setAll(list: ItemList, same: boolean): void {
    const wasAll = this.isAll;
    this.#all = list;
    if (wasAll && list !== this.#list) {
      this.#list = list;
      this.#moves.forEach((move) => move());
      if (!same) {
        this.#resetListeners.forEach((listener) => listener());
      }
    }
  }

  /** Shows another list, or everything again. */
  show(list: ItemList | null): void {
    const next = list ?? this.#all;
    if (next !== this.#list) {
      this.#list = next;
      this.#moves.forEach((move) => move());
      this.#resetListeners.forEach((listener) => listener());
    }
  }

  get length(): number {
    return this.#list.length;
  }

  get sort(): Sort {
    return this.#list.sort;
  }

  at(position: number): GalleryItem | undefined {
    return this.#list.at(position);
  }

  slice(from: number, to?: number): GalleryItem[] {
    return this.#list.slice(from, to);
  }

  indexOf(item: GalleryItem): number {
    return this.#list.indexOf(item);
  }

  find(key: string): GalleryItem | undefined {
    return this.#list.find(key);
  }

  onSplice(listener: (splices: readonly Splice[]) => void): () => void {
    return this.#listen((list) => list.onSplice(listener));
  }

  onReset(listener: () => void): () => void {
    const stop = this.#listen((list) => list.onReset(listener));
    this.#resetListeners.add(listener);
    return () => {
      stop();
      this.#resetListeners.delete(listener);
    };
  }

  #listen(begin: (list: ItemList) => () => void): () => void {
    let stop = begin(this.#list);
    const move = (): void => {
      stop();
      stop = begin(this.#list);
    };
    this.#moves.add(move);
    return () => {
      stop();
      this.#moves.delete(move);
    };
  }
}
