import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { type JobGraph, type JobRecord, jobTime, type Output } from '../state/job';

/** A job and its graph, to be remembered. Without a graph the one that is there is kept. */
export interface MirrorEntry {
  record: JobRecord;
  graph: JobGraph | null;
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
  place: MirrorPlace;
  job: Omit<JobRecord, 'outputs'>;
}

interface MirrorSchema extends DBSchema {
  rows: { key: string; value: Row; indexes: { place: MirrorPlace } };
  graphs: { key: string; value: JobGraph };
  facts: { key: string; value: boolean };
}

const COMPLETE = 'complete';
const VERSION = 3;

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
  put(entries: readonly MirrorEntry[]): Promise<void>;
  forget(ids: readonly string[]): Promise<void>;
  /** Whether everything older than the newest remembered job is remembered too. */
  isComplete(): Promise<boolean>;
  setComplete(complete: boolean): Promise<void>;
}

/** Opens the mirror of one server, named by its address. Private windows may have no database: see `memoryMirror`. */
export async function openMirror(server: string): Promise<JobMirror> {
  try {
    const db = await openDB<MirrorSchema>(`darkroom-jobs ${server}`, VERSION, {
      upgrade: (database, from, _to, transaction) =>
        void upgrade(database, from, transaction).catch(() => transaction.abort()),
      // A later version of the app in another tab must not have to wait for this one.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return new DatabaseMirror(db);
  } catch {
    return memoryMirror();
  }
}

type Upgrade = Parameters<NonNullable<Parameters<typeof openDB<MirrorSchema>>[2]>['upgrade'] & object>;

async function upgrade(db: Upgrade[0], from: number, transaction: Upgrade[3]): Promise<void> {
  const names = db.objectStoreNames as DOMStringList;
  if (!names.contains('graphs')) {
    db.createObjectStore('graphs');
  }
  if (!names.contains('facts')) {
    db.createObjectStore('facts');
  }
  const rows = db.createObjectStore('rows');
  rows.createIndex('place', 'place');
  if (from > 0) {
    // Versions 1 and 2 kept whole jobs in a store of their own.
    const old = transaction.objectStore('jobs' as never) as unknown as {
      openCursor(): Promise<{ value: JobRecord; continue(): Promise<unknown> } | null>;
    };
    for (let at = await old.openCursor(); at; at = (await at.continue()) as typeof at) {
      await Promise.all(rowsOf(at.value).map((row) => rows.put(row, keyOf(row))));
    }
    db.deleteObjectStore('jobs' as never);
  }
}

class DatabaseMirror implements JobMirror {
  readonly #db: IDBPDatabase<MirrorSchema>;

  constructor(db: IDBPDatabase<MirrorSchema>) {
    this.#db = db;
  }

  async page(from: MirrorPlace | null, outputs: number): Promise<MirrorPage> {
    const range = from && IDBKeyRange.lowerBound(from, true);
    const rows = await this.#db.getAllFromIndex('rows', 'place', range, outputs);
    const end = rows.at(-1);
    if (end && rows.length === outputs) {
      // The last job comes whole.
      const { id, of } = end;
      const have = rows.filter((row) => row.id === id).length;
      if (have < of) {
        const rest = IDBKeyRange.lowerBound(end.place, true);
        rows.push(...(await this.#db.getAllFromIndex('rows', 'place', rest, of - have)));
      }
    }
    return { jobs: toJobs(rows), next: rows.length < outputs ? null : (rows.at(-1)?.place ?? null) };
  }

  async jobs(ids: readonly string[]): Promise<JobRecord[]> {
    const { store } = this.#db.transaction('rows');
    return toJobs((await Promise.all(ids.map((id) => store.getAll(rangeOf(id))))).flat());
  }

  async graph(id: string): Promise<JobGraph | null> {
    return (await this.#db.get('graphs', id)) ?? null;
  }

  async put(entries: readonly MirrorEntry[]): Promise<void> {
    const transaction = this.#db.transaction(['rows', 'graphs'], 'readwrite', { durability: 'relaxed' });
    const rows = transaction.objectStore('rows');
    const graphs = transaction.objectStore('graphs');
    const writes = entries.flatMap(({ record, graph }) => [
      // It may have had other outputs when it was last seen.
      rows.delete(rangeOf(record.id)),
      ...rowsOf(record).map((row) => rows.put(row, keyOf(row))),
      ...(graph ? [graphs.put(graph, record.id)] : []),
    ]);
    await Promise.all([...writes, transaction.done]);
  }

  async forget(ids: readonly string[]): Promise<void> {
    const transaction = this.#db.transaction(['rows', 'graphs'], 'readwrite');
    const deletes = ids.flatMap((id) => [
      transaction.objectStore('rows').delete(rangeOf(id)),
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

/** Ids have no slash: the server writes them itself or takes UUIDs (API reference 2.1). */
function rangeOf(id: string): IDBKeyRange {
  return IDBKeyRange.bound(`${id}/`, `${id}0`, false, true);
}

function keyOf(row: Row): string {
  return `${row.id}/${row.place[3]}`;
}

function rowsOf({ outputs, ...job }: JobRecord): Row[] {
  const place = (output: number): MirrorPlace => [
    -jobTime({ outputs, ...job }),
    -(job.number ?? 0),
    job.id,
    output,
  ];
  const rest = { id: job.id, of: Math.max(1, outputs.length), job };
  return outputs.length === 0
    ? [{ ...rest, output: null, place: place(0) }]
    : outputs.map((output) => ({ ...rest, output, place: place(output.index) }));
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
  const rows = new Map<string, Row[]>();
  const graphs = new Map<string, JobGraph>();
  let isComplete = false;
  const pick = (ids: readonly string[]): Row[] => ids.flatMap((id) => rows.get(id) ?? []);
  return {
    page(from, outputs) {
      const after = (row: Row): boolean => from === null || comparePlaces(row.place, from) > 0;
      const sorted = [...rows.values()]
        .flat()
        .filter(after)
        .sort((a, b) => comparePlaces(a.place, b.place));
      let end = outputs;
      while (sorted[end] && sorted[end]?.id === sorted[end - 1]?.id) {
        end += 1;
      }
      const next = end < sorted.length ? (sorted[end - 1]?.place ?? null) : null;
      return Promise.resolve({ jobs: toJobs(sorted.slice(0, end)), next });
    },
    jobs: (ids) => Promise.resolve(toJobs(pick(ids))),
    graph: (id) => Promise.resolve(graphs.get(id) ?? null),
    put(entries) {
      for (const { record, graph } of entries) {
        rows.set(record.id, rowsOf(record));
        if (graph) {
          graphs.set(record.id, graph);
        }
      }
      return Promise.resolve();
    },
    forget(ids) {
      ids.forEach((id) => {
        rows.delete(id);
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

function comparePlaces(a: MirrorPlace, b: MirrorPlace): number {
  const at = a.findIndex((part, i) => part !== b[i]);
  return at < 0 ? 0 : (a[at] as number) < (b[at] as number) ? -1 : 1;
}
