import { type IDBPDatabase, type IDBPTransaction, openDB, type StoreNames, unwrap } from 'idb';
import { report, reporting } from '../../base/report';
import { isFinished, type JobGraph, type JobRecord, jobTime } from '../state/job';
import { type BlockSchema, dropJobs, jobsIn, type JobPlace, keepJobs, pageOf } from './job-blocks';
import { factsOf, type JobFacts } from './job-facts';

/** A job and its graph, to be remembered. Without a graph the one that is there is kept. */
export interface MirrorEntry {
  record: JobRecord;
  graph: JobGraph | null;
  /** Nothing of this job can be remembered yet, which spares a look. */
  isNew?: boolean;
  /** What the graph tells, where that is known without it. */
  facts?: JobFacts | null;
  /** It comes from where other devices find it too, so it need not be saved there. */
  saved?: boolean;
}

/** A job other devices are still to be told of: that it ended, or that it is to be forgotten. */
export interface Unsaved {
  id: string;
  gone: boolean;
  /** ms since the epoch; 0 when unknown. */
  time: number;
}

/** Where a page of the mirror begins. Opaque to callers. */
export type MirrorPlace = JobPlace;

/** A page of jobs, newest first; `next` is `null` at the end. */
export interface MirrorPage {
  jobs: JobRecord[];
  next: MirrorPlace | null;
}

/** Jobs that were ended or forgotten together, and that other devices are still to be told of. */
interface UnsavedBatch {
  ids: string[];
  jobs: Unsaved[];
}

export interface MirrorSchema extends BlockSchema {
  /** Graphs of the jobs that have one. */
  jobs: { key: string; value: { graph: JobGraph | null } };
  /** What search needs of the graphs, by job: read as a whole, which the graphs are too large for. */
  making: { key: string; value: JobFacts };
  /** Ended jobs that are in no day file yet; the last word on a job counts. */
  unsaved: { key: number; value: UnsavedBatch; indexes: { ids: string } };
  facts: { key: string; value: unknown };
}

const COMPLETE = 'complete';
const SEEN = 'seen-day-files';
const VERSION = 6;

/**
 * What this browser remembers of a server's finished jobs. ComfyUI keeps its history in memory alone and
 * forgets it at every restart (API reference 6). Graphs are kept apart: they are ten times the size of
 * the rest and rarely needed.
 */
export interface JobMirror {
  /** Jobs from a place on (`null`: the newest), with about so many outputs. */
  page(from: MirrorPlace | null, outputs: number): Promise<MirrorPage>;
  /** The jobs among these that are remembered. */
  jobs(ids: readonly string[]): Promise<JobRecord[]>;
  graph(id: string): Promise<JobGraph | null>;
  /** What the graphs of these jobs tell; absent where that was never read. */
  facts(ids: readonly string[]): Promise<Map<string, JobFacts>>;
  /** The same of every job, by id from behind `after` on; fewer than `count` at the end. */
  factsPage(after: string | null, count: number): Promise<[id: string, facts: JobFacts][]>;
  /** Adds what the graphs of jobs tell that were remembered by earlier versions. */
  putFacts(facts: ReadonlyMap<string, JobFacts>): Promise<void>;
  put(entries: readonly MirrorEntry[]): Promise<void>;
  /** @param quietly other devices find out for themselves, and need not be told. */
  forget(ids: readonly string[], quietly?: boolean): Promise<void>;
  /** Whether everything older than the newest remembered job is remembered too. */
  isComplete(): Promise<boolean>;
  setComplete(complete: boolean): Promise<void>;
  /** Jobs that are in no day file yet. */
  unsaved(): Promise<Unsaved[]>;
  /** Notes that day files have these by now. */
  setSaved(ids: readonly string[]): Promise<void>;
  /** Day files as they were when they were last read, by their paths; the values are the caller's. */
  seenDays(): Promise<ReadonlyMap<string, string>>;
  setSeenDay(path: string, state: string): Promise<void>;
}

/** Opens the mirror of one server, named by its address. Private windows may have no database: see `memoryMirror`. */
export async function openMirror(server: string): Promise<JobMirror> {
  try {
    return new DatabaseMirror(await open(`darkroom-jobs ${server}`));
  } catch (error) {
    report(error, 'mirror.open');
    return (await import('./memory-mirror')).memoryMirror();
  }
}

type Opening = Parameters<typeof openDB<MirrorSchema>>[2] & object;
/** Makes of what an earlier version kept what this one keeps. */
export type MirrorUpgrade = NonNullable<Opening['upgrade']>;

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

/** Makes those stores of this version that are not there. */
export function createStores(db: IDBPDatabase<MirrorSchema>): void {
  const stores = new Set<string>(db.objectStoreNames);
  (['jobs', 'making', 'facts'] as const)
    .filter((name) => !stores.has(name))
    .forEach((name) => db.createObjectStore(name));
  db.createObjectStore('blocks').createIndex('ids', 'ids', { multiEntry: true, unique: true });
  db.createObjectStore('unsaved', { autoIncrement: true }).createIndex('ids', 'ids', { multiEntry: true });
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

/** Whether other devices should know of it: that it is lost is this browser's view, and a sketch is to be completed. */
export function isWorthSaving({ record, saved }: MirrorEntry): boolean {
  return !saved && !record.sketch && isFinished(record.state) && record.state !== 'lost';
}

type Transaction<Mode extends 'readwrite' | 'versionchange'> = IDBPTransaction<
  MirrorSchema,
  ArrayLike<StoreNames<MirrorSchema>>,
  Mode
>;

/** Without promises: one for each request costs as much as the request, and the transaction tells of every failure. */
export function writeGraph(
  transaction: Pick<Transaction<'readwrite' | 'versionchange'>, 'objectStore'>,
  { record, graph, facts }: MirrorEntry,
): void {
  if (graph) {
    unwrap(transaction.objectStore('jobs')).put({ graph }, record.id);
  }
  const made = graph ? factsOf(record, graph) : facts;
  if (made) {
    unwrap(transaction.objectStore('making')).put(made, record.id);
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

export function noteOf(record: JobRecord): Unsaved {
  return { id: record.id, gone: false, time: jobTime(record) };
}

export function toBatch(jobs: Unsaved[]): UnsavedBatch {
  return { ids: jobs.map(({ id }) => id), jobs };
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
