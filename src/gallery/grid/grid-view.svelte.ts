import { tick, untrack } from 'svelte';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import { itemTime, type Splice } from '../../jobs/library/output-index';
import type { ItemList } from '../../jobs/library/item-list';
import { isDated, type Sort } from '../../jobs/library/sort';
import type { ThumbStore } from '../../jobs/thumbs/thumb-store.svelte';
import { type Anchor, anchorsAt, scrollForAnchors, scrollIntoView } from './anchor';
import { Arrivals } from './arrivals';
import { dayOf, daysOf, startOfDay, UNKNOWN_DAY } from './days';
import { GridDays } from './grid-days';
import type { BandDay, GridLayout, GridShape } from '../../ui/pictures/layout';
import { type Move, middleOf, neighbour } from '../../ui/pictures/neighbour';
import type { Shapes } from './shapes.svelte';
import { ScrollPace } from './scroll-pace.svelte';
import { ScrollSpace } from './scroll-space';
import { type Place, slideTiles } from './slide';
import type { StackedList } from '../stacked-list.svelte';
import type { ViewSettings } from './view-settings.svelte';

export const GAP = 4;
export const HEADING_HEIGHT = 44;
/** A line of the compact list, px: a hand's, or a mouse's. */
const LINE = { coarse: 56, fine: 48, gap: 2 };
/** Room below the last row, px. */
const BELOW = 12;
/** Below this, px, new results come in by themselves. */
const AT_TOP = 48;
/** Rows are rendered so far beyond the view, as a share of its height. */
const OVERSCAN = 0.5;
/** How many pictures beyond those rendered have their shapes looked up: ahead of the scrolling, and behind it. */
const LOOK_AHEAD = 80;
const LOOK_BEHIND = 20;
/** What comes onto the list moves the rows anyway: so long its shape may still change them, ms. */
const ARRIVAL = 1000;

/** A picture of a row. Lengths in px. */
export interface TileBox {
  item: GalleryItem;
  index: number;
  left: number;
  width: number;
}

/** A row on screen: headings of days, else pictures. Lengths in px. */
export interface RowBox {
  key: string;
  /** Position among all rows, from 0. */
  row: number;
  top: number;
  height: number;
  headings: readonly BandDay[];
  tiles: TileBox[];
}

export interface GridOptions {
  items: ItemList;
  thumbs: ThumbStore;
  shapes: Shapes;
  settings: ViewSettings;
  now?: () => number;
  /** The tallest element to be scrolled, px. */
  tallest?: number;
}

/** The grid: which items it shows, where each row is, what of it is on screen, and where the focus goes. */
export class GridView {
  /** Whether a menu is open on the current picture: it is about that one, whatever is selected. */
  hasMenu = false;
  readonly #options: GridOptions;
  readonly #now: () => number;
  readonly #items: ItemList;
  /** What is laid out: all items but those held back. Plain, with a revision beside it. */
  readonly #days = new GridDays();
  #rev = $state(0);
  readonly #arrivals = new Arrivals();
  readonly #pace = new ScrollPace();
  readonly #space: ScrollSpace;
  #shift = $state(0);

  #scroller: HTMLElement | null = null;
  #element = $state.raw<HTMLElement | null>(null);
  #width = $state(0);
  #height = $state(0);
  #scrollTop = $state(0);
  readonly #line = matchMedia('(pointer: coarse)').matches ? LINE.coarse : LINE.fine;
  #focused = $state(false);
  #currentKey = $state<string | null>(null);
  #today = $state(0);
  #column: number | null = null;
  #anchors: Anchor[] = [];
  #places = new Map<string, Place>();
  #firstKey: string | undefined;
  /** Shapes are known that what is on screen does not have yet. */
  #late = false;
  /** Came onto the list just now, by the time until which that counts. */
  readonly #fresh = new Map<string, number>();

  readonly #atTop = $derived(this.#scrollTop <= AT_TOP);
  readonly #shape = $derived.by<GridShape>(() => {
    const { mode } = this.#options.settings;
    const isList = mode === 'list';
    return {
      width: this.#width,
      target: isList ? this.#line : this.#options.settings.size(this.#width),
      gap: isList ? LINE.gap : GAP,
      headingHeight: this.isDated ? HEADING_HEIGHT : 0,
      mode,
    };
  });
  readonly #layout = $derived.by(() => {
    void this.#rev;
    return this.#width > 0 ? this.#days.layout(this.#shape) : new GridDays().layout(this.#shape);
  });
  /** Boxes made for the present layout, so that scrolling gives the same objects again. */
  readonly #boxes = $derived.by(() => {
    void this.#layout;
    return new Map<number, RowBox>();
  });
  readonly #rows = $derived.by(() => {
    const air = this.#height * OVERSCAN;
    const [first, end] = this.#layout.rowsBetween(
      this.#scrollTop - air,
      this.#scrollTop + this.#height + air,
    );
    const rows = Array.from({ length: end - first }, (_, i) => first + i);
    const current = this.#focused ? this.currentIndex : -1;
    const pinned = current < 0 ? undefined : this.#layout.itemRow(current);
    // The focused element has to stay in the document, wherever it is scrolled to; and in its place, for
    // an element that is moved loses the focus.
    if (pinned !== undefined && pinned < first) {
      rows.unshift(pinned);
    } else if (pinned !== undefined && pinned >= end) {
      rows.push(pinned);
    }
    return rows.map((row) => this.#box(row));
  });
  readonly #tabStop = $derived.by(() => {
    const onScreen = this.#rows.flatMap(({ tiles }) => tiles);
    const current = onScreen.find(({ item }) => item.key === this.#currentKey);
    const visible = onScreen[onScreen.findIndex(({ index }) => this.#isInView(index))];
    return (current ?? visible ?? onScreen[0])?.item.key ?? null;
  });

  constructor(options: GridOptions) {
    this.#options = options;
    this.#items = options.items;
    this.#space = new ScrollSpace(options.tallest);
    this.#now = options.now ?? Date.now;
    this.#today = dayOf(this.#now());
  }

  /** New results that wait until the top is looked at. */
  get held(): number {
    void this.#rev;
    return this.#arrivals.held;
  }

  get layout(): GridLayout {
    return this.#layout;
  }

  /** Rows to render. */
  get rows(): RowBox[] {
    return this.#rows;
  }

  /** The same for those who outlive the grid: none once it has gone. */
  get onScreen(): RowBox[] {
    return this.#element ? this.#rows : [];
  }

  /** Whether pictures stand under their days; otherwise they are in another order than that of time. */
  get isDated(): boolean {
    return isDated(this.#items.sort);
  }

  get sort(): Sort {
    return this.#items.sort;
  }

  /** Today's day number, for headings. */
  get today(): number {
    return this.#today;
  }

  /** The day looked at when its heading is scrolled away; `null` at the top. */
  get floatingDay(): number | null {
    const layout = this.#layout;
    const row = layout.rowAt(this.#scrollTop);
    return this.isDated && this.#scrollTop > HEADING_HEIGHT && row < layout.rows && !layout.isHeading(row)
      ? (layout.bandOf(row)?.days[0]?.day ?? null)
      : null;
  }

  /** The one tile the Tab key reaches. */
  get tabStop(): string | null {
    return this.#tabStop;
  }

  /** The item the keyboard is on; `undefined` when it was never used or the item is gone. */
  get current(): GalleryItem | undefined {
    return this.#itemAt(this.currentIndex);
  }

  get currentIndex(): number {
    return this.#currentKey === null ? -1 : this.#indexOf(this.#currentKey);
  }

  /** The scrolling element, while the grid is on screen. */
  get element(): HTMLElement | null {
    return this.#element;
  }

  /** The item at a position of the grid; `undefined` out of range. */
  itemAt(index: number): GalleryItem | undefined {
    return this.#itemAt(index);
  }

  /** Position in the grid of the item under a key; −1 when it is not laid out. */
  indexOf(key: string): number {
    return this.#indexOf(key);
  }

  /** Width of the room for rows, px; 0 before it is known. */
  get width(): number {
    return this.#width;
  }

  /** Height of the element that is scrolled, px: less than that of the layout where no element may be so tall. */
  get elementHeight(): number {
    return this.#space.elementHeight(this.#layout.height + BELOW);
  }

  /** Rows stand so much higher in the element than in the layout, px. */
  get shift(): number {
    return this.#shift;
  }

  /** px above the top of the view. */
  get scrollTop(): number {
    return this.#scrollTop;
  }

  /** Whether the first rows are in view, so that new results come in by themselves. */
  get isAtTop(): boolean {
    return this.#atTop;
  }

  /** How far down the view is, 0 to 1. */
  get progress(): number {
    const most = this.#layout.height - this.#height;
    return most > 0 ? Math.min(1, this.#scrollTop / most) : 0;
  }

  /** Whether there is more of it than is in view. */
  get isLong(): boolean {
    return this.#height > 0 && this.#layout.height + BELOW > this.#height;
  }

  /** Whether it is scrolled, or was until a moment ago. */
  get isScrolling(): boolean {
    return this.#pace.isScrolling;
  }

  /** Scrolls to a height, px. */
  goTo(top: number): void {
    this.#jumpTo(Math.max(0, Math.min(this.#layout.height - this.#height, top)));
  }

  /** Scrolls to a part of the whole, 0 to 1. */
  goToPart(part: number): void {
    this.goTo(Math.max(0, Math.min(1, part)) * (this.#layout.height - this.#height));
  }

  /** Binds the scrolling element until the returned function is called. */
  attach = (scroller: HTMLElement): (() => void) => {
    this.#scroller = scroller;
    this.#element = scroller;
    const top = this.#space.moved(scroller.scrollTop);
    this.#scrollTop = top;
    this.#pace.begin(top);
    const measure = (): void => {
      this.#width = contentWidth(scroller);
      this.#height = scroller.clientHeight;
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(scroller);
    const stops = [
      untrack(() => this.#items.onSplice((splices) => this.#follow(splices))),
      untrack(() => this.#items.onReset(() => this.#replaced())),
      this.#options.thumbs.onFacts((items) => this.#reshape(items)),
      this.#options.shapes.onShapes((items) => this.#reshape(items)),
    ];
    untrack(() => this.#startOver());
    const scrolled = (): void => this.#scrolled();
    scroller.addEventListener('scroll', scrolled, { passive: true });
    $effect(() => {
      void this.#layout;
      untrack(() => this.#keepPlace());
    });
    $effect(() => this.#options.thumbs.want('grid', this.#wanted(), !this.#pace.isFast));
    $effect(() => {
      // Right after a stop pictures come first, and their jobs tell most shapes meanwhile.
      const isNeeded = this.#pace.isIdle || this.#pace.lead !== 0;
      void this.#options.shapes.look(isNeeded ? this.#ahead() : []);
    });
    // Other rows are made anyway.
    $effect(() => {
      void this.#shape;
      untrack(() => this.settle());
    });
    $effect(() => this.#watchMidnight());
    return () => {
      observer.disconnect();
      stops.forEach((stop) => stop());
      scroller.removeEventListener('scroll', scrolled);
      this.#pace.end();
      untrack(() => {
        this.#options.thumbs.want('grid', []);
        // Off screen it hears nothing of the list, which may be a shorter one when it comes back.
        this.#days.splice(0, this.#days.count, [], []);
        this.#rev += 1;
      });
      this.#scroller = null;
      this.#element = null;
    };
  };

  /** Whether nothing is scrolled just now; not reactive. */
  isCalm = (): boolean => this.#pace.isCalm();

  /** Goes to the newest results. */
  toTop(): void {
    this.#jumpTo(0);
  }

  /** The picture at the top of the view; `null` while nothing is laid out. */
  get topKey(): string | null {
    const layout = this.#layout;
    const row = layout.rowAt(this.#scrollTop + (this.#atTop ? 0 : GAP + 1));
    return this.#itemAt(row < layout.rows ? layout.rowFirst(row) : -1)?.key ?? null;
  }

  /** Scrolls so that a picture is at the top of the view, without moving the focus. */
  async lookAt(key: string): Promise<void> {
    await tick();
    const index = this.#indexOf(key);
    if (index >= 0) {
      this.#jumpTo(Math.max(0, this.#layout.rowTop(this.#layout.itemRow(index)) - GAP));
    }
  }

  /** Gives every picture its shape: for moments in which nobody sees the rows change. */
  settle(): void {
    if (this.#late) {
      this.#late = false;
      const shown = this.#items.slice(this.#arrivals.held);
      this.#days.splice(0, this.#days.count, this.#daysOf(shown), this.#aspectsOf(shown));
      this.#rev += 1;
    }
  }

  /** Makes an item the current one, wherever the focus is. */
  point(key: string): void {
    this.#currentKey = key;
    this.#column = null;
  }

  /** Opens or closes a picture's stack; the focus stays with it. */
  async toggleStack(key: string, stacks: StackedList | null): Promise<void> {
    const item = this.#items.find(key);
    const wasFocused = this.#focused;
    if (item && stacks) {
      stacks.toggle(item);
      await tick();
      if (wasFocused) {
        await this.reveal(key);
      }
    }
  }

  /** Notes where the focus is. */
  focusChanged(key: string | null): void {
    this.#focused = key !== null;
    if (key !== null && key !== this.#currentKey) {
      this.#currentKey = key;
      this.#column = null;
    }
  }

  /** Moves the focus as a key says. */
  async move(move: Move): Promise<void> {
    const from = this.currentIndex;
    if (from < 0) {
      return this.reveal(this.#tabStop);
    }
    const vertical = move === 'up' || move === 'down' || move === 'pageUp' || move === 'pageDown';
    this.#column = vertical ? (this.#column ?? middleOf(this.#layout, from)) : null;
    const column = this.#column;
    const to = neighbour(this.#layout, from, move, column ?? undefined, this.#height - HEADING_HEIGHT);
    await this.reveal(this.#itemAt(to)?.key ?? null);
    this.#column = column;
  }

  /** Scrolls to an item and puts the focus on it. */
  async reveal(key: string | null): Promise<void> {
    if (key === null) {
      return;
    }
    if (this.#indexOf(key) < 0 && this.#items.find(key)) {
      this.toTop();
      await tick();
    }
    const index = this.#indexOf(key);
    if (index < 0 || this.#layout.items === 0) {
      return;
    }
    // A picture in a stack is where the stack is.
    const at = this.#itemAt(index)?.key ?? key;
    const row = this.#layout.itemRow(index);
    this.#jumpTo(scrollIntoView(this.#layout, row, this.#scrollTop, this.#height, GAP * 2));
    this.#currentKey = at;
    await tick();
    const tile = this.#scroller?.querySelector<HTMLElement>(`[data-key="${CSS.escape(at)}"]`);
    tile?.focus({ preventScroll: true });
  }

  /** The item at a position of the grid; `undefined` out of range. */
  #itemAt(index: number): GalleryItem | undefined {
    void this.#rev;
    return index < 0 ? undefined : this.#items.at(index + this.#arrivals.held);
  }

  /** Position in the grid of the item under a key; −1 when it is not laid out. */
  #indexOf(key: string): number {
    void this.#rev;
    const item = this.#items.find(key);
    return item ? Math.max(-1, this.#items.indexOf(item) - this.#arrivals.held) : -1;
  }

  /** Lays out the whole list: when the grid comes on screen, and when every shape may have changed. */
  #startOver(): void {
    const items = this.#items.slice(0);
    this.#arrivals.reset();
    this.#days.splice(0, this.#days.count, this.#daysOf(items), this.#aspectsOf(items));
    this.#late = false;
    this.#rev += 1;
  }

  /** Another list is shown, from its top: nothing of what was looked at needs to be in it. */
  #replaced(): void {
    untrack(() => {
      this.#startOver();
      if (this.#scroller) {
        this.#scroller.scrollTop = 0;
      }
      this.#scrollTop = 0;
      this.#pace.begin(0);
      this.#anchors = [];
      this.#places = new Map();
    });
  }

  #follow(splices: readonly Splice[]): void {
    untrack(() => {
      for (const { at, removed, added } of this.#arrivals.follow(splices, this.#atTop, this.#days.count)) {
        this.#days.splice(at, removed, this.#daysOf(added), this.#aspectsOf(added));
        this.#welcome(added);
      }
      this.#rev += 1;
    });
  }

  /** Lets in what was held back. */
  #release(): void {
    const held = this.#items.slice(0, this.#arrivals.reset());
    if (held.length > 0) {
      this.#days.splice(0, 0, this.#daysOf(held), this.#aspectsOf(held));
      this.#welcome(held);
      this.#rev += 1;
    }
  }

  #welcome(added: readonly GalleryItem[]): void {
    const now = this.#now();
    for (const [key, until] of this.#fresh) {
      if (until < now) {
        this.#fresh.delete(key);
      }
    }
    added.slice(0, LOOK_AHEAD).forEach(({ key }) => this.#fresh.set(key, now + ARRIVAL));
  }

  /** Shapes have become known. Rows on screen keep theirs: a picture fits into its tile, whatever it is. */
  #reshape(items: readonly GalleryItem[] | 'all'): void {
    untrack(() => {
      const mayMove = this.#outOfSight();
      const known = items === 'all' ? this.#items.slice(this.#arrivals.held) : items;
      for (const { key } of known) {
        const item = this.#items.find(key);
        const index = this.#indexOf(key);
        if (!item || index < 0) {
          continue;
        }
        if (mayMove(index) || (this.#fresh.get(key) ?? 0) > this.#now()) {
          this.#days.setAspect(index, this.#aspectOf(item));
        } else {
          this.#late = true;
        }
      }
      this.#rev += 1;
    });
  }

  /**
   * Tells items whose shape changes nothing that is rendered. A row ends where the next picture does not fit,
   * so the one after the last counts; and rows depend on all that come before them in their band.
   */
  #outOfSight(): (index: number) => boolean {
    const layout = this.#layout;
    const tiles = this.#rows.flatMap((row) => row.tiles);
    const first = tiles[0];
    const last = tiles.at(-1);
    if (!first || !last) {
      return () => true;
    }
    const band = layout.bandOf(layout.itemRow(first.index));
    return (index) =>
      index > last.index + 1 || (index < first.index && layout.bandOf(layout.itemRow(index)) !== band);
  }

  /** Pictures whose shape will be needed soon. Rendered ones are loaded, which tells their shape. */
  #ahead(): GalleryItem[] {
    const tiles = this.#rows.flatMap((row) => row.tiles);
    const held = untrack(() => this.#arrivals.held);
    const first = (tiles[0]?.index ?? 0) + held;
    const end = (tiles.at(-1)?.index ?? -1) + 1 + held;
    const { isUpward } = this.#pace;
    const [before, after] = isUpward ? [LOOK_AHEAD, LOOK_BEHIND] : [LOOK_BEHIND, LOOK_AHEAD];
    return untrack(() => {
      const above = this.#items.slice(Math.max(held, first - before), first);
      const below = this.#items.slice(end, end + after);
      return isUpward ? [...above.reverse(), ...below] : [...below, ...above.reverse()];
    });
  }

  #daysOf(items: readonly GalleryItem[]): Int32Array {
    if (!this.isDated) {
      return new Int32Array(items.length).fill(UNKNOWN_DAY);
    }
    const now = this.#now();
    // A server's clock may be ahead of ours.
    return daysOf(items.map((item) => itemTime(item, now))).map((day) => Math.min(day, this.#today));
  }

  #aspectsOf(items: readonly GalleryItem[]): number[] {
    return items.map((item) => this.#aspectOf(item));
  }

  #aspectOf(item: GalleryItem): number {
    return this.#options.shapes.aspect(item);
  }

  #box(row: number): RowBox {
    const boxes = this.#boxes;
    const known = boxes.get(row);
    if (known) {
      return known;
    }
    const layout = this.#layout;
    const first = layout.rowFirst(row);
    const end = layout.rowFirst(row + 1);
    const tiles: TileBox[] = [];
    for (let index = first; index < end; index++) {
      const item = this.#itemAt(index);
      if (item) {
        tiles.push({ item, index, left: layout.itemLeft(index), width: layout.itemWidth(index) });
      }
    }
    const box = {
      key: `${first === end ? 'day' : 'row'} ${this.#itemAt(first)?.key ?? ''}`,
      row,
      top: layout.rowTop(row),
      height: layout.rowHeight(row),
      headings: first === end ? (layout.bandOf(row)?.days ?? []) : [],
      tiles,
    };
    boxes.set(row, box);
    return box;
  }

  #isInView(index: number): boolean {
    const row = this.#layout.itemRow(index);
    const top = this.#layout.rowTop(row);
    const bottom = top + this.#layout.rowHeight(row);
    return bottom > this.#scrollTop && top < this.#scrollTop + this.#height;
  }

  /** Items on screen first, then those the scrolling leads to, then the rest of what is rendered. */
  #wanted(): GalleryItem[] {
    const tiles = this.#rows.flatMap((row) => row.tiles);
    const visible = tiles.filter(({ index }) => this.#isInView(index));
    const around = tiles.filter(({ index }) => !this.#isInView(index));
    const first = visible[0]?.index ?? 0;
    const isBehind = ({ index }: TileBox): boolean =>
      this.#pace.lead !== 0 && index < first !== this.#pace.lead < 0;
    return [
      ...[...visible, ...around.filter((tile) => !isBehind(tile))].map(({ item }) => item),
      ...this.#led(),
      ...around.filter(isBehind).map(({ item }) => item),
    ];
  }

  /** Items beyond those rendered that the scrolling will soon have brought there, the nearest first. */
  #led(): GalleryItem[] {
    const lead = this.#pace.lead;
    if (lead === 0) {
      return [];
    }
    const layout = this.#layout;
    const air = this.#height * OVERSCAN;
    const edge = lead > 0 ? this.#scrollTop + this.#height + air : this.#scrollTop - air;
    const [first, end] = layout.rowsBetween(Math.min(edge, edge + lead), Math.max(edge, edge + lead));
    const held = untrack(() => this.#arrivals.held);
    const items = untrack(() =>
      this.#items.slice(layout.rowFirst(first) + held, layout.rowFirst(end) + held),
    );
    return lead < 0 ? items.reverse() : items;
  }

  #scrolled(): void {
    this.#space.resize(this.#layout.height + BELOW, this.#height);
    const top = Math.max(0, this.#space.moved(this.#scroller?.scrollTop ?? 0));
    if (this.#scroller && this.#space.endsEarly) {
      this.#scroller.scrollTop = this.#space.place(top);
    }
    this.#shift = this.#space.shift;
    // The grid's own adjustments arrive here later; they are not scrolling.
    if (Math.abs(top - this.#scrollTop) >= 1) {
      this.#pace.step(top, this.#height);
    }
    this.#scrollTop = top;
    if (top <= AT_TOP) {
      this.#release();
    }
    this.#noteAnchors();
  }

  /** Scrolls on request, which counts as scrolling. */
  #jumpTo(top: number): void {
    const before = this.#scrollTop;
    this.#scrollTo(top);
    if (Math.abs(this.#scrollTop - before) >= 1) {
      this.#pace.step(this.#scrollTop, this.#height);
    }
  }

  #scrollTo(top: number): void {
    // Asking the element where it stands would make the browser lay out all that has just changed.
    // Scrolled meanwhile, and the event is on its way: that counts.
    const isOther =
      this.#space.resize(this.#layout.height + BELOW, this.#height) &&
      Math.abs((this.#scroller?.scrollTop ?? 0) - this.#space.physical) < 1;
    if (this.#scroller && (isOther || Math.abs(top - this.#scrollTop) >= 1)) {
      this.#scroller.scrollTop = this.#space.place(top);
      // The element may not be as tall yet.
      this.#scrollTop = Math.max(0, this.#space.moved(this.#scroller.scrollTop));
    }
    this.#shift = this.#space.shift;
    if (this.#scrollTop <= AT_TOP) {
      this.#release();
    }
    this.#noteAnchors();
  }

  #noteAnchors(): void {
    const keyOf = (index: number): string | undefined => this.#itemAt(index)?.key;
    this.#anchors = anchorsAt(this.#layout, keyOf, this.#scrollTop, this.#height);
    this.#places = this.#atTop ? placesOf(this.#rows) : new Map<string, Place>();
  }

  /** After the layout changed: what is looked at stays where it was, unless the top is looked at. */
  #keepPlace(): void {
    const before = this.#places;
    const anchors = this.#atTop ? [] : this.#anchors;
    const indexOf = (key: string): number | undefined => {
      const index = this.#indexOf(key);
      return index < 0 ? undefined : index;
    };
    const wanted = scrollForAnchors(this.#layout, indexOf, anchors);
    const from = this.#scrollTop;
    this.#scrollTo(wanted ?? from);
    this.#pace.shift(this.#scrollTop - from);
    const firstKey = this.#itemAt(0)?.key;
    if (this.#atTop && before.size > 0 && this.#scroller && firstKey !== this.#firstKey) {
      slideTiles(this.#scroller, before, this.#places);
    }
    this.#firstKey = firstKey;
  }

  #watchMidnight(): () => void {
    const wait = startOfDay(this.#today + 1) - this.#now() + 1000;
    const nextDay = (): void => {
      this.#today = dayOf(this.#now());
      this.#startOver();
    };
    const timer = setTimeout(nextDay, Math.max(1000, wait));
    return () => clearTimeout(timer);
  }
}

function placesOf(rows: readonly RowBox[]): Map<string, Place> {
  return new Map(
    rows.flatMap(({ top, tiles }) => tiles.map(({ item, left }) => [item.key, { left, top }] as const)),
  );
}

function contentWidth(element: HTMLElement): number {
  const { paddingLeft, paddingRight } = getComputedStyle(element);
  return Math.max(0, element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight));
}
