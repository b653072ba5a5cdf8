import { reporting } from '../../base/report';
import type { HistoryItem } from '../mask/history';
import type { PixelRect } from '../mask/rect';
import type { MaskThumbnail } from '../mask/thumbnail';

/** Most steps shown; older ones are counted. */
const MOST_STEPS = 200;
/** Longer side of a step's thumbnail, px. */
const THUMBNAIL = 64;
/** Thumbnails kept. */
const MOST_THUMBNAILS = 400;

/** The steps that are listed: a `StepHistory`. */
export interface HistorySource {
  /** Another picture means other steps. */
  readonly picture: unknown;
  /** Changes whenever the list does. */
  readonly rev: number;
  readonly painting: boolean;
  readonly turn: number;
  list: () => readonly HistoryItem[];
  thumbnail: (box: PixelRect, most: number) => MaskThumbnail | null;
  pastThumbnails: (
    wanted: ReadonlySet<number>,
    most: number,
    found: (id: number, picture: MaskThumbnail) => void,
    signal: AbortSignal,
  ) => Promise<void>;
  jumpTo: (id: number) => Promise<void>;
}

/** A step as the panel shows it. */
export interface HistoryRow {
  id: number;
  tool: string;
  done: boolean;
  /** The last one that is done: where the mask is now. */
  present: boolean;
}

/** What the panel shows of the steps: the newest, and how many are left out. */
export function historyRows(
  items: readonly HistoryItem[],
  most = MOST_STEPS,
): { rows: HistoryRow[]; older: number } {
  const present = items.filter(({ done }) => done).length - 1;
  // The present step is always among those shown.
  const older = Math.max(0, Math.min(items.length - most, present));
  const rows = items
    .slice(older, older + most)
    .map(({ id, tool, done }, i) => ({ id, tool, done, present: older + i === present }));
  return { rows, older };
}

/** A session's history as a list, with thumbnails of what each step left. */
export class HistoryPanelState {
  readonly #source: HistorySource;
  /** By step; taken while the step is the present one, for others computed when the list is visible. */
  readonly #thumbnails = new Map<number, MaskThumbnail>();
  #seen = $state(0);
  #open = $state(false);
  readonly #view = $derived.by(() => {
    void this.#source.rev;
    void this.#source.picture;
    return historyRows(this.#source.list());
  });

  constructor(source: HistorySource) {
    this.#source = source;
  }

  /** Oldest first. */
  get rows(): HistoryRow[] {
    return this.#view.rows;
  }

  /** Steps before the first row. */
  get older(): number {
    return this.#view.older;
  }

  /** Nothing is done: the mask is as it was when opened. */
  get atStart(): boolean {
    return !this.rows.some(({ done }) => done);
  }

  /**
   * The list is visible: thumbnails of steps that were never the present one here are computed in idle time.
   */
  setOpen(open: boolean): void {
    this.#open = open;
  }

  /** The mask around a step, as the step left it; null while unknown. */
  thumbnail(id: number): MaskThumbnail | null {
    void this.#seen;
    return this.#thumbnails.get(id) ?? null;
  }

  /**
   * Follows the session and takes thumbnails of its steps.
   * @returns stops it.
   */
  watch(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = $effect.root(() => {
      let known = -1;
      $effect(() => {
        void this.#source.picture;
        return () => {
          this.#thumbnails.clear();
        };
      });
      $effect(() => {
        void this.#source.rev;
        const turn = this.#source.turn;
        // Another draft was restored: its steps may reuse ids.
        if (turn !== known && known >= 0) {
          this.#thumbnails.clear();
        }
        known = turn;
      });
      $effect(() => {
        const painting = this.#source.painting;
        const { rows } = this;
        clearTimeout(timer);
        timer = setTimeout(() => {
          const present = rows.find((row) => row.present);
          if (present && !painting) {
            this.#take(present.id);
          }
        }, 60);
      });
      $effect(() => {
        const { rows } = this;
        if (this.#open && !this.#source.painting) {
          const stop = new AbortController();
          const begin = setTimeout(() => {
            this.#workOut(rows, stop.signal);
          }, 100);
          return () => {
            clearTimeout(begin);
            stop.abort();
          };
        }
        return undefined;
      });
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }

  /** Undoes or redoes until the step is the present one; 0: the beginning. */
  jump(id: number): void {
    void this.#source.jumpTo(id).catch(reporting('history.jump'));
  }

  #take(id: number): void {
    const item = this.#source.list().find((step) => step.id === id);
    const picture = item && this.#source.thumbnail(item.box, THUMBNAIL);
    if (picture) {
      this.#keep(id, picture);
    }
  }

  /** Computes thumbnails of all rows that have none. */
  #workOut(rows: readonly HistoryRow[], signal: AbortSignal): void {
    const wanted = new Set(rows.map(({ id }) => id).filter((id) => !this.#thumbnails.has(id)));
    const found = (id: number, picture: MaskThumbnail): void => {
      if (!signal.aborted && !this.#thumbnails.has(id)) {
        this.#keep(id, picture);
      }
    };
    if (wanted.size > 0) {
      void this.#source
        .pastThumbnails(wanted, THUMBNAIL, found, signal)
        .catch(reporting('history.thumbnails'));
    }
  }

  #keep(id: number, picture: MaskThumbnail): void {
    this.#thumbnails.delete(id);
    this.#thumbnails.set(id, picture);
    for (const old of [...this.#thumbnails.keys()].slice(0, -MOST_THUMBNAILS)) {
      this.#thumbnails.delete(old);
    }
    this.#seen++;
  }
}
