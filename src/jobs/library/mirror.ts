import { type IDBPDatabase, type IDBPTransaction, openDB, type StoreNames, unwrap, wrap } from 'idb';
import { report } from '../../base/report';
import { byNewest, isFinished, type JobGraph, type JobRecord, jobTime, type Output } from '../state/job';
import {
  addJobs,
  type BlockSchema,
  dropJobs,
  isBefore,
  jobsIn,
  type JobPlace,
  keepJobs,
  pageOf,
  placeOf,
} from './job-blocks';
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

interface MirrorSchema extends BlockSchema {
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
/** Since then graphs are kept apart, what search needs of them, and what other devices are to be told. */
const GRAPHS_SINCE = 3;
const MAKING_SINCE = 4;
const UNSAVED_SINCE = 5;
/** Notes of a batch at most, where all that is known has to be told. */
const BATCH = 500;

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
  forget(ids: readonly string[]): Promise<void>;
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
    const db = await openDB<MirrorSchema>(`darkroom-jobs ${server}`, VERSION, {
      upgrade: (database, from, _to, transaction) =>
        void upgrade(database, from, transaction).catch((error: unknown) => {
          report(error, 'mirror.upgrade');
          transaction.abort();
        }),
      // A later version of the app in another tab must not have to wait for this one.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return new DatabaseMirror(db);
  } catch (error) {
    report(error, 'mirror.open');
    return memoryMirror();
  }
}

type Upgrade = Parameters<NonNullable<NonNullable<Parameters<typeof openDB<MirrorSchema>>[2]>['upgrade']>>;

/**
 * Versions 1 and 2 kept whole jobs in one store and their graphs in another, versions 3 to 5 a row for each output;
 * version 3 did not keep what search needs, which is added when there is time.
 */
async function upgrade(db: Upgrade[0], from: number, transaction: Upgrade[3]): Promise<void> {
  const stores = new Set<string>(db.objectStoreNames);
  const old = from === 0 ? [] : from < GRAPHS_SINCE ? await readOld(unwrap(transaction)) : [];
  const jobs = from < GRAPHS_SINCE ? old.map(({ record }) => record) : await readRows(unwrap(transaction));
  const unsaved =
    from >= UNSAVED_SINCE
      ? await (wrap(unwrap(transaction).objectStore('unsaved').getAll()) as Promise<Unsaved[]>)
      : jobs.filter((record) => isWorthSaving({ record, graph: null })).map(noteOf);
  const outdated = ['rows', 'unsaved', ...(from < GRAPHS_SINCE ? ['jobs', 'graphs'] : [])];
  outdated.filter((name) => stores.has(name)).forEach((name) => unwrap(db).deleteObjectStore(name));
  if (from < GRAPHS_SINCE) {
    db.createObjectStore('jobs');
  }
  if (from < MAKING_SINCE) {
    db.createObjectStore('making');
  }
  if (!stores.has('facts')) {
    db.createObjectStore('facts');
  }
  const blocks = db.createObjectStore('blocks');
  blocks.createIndex('ids', 'ids', { multiEntry: true, unique: true });
  const batches = db.createObjectStore('unsaved', { autoIncrement: true });
  batches.createIndex('ids', 'ids', { multiEntry: true });
  old.forEach((entry) => writeGraph(transaction, entry));
  await addJobs(blocks, jobs.sort(byNewest));
  for (let at = 0; at < unsaved.length; at += BATCH) {
    await batches.add(toBatch(unsaved.slice(at, at + BATCH)));
  }
}

async function readOld(transaction: IDBTransaction): Promise<MirrorEntry[]> {
  const records = await (wrap(transaction.objectStore('jobs').getAll()) as Promise<JobRecord[]>);
  const graphs = transaction.objectStore('graphs');
  return Promise.all(
    records.map(async (record) => {
      const graph = await (wrap(graphs.get(record.id)) as Promise<JobGraph | undefined>);
      return { record, graph: graph ?? null };
    }),
  );
}

/** One output of a job, with what is known of the job; a job without outputs had one row too. */
interface Row {
  output: Output | null;
  job: Omit<JobRecord, 'outputs'>;
}

async function readRows(transaction: IDBTransaction): Promise<JobRecord[]> {
  const rows = await (wrap(transaction.objectStore('rows').getAll()) as Promise<Row[]>);
  const jobs = new Map<string, JobRecord>();
  for (const { output, job } of rows) {
    const record = jobs.get(job.id) ?? { ...job, outputs: [] };
    record.outputs.push(...(output ? [output] : []));
    jobs.set(job.id, record);
  }
  return [...jobs.values()];
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
      entries.filter(({ saved }) => saved).map(({ record }) => record.id),
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

  async forget(ids: readonly string[]): Promise<void> {
    const transaction = this.#db.transaction(['blocks', 'jobs', 'making', 'unsaved'], 'readwrite');
    const gone = await dropJobs(transaction.objectStore('blocks'), ids);
    for (const { id } of gone) {
      await transaction.objectStore('making').delete(id);
      await transaction.objectStore('jobs').delete(id);
    }
    await addNotes(
      transaction.objectStore('unsaved'),
      gone.map((job) => ({ ...noteOf(job), gone: true })),
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
function writeGraph(
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

function noteOf(record: JobRecord): Unsaved {
  return { id: record.id, gone: false, time: jobTime(record) };
}

function toBatch(jobs: Unsaved[]): UnsavedBatch {
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

/** A mirror that lasts as long as the page. */
export function memoryMirror(): JobMirror {
  const jobs = new Map<string, { record: JobRecord; graph: JobGraph | null }>();
  const unsaved = new Map<string, Unsaved>();
  const seen = new Map<string, string>();
  const making = new Map<string, JobFacts>();
  let isComplete = false;
  return {
    page(from, outputs) {
      const sorted = [...jobs.values()]
        .map(({ record }) => record)
        .filter((record) => from === null || isBefore(from, placeOf(record)))
        .sort(byNewest);
      let count = 0;
      const end = sorted.findIndex((record) => (count += Math.max(1, record.outputs.length)) >= outputs);
      const last = sorted[end];
      return Promise.resolve({
        jobs: end < 0 ? sorted : sorted.slice(0, end + 1),
        next: last ? placeOf(last) : null,
      });
    },
    jobs: (ids) => Promise.resolve(ids.flatMap((id) => jobs.get(id)?.record ?? [])),
    graph: (id) => Promise.resolve(jobs.get(id)?.graph ?? null),
    facts: (ids) =>
      Promise.resolve(
        new Map(
          ids.flatMap((id) => {
            const facts = making.get(id);
            return facts ? [[id, facts] as const] : [];
          }),
        ),
      ),
    factsPage: (after, count) =>
      Promise.resolve(
        [...making]
          .filter(([id]) => after === null || id > after)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .slice(0, count),
      ),
    putFacts(facts) {
      facts.forEach((made, id) => jobs.has(id) && making.set(id, made));
      return Promise.resolve();
    },
    put(entries) {
      for (const entry of entries) {
        const { record, graph, facts, saved } = entry;
        const kept = graph ?? jobs.get(record.id)?.graph ?? null;
        jobs.set(record.id, { record, graph: kept });
        const made = kept ? factsOf(record, kept) : facts;
        if (made) {
          making.set(record.id, made);
        }
        if (isWorthSaving(entry)) {
          unsaved.set(record.id, { id: record.id, gone: false, time: jobTime(record) });
        } else if (saved) {
          unsaved.delete(record.id);
        }
      }
      return Promise.resolve();
    },
    forget(ids) {
      for (const id of ids) {
        const known = jobs.get(id);
        if (known) {
          unsaved.set(id, { id, gone: true, time: jobTime(known.record) });
        }
        jobs.delete(id);
        making.delete(id);
      }
      return Promise.resolve();
    },
    isComplete: () => Promise.resolve(isComplete),
    setComplete(complete) {
      isComplete = complete;
      return Promise.resolve();
    },
    unsaved: () => Promise.resolve([...unsaved.values()]),
    setSaved(ids) {
      ids.forEach((id) => unsaved.delete(id));
      return Promise.resolve();
    },
    seenDays: () => Promise.resolve(seen),
    setSeenDay(path, state) {
      seen.set(path, state);
      return Promise.resolve();
    },
  };
}
