import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { report } from '../../base/report';
import type { FileRef } from '../../comfy/file-ref';
import type { Held } from './library-client';

/** Where in the library this browser is. */
export interface LibraryState {
  /** `null`: what is kept is no whole, and everything is to be read again. */
  held: Held | null;
  /** Files that jobs name and that are on the disk no longer. */
  gone: FileRef[];
  /** The newest files: see `packNewest`. An earlier version kept none. */
  newest?: string;
}

/** Pieces of changes, oldest first, each with its number; `whole` when they are all there are. */
export interface LibraryTail {
  pieces: { number: number; text: string }[];
  whole: boolean;
}

/**
 * What this browser keeps of a library: pieces of changes, one behind the other, so that a new file costs the same
 * however many there are. State and pieces are written together: a revision is never ahead of its files.
 */
export interface LibraryDb {
  state(): Promise<LibraryState>;
  /** The pieces behind a number (0: all). Everything, when those up to it have been replaced. */
  tail(after: number): Promise<LibraryTail>;
  /** @param replace the pieces are everything there is. */
  write(state: LibraryState, pieces: readonly string[], replace: boolean): Promise<void>;
}

interface LibrarySchema extends DBSchema {
  pieces: { key: number; value: string };
  facts: { key: string; value: LibraryState | number };
}

const STATE = 'state';
/** Number of the first piece since everything was replaced last. */
const FIRST = 'first';

const NOTHING: LibraryState = { held: null, gone: [] };

/** Opens what is kept of one server's library; where there is no database, as in some private windows, memory serves. */
export async function openLibraryDb(server: string): Promise<LibraryDb> {
  try {
    const db = await openDB<LibrarySchema>(`darkroom-library ${server}`, 1, {
      upgrade(database) {
        database.createObjectStore('pieces', { autoIncrement: true });
        database.createObjectStore('facts');
      },
      // A later version of the app in another tab must not have to wait for this one.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return new StoredLibrary(db);
  } catch (error) {
    report(error, 'library.open');
    return memoryLibrary();
  }
}

class StoredLibrary implements LibraryDb {
  readonly #db: IDBPDatabase<LibrarySchema>;

  constructor(db: IDBPDatabase<LibrarySchema>) {
    this.#db = db;
  }

  async state(): Promise<LibraryState> {
    const state = await this.#db.get('facts', STATE);
    return typeof state === 'object' ? state : NOTHING;
  }

  async tail(after: number): Promise<LibraryTail> {
    const transaction = this.#db.transaction(['pieces', 'facts']);
    const first = await transaction.objectStore('facts').get(FIRST);
    const whole = after === 0 || (typeof first === 'number' && after < first);
    const range = whole ? null : IDBKeyRange.lowerBound(after, true);
    const store = transaction.objectStore('pieces');
    const [numbers, texts] = await Promise.all([store.getAllKeys(range), store.getAll(range)]);
    return { pieces: numbers.map((number, i) => ({ number, text: texts[i] ?? '' })), whole };
  }

  async write(state: LibraryState, pieces: readonly string[], replace: boolean): Promise<void> {
    const transaction = this.#db.transaction(['pieces', 'facts'], 'readwrite', { durability: 'relaxed' });
    const store = transaction.objectStore('pieces');
    if (replace) {
      await store.clear();
    }
    const numbers = await Promise.all(pieces.map((piece) => store.add(piece)));
    if (replace) {
      await transaction.objectStore('facts').put(numbers[0] ?? 0, FIRST);
    }
    await transaction.objectStore('facts').put(state, STATE);
    await transaction.done;
  }
}

/** Keeps a library for as long as the page lives. */
export function memoryLibrary(): LibraryDb {
  let state = NOTHING;
  let pieces: LibraryTail['pieces'] = [];
  let last = 0;
  let first = 0;
  return {
    state: () => Promise.resolve(state),
    tail(after) {
      const whole = after === 0 || after < first;
      return Promise.resolve({ pieces: pieces.filter(({ number }) => whole || number > after), whole });
    },
    write(next, texts, replace) {
      state = next;
      const added = texts.map((text) => ({ number: ++last, text }));
      pieces = replace ? added : [...pieces, ...added];
      first = replace ? (added[0]?.number ?? 0) : first;
      return Promise.resolve();
    },
  };
}
