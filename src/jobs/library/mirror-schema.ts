import { type IDBPDatabase, type IDBPTransaction, type openDB, type StoreNames, unwrap } from 'idb';
import { type JobGraph, type JobRecord, jobTime } from '../state/job';
import type { BlockSchema } from './job-blocks';
import { factsOf, type JobFacts } from './job-facts';
import type { MirrorEntry, Unsaved } from './job-mirror';

/** Jobs that were ended or forgotten together, and that other devices are still to be told of. */
export interface UnsavedBatch {
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

type Opening = Parameters<typeof openDB<MirrorSchema>>[2] & object;
/** Makes of what an earlier version kept what this one keeps. */
export type MirrorUpgrade = NonNullable<Opening['upgrade']>;

/** Makes those stores of this version that are not there. */
export function createStores(db: IDBPDatabase<MirrorSchema>): void {
  const stores = new Set<string>(db.objectStoreNames);
  (['jobs', 'making', 'facts'] as const)
    .filter((name) => !stores.has(name))
    .forEach((name) => db.createObjectStore(name));
  db.createObjectStore('blocks').createIndex('ids', 'ids', { multiEntry: true, unique: true });
  db.createObjectStore('unsaved', { autoIncrement: true }).createIndex('ids', 'ids', { multiEntry: true });
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

export function noteOf(record: JobRecord): Unsaved {
  return { id: record.id, gone: false, time: jobTime(record) };
}

export function toBatch(jobs: Unsaved[]): UnsavedBatch {
  return { ids: jobs.map(({ id }) => id), jobs };
}
