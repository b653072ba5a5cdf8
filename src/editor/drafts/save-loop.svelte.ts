import { report } from '../../base/report';
import type { DraftState } from '../model/editor-types';
import { within } from './journal/within';

/** A change is saved within this time, ms. */
export const SAVE_DELAY = 300;
/** When tiles saved in a hurry are packed, ms. */
export const REPACK_DELAY = 1500;
/** When a failed save is tried again, ms. */
export const RETRY_DELAY = 5000;
/** How often either is tried between two changes. */
export const MOST_TRIES = 10;
/** A save that takes longer counts as failed, ms. It may still complete. */
export const SAVING_TIME = 30_000;

/** One document and the storage it is saved to, as they are when a save begins. */
export interface SaveTarget {
  /** Whether this document is still the open one. */
  current: () => boolean;
  /**
   * Writes everything, and calls `SaveLoop.taken` once it has read it.
   * @param urgent the page may go away: everything has to be handed over before this returns.
   */
  write: (urgent: boolean) => Promise<unknown>;
  /** Frees storage when it is full; false when there is nothing to free. */
  makeRoom: () => Promise<boolean>;
  /**
   * The document was saved and is still open.
   * @param recovered the save before had failed.
   * @returns whether it was saved in a hurry and should be packed.
   */
  saved: (recovered: boolean) => boolean;
}

/** What the loop saves. */
export interface SaveHost {
  /** The open document; null when none is, `nowhere` when there is no storage for it. */
  target: () => SaveTarget | 'nowhere' | null;
  /** Opens storage that went away or was never there; resolves with whether it succeeded. */
  renew: () => Promise<boolean>;
  /** The state, or whether there are unsaved changes, may have changed. */
  changed: () => void;
}

/** Decides when the open document is saved: soon after a change, and again later when that failed. */
export class SaveLoop {
  readonly #host: SaveHost;
  #state = $state<DraftState>('none');
  /** Something changed since it was last read for a save. */
  #dirty = false;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(host: SaveHost) {
    this.#host = host;
  }

  get state(): DraftState {
    return this.#state;
  }

  /** Something changed that no save has read yet. */
  get dirty(): boolean {
    return this.#dirty;
  }

  /** Something is not known to be stored. */
  get unsaved(): boolean {
    return this.#dirty || this.#state === 'saving' || this.#state === 'unavailable';
  }

  /** Resolves when all saves begun so far have ended, however they did. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** A document is open: failures of the previous one do not count. */
  begin(): void {
    this.#tries = 0;
  }

  /** The document changed. */
  changed(): void {
    this.#dirty = true;
    this.#tries = 0;
    this.show(this.#state === 'unavailable' ? 'unavailable' : 'saving');
    // Further changes do not put it off: a long session is saved as often as a short one.
    this.#timer ??= setTimeout(() => {
      void this.save(false);
    }, SAVE_DELAY);
  }

  /** A save has read everything. */
  taken(): void {
    this.#dirty = false;
  }

  show(state: DraftState): void {
    this.#state = state;
    this.#host.changed();
  }

  /**
   * Saves now.
   * @param urgent everything not certain to be stored is handed over before this returns.
   * @returns false when it could not be saved. Does not throw.
   */
  async save(urgent: boolean): Promise<boolean> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const target = this.#host.target();
    if (target === null || target === 'nowhere') {
      if (target !== null && this.#state === 'unavailable' && this.#later === undefined) {
        this.again(RETRY_DELAY);
      }
      return !this.#dirty;
    }
    const write = (hurry: boolean): Promise<unknown> => {
      // Its first part runs at once.
      const writing = new Promise<unknown>((resolve) => {
        resolve(target.write(hurry));
      });
      const ending = writing.then(
        () => undefined,
        // eslint-disable-next-line local/no-silent-catch -- the caller gets the same failure
        () => undefined,
      );
      this.#ended = Promise.all([this.#ended, ending]).then(() => undefined);
      return within(writing, SAVING_TIME);
    };
    try {
      await writeWithRoom((again) => write(urgent && !again), target);
      if (target.current()) {
        this.#succeeded(target);
      }
      return true;
    } catch (error) {
      report(error, 'drafts.save');
      if (target.current()) {
        this.#failed();
      }
      return false;
    }
  }

  /** Tries again after a delay, ms, unless there were enough tries since the last change. */
  again(delay: number): void {
    clearTimeout(this.#later);
    this.#later = undefined;
    if (this.#tries++ < MOST_TRIES) {
      this.#later = setTimeout(() => {
        this.#later = undefined;
        void this.#retry();
      }, delay);
    }
  }

  /** The document is closed. Saves in progress continue. */
  reset(): void {
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#dirty = false;
    this.show('none');
  }

  /** Starts no further save. */
  stop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#later);
  }

  async #retry(): Promise<void> {
    const renewed = await this.#host.renew();
    if (renewed && !this.#dirty) {
      this.show('none');
    } else {
      await this.save(false);
    }
  }

  #succeeded(target: SaveTarget): void {
    const recovered = this.#state === 'unavailable';
    if (this.#state !== 'none') {
      this.show(this.#dirty ? 'saving' : 'saved');
    }
    if (target.saved(recovered)) {
      this.again(REPACK_DELAY);
    }
  }

  #failed(): void {
    this.#dirty = true;
    this.show('unavailable');
    this.again(RETRY_DELAY);
  }
}

/**
 * Writes; if storage turns out to be full, makes room and writes once more.
 * @param write is told whether it is the second time.
 * @throws what `write` throws, when no room can be made.
 */
export async function writeWithRoom(
  write: (again: boolean) => Promise<unknown>,
  { current, makeRoom }: Pick<SaveTarget, 'current' | 'makeRoom'>,
): Promise<void> {
  try {
    await write(false);
  } catch (error) {
    const room = isFull(error) && current() && (await makeRoom());
    if (!room || !current()) {
      throw error;
    }
    await write(true);
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError';
}
