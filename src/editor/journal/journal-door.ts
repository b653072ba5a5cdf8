import type { ByteCodec } from '../mask/history';
import { JournalStore } from './journal-store';

/** A browser that does not answer by then has no storage for now, ms. */
const OPENING_TIME = 3000;

/** Opens the browser's storage when it is wanted, and again when it went away. */
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

  /** Nothing is opened from now on. */
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
    let timer: ReturnType<typeof setTimeout> | undefined;
    let late = false;
    const lost = (): void => {
      if (this.#store === opened) {
        this.#store = null;
      }
    };
    const opening = JournalStore.open(this.#codec, undefined, lost);
    const opened: Promise<JournalStore | null> = Promise.race([
      opening,
      new Promise<null>((resolve) => {
        timer = setTimeout(() => {
          late = true;
          resolve(null);
        }, OPENING_TIME);
      }),
    ])
      .catch(() => null)
      .then((store) => {
        clearTimeout(timer);
        if (!store) {
          lost();
        }
        return store;
      });
    void opening.then(
      (store) => {
        if (late) {
          store.close();
        }
      },
      () => undefined,
    );
    return opened;
  }
}
