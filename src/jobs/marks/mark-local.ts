import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { report } from '../../base/report';
import { changedKeys, mergeMaps, readMap, type StampedMap, writeMap } from '../stamped-map';

/** A document of marks as this browser keeps it. */
export interface LocalDocument {
  name: string;
  map: StampedMap;
  /** How the server's file looked when it was read last (size and time); `null` before that. */
  seen: string | null;
  /** Whether there may be something in it that the server has not. */
  dirty: boolean;
}

/** The documents this browser keeps. Local storage holds no more than a few megabytes, and marks can take ten. */
export interface MarkLocal {
  all(): Promise<LocalDocument[]>;
  read(name: string): Promise<StampedMap | null>;
  /** Keeps a document, together with what another tab has kept of it meanwhile. */
  save(document: LocalDocument): Promise<void>;
}

interface Row {
  name: string;
  /** JSON: a hundred thousand entries are read in a tenth of the time that cloning objects takes. */
  text: string;
  seen: string | null;
  dirty: boolean;
}

interface MarkSchema extends DBSchema {
  documents: { key: string; value: Row };
}

/** Opens what this browser keeps of one server; where there is no database, as in some private windows, memory serves. */
export async function openMarkLocal(server: string): Promise<MarkLocal> {
  try {
    const db = await openDB<MarkSchema>(`darkroom-marks ${server}`, 1, {
      upgrade: (database) => void database.createObjectStore('documents', { keyPath: 'name' }),
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return new DatabaseLocal(db);
  } catch (error) {
    report(error, 'marks.open');
    return memoryLocal();
  }
}

/** Keeps documents for as long as the page lives. */
export function memoryLocal(): MarkLocal {
  const rows = new Map<string, LocalDocument>();
  return {
    all: () => Promise.resolve([...rows.values()]),
    read: (name) => Promise.resolve(rows.get(name)?.map ?? null),
    save: (document) => {
      rows.set(document.name, withKept(document, rows.get(document.name)));
      return Promise.resolve();
    },
  };
}

class DatabaseLocal implements MarkLocal {
  readonly #db: IDBPDatabase<MarkSchema>;

  constructor(db: IDBPDatabase<MarkSchema>) {
    this.#db = db;
  }

  async all(): Promise<LocalDocument[]> {
    const rows = await this.#db.getAll('documents');
    return rows.map(({ name, text, seen, dirty }) => ({ name, map: mapOf(text), seen, dirty }));
  }

  async read(name: string): Promise<StampedMap | null> {
    const row = await this.#db.get('documents', name);
    return row ? mapOf(row.text) : null;
  }

  async save(document: LocalDocument): Promise<void> {
    const transaction = this.#db.transaction('documents', 'readwrite');
    const { store } = transaction;
    const row = await store.get(document.name);
    const kept = row && { map: mapOf(row.text), dirty: row.dirty };
    const { name, map, seen, dirty } = withKept(document, kept);
    const put = store.put({ name, text: JSON.stringify(writeMap(map)), seen, dirty });
    // A page that goes away takes with it what is not committed.
    transaction.commit();
    await Promise.all([put, transaction.done]);
  }
}

/**
 * A document together with what is kept of it. What another tab has kept and not yet sent is still to be sent,
 * whatever this tab says of its own: that tab may be closed before it does.
 */
function withKept(document: LocalDocument, kept?: Pick<LocalDocument, 'map' | 'dirty'>): LocalDocument {
  const map = kept ? mergeMaps(kept.map, document.map) : document.map;
  const isUnsent = kept?.dirty === true && changedKeys(document.map, map).length > 0;
  return { ...document, map, dirty: document.dirty || isUnsent };
}

function mapOf(text: string): StampedMap {
  try {
    return readMap(JSON.parse(text)) ?? new Map();
  } catch (error) {
    report(error, 'marks.local');
    return new Map();
  }
}
