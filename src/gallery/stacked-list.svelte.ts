import { exchange } from '../jobs/library/exchange';
import type { ItemList } from '../jobs/library/item-list';
import type { GalleryItem, Splice } from '../jobs/library/output-index';
import { compareIn, isDated, keepsJobs, type Sort } from '../jobs/library/sort';
import type { SweepMark } from '../jobs/state/job';
import { placeOf } from '../jobs/state/sorted-list';

/** The listed pictures of one job or sweep, in the order of the list. Another object whenever they change. */
export interface Stack {
  readonly items: readonly GalleryItem[];
  /** Whether each has a tile of its own. */
  readonly open: boolean;
  /** What one of its runs says of the sweep, where the closed tile is its sheet. */
  readonly sheet: SweepMark | undefined;
}

/** So many pictures of a sweep make a sheet, however many of a job make a stack. */
const LEAST_OF_SHEET = 2;

/** As the address has it; no job has such an id, whatever the sweep calls itself. */
const sheetId = ({ id }: SweepMark): string => `sheet/${id}`;

/**
 * A list in which the pictures of a job share one tile, that of the first, where there are enough of them; so do
 * those of a sweep in the order of time. What happens to the list costs as much as the jobs and sweeps it happens
 * to, however long the list is. Where the order does not keep jobs together, it is the list itself.
 */
export class StackedList implements ItemList {
  readonly #source: ItemList;
  readonly #from: () => number;
  #least = Infinity;
  readonly #opened = new Set<string>();
  /** By job, whether there are enough of them or not. */
  #stacks = new Map<string, Stack>();
  /** `null` where nothing is stacked: the list itself. */
  #tiles: GalleryItem[] | null = null;
  #compare = compareIn('newest');
  readonly #spliceListeners = new Set<(splices: readonly Splice[]) => void>();
  readonly #resetListeners = new Set<() => void>();
  #rev = $state(0);

  /** @param from how many pictures of a job make a stack; not reactive, see `restack`. */
  constructor(source: ItemList, from: () => number) {
    this.#source = source;
    this.#from = from;
  }

  /** Stacks what is listed, and follows it until the returned function is called. */
  follow(): () => void {
    const stops = [
      this.#source.onSplice((splices) => this.#follow(splices)),
      this.#source.onReset(() => {
        this.#build();
        this.#resetListeners.forEach((listener) => listener());
      }),
    ];
    this.#build();
    return () => stops.forEach((stop) => stop());
  }

  /** Follows the number of pictures that make a stack. */
  restack(): void {
    if (this.#from() !== this.#least) {
      const removed = this.slice(0);
      this.#build();
      this.#tell([{ at: 0, removed, added: this.slice(0) }]);
    }
  }

  /** The stack a listed picture belongs to; `null` when it stands by itself. Reactive. */
  of(item: GalleryItem): Stack | null {
    void this.#rev;
    const stack = this.#tiles ? this.#stacks.get(this.#idOf(item)) : undefined;
    return stack && this.#isEnough(stack) ? stack : null;
  }

  /** The pictures a tile stands for. Reactive. */
  behind(item: GalleryItem): readonly GalleryItem[] {
    const stack = this.of(item);
    return stack && !stack.open ? stack.items : [item];
  }

  /** The picture that stands for the sheet of a sweep, `sheet/<sweep id>`; `undefined` when none of it is listed. */
  firstOf(sheet: string): GalleryItem | undefined {
    return this.#stacks.get(sheet)?.items[0];
  }

  /** How many pictures the tiles `from … to − 1` stand for. */
  picturesIn(from: number, to: number): number {
    return this.slice(from, to).reduce((sum, item) => sum + this.behind(item).length, 0);
  }

  /** Shows each picture of a stack, or only the first; without effect on one that stands by itself. */
  toggle(item: GalleryItem): void {
    const id = this.#idOf(item);
    const stack = this.of(item);
    if (!this.#tiles || !stack) {
      return;
    }
    const open = !stack.open;
    this.#opened[open ? 'add' : 'delete'](id);
    this.#stacks.set(id, { ...stack, open });
    const rest = stack.items.slice(1);
    // The runs of a sweep may have others between them.
    this.#tell(exchange(this.#tiles, open ? [] : rest, open ? rest : [], this.#compare));
  }

  /** By what pictures share a tile: their sweep, or their job. */
  #idOf({ job }: GalleryItem): string {
    const sweep = isDated(this.#source.sort) ? job.darkroom?.sweep : undefined;
    return sweep ? sheetId(sweep) : job.id;
  }

  /** Whether other pictures may share its tile. */
  #isOfMany(item: GalleryItem): boolean {
    return item.job.outputs.length > 1 || this.#idOf(item) !== item.job.id;
  }

  #isEnough({ items, sheet }: Stack): boolean {
    return items.length >= (sheet ? LEAST_OF_SHEET : this.#least);
  }

  #stackOf(id: string, items: readonly GalleryItem[]): Stack {
    const sweep = items[0]?.job.darkroom?.sweep;
    return { items, open: this.#opened.has(id), sheet: sweep && sheetId(sweep) === id ? sweep : undefined };
  }

  get length(): number {
    return this.#list.length;
  }

  get sort(): Sort {
    return this.#source.sort;
  }

  at(position: number): GalleryItem | undefined {
    return this.#list.at(position);
  }

  slice(from: number, to?: number): GalleryItem[] {
    return this.#list.slice(from, to);
  }

  /** Position of a picture's tile, which may stand for others too; −1 when it is not listed. */
  indexOf(item: GalleryItem): number {
    const list = this.#list;
    if (!this.#tiles) {
      return list.indexOf(item);
    }
    const [tile = item] = this.behind(item);
    const at = placeOf(this.#tiles, tile, this.#compare);
    return this.#tiles[at] === tile ? at : -1;
  }

  /** The picture whose tile shows the one under a key, or stands for it. */
  find(key: string): GalleryItem | undefined {
    const item = this.#source.find(key);
    return item && this.behind(item)[0];
  }

  onSplice(listener: (splices: readonly Splice[]) => void): () => void {
    this.#spliceListeners.add(listener);
    return () => this.#spliceListeners.delete(listener);
  }

  onReset(listener: () => void): () => void {
    this.#resetListeners.add(listener);
    return () => this.#resetListeners.delete(listener);
  }

  /** Reading it makes an effect depend on the list as a whole. */
  get #list(): Pick<ItemList, 'length' | 'at' | 'slice'> & { indexOf: (item: GalleryItem) => number } {
    void this.#rev;
    return this.#tiles ?? this.#source;
  }

  #tell(splices: readonly Splice[]): void {
    this.#rev += 1;
    if (splices.length > 0) {
      this.#spliceListeners.forEach((listener) => listener(splices));
    }
  }

  #build(): void {
    const { sort } = this.#source;
    this.#least = this.#from();
    this.#compare = compareIn(sort);
    this.#stacks = new Map();
    this.#tiles = null;
    if (keepsJobs(sort)) {
      const items = this.#source.slice(0);
      const many = new Map<string, GalleryItem[]>();
      for (const item of items) {
        if (this.#isOfMany(item)) {
          const id = this.#idOf(item);
          const known = many.get(id);
          if (known) {
            known.push(item);
          } else {
            many.set(id, [item]);
          }
        }
      }
      many.forEach((list, id) => this.#stacks.set(id, this.#stackOf(id, list)));
      this.#tiles = items.filter((item) => !this.#isOfMany(item) || this.#hasTile(item));
    }
    this.#rev += 1;
  }

  #follow(splices: readonly Splice[]): void {
    if (!this.#tiles) {
      this.#tell(splices);
      return;
    }
    const gone = new Set<GalleryItem>();
    const come = new Set<GalleryItem>();
    const touched = new Map<string, Set<GalleryItem>>();
    const listOf = (item: GalleryItem): Set<GalleryItem> => {
      const id = this.#idOf(item);
      const list = touched.get(id) ?? new Set(this.#stacks.get(id)?.items);
      touched.set(id, list);
      return list;
    };
    for (const { removed, added } of splices) {
      for (const item of removed) {
        if (this.#isOfMany(item)) {
          listOf(item).delete(item);
        } else if (!come.delete(item)) {
          gone.add(item);
        }
      }
      for (const item of added) {
        (this.#isOfMany(item) ? listOf(item) : come).add(item);
      }
    }
    for (const [id, list] of touched) {
      const before = this.#tilesOf(this.#stacks.get(id));
      const items = [...list].sort(this.#compare);
      if (items.length > 0) {
        this.#stacks.set(id, this.#stackOf(id, items));
      } else {
        this.#stacks.delete(id);
      }
      const after = this.#tilesOf(this.#stacks.get(id));
      before.filter((item) => !after.includes(item)).forEach((item) => gone.add(item));
      after.filter((item) => !before.includes(item)).forEach((item) => come.add(item));
    }
    this.#tell(exchange(this.#tiles, [...gone], [...come], this.#compare));
  }

  #hasTile(item: GalleryItem): boolean {
    const stack = this.#stacks.get(this.#idOf(item));
    return !stack || stack.open || stack.items[0] === item || !this.#isEnough(stack);
  }

  #tilesOf(stack: Stack | undefined): readonly GalleryItem[] {
    return !stack ? [] : !stack.open && this.#isEnough(stack) ? stack.items.slice(0, 1) : stack.items;
  }
}
