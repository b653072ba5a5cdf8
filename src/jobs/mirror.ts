import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { JobGraph, JobRecord } from './job';

interface MirrorSchema extends DBSchema {
  jobs: { key: string; value: JobRecord };
  graphs: { key: string; value: JobGraph };
  facts: { key: string; value: boolean };
}

const COMPLETE = 'complete';

/**
 * What this browser remembers of a server's finished jobs. ComfyUI keeps its history in memory alone and
 * forgets it at every restart (API reference 6). Graphs are kept apart: they are ten times the size of
 * the rest and rarely needed.
 */
export interface JobMirror {
  /** Every remembered job, in no order. */
  all(): Promise<JobRecord[]>;
  graph(id: string): Promise<JobGraph | null>;
  put(entries: readonly { record: JobRecord; graph: JobGraph | null }[]): Promise<void>;
  forget(ids: readonly string[]): Promise<void>;
  /** Whether everything older than the newest remembered job is remembered too. */
  isComplete(): Promise<boolean>;
  setComplete(complete: boolean): Promise<void>;
}

/** Opens the mirror of one server, named by its address. Private windows may have no database: see `memoryMirror`. */
export async function openMirror(server: string): Promise<JobMirror> {
  try {
    const db = await openDB<MirrorSchema>(`darkroom-jobs ${server}`, 2, {
      upgrade(database, from) {
        if (from < 1) {
          database.createObjectStore('jobs', { keyPath: 'id' });
          database.createObjectStore('graphs');
        }
        database.createObjectStore('facts');
      },
      // A later version of the app in another tab must not have to wait for this one.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return new DatabaseMirror(db);
  } catch {
    return memoryMirror();
  }
}

class DatabaseMirror implements JobMirror {
  readonly #db: IDBPDatabase<MirrorSchema>;

  constructor(db: IDBPDatabase<MirrorSchema>) {
    this.#db = db;
  }

  all(): Promise<JobRecord[]> {
    return this.#db.getAll('jobs');
  }

  async graph(id: string): Promise<JobGraph | null> {
    return (await this.#db.get('graphs', id)) ?? null;
  }

  async put(entries: readonly { record: JobRecord; graph: JobGraph | null }[]): Promise<void> {
    const transaction = this.#db.transaction(['jobs', 'graphs'], 'readwrite');
    const writes = entries.flatMap(({ record, graph }) => [
      transaction.objectStore('jobs').put(record),
      ...(graph ? [transaction.objectStore('graphs').put(graph, record.id)] : []),
    ]);
    await Promise.all([...writes, transaction.done]);
  }

  async forget(ids: readonly string[]): Promise<void> {
    const transaction = this.#db.transaction(['jobs', 'graphs'], 'readwrite');
    const deletes = ids.flatMap((id) => [
      transaction.objectStore('jobs').delete(id),
      transaction.objectStore('graphs').delete(id),
    ]);
    await Promise.all([...deletes, transaction.done]);
  }

  async isComplete(): Promise<boolean> {
    return (await this.#db.get('facts', COMPLETE)) ?? false;
  }

  async setComplete(complete: boolean): Promise<void> {
    await this.#db.put('facts', complete, COMPLETE);
  }
}

/** A mirror that lasts as long as the page. */
export function memoryMirror(): JobMirror {
  const jobs = new Map<string, JobRecord>();
  const graphs = new Map<string, JobGraph>();
  let isComplete = false;
  return {
    all: () => Promise.resolve([...jobs.values()]),
    graph: (id) => Promise.resolve(graphs.get(id) ?? null),
    put(entries) {
      for (const { record, graph } of entries) {
        jobs.set(record.id, record);
        if (graph) {
          graphs.set(record.id, graph);
        }
      }
      return Promise.resolve();
    },
    forget(ids) {
      ids.forEach((id) => {
        jobs.delete(id);
        graphs.delete(id);
      });
      return Promise.resolve();
    },
    isComplete: () => Promise.resolve(isComplete),
    setComplete(complete) {
      isComplete = complete;
      return Promise.resolve();
    },
  };
}
