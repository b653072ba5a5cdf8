import { readObject, Stored } from '../../base/stored';
import { untrack } from 'svelte';
import { folderPath } from '../../comfy/folder-path';
import type { ItemList } from '../../jobs/library/item-list';
import { type FolderRow, FolderTree } from './folder-tree';

/** Folders that are remembered to be open. */
const MOST_OPEN = 500;

const stored = new Stored<string[]>('darkroom.open-folders', {
  read: (json) => {
    const { open } = readObject(json);
    return Array.isArray(open) ? open.filter((path) => typeof path === 'string') : [];
  },
  stringify: (open) => JSON.stringify({ open }),
});

/** The folders of the pictures there are, and which of them is looked at. */
export class Folders {
  readonly #lists: () => readonly ItemList[];
  readonly #known: () => { paths: readonly string[]; roots: readonly string[] };
  readonly #tree = new FolderTree();
  #rev = $state(0);
  #open = $state.raw<ReadonlySet<string>>(new Set(stored.load()));

  readonly #rows = $derived.by(() => {
    void this.#rev;
    return this.#tree.rows((path) => this.#open.has(path));
  });

  /**
   * @param lists every picture that may be shown, each on one of them. Reactive.
   * @param known folders that are there, also without a picture in them, and the roots besides the output folder.
   *   Reactive.
   */
  constructor(
    lists: () => readonly ItemList[],
    known: () => { paths: readonly string[]; roots: readonly string[] },
  ) {
    this.#lists = lists;
    this.#known = known;
  }

  get rows(): readonly FolderRow[] {
    return this.#rows;
  }

  /** Counts pictures, and keeps up with the list, until the component that called it is gone. */
  follow(): void {
    $effect.pre(() => {
      const { paths, roots } = this.#known();
      untrack(() => {
        this.#tree.keep(paths, roots);
        this.#rev += 1;
      });
    });
    $effect.pre(() => {
      const lists = this.#lists();
      return untrack(() => {
        this.#count(lists);
        const stops = lists.flatMap((list) => [
          list.onSplice((splices) => {
            splices.forEach(({ removed, added }) => {
              removed.forEach((item) => this.#tree.add(folderPath(item.output.ref), -1));
              added.forEach((item) => this.#tree.add(folderPath(item.output.ref), 1));
            });
            this.#rev += 1;
          }),
          list.onReset(() => this.#count(lists)),
        ]);
        return () => stops.forEach((stop) => stop());
      });
    });
  }

  #count(lists: readonly ItemList[]): void {
    this.#tree.clear();
    lists.forEach((list) => list.slice(0).forEach((item) => this.#tree.add(folderPath(item.output.ref), 1)));
    this.#rev += 1;
  }

  /** Opens or closes a folder. */
  setOpen(path: string, open: boolean): void {
    const others = [...this.#open].filter((each) => each !== path);
    this.#open = new Set(open ? [...others, path] : others);
    stored.save([...this.#open].slice(-MOST_OPEN));
  }

  /** Opens every folder on the way to one. */
  reveal(path: string): void {
    const names = path.split('/');
    names.slice(0, -1).forEach((_, i) => {
      const above = names.slice(0, i + 1).join('/');
      if (!this.#open.has(above)) {
        this.setOpen(above, true);
      }
    });
  }
}
