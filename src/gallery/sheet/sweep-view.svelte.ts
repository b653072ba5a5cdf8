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
/** What labels of rows and the space around take in a narrow and in a wide room, and what lies between pictures, px. */
const BESIDE = { narrow: 112, wide: 240, from: 640, gap: 4 };

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
    const columns = this.#sheet?.columns.labels.length ?? 1;
    const beside = this.#roomWidth < BESIDE.from ? BESIDE.narrow : BESIDE.wide;
    const each = Math.floor((this.#roomWidth - beside) / columns) - BESIDE.gap;
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
    const observer = new ResizeObserver(() => (this.#roomWidth = element.clientWidth));
    observer.observe(element);
    this.#roomWidth = element.clientWidth;
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
