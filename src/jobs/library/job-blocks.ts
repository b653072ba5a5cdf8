import type { DBSchema } from 'idb';
import { byNewest, type JobRecord, jobTime } from '../state/job';

/** Where jobs are in the mirror: sorts as `byNewest` does. */
export type JobPlace = [newest: number, number: number, id: string];

/** Some jobs that happened one after another, newest first when they were written. */
export interface Block {
  ids: string[];
  jobs: JobRecord[];
}

/** A database with blocks of jobs; each job is in one block, and each block is named by one of its jobs. */
export interface BlockSchema extends DBSchema {
  blocks: { key: JobPlace; value: Block; indexes: { ids: string } };
}

interface Cursor {
  readonly key: JobPlace;
  readonly value: Block;
  continue(): Promise<Cursor | null>;
}

/** The store of blocks in a transaction, as far as it is used here. */
export interface Reading {
  get(key: JobPlace): Promise<Block | undefined>;
  index(name: 'ids'): { getKey(id: string): Promise<JobPlace | undefined> };
  openCursor(range?: IDBKeyRange | null): Promise<Cursor | null>;
}

/** The blocks that these jobs are in, each once. */
export async function blocksOf(
  store: Reading,
  ids: readonly string[],
): Promise<{ key: JobPlace; block: Block }[]> {
  const index = store.index('ids');
  const keys = new Map<string, JobPlace>();
  for (const key of await Promise.all(ids.map((id) => index.getKey(id)))) {
    if (key) {
      keys.set(key[2], key);
    }
  }
  return Promise.all(
    [...keys.values()].map(async (key) => ({ key, block: (await store.get(key)) ?? { ids: [], jobs: [] } })),
  );
}

/** Those of these jobs that are kept. */
export async function jobsIn(store: Reading, ids: readonly string[]): Promise<JobRecord[]> {
  const found = new Map<string, JobRecord>();
  for (const { block } of await blocksOf(store, ids)) {
    block.jobs.forEach((job) => found.set(job.id, job));
  }
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** Jobs of the blocks from behind a place on, with at least so many outputs, and where the next ones begin. */
export async function pageOf(
  store: Reading,
  from: JobPlace | null,
  outputs: number,
): Promise<{ jobs: JobRecord[]; next: JobPlace | null }> {
  const jobs: JobRecord[] = [];
  let count = 0;
  let next: JobPlace | null = null;
  let cursor = await store.openCursor(from && IDBKeyRange.lowerBound(from, true));
  while (cursor && count < outputs) {
    jobs.push(...cursor.value.jobs);
    count += cursor.value.jobs.reduce((sum, job) => sum + Math.max(1, job.outputs.length), 0);
    next = cursor.key;
    cursor = count < outputs ? await cursor.continue() : cursor;
  }
  return { jobs: jobs.sort(byNewest), next: cursor ? next : null };
}

/** Where a job belongs. */
export function placeOf(job: JobRecord): JobPlace {
  return [-jobTime(job), -(job.number ?? 0), job.id];
}

/** Whether what is at a place is newer than what is at another. */
export function isBefore(a: JobPlace, b: JobPlace): boolean {
  const at = a.findIndex((part, i) => part !== b[i]);
  return at >= 0 && (a[at] as number) < (b[at] as number);
}
