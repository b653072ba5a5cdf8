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
const VERSION = 7;

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
    return (await import('./mirror-facts')).factsOf(this.#db, ids);
  }

  async factsPage(from: FactsPlace | null, count: number): Promise<FactsPage> {
    return (await import('./mirror-facts')).factsPage(this.#db, from, count);
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
    return (await writing()).unsavedJobs(this.#db);
  }

  async setSaved(ids: readonly string[]): Promise<void> {
    await (await writing()).setSaved(this.#db, ids);
  }

  async seenDays(): Promise<ReadonlyMap<string, string>> {
    return (await writing()).seenDays(this.#db);
  }

  async setSeenDay(path: string, state: string): Promise<void> {
    await (await writing()).setSeenDay(this.#db, path, state);
  }
}

/** What changes the mirror, and tells what is to be saved elsewhere: the first screen only reads jobs. */
function writing(): Promise<typeof MirrorWriting> {
  return import('./mirror-writing');
}
