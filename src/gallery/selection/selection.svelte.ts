import { untrack } from 'svelte';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import { compareItems } from '../../jobs/library/output-index';
import type { GalleryRoom } from '../gallery-room.svelte';
import type { GridView, TileBox } from '../grid/grid-view.svelte';
import type { PickState, TilePick } from '../grid/tile-pick';
import type { BulkCommand } from './bulk-commands';
import type { BulkMarks } from './bulk-marks';
import { FileSizes } from './file-sizes';
import { KeySelection, type WrittenSelection } from './key-selection';
import { type Area, isIn, runsIn } from './marquee';
import { SelectedWeight } from './selected-weight.svelte';
import TileCheck from './TileCheck.svelte';

/** An area being drawn over the grid, and what becomes of the pictures in it. */
export interface Drawn {
  area: Area;
  does: 'select' | 'unselect';
}

/** What is asked about before something is done with everything selected. */
export type BulkQuestion = 'tags' | 'collections' | 'move' | 'download' | 'page' | 'remove';

/** What can be done with everything selected. */
export interface Bulk {
  marks: BulkMarks;
  commands: readonly BulkCommand[];
}

/** The pictures somebody has selected, and the gestures that change which. */
export class Selection implements TilePick {
  readonly room: GalleryRoom;
  readonly Check = TileCheck;
  readonly sizes: FileSizes;
  readonly weight: SelectedWeight;
  readonly #keys: KeySelection;
  #rev = $state(0);
  /** Where a range begins, and where the present one ends. */
  #anchor = $state<string | null>(null);
  #extent: string | null = null;
  /** What the present range has selected, so that a shorter one gives it back. */
  #ranged = new Set<string>();
  /** The picture a range would end at. */
  #aim = $state<string | null>(null);
  #asked = $state<BulkQuestion | null>(null);
  /** Once the gallery has said what can be done. */
  bulk = $state.raw<Bulk | null>(null);
  #drawn = $state.raw<Drawn | null>(null);
  /** Selected by the press that also opened a menu, and so by the way. */
  #pressed: string | null = null;

  readonly #count = $derived.by(() => {
    void this.#rev;
    return this.#keys.count;
  });
  readonly #unlisted = $derived.by(() => {
    void this.#rev;
    return this.#keys.countUnlisted();
  });
  /** Positions a range would run from and to. */
  readonly #preview = $derived.by((): [number, number] | null => {
    const from = this.#anchor === null ? -1 : this.room.grid.indexOf(this.#anchor);
    const to = this.#aim === null ? -1 : this.room.grid.indexOf(this.#aim);
    return from < 0 || to < 0 ? null : [Math.min(from, to), Math.max(from, to)];
  });

  constructor(room: GalleryRoom) {
    this.room = room;
    this.#keys = new KeySelection(room.shown, room.items);
    this.sizes = new FileSizes(room.pictures);
    this.weight = new SelectedWeight(
      this.sizes,
      (most) => this.#keys.sample(most).flatMap((key) => room.items.find(key) ?? []),
      () => this.#keys.count,
    );
  }

  /** How many pictures are selected. */
  get count(): number {
    return this.#count;
  }

  /** How many of them the present search does not show. */
  get unlisted(): number {
    return this.#unlisted;
  }

  get active(): boolean {
    return this.#count > 0;
  }

  /** Grows with every change, also of single pictures. */
  get rev(): number {
    return this.#rev;
  }

  /** The dialog that is open. */
  get asked(): BulkQuestion | null {
    return this.#asked;
  }

  ask(question: BulkQuestion | null): void {
    this.#asked = question;
  }

  get drawn(): Drawn | null {
    return this.#drawn;
  }

  has(key: string): boolean {
    void this.#rev;
    return this.#keys.has(key);
  }

  stateOf({ item, index }: TileBox): PickState {
    const isOn = this.#hasAll(item);
    const drawn = this.#drawn;
    if (drawn && isIn(this.#placeOf(index), drawn.area)) {
      return drawn.does === 'select' ? (isOn ? 'on' : 'will') : isOn ? 'wont' : 'off';
    }
    const range = this.#preview;
    return isOn ? 'on' : range && index >= range[0] && index <= range[1] ? 'will' : 'off';
  }

  /** The selected pictures, in the order of the grid; those it does not show come last. */
  items(): GalleryItem[] {
    return untrack(() => {
      const { items, shown } = this.room;
      const placed = [...this.#keys.keys()].flatMap((key) => {
        const item = items.find(key);
        const at = item ? shown.indexOf(item) : -1;
        return item ? { item, at: at < 0 ? Infinity : at } : [];
      });
      return placed.sort((a, b) => (a.at === b.at ? 0 : a.at - b.at)).map(({ item }) => item);
    });
  }

  toggle(key: string): void {
    this.#begin(key);
    const keys = this.#keysOf(key);
    const does = keys.every((each) => this.#keys.has(each)) ? 'unselect' : 'select';
    keys.forEach((each) => this.#keys[does](each));
    this.#rev += 1;
  }

  /** A finger has rested on a picture. Its menu opens as well: whoever chooses from that wanted nothing selected. */
  press(key: string): void {
    this.#pressed = this.#keys.count === 0 ? key : null;
    this.#begin(key);
    this.#keysOf(key).forEach((each) => this.#keys.select(each));
    this.#rev += 1;
  }

  /** Something was chosen from the menu of a picture. */
  menuUsed(): void {
    const pressed = this.#pressed === null ? [] : this.#keysOf(this.#pressed);
    if (
      pressed.length > 0 &&
      this.#keys.count === pressed.length &&
      pressed.every((key) => this.#keys.has(key))
    ) {
      this.clear();
    }
  }

  /** Selects everything from where the range began to a picture; a range that becomes shorter gives back what it took. */
  extendTo(key: string): void {
    const { grid } = this.room;
    const from = this.#anchor === null ? -1 : grid.indexOf(this.#anchor);
    const to = grid.indexOf(key);
    if (from < 0 || to < 0) {
      this.#begin(key);
      this.#keysOf(key).forEach((each) => this.#keys.select(each));
    } else {
      const end = this.#extent === null ? -1 : grid.indexOf(this.#extent);
      const before = end < 0 ? from : end;
      const isWithin = (at: number, edge: number): boolean =>
        at >= Math.min(from, edge) && at <= Math.max(from, edge);
      for (let at = Math.min(from, before, to); at <= Math.max(from, before, to); at++) {
        for (const each of this.#keysAt(at)) {
          if (isWithin(at, to)) {
            if (this.#keys.select(each)) {
              this.#ranged.add(each);
            }
          } else if (isWithin(at, before) && this.#ranged.delete(each)) {
            this.#keys.unselect(each);
          }
        }
      }
      this.#extent = key;
      this.#pressed = null;
    }
    this.#aim = null;
    this.#rev += 1;
  }

  async extendBy(move: Parameters<GridView['move']>[0]): Promise<void> {
    const { grid } = this.room;
    const current = grid.current?.key ?? null;
    if (current !== null && current !== (this.#extent ?? this.#anchor)) {
      this.#begin(current);
      this.#keysOf(current).forEach((each) => this.#keys.select(each));
    }
    await grid.move(move);
    if (grid.current) {
      this.extendTo(grid.current.key);
    }
  }

  /** The mouse is on a picture, or on none, with the key held that makes a range. */
  aimAt(key: string | null): void {
    this.#aim = key;
  }

  /** An area is being drawn; `null` gives it up. */
  draw(drawn: Drawn | null): void {
    this.#drawn = drawn;
  }

  /** The area that was drawn counts. */
  drop(): void {
    const drawn = this.#drawn;
    this.#drawn = null;
    if (!drawn) {
      return;
    }
    const { grid } = this.room;
    for (const [first, end] of runsIn(grid.layout, drawn.area)) {
      for (let at = first; at < end; at++) {
        for (const key of this.#keysAt(at)) {
          this.#keys[drawn.does](key);
          this.#begin(key);
        }
      }
    }
    this.#rev += 1;
  }

  /** Selects everything the grid shows, or would show further down. */
  selectAll(): void {
    this.#begin(null);
    this.#keys.selectAll();
    this.#rev += 1;
  }

  invert(): void {
    this.#begin(null);
    this.#keys.invert();
    this.#rev += 1;
  }

  clear(): void {
    this.#begin(null);
    this.#keys.clear();
    this.#rev += 1;
  }

  /** The selection as it is written down. */
  write(): WrittenSelection {
    return this.#keys.write(untrack(() => this.room.items.at(0)?.key ?? null));
  }

  /** Selects what was written down, as far as it is still there. */
  read({ some, all }: WrittenSelection): void {
    const { items, shown } = this.room;
    untrack(() => {
      const newest = all && items.find(all.newest);
      const kept = some.filter((key) => items.find(key)?.key === key);
      const arrivals = newest ? shown.slice(0).filter((item) => compareItems(item, newest) < 0) : [];
      this.#keys.read(
        { some: kept, ...(newest && { all }) },
        arrivals.map(({ key }) => key),
      );
    });
    this.#rev += 1;
  }

  /** Follows the lists until the returned function is called. */
  follow(): () => void {
    const { items, shown } = this.room;
    const stops = [
      shown.onSplice((splices) => {
        this.#keys.follow(splices);
        untrack(() => (this.#rev += 1));
      }),
      shown.onReset(() => {
        this.#keys.replaced();
        untrack(() => (this.#rev += 1));
      }),
      items.onSplice((splices) => {
        const gone = splices.flatMap(({ removed }) => removed.map(({ key }) => key));
        this.#keys.gone(untrack(() => gone.filter((key) => items.find(key)?.key !== key)));
        untrack(() => (this.#rev += 1));
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }

  /** Whether all that a tile stands for is selected. */
  #hasAll(item: GalleryItem): boolean {
    return this.room.stacks.behind(item).every(({ key }) => this.has(key));
  }

  /** Keys of the pictures that the tile of one stands for. */
  #keysOf(key: string): string[] {
    return untrack(() => {
      const item = this.room.stacks.find(key);
      return item ? this.room.stacks.behind(item).map((each) => each.key) : [key];
    });
  }

  #keysAt(index: number): string[] {
    const item = this.room.grid.itemAt(index);
    return item ? this.#keysOf(item.key) : [];
  }

  /** A range from here on begins at a picture. */
  #begin(key: string | null): void {
    this.#anchor = key;
    this.#extent = null;
    this.#ranged = new Set();
    this.#aim = null;
    if (this.#pressed !== key) {
      this.#pressed = null;
    }
  }

  #placeOf(index: number): { left: number; width: number; top: number; height: number } {
    const { layout } = this.room.grid;
    const row = layout.itemRow(index);
    return {
      left: layout.itemLeft(index),
      width: layout.itemWidth(index),
      top: layout.rowTop(row),
      height: layout.rowHeight(row),
    };
  }
}
