import { type IDBPDatabase, unwrap } from 'idb';
import { historyText } from '../../comfy/history-text';
import { chooseGraphs, type GraphPack, packParts, repack } from './graph-pack';
import { dropJobs, keepJobs } from './block-writing';
import { factsOf, type JobFacts } from './job-facts';
import { isWorthSaving, type MirrorEntry, type Unsaved } from './job-mirror';
import { at, dropFromRows, type Rows } from './job-rows';
import {
  type FactsBatch,
  type MirrorSchema,
  noteOf,
  TOLD_TOGETHER,
  toBatch,
  type UnsavedBatch,
} from './mirror-schema';

type Database = IDBPDatabase<MirrorSchema>;

/** See `JobMirror`; so are the others. */
export async function putFacts(db: Database, facts: ReadonlyMap<string, JobFacts>): Promise<void> {
  const transaction = db.transaction(['blocks', 'told', 'making'], 'readwrite', {
    durability: 'relaxed',
  });
  const ids = transaction.objectStore('blocks').index('ids');
  const known = await Promise.all([...facts].map(async ([id]) => ((await ids.getKey(id)) ? [id] : [])));
  // A job that was forgotten meanwhile must leave nothing behind.
  const kept = known.flat();
  const told = transaction.objectStore('told');
  await dropFacts(told, transaction.objectStore('making'), kept);
  await addFacts(
    told,
    kept.map((id) => [id, facts.get(id) ?? {}]),
  );
  await transaction.done;
}

export async function putEntries(db: Database, entries: readonly MirrorEntry[]): Promise<void> {
  try {
    await write(db, entries);
  } catch (error) {
    if ((error as Error).name !== 'ConstraintError') {
      throw error;
    }
    // Another tab has written some of them meanwhile.
    await write(
      db,
      entries.map((entry) => ({ ...entry, isNew: false })),
    );
  }
}

async function write(db: Database, entries: readonly MirrorEntry[]): Promise<void> {
  const packs = await packsOf(entries);
  const transaction = db.transaction(WRITTEN, 'readwrite', { durability: 'relaxed' });
  const fresh = new Set(entries.filter(({ isNew }) => isNew).map(({ record }) => record.id));
  // Of a request that fails, the request itself tells more than the transaction.
  const done = transaction.done.then(
    () => null,
    (error: unknown) => ({ error }),
  );
  const told = entries.flatMap(({ record, graph, facts }): [string, JobFacts][] => {
    const made = graph ? factsOf(record, graph) : facts;
    return made ? [[record.id, made]] : [];
  });
  // Of what is new nothing is kept that would have to go.
  const isKnown = (id: string): boolean => !fresh.has(id);
  const outdated = await dropGraphs(
    transaction.objectStore('graphs'),
    transaction.objectStore('jobs'),
    packs.flatMap(({ ids }) => ids).filter(isKnown),
  );
  await dropFacts(
    transaction.objectStore('told'),
    transaction.objectStore('making'),
    told.map(([id]) => id).filter(isKnown),
  );
  for (const pack of packs) {
    unwrap(transaction.objectStore('graphs')).add(pack);
  }
  await addFacts(transaction.objectStore('told'), told);
  await keepJobs(
    transaction.objectStore('blocks'),
    entries.map(({ record }) => record),
    (id) => fresh.has(id),
  );
  await dropNotes(
    transaction.objectStore('unsaved'),
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
  await repackAll(db, outdated);
}

export async function forgetJobs(db: Database, ids: readonly string[], quietly: boolean): Promise<void> {
  const transaction = db.transaction(WRITTEN, 'readwrite');
  const gone = await dropJobs(transaction.objectStore('blocks'), ids);
  const dropped = gone.map(({ id }) => id);
  const left = await dropGraphs(transaction.objectStore('graphs'), transaction.objectStore('jobs'), dropped);
  await dropFacts(transaction.objectStore('told'), transaction.objectStore('making'), dropped);
  await addNotes(
    transaction.objectStore('unsaved'),
    quietly ? [] : gone.map((job) => ({ ...noteOf(job), gone: true })),
  );
  await transaction.done;
  await repackAll(db, left);
}

/** Takes the texts out of packs that name them no longer: what is forgotten is to leave no trace. */
async function repackAll(db: Database, keys: readonly number[]): Promise<void> {
  for (const key of keys) {
    const before = await db.get('graphs', key);
    const after = before && (await repack(before));
    const { store, done } = db.transaction('graphs', 'readwrite', { durability: 'relaxed' });
    const now = await store.get(key);
    // Whoever has changed it meanwhile packs it anew as well.
    if (after && now && now.ids.length === after.ids.length) {
      await store.put(after, key);
    }
    await done;
  }
}

export async function setSaved(db: Database, ids: readonly string[]): Promise<void> {
  const transaction = db.transaction('unsaved', 'readwrite', { durability: 'relaxed' });
  await dropNotes(transaction.store, ids);
  await transaction.done;
}

export async function unsavedJobs(db: Database): Promise<Unsaved[]> {
  const batches = await db.getAll('unsaved');
  return [...new Map(batches.flatMap(({ jobs }) => jobs).map((note) => [note.id, note])).values()];
}

const SEEN = 'seen-day-files';

export async function seenDays(db: Database): Promise<ReadonlyMap<string, string>> {
  return ((await db.get('facts', SEEN)) as Map<string, string> | undefined) ?? new Map();
}

export async function setSeenDay(db: Database, path: string, state: string): Promise<void> {
  const transaction = db.transaction('facts', 'readwrite', { durability: 'relaxed' });
  const seen = (await transaction.store.get(SEEN)) as Map<string, string> | undefined;
  await transaction.store.put(new Map(seen).set(path, state), SEEN);
  await transaction.done;
}

/** Stores that jobs are written to. */
const WRITTEN = ['blocks', 'graphs', 'told', 'jobs', 'making', 'unsaved'] as const;

/** Where earlier versions have kept something for each job. */
interface Apart {
  delete(id: string): Promise<unknown>;
}

/** The graphs of entries, packed: those that are already, and the others together. */
async function packsOf(entries: readonly MirrorEntry[]): Promise<GraphPack[]> {
  const loose = entries.flatMap(({ record: { id }, graph }) =>
    graph ? [[id, new TextEncoder().encode(historyText(graph.graph, graph.pngInfo, id))] as const] : [],
  );
  const packed = new Map<GraphPack, Set<string>>();
  for (const { record, graph, pack } of entries) {
    if (pack && !graph) {
      packed.set(pack, (packed.get(pack) ?? new Set()).add(record.id));
    }
  }
  const chosen = [...packed].map(([pack, wanted]) => chooseGraphs(pack, wanted));
  return [...chosen, ...(loose.length > 0 ? [await packParts(loose)] : [])].filter(
    ({ ids }) => ids.length > 0,
  );
}

/** Drops the graphs of jobs, wherever they are; resolves with the packs that hold texts of them still. */
async function dropGraphs(graphs: Rows<GraphPack>, apart: Apart, ids: readonly string[]): Promise<number[]> {
  await Promise.all(ids.map((id) => apart.delete(id)));
  return dropFromRows(graphs, ids, (pack, positions) => ({ ...pack, spans: at(pack.spans, positions) }));
}

async function dropFacts(told: Rows<FactsBatch>, apart: Apart, ids: readonly string[]): Promise<void> {
  await Promise.all(ids.map((id) => apart.delete(id)));
  await dropFromRows(told, ids, (row, positions) => ({ ...row, facts: at(row.facts, positions) }));
}

async function addFacts(
  told: { add(row: FactsBatch): Promise<unknown> },
  facts: readonly (readonly [string, JobFacts])[],
): Promise<void> {
  for (let at = 0; at < facts.length; at += TOLD_TOGETHER) {
    const row = facts.slice(at, at + TOLD_TOGETHER);
    await told.add({ ids: row.map(([id]) => id), facts: row.map(([, made]) => made) });
  }
}

async function addNotes(
  batches: { add(batch: UnsavedBatch): Promise<unknown> },
  notes: Unsaved[],
): Promise<void> {
  if (notes.length > 0) {
    await batches.add(toBatch(notes));
  }
}

async function dropNotes(batches: Rows<UnsavedBatch>, ids: readonly string[]): Promise<void> {
  await dropFromRows(batches, ids, (batch, positions) => ({ ...batch, jobs: at(batch.jobs, positions) }));
}
