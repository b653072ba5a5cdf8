import type { GalleryItem } from '../../jobs/job-store.svelte';
import { jobTime } from '../../jobs/state/job';
import { type Sheet, sheetOf, sheetTitle } from '../../workflows/sheet/sheet';
import { sheetAspect } from '../../workflows/sheet/sheet-aspect';
import { cellOf, type SheetCell } from '../../workflows/sheet/sheet-cell';
import { SheetRuns } from '../../workflows/sheet/sheet-runs.svelte';
import type { GalleryRoom } from '../gallery-room.svelte';
import { organise } from '../marks/organise.svelte';
import { SheetWish } from './sheet-wishes';

/** Width of a picture of the sheet that can be chosen, px. */
export const SIZES = { min: 64, max: 768 };
/** Width it begins with, px: as large as lets all columns be seen, within these. */
const FIT = { least: 112, most: 512 };
/** Shown larger than this on its shorter side, px, a picture is blurred as a thumbnail. */
const THUMB_SIDE = 320;
/** What the labels of rows and the space around them take: by the longest label, and at most, px. */
const BESIDE = { around: 56, character: 8, narrow: 160, wide: 240, from: 640 };
const GAP = 4;
/** Where one input was swept, so many pictures stand side by side: as wide as this, and two on a phone, px. */
const WRAPPED = { width: 280, least: 2 };

const ABSENT: SheetCell = { state: 'absent', job: null, item: null, more: 0 };

/** The sheet of one sweep as the gallery shows it, live from its runs. */
export class SweepView {
  readonly #room: GalleryRoom;
  readonly #runs: SheetRuns;
  readonly #wish: SheetWish;
  #roomWidth = $state(0);
  #chosen = $state<number | null>(null);

  readonly #sheet = $derived.by(() => sheetOf(this.#runs.records));
  readonly #cells = $derived.by((): readonly (readonly SheetCell[])[] => {
    const { jobs } = this.#room;
    const options = {
      ...{ jobs, loaded: jobs.loaded },
      hidden: (item: GalleryItem) => organise.of(item).hidden,
    };
    return this.#sheet?.jobs.map((row) => row.map((job) => cellOf(job, options))) ?? [];
  });
  readonly #items = $derived.by(() => this.#cells.flat().flatMap(({ item }) => item ?? []));
  readonly #fitting = $derived.by(() => {
    const { columns, rows } = this.#sheet ?? {};
    const count = columns?.labels.length ?? 1;
    const room = this.#roomWidth;
    const labels = Math.max(0, ...(rows?.labels.map(({ length }) => length) ?? []));
    const most = room < BESIDE.from ? BESIDE.narrow : BESIDE.wide;
    const beside = rows ? Math.min(most, BESIDE.around + labels * BESIDE.character) : GAP;
    const side = rows ? count : Math.min(count, Math.max(WRAPPED.least, Math.floor(room / WRAPPED.width)));
    const each = Math.floor((room - beside) / side) - GAP;
    return Math.min(FIT.most, Math.max(FIT.least, each));
  });

  constructor(room: GalleryRoom, id: string) {
    this.#room = room;
    this.#runs = new SheetRuns(id, room.jobs);
    this.#wish = new SheetWish(room.thumbs);
  }

  /** Follows the runs while the component that calls it lives. */
  follow(): void {
    $effect.pre(() => this.#runs.follow());
    $effect(() => this.#wish.for(this.#items));
    $effect(() => () => this.#wish.for([]));
  }

  /** Follows the room there is until the returned function is called. */
  measure(element: HTMLElement): () => void {
    const observer = new ResizeObserver(() => (this.#roomWidth = innerWidth(element)));
    observer.observe(element);
    this.#roomWidth = innerWidth(element);
    return () => observer.disconnect();
  }

  /** `null` while none of its runs is known. */
  get sheet(): Sheet | null {
    return this.#sheet;
  }

  /** The names of what was swept; empty while nobody knows. */
  get title(): string {
    const sheet = this.#sheet;
    return sheet ? sheetTitle({ axes: [sheet.columns, ...(sheet.rows ? [sheet.rows] : [])] }) : '';
  }

  cellAt(x: number, y: number): SheetCell {
    return this.#cells[y]?.[x] ?? ABSENT;
  }

  /** What it shows, row by row. */
  get items(): readonly GalleryItem[] {
    return this.#items;
  }

  /** How many runs it has room for. */
  get count(): number {
    return this.#cells.flat().length;
  }

  /** When the last of its runs ended, ms since the epoch; 0 when nobody knows. */
  get endedAt(): number {
    return Math.max(0, ...this.#items.map(({ job }) => jobTime(job)));
  }

  /** Width by height of its pictures. */
  get aspect(): number {
    return sheetAspect(this.#items, this.#room.thumbs);
  }

  /** Of a picture, px. */
  get width(): number {
    return this.#chosen ?? this.#fitting;
  }

  /** Whether thumbnails are too small for the size chosen. */
  get isLarge(): boolean {
    return Math.min(this.width, this.width / this.aspect) > THUMB_SIDE;
  }

  resize(width: number): void {
    this.#chosen = width;
  }
}

/** px between the paddings. */
function innerWidth(element: HTMLElement): number {
  const { paddingLeft, paddingRight } = getComputedStyle(element);
  return element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
}
