import { unwrap, wrap } from 'idb';
import { report } from '../../base/report';
import { byNewest, type JobGraph, type JobRecord, type Output } from '../state/job';
import { addJobs } from './block-writing';
import { isWorthSaving, type MirrorEntry, type Unsaved } from './job-mirror';
import { createStores, type MirrorUpgrade, noteOf, toBatch, writeGraph } from './mirror-schema';

/** Since then graphs are kept apart, and what other devices are to be told. */
const GRAPHS_SINCE = 3;
const UNSAVED_SINCE = 5;
/** Since then jobs are kept in blocks, and nothing of what is kept has to be read for this version. */
const BLOCKS_SINCE = 6;
/** Notes of a batch at most, where all that is known has to be told. */
const BATCH = 500;

/** Makes of what an earlier version kept what this one keeps; loaded when there is such a thing. */
export const upgrade: MirrorUpgrade = (...args) => {
  void convert(...args).catch((error: unknown) => {
    report(error, 'mirror.upgrade');
    args[3].abort();
  });
};

/**
 * Versions 1 and 2 kept whole jobs in one store and their graphs in another, versions 3 to 5 a row for each output;
 * version 3 did not keep what search needs, which is added when there is time. What version 6 kept is kept still.
 */
async function convert(...[db, from, , transaction]: Parameters<MirrorUpgrade>): Promise<void> {
  if (from >= BLOCKS_SINCE) {
    createStores(db);
    return;
  }
  const stores = new Set<string>(db.objectStoreNames);
  const old = from < GRAPHS_SINCE ? await readOld(unwrap(transaction)) : [];
  const jobs = from < GRAPHS_SINCE ? old.map(({ record }) => record) : await readRows(unwrap(transaction));
  const unsaved =
    from >= UNSAVED_SINCE
      ? await (wrap(unwrap(transaction).objectStore('unsaved').getAll()) as Promise<Unsaved[]>)
      : jobs.filter((record) => isWorthSaving({ record, graph: null })).map(noteOf);
  const outdated = ['rows', 'unsaved', ...(from < GRAPHS_SINCE ? ['jobs', 'graphs'] : [])];
  outdated.filter((name) => stores.has(name)).forEach((name) => unwrap(db).deleteObjectStore(name));
  createStores(db);
  old.forEach((entry) => writeGraph(transaction, entry));
  await addJobs(transaction.objectStore('blocks'), jobs.sort(byNewest));
  for (let at = 0; at < unsaved.length; at += BATCH) {
    await transaction.objectStore('unsaved').add(toBatch(unsaved.slice(at, at + BATCH)));
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
