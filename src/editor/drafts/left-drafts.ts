import { reporting } from '../../base/report';
import { type JournalState, neededTiles } from './journal/journal-state';
import type { JournalStore } from './journal/journal-store';
import type { JournalWriter } from './journal/journal-writer';
import { within } from './journal/within';
import type { TilePacker } from '../mask/tile-packer';

/** A document as it was when its picture was closed before everything was saved. */
export interface LeftDraft {
  /** `fileRefKey` of its picture. */
  picture: string;
  state: JournalState;
  packer: TilePacker;
  /** Continues what is stored of it; null when nothing is. */
  writer: JournalWriter | null;
  /** Where the writer writes. */
  store: JournalStore | null;
}

/** How often saving is tried again, ms. */
const RETRY_DELAY = 15_000;
/** How long opening a picture waits for a save in progress, ms. */
const MOST_WAITING = 3000;
/** Beyond this, the oldest keep only their masks, not their history, bytes. */
const MOST_MEMORY = 128 * 1024 * 1024;

/**
 * Documents that were closed before they were stored. They stay in memory until they are, or until their
 * picture is opened again; meanwhile the browser asks before the page is left.
 */
export class LeftDrafts {
  readonly #keep: (draft: LeftDraft) => Promise<void>;
  readonly #changed: () => void;
  readonly #all = new Map<string, { draft: LeftDraft; keeping: Promise<void>; kept: boolean }>();
  readonly #most: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param keep stores a draft; rejects when it cannot.
   * @param changed called whenever the number of drafts changes.
   * @param most bytes that may be used without saving memory.
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

  /** @param keeping the attempt to store it; rejects when it fails. */
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

  /** Takes a picture's document out; null when there is none of this size. */
  async take(picture: string, width: number, height: number): Promise<LeftDraft | null> {
    const entry = this.#all.get(picture);
    if (!entry) {
      return null;
    }
    await within(entry.keeping, MOST_WAITING).catch(reporting('drafts.wait-for-left'));
    // One that was stored meanwhile comes from storage, where other tabs see it too.
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

  /** Call when there may be room again. */
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

  /** Stops trying. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #follow(entry: { draft: LeftDraft; keeping: Promise<void>; kept: boolean }, keeping: Promise<void>): void {
    const { picture } = entry.draft;
    entry.keeping = keeping.then(() => {
      entry.kept = true;
      if (this.#all.get(picture) === entry) {
        this.#all.delete(picture);
        this.#changed();
      }
    }, reporting('drafts.keep-left'));
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
  for (const { data } of state.pending) {
    bytes += data.length;
  }
  return bytes;
}
