import { byNewest, type JobRecord } from '../state/job';
import { type Block, blocksOf, isBefore, type JobPlace, placeOf, type Reading } from './job-blocks';

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
