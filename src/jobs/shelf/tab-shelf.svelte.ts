import { report, reporting } from '../../base/report';
import { ComfyError } from '../../comfy/errors';
import { randomUuid } from '../../comfy/uuid';
import type { ShelfDb, ShelfJob } from './shelf-db';

/** How long a tab may steer before others may, should it have died, ms. A living tab asks for that long again and again. */
const LOCK_TIME = 15_000;
/** How often a tab asks to steer on while a step takes long, ms. */
const LOCK_BEAT = LOCK_TIME / 3;
/** How long one step may take before other tabs may steer, ms: its request may never be answered. */
const STEP_TIME = 120_000;
/** How often a tab asks whether it may steer, ms. */
const LOCK_WAIT = 40;

export interface TabShelfOptions {
  db: ShelfDb;
  /** ms since the epoch. */
  now: () => number;
  /** Tells this browser's other tabs that the shelf has changed. */
  announce?: () => void;
  /** What other tabs did to the shelf is read. */
  read: () => void;
}

/** The shelf as one tab of the browser sees and changes it, while no other tab does. */
export class TabShelf {
  readonly #options: TabShelfOptions;
  readonly #tab = randomUuid();
  #jobs = $state.raw<ReadonlyMap<string, ShelfJob>>(new Map());
  /** One change after the other within this tab. */
  #last: Promise<unknown> = Promise.resolve();
  /** When the step under way began, ms since the epoch. */
  #stepSince = 0;

  constructor(options: TabShelfOptions) {
    this.#options = options;
  }

  /** Every job on it, by its id. */
  get jobs(): ReadonlyMap<string, ShelfJob> {
    return this.#jobs;
  }

  /** Jobs of these ids that are on it, in the order of the ids. */
  pick(ids: readonly string[]): ShelfJob[] {
    return ids.flatMap((id) => this.#jobs.get(id) ?? []);
  }

  /** Reads it anew: other tabs change it too. */
  async load(): Promise<ShelfJob[]> {
    const all = await this.#options.db.all();
    this.#jobs = new Map(all.map((job) => [job.id, job]));
    return all;
  }

  /**
   * Writes jobs down; only within `alone`, as `remove`.
   * @throws ComfyError `unreachable` when another tab has taken over.
   */
  async put(jobs: readonly ShelfJob[]): Promise<void> {
    if (jobs.length > 0) {
      await this.#renew();
      await this.#options.db.put(jobs);
      this.#jobs = new Map([...this.#jobs, ...jobs.map((job) => [job.id, job] as const)]);
    }
  }

  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) {
      await this.#renew();
      await this.#options.db.remove(ids);
      const gone = new Set(ids);
      this.#jobs = new Map([...this.#jobs].filter(([id]) => !gone.has(id)));
    }
  }

  async #renew(): Promise<void> {
    const { db, now } = this.#options;
    this.#stepSince = now();
    if (!(await db.renew(this.#tab, now() + LOCK_TIME))) {
      // This tab slept for so long that another one took over, and finishes or has finished what this one began.
      throw new ComfyError('unreachable', 'another tab steers the queue');
    }
  }

  /** Keeps others from steering while the server takes its time to answer; returns the end of that. */
  #stay(): () => void {
    const { db, now } = this.#options;
    this.#stepSince = now();
    const beat = setInterval(() => {
      if (now() - this.#stepSince < STEP_TIME) {
        // The next step learns whether this tab has lost it.
        void db.renew(this.#tab, now() + LOCK_TIME).catch(reporting('steering.stay'));
      }
    }, LOCK_BEAT);
    return () => clearInterval(beat);
  }

  /** Runs something while no other tab steers, after whatever this tab is doing. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      const { db, now, announce, read } = this.#options;
      while (!(await db.lock(this.#tab, now(), now() + LOCK_TIME))) {
        await new Promise((resolve) => setTimeout(resolve, LOCK_WAIT));
      }
      const leave = this.#stay();
      try {
        // What other tabs did meanwhile counts.
        await this.load();
        read();
        return await work();
      } finally {
        leave();
        await db.unlock(this.#tab).catch(reporting('steering.unlock'));
        announce?.();
      }
    };
    const result = this.#last.then(run, run);
    this.#last = result.catch((error: unknown) => {
      if (!(error instanceof ComfyError)) {
        report(error, 'steering');
      }
    });
    return result;
  }
}
