import { type IDBPDatabase, openDB } from 'idb';
import { report, reporting } from '../../base/report';
import type { JobGraph, JobRecord } from '../state/job';
import { dropJobs, jobsIn, keepJobs, pageOf } from './job-blocks';
import type { JobFacts } from './job-facts';
import {
  isWorthSaving,
  type JobMirror,
  type MirrorEntry,
  type MirrorPage,
  type MirrorPlace,
  type Unsaved,
} from './job-mirror';
import {
  createStores,
  type MirrorSchema,
  type MirrorUpgrade,
  noteOf,
  toBatch,
  type UnsavedBatch,
  writeGraph,
} from './mirror-schema';

const COMPLETE = 'complete';
const SEEN = 'seen-day-files';
const VERSION = 6;

/** Opens the mirror of one server, named by its address. Private windows may have no database: see `memoryMirror`. */
export async function openMirror(server: string): Promise<JobMirror> {
  try {
    return new DatabaseMirror(await open(`darkroom-jobs ${server}`));
  } catch (error) {
    report(error, 'mirror.open');
    return (await import('./memory-mirror')).memoryMirror();
  }
}

async function open(name: string): Promise<IDBPDatabase<MirrorSchema>> {
  let outdated = false;
  const openWith = (upgrade: MirrorUpgrade): ReturnType<typeof openDB<MirrorSchema>> =>
    openDB<MirrorSchema>(name, VERSION, {
      upgrade,
      // A later version of the app in another tab must not have to wait for this one.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
  try {
    return await openWith((db, from, _to, transaction) => {
      outdated = from > 0;
      if (outdated) {
        // Rarely needed, so it loads when it is; a transaction does not wait for that.
        void transaction.done.catch(reporting('mirror.outdated'));
        transaction.abort();
      } else {
        createStores(db);
      }
    });
  } catch (error) {
    if (!outdated) {
      throw error;
    }
    const { upgrade } = await import('./mirror-upgrade');
    return openWith(upgrade);
  }
}

class DatabaseMirror implements JobMirror {
  readonly #db: IDBPDatabase<MirrorSchema>;

  constructor(db: IDBPDatabase<MirrorSchema>) {
    this.#db = db;
  }

  page(from: MirrorPlace | null, outputs: number): Promise<MirrorPage> {
    return pageOf(this.#db.transaction('blocks').store, from, outputs);
  }

  jobs(ids: readonly string[]): Promise<JobRecord[]> {
    return jobsIn(this.#db.transaction('blocks').store, ids);
  }

  async graph(id: string): Promise<JobGraph | null> {
    return (await this.#db.get('jobs', id))?.graph ?? null;
  }

  async facts(ids: readonly string[]): Promise<Map<string, JobFacts>> {
    const { store } = this.#db.transaction('making');
    const found = await Promise.all(ids.map(async (id) => [id, await store.get(id)] as const));
    return new Map(found.flatMap(([id, facts]) => (facts ? [[id, facts]] : [])));
  }

  async factsPage(after: string | null, count: number): Promise<[string, JobFacts][]> {
    const range = after === null ? null : IDBKeyRange.lowerBound(after, true);
    const { store } = this.#db.transaction('making');
    const [ids, facts] = await Promise.all([store.getAllKeys(range, count), store.getAll(range, count)]);
    return ids.map((id, i) => [id, facts[i] ?? {}]);
  }

  async putFacts(facts: ReadonlyMap<string, JobFacts>): Promise<void> {
    const transaction = this.#db.transaction(['blocks', 'making'], 'readwrite', { durability: 'relaxed' });
    const ids = transaction.objectStore('blocks').index('ids');
    for (const [id, made] of facts) {
      // A job that was forgotten meanwhile must leave nothing behind.
      if ((await ids.getKey(id)) !== undefined) {
        await transaction.objectStore('making').put(made, id);
      }
    }
    await transaction.done;
  }

  async put(entries: readonly MirrorEntry[]): Promise<void> {
    try {
      await this.#put(entries);
    } catch (error) {
      if ((error as Error).name !== 'ConstraintError') {
        throw error;
      }
      // Another tab has written some of them meanwhile.
      await this.#put(entries.map((entry) => ({ ...entry, isNew: false })));
    }
  }

  async #put(entries: readonly MirrorEntry[]): Promise<void> {
    const transaction = this.#db.transaction(['blocks', 'jobs', 'making', 'unsaved'], 'readwrite', {
      durability: 'relaxed',
    });
    const fresh = new Set(entries.filter(({ isNew }) => isNew).map(({ record }) => record.id));
    // Of a request that fails, the request itself tells more than the transaction.
    const done = transaction.done.then(
      () => null,
      (error: unknown) => ({ error }),
    );
    entries.forEach((entry) => writeGraph(transaction, entry));
    await keepJobs(
      transaction.objectStore('blocks'),
      entries.map(({ record }) => record),
      (id) => fresh.has(id),
    );
    await dropNotes(
      transaction.objectStore('unsaved'),
      // Of what is new nothing can be noted.
      entries.filter(({ saved, isNew }) => saved && !isNew).map(({ record }) => record.id),
    );
    await addNotes(
      transaction.objectStore('unsaved'),
      entries.filter(isWorthSaving).map(({ record }) => noteOf(record)),
    );
    const failed = await done;
    if (failed) {
      throw failed.error;
    }
  }

  async forget(ids: readonly string[], quietly = false): Promise<void> {
    const transaction = this.#db.transaction(['blocks', 'jobs', 'making', 'unsaved'], 'readwrite');
    const gone = await dropJobs(transaction.objectStore('blocks'), ids);
    for (const { id } of gone) {
      await transaction.objectStore('making').delete(id);
      await transaction.objectStore('jobs').delete(id);
    }
    await addNotes(
      transaction.objectStore('unsaved'),
      quietly ? [] : gone.map((job) => ({ ...noteOf(job), gone: true })),
    );
    await transaction.done;
  }

  async isComplete(): Promise<boolean> {
    return (await this.#db.get('facts', COMPLETE)) === true;
  }

  async setComplete(complete: boolean): Promise<void> {
    await this.#db.put('facts', complete, COMPLETE);
  }

  async unsaved(): Promise<Unsaved[]> {
    const batches = await this.#db.getAll('unsaved');
    return [...new Map(batches.flatMap(({ jobs }) => jobs).map((note) => [note.id, note])).values()];
  }

  async setSaved(ids: readonly string[]): Promise<void> {
    const transaction = this.#db.transaction('unsaved', 'readwrite', { durability: 'relaxed' });
    await dropNotes(transaction.store, ids);
    await transaction.done;
  }

  async seenDays(): Promise<ReadonlyMap<string, string>> {
    return ((await this.#db.get('facts', SEEN)) as Map<string, string> | undefined) ?? new Map();
  }

  async setSeenDay(path: string, state: string): Promise<void> {
    const transaction = this.#db.transaction('facts', 'readwrite', { durability: 'relaxed' });
    const seen = (await transaction.store.get(SEEN)) as Map<string, string> | undefined;
    await transaction.store.put(new Map(seen).set(path, state), SEEN);
    await transaction.done;
  }
}

/** The store of what other devices are to be told, as far as it is used here. */
interface Batches {
  get(key: number): Promise<UnsavedBatch | undefined>;
  index(name: 'ids'): { getAllKeys(id: string): Promise<number[]> };
  add(batch: UnsavedBatch): Promise<unknown>;
  put(batch: UnsavedBatch, key: number): Promise<unknown>;
  delete(key: number): Promise<unknown>;
}

async function addNotes(batches: Batches, notes: Unsaved[]): Promise<void> {
  if (notes.length > 0) {
    await batches.add(toBatch(notes));
  }
}

async function dropNotes(batches: Batches, ids: readonly string[]): Promise<void> {
  const gone = new Set(ids);
  const index = batches.index('ids');
  const found = await Promise.all(ids.map((id) => index.getAllKeys(id)));
  for (const key of new Set(found.flat())) {
    const rest = (await batches.get(key))?.jobs.filter(({ id }) => !gone.has(id)) ?? [];
    await (rest.length > 0 ? batches.put(toBatch(rest), key) : batches.delete(key));
  }
}
