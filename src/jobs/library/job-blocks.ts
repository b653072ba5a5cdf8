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
interface Reading {
  get(key: JobPlace): Promise<Block | undefined>;
  index(name: 'ids'): { getKey(id: string): Promise<JobPlace | undefined> };
  openCursor(range?: IDBKeyRange | null): Promise<Cursor | null>;
}

interface Writing extends Reading {
  put(block: Block, key: JobPlace): Promise<unknown>;
  add(block: Block, key: JobPlace): Promise<unknown>;
  delete(key: JobPlace): Promise<unknown>;
}

/**
 * Jobs of a block at most. Browsers take 0.1 ms to write one value, whatever is in it, so a job a value would cost
 * seconds where a history is long; a block is read and written again whenever one of its jobs changes, so it is small.
 */
const FULL = 64;

/** The blocks that these jobs are in, each once. */
async function blocksOf(store: Reading, ids: readonly string[]): Promise<{ key: JobPlace; block: Block }[]> {
  const index = store.index('ids');
  const keys = new Map<string, JobPlace>();
  for (const key of await Promise.all(ids.map((id) => index.getKey(id)))) {
    if (key) {
      keys.set(key[2], key);
    }
  }
  return Promise.all(
    [...keys.values()].map(async (key) => ({ key, block: (await store.get(key)) ?? toBlock([]) })),
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

/**
 * Adds jobs, or replaces what is kept of them.
 * @param isNew whether nothing is kept of a job, which spares a look. Where that is wrong, the request fails with a
 *   `ConstraintError`.
 */
export async function keepJobs(
  store: Writing,
  jobs: Iterable<JobRecord>,
  isNew: (id: string) => boolean,
): Promise<void> {
  const fresh = new Map(Array.from(jobs, (job) => [job.id, job]));
  const known = await blocksOf(
    store,
    [...fresh.keys()].filter((id) => !isNew(id)),
  );
  for (const { key, block } of known) {
    const changed = block.jobs.map((job) => fresh.get(job.id) ?? job);
    block.ids.forEach((id) => fresh.delete(id));
    await store.put(toBlock(changed), key);
  }
  await addJobs(store, [...fresh.values()].sort(byNewest));
}

/** Adds jobs of which nothing is kept, newest first. */
export async function addJobs(store: Writing, jobs: readonly JobRecord[]): Promise<void> {
  const oldest = jobs.at(-1);
  // Jobs that end one by one fill a block together.
  const head = oldest && jobs.length < FULL ? await store.openCursor() : null;
  if (oldest && head && jobs.length + head.value.jobs.length <= FULL && isBefore(placeOf(oldest), head.key)) {
    const ids = new Set(jobs.map(({ id }) => id));
    await store.put(toBlock([...jobs, ...head.value.jobs.filter(({ id }) => !ids.has(id))]), head.key);
    return;
  }
  for (let at = 0; at < jobs.length; at += FULL) {
    await addBlock(store, jobs.slice(at, at + FULL));
  }
}

/** Forgets jobs; resolves with those that were kept. */
export async function dropJobs(store: Writing, ids: readonly string[]): Promise<JobRecord[]> {
  const gone = new Set(ids);
  const dropped: JobRecord[] = [];
  for (const { key, block } of await blocksOf(store, ids)) {
    const rest = block.jobs.filter(({ id }) => !gone.has(id));
    dropped.push(...block.jobs.filter(({ id }) => gone.has(id)));
    if (rest.some(({ id }) => id === key[2])) {
      await store.put(toBlock(rest), key);
    } else {
      await store.delete(key);
      await addBlock(store, rest);
    }
  }
  return dropped;
}

async function addBlock(store: Writing, jobs: readonly JobRecord[]): Promise<void> {
  if (jobs[0]) {
    await store.add(toBlock(jobs), placeOf(jobs[0]));
  }
}

function toBlock(jobs: readonly JobRecord[]): Block {
  return { ids: jobs.map(({ id }) => id), jobs: [...jobs] };
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
