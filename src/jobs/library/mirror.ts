import { type IDBPDatabase, openDB } from 'idb';
import { report, reporting } from '../../base/report';
import type { JobGraph, JobRecord } from '../state/job';
import { jobsIn, pageOf } from './job-blocks';
import type { JobFacts } from './job-facts';
import type {
  FactsPage,
  FactsPlace,
  JobMirror,
  MirrorEntry,
  MirrorPage,
  MirrorPlace,
  Unsaved,
} from './job-mirror';
import { createStores, type MirrorSchema, type MirrorUpgrade } from './mirror-schema';
import type * as MirrorWriting from './mirror-writing';

const COMPLETE = 'complete';
const SEEN = 'seen-day-files';
const VERSION = 7;
/** About as many jobs tell their graphs in one row as a page of the history has. */
const TOLD_TOGETHER = 64;

/** Opens the mirror of one server, named by its address. Private windows may have no database: see `memoryMirror`. */
export async function openMirror(server: string): Promise<JobMirror> {
  try {
    return new DatabaseMirror(await open(`darkroom-jobs ${server}`));
  } catch (error) {
    report(error, 'mirror.open');
    return (await import('./memory-mirror')).memoryMirror();
  }
}

async function open(name: string): Promise<IDBPDatabase<MirrorSchema>> {
  let outdated = false;
  const openWith = (upgrade: MirrorUpgrade): ReturnType<typeof openDB<MirrorSchema>> =>
    openDB<MirrorSchema>(name, VERSION, {
      upgrade,
      // A later version of the app in another tab must not have to wait for this one.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
  try {
    return await openWith((db, from, _to, transaction) => {
      outdated = from > 0;
      if (outdated) {
        // Rarely needed, so it loads when it is; a transaction does not wait for that.
        void transaction.done.catch(reporting('mirror.outdated'));
        transaction.abort();
      } else {
        createStores(db);
      }
    });
  } catch (error) {
    if (!outdated) {
      throw error;
    }
    const { upgrade } = await import('./mirror-upgrade');
    return openWith(upgrade);
  }
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
    const pack = await this.#db.getFromIndex('graphs', 'ids', id);
    return pack
      ? (await import('./graph-pack')).graphIn(pack, id)
      : ((await this.#db.get('jobs', id))?.graph ?? null);
  }

  async facts(ids: readonly string[]): Promise<Map<string, JobFacts>> {
    const transaction = this.#db.transaction(['told', 'making']);
    const told = transaction.objectStore('told').index('ids');
    const found = await Promise.all(
      ids.map(async (id) => {
        const row = await told.get(id);
        return [
          id,
          row?.facts[row.ids.indexOf(id)] ?? (await transaction.objectStore('making').get(id)),
        ] as const;
      }),
    );
    return new Map(found.flatMap(([id, facts]) => (facts ? [[id, facts]] : [])));
  }

  async factsPage(from: FactsPlace | null, count: number): Promise<FactsPage> {
    return typeof from === 'string' ? this.#factsApart(from, count) : this.#factsTogether(from ?? 0, count);
  }

  async #factsTogether(from: number, count: number): Promise<FactsPage> {
    const range = IDBKeyRange.lowerBound(from, true);
    const rows = Math.max(1, Math.ceil(count / TOLD_TOGETHER));
    const { store } = this.#db.transaction('told');
    const [keys, found] = await Promise.all([store.getAllKeys(range, rows), store.getAll(range, rows)]);
    return {
      facts: found.flatMap(({ ids, facts }) => ids.map((id, i): [string, JobFacts] => [id, facts[i] ?? {}])),
      // Then those that earlier versions have kept.
      next: keys.length < rows ? '' : (keys.at(-1) ?? ''),
    };
  }

  async #factsApart(after: string, count: number): Promise<FactsPage> {
    const range = IDBKeyRange.lowerBound(after, true);
    const { store } = this.#db.transaction('making');
    const [ids, facts] = await Promise.all([store.getAllKeys(range, count), store.getAll(range, count)]);
    return {
      facts: ids.map((id, i) => [id, facts[i] ?? {}]),
      next: ids.length < count ? null : (ids.at(-1) ?? null),
    };
  }

  async putFacts(facts: ReadonlyMap<string, JobFacts>): Promise<void> {
    await (await writing()).putFacts(this.#db, facts);
  }

  async put(entries: readonly MirrorEntry[]): Promise<void> {
    await (await writing()).putEntries(this.#db, entries);
  }

  async forget(ids: readonly string[], quietly = false): Promise<void> {
    await (await writing()).forgetJobs(this.#db, ids, quietly);
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
    await (await writing()).setSaved(this.#db, ids);
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

/** What changes the mirror: the first screen only reads it. */
function writing(): Promise<typeof MirrorWriting> {
  return import('./mirror-writing');
}
