import { type JournalState, neededTiles } from './journal/journal-state';
import type { JournalStore } from './journal/journal-store';
import type { JournalWriter } from './journal/journal-writer';
import { within } from './journal/within';
import type { TilePacker } from '../mask/tile-packer';

/** A document as it was when its picture was closed before all of it was kept. */
export interface LeftDraft {
  /** `fileRefKey` of its picture. */
  picture: string;
  state: JournalState;
  packer: TilePacker;
  /** Goes on with what is kept of it; null when nothing is. */
  writer: JournalWriter | null;
  /** Where the writer writes. */
  store: JournalStore | null;
}

/** How often it is tried to keep what was left, ms. */
const RETRY_DELAY = 15_000;
/** How long a save under way is waited for before a picture is opened, ms. */
const MOST_WAITING = 3000;
/** Beyond that only the masks stay of those left first, not their history, bytes. */
const MOST_MEMORY = 128 * 1024 * 1024;

/**
 * Documents that were closed before the browser's storage had them. They stay in memory until it has, or
 * their picture is opened again; closing the page is to be asked about meanwhile.
 */
export class LeftDrafts {
  readonly #keep: (draft: LeftDraft) => Promise<void>;
  readonly #changed: () => void;
  readonly #all = new Map<string, { draft: LeftDraft; keeping: Promise<void>; kept: boolean }>();
  readonly #most: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param keep puts a draft into the storage; rejects when it cannot.
   * @param changed told whenever there are others.
   * @param most bytes that are used without a thought for memory.
   */
  constructor(keep: (draft: LeftDraft) => Promise<void>, changed: () => void, most = MOST_MEMORY) {
    this.#keep = keep;
    this.#changed = changed;
    this.#most = most;
  }

  /** How many there are. */
  get size(): number {
    return this.#all.size;
  }

  /** @param keeping what tries to keep it; rejects when it could not. */
  hold(draft: LeftDraft, keeping: Promise<void>): void {
    const { picture } = draft;
    const entry = { draft, keeping: Promise.resolve(), kept: false };
    this.#all.delete(picture);
    this.#all.set(picture, entry);
    this.#spare();
    this.#follow(entry, keeping);
    this.#plan();
    this.#changed();
  }

  /** The document of a picture, which is then no longer here; null when there is none of this size. */
  async take(picture: string, width: number, height: number): Promise<LeftDraft | null> {
    const entry = this.#all.get(picture);
    if (!entry) {
      return null;
    }
    await within(entry.keeping, MOST_WAITING).catch(() => undefined);
    // One that was kept meanwhile comes from the storage, where others see it too.
    if (entry.kept || this.#all.get(picture) !== entry) {
      return null;
    }
    const { state } = entry.draft;
    if (state.width !== width || state.height !== height) {
      return null;
    }
    this.#all.delete(picture);
    this.#changed();
    return entry.draft;
  }

  /** To be called when there may be room again. */
  retry(): void {
    for (const entry of this.#all.values()) {
      const { draft } = entry;
      const keeping = entry.keeping.then(() => {
        if (!entry.kept && this.#all.get(draft.picture) === entry) {
          return this.#keep(draft);
        }
        return undefined;
      });
      this.#follow(entry, keeping);
    }
    this.#plan();
  }

  /** Nothing is tried any more. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #follow(entry: { draft: LeftDraft; keeping: Promise<void>; kept: boolean }, keeping: Promise<void>): void {
    const { picture } = entry.draft;
    entry.keeping = keeping.then(
      () => {
        entry.kept = true;
        if (this.#all.get(picture) === entry) {
          this.#all.delete(picture);
          this.#changed();
        }
      },
      () => undefined,
    );
  }

  #spare(): void {
    let bytes = 0;
    for (const { draft } of [...this.#all.values()].reverse()) {
      bytes += bytesOf(draft.state);
      if (bytes > this.#most) {
        draft.state = { ...draft.state, history: { steps: [], present: 0 } };
      }
    }
  }

  #plan(): void {
    clearTimeout(this.#timer);
    if (this.#all.size > 0) {
      this.#timer = setTimeout(() => {
        this.retry();
      }, RETRY_DELAY);
    }
  }
}

function bytesOf(state: JournalState): number {
  let bytes = 0;
  for (const tile of neededTiles(state).values()) {
    bytes += 'size' in tile ? tile.size : tile.data.length;
  }
  return bytes;
}
