import { type IDBPDatabase, type IDBPTransaction, type openDB, type StoreNames, unwrap } from 'idb';
import { type JobGraph, type JobRecord, jobTime } from '../state/job';
import type { BlockSchema } from './job-blocks';
import type { GraphPack } from './graph-pack';
import { factsOf, type JobFacts } from './job-facts';
import type { MirrorEntry, Unsaved } from './job-mirror';

/** Jobs that were ended or forgotten together, and that other devices are still to be told of. */
export interface UnsavedBatch {
  ids: string[];
  jobs: Unsaved[];
}

/** How many jobs tell their graphs in one row: whoever asks about one job reads the whole row. */
export const TOLD_TOGETHER = 64;

/** What the graphs of jobs tell that were remembered together. */
export interface FactsBatch {
  ids: string[];
  /** One for each id. */
  facts: JobFacts[];
}

export interface MirrorSchema extends BlockSchema {
  /** Graphs of the jobs that have one, those of a page of the history together. */
  graphs: { key: number; value: GraphPack; indexes: { ids: string } };
  /** What search needs of the graphs: read as a whole, which the graphs are too large for. */
  told: { key: number; value: FactsBatch; indexes: { ids: string } };
  /** Both as earlier versions kept them, a value for each job: moving gigabytes would keep people waiting. */
  jobs: { key: string; value: { graph: JobGraph | null } };
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
  const isNew = (name: string): boolean => !db.objectStoreNames.contains(name as 'blocks');
  (['jobs', 'making', 'facts'] as const).filter(isNew).forEach((name) => db.createObjectStore(name));
  if (isNew('blocks')) {
    db.createObjectStore('blocks').createIndex('ids', 'ids', { multiEntry: true, unique: true });
  }
  (['unsaved', 'graphs', 'told'] as const).filter(isNew).forEach((name) => {
    db.createObjectStore(name, { autoIncrement: true }).createIndex('ids', 'ids', { multiEntry: true });
  });
}

type Transaction<Mode extends 'versionchange'> = IDBPTransaction<
  MirrorSchema,
  ArrayLike<StoreNames<MirrorSchema>>,
  Mode
>;

/** As earlier versions did: while those are upgraded nothing can be packed, which takes more than a transaction. */
export function writeGraph(
  transaction: Pick<Transaction<'versionchange'>, 'objectStore'>,
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
