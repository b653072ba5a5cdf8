import { report, reporting } from '../../../base/report';
import type { ByteCodec } from '../../mask/history';
import { JournalStore } from './journal-store';
import { TooLate, within } from './within';

/** A browser that takes longer has no storage for now, ms. */
const OPENING_TIME = 3000;

/** Opens the browser's storage on demand, and again after it went away. */
export class JournalDoor {
  readonly #codec: ByteCodec;
  #store: Promise<JournalStore | null> | null = null;
  #closed = false;

  constructor(codec: ByteCodec) {
    this.#codec = codec;
  }

  /** Null without storage; the next call tries again. Always answers within `OPENING_TIME`, never rejects. */
  open(): Promise<JournalStore | null> {
    if (this.#closed) {
      return Promise.resolve(null);
    }
    this.#store ??= this.#open();
    return this.#store;
  }

  /** Opens nothing from now on. */
  shut(): void {
    this.#closed = true;
  }

  /** Closes what is open. */
  async close(): Promise<void> {
    this.#closed = true;
    const store = this.#store;
    this.#store = null;
    (await store)?.close();
  }

  #open(): Promise<JournalStore | null> {
    const opening = JournalStore.open(this.#codec, undefined, () => {
      this.#forget(opened);
    });
    const opened: Promise<JournalStore | null> = within(opening, OPENING_TIME).catch((error: unknown) => {
      this.#forget(opened);
      report(error, 'journal.open');
      if (error instanceof TooLate) {
        opening.then((store) => {
          store.close();
        }, reporting('journal.open-late'));
      }
      return null;
    });
    return opened;
  }

  #forget(opened: Promise<JournalStore | null>): void {
    if (this.#store === opened) {
      this.#store = null;
    }
  }
}
