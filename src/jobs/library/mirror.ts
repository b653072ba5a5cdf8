import { type DBSchema, type IDBPDatabase, openDB, unwrap, wrap } from 'idb';
import { report } from '../../base/report';
import { isFinished, type JobGraph, type JobRecord, jobTime, type Output } from '../state/job';
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

/** Where a page of the mirror begins: sorts as `byNewest` does. Opaque to callers. */
export type MirrorPlace = [newest: number, number: number, id: string, output: number];

/** A page of jobs, newest first; `next` is `null` at the end. */
export interface MirrorPage {
  jobs: JobRecord[];
  next: MirrorPlace | null;
}

/** One output of a job, with what is known of the job; a job without outputs has one row too. */
interface Row {
  id: string;
  output: Output | null;
  /** Rows of the job. */
  of: number;
  job: Omit<JobRecord, 'outputs'>;
}

/** Where a job's rows are, and its graph. */
interface Entry {
  place: MirrorPlace;
  graph: JobGraph | null;
}

/**
 * Rows are keyed by their place in time: an index beside the key would have the browser read every value
 * back while it is written, which doubles what a walk through a long history costs.
 */
interface MirrorSchema extends DBSchema {
  rows: { key: MirrorPlace; value: Row };
  jobs: { key: string; value: Entry };
  /** What search needs of the graphs, by job: read as a whole, which the graphs are too large for. */
  making: { key: string; value: JobFacts };
  /** Ended jobs that are in no day file yet. */
  unsaved: { key: string; value: Unsaved };
  facts: { key: string; value: unknown };
}

const COMPLETE = 'complete';
const SEEN = 'seen-day-files';
const VERSION = 5;
/** Since then rows are kept by their place in time, and what search needs of graphs. */
const ROWS_SINCE = 3;
const MAKING_SINCE = 4;

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
 * Versions 1 and 2 kept whole jobs in one store and their graphs in another; version 3 did not keep what search
 * needs, which is added when there is time.
 */
async function upgrade(db: Upgrade[0], from: number, transaction: Upgrade[3]): Promise<void> {
  const unsaved = unwrap(db.createObjectStore('unsaved'));
  const making = unwrap(
    from >= MAKING_SINCE ? transaction.objectStore('making') : db.createObjectStore('making'),
  );
  if (from >= ROWS_SINCE) {
    // Places name the jobs, and graphs need not be read.
    for (const [newest, , id] of await transaction.objectStore('rows').getAllKeys()) {
      unsaved.put({ id, gone: false, time: -newest } satisfies Unsaved, id);
    }
    return;
  }
  const old = from > 0 ? await readOld(unwrap(transaction)) : [];
  for (const name of ['jobs', 'graphs'] as const) {
    if ((db.objectStoreNames as DOMStringList).contains(name)) {
      unwrap(db).deleteObjectStore(name);
    }
  }
  if (!(db.objectStoreNames as DOMStringList).contains('facts')) {
    db.createObjectStore('facts');
  }
  const rows = unwrap(db.createObjectStore('rows'));
  const jobs = unwrap(db.createObjectStore('jobs'));
  old.forEach((entry) => write({ rows, jobs, making, unsaved }, entry));
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

class DatabaseMirror implements JobMirror {
  readonly #db: IDBPDatabase<MirrorSchema>;

  constructor(db: IDBPDatabase<MirrorSchema>) {
    this.#db = db;
  }

  async page(from: MirrorPlace | null, outputs: number): Promise<MirrorPage> {
    const { store } = this.#db.transaction('rows');
    const range = from && IDBKeyRange.lowerBound(from, true);
    const [rows, places] = await Promise.all([
      store.getAll(range, outputs),
      store.getAllKeys(range, outputs),
    ]);
    const last = rows.at(-1);
    let next = places.at(-1) ?? null;
    if (last && next && rows.length === outputs) {
      // The last job comes whole.
      const missing = last.of - rows.filter(({ id }) => id === last.id).length;
      if (missing > 0) {
        const rest = IDBKeyRange.lowerBound(next, true);
        rows.push(...(await store.getAll(rest, missing)));
        next = (await store.getAllKeys(rest, missing)).at(-1) ?? next;
      }
    }
    return { jobs: toJobs(rows), next: rows.length < outputs ? null : next };
  }

  async jobs(ids: readonly string[]): Promise<JobRecord[]> {
    const transaction = this.#db.transaction(['rows', 'jobs']);
    const found = ids.map(async (id) => {
      const entry = await transaction.objectStore('jobs').get(id);
      return entry ? transaction.objectStore('rows').getAll(rangeOf(entry.place)) : [];
    });
    return toJobs((await Promise.all(found)).flat());
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
    const transaction = this.#db.transaction(['jobs', 'making'], 'readwrite', { durability: 'relaxed' });
    for (const [id, made] of facts) {
      // A job that was forgotten meanwhile must leave nothing behind.
      if ((await transaction.objectStore('jobs').getKey(id)) !== undefined) {
        await transaction.objectStore('making').put(made, id);
      }
    }
    await transaction.done;
  }

  async put(entries: readonly MirrorEntry[]): Promise<void> {
    const transaction = this.#db.transaction(['rows', 'jobs', 'making', 'unsaved'], 'readwrite', {
      durability: 'relaxed',
    });
    // A promise for each request costs as much as the request; the transaction tells of every failure.
    const rows = unwrap(transaction.objectStore('rows'));
    const jobs = unwrap(transaction.objectStore('jobs'));
    const making = unwrap(transaction.objectStore('making'));
    const unsaved = unwrap(transaction.objectStore('unsaved'));
    for (const entry of entries) {
      const { record, graph, isNew } = entry;
      const known = isNew ? undefined : await transaction.objectStore('jobs').get(record.id);
      if (known) {
        rows.delete(rangeOf(known.place));
      }
      write({ rows, jobs, making, unsaved }, { ...entry, graph: graph ?? known?.graph ?? null });
    }
    await transaction.done;
  }

  async forget(ids: readonly string[]): Promise<void> {
    const transaction = this.#db.transaction(['rows', 'jobs', 'making', 'unsaved'], 'readwrite');
    const jobs = transaction.objectStore('jobs');
    for (const id of ids) {
      const known = await jobs.get(id);
      if (known) {
        await Promise.all([
          transaction.objectStore('rows').delete(rangeOf(known.place)),
          transaction.objectStore('making').delete(id),
          transaction.objectStore('unsaved').put({ id, gone: true, time: -known.place[0] }, id),
          jobs.delete(id),
        ]);
      }
    }
    await transaction.done;
  }

  async isComplete(): Promise<boolean> {
    return (await this.#db.get('facts', COMPLETE)) === true;
  }

  async setComplete(complete: boolean): Promise<void> {
    await this.#db.put('facts', complete, COMPLETE);
  }

  unsaved(): Promise<Unsaved[]> {
    return this.#db.getAll('unsaved');
  }

  async setSaved(ids: readonly string[]): Promise<void> {
    const transaction = this.#db.transaction('unsaved', 'readwrite', { durability: 'relaxed' });
    const store = unwrap(transaction.store);
    ids.forEach((id) => store.delete(id));
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

function write(
  { rows, jobs, making, unsaved }: Record<'rows' | 'jobs' | 'making' | 'unsaved', IDBObjectStore>,
  entry: MirrorEntry,
): void {
  const { record, graph, facts, saved } = entry;
  const place = placeOf(record);
  rowsOf(record).forEach((row) => rows.put(row, atOutput(place, row.output?.index ?? 0)));
  jobs.put({ place, graph } satisfies Entry, record.id);
  const made = graph ? factsOf(record, graph) : facts;
  if (made) {
    making.put(made, record.id);
  }
  if (isWorthSaving(entry)) {
    unsaved.put({ id: record.id, gone: false, time: jobTime(record) } satisfies Unsaved, record.id);
  } else if (saved) {
    unsaved.delete(record.id);
  }
}

function placeOf(record: JobRecord): MirrorPlace {
  return [-jobTime(record), -(record.number ?? 0), record.id, 0];
}

function atOutput([newest, number, id]: MirrorPlace, output: number): MirrorPlace {
  return [newest, number, id, output];
}

/** All rows of the job at a place. */
function rangeOf(place: MirrorPlace): IDBKeyRange {
  return IDBKeyRange.bound(atOutput(place, 0), atOutput(place, Infinity));
}

function rowsOf({ outputs, ...job }: JobRecord): Row[] {
  const rest = { id: job.id, of: Math.max(1, outputs.length), job };
  return outputs.length === 0 ? [{ ...rest, output: null }] : outputs.map((output) => ({ ...rest, output }));
}

/** Puts the rows of each job together again, in the order their first rows came. */
function toJobs(rows: readonly Row[]): JobRecord[] {
  const jobs = new Map<string, JobRecord>();
  for (const { id, output, job } of rows) {
    let record = jobs.get(id);
    if (!record) {
      record = { ...job, outputs: [] };
      jobs.set(id, record);
    }
    if (output) {
      record.outputs.push(output);
    }
  }
  return [...jobs.values()];
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
        .filter((record) => from === null || comparePlaces(placeOf(record), from) > 0)
        .sort((a, b) => comparePlaces(placeOf(a), placeOf(b)));
      let rows = 0;
      const end = sorted.findIndex((record) => (rows += rowsOf(record).length) >= outputs);
      const last = sorted[end];
      return Promise.resolve({
        jobs: end < 0 ? sorted : sorted.slice(0, end + 1),
        next: last ? atOutput(placeOf(last), Infinity) : null,
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

function comparePlaces(a: MirrorPlace, b: MirrorPlace): number {
  const at = a.findIndex((part, i) => part !== b[i]);
  return at < 0 ? 0 : (a[at] as number) < (b[at] as number) ? -1 : 1;
}
