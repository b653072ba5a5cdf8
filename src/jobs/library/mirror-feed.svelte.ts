import { report, reporting, reportingAs } from '../../base/report';
import type { JobRecord } from '../state/job';
import type { JobTable } from '../state/job-table.svelte';
import type { JobMirror, MirrorEntry, MirrorPlace } from './mirror';
import type { TabLeader } from './tab-leader';

/** Enough for the first screen. */
const FIRST_PAGE = 60;
/** Outputs of every further page: some 10 ms of cloning, between two frames. */
const NEXT_PAGE = 500;

/** What tabs tell each other about the mirror. */
type Message = { type: 'write'; entries: MirrorEntry[] } | { type: 'written' | 'forgot'; ids: string[] };

export interface MirrorFeedOptions {
  mirror: JobMirror;
  table: JobTable;
  /** Without one, this tab does everything itself. */
  leader: TabLeader | null;
}

/**
 * Keeps table and mirror in step: what is remembered comes into the table, newest first, and what ends is
 * remembered. Of several tabs only the leader writes; the others give it what they know and read.
 */
export class MirrorFeed {
  readonly #mirror: JobMirror;
  readonly #table: JobTable;
  readonly #leader: TabLeader | null;
  /** Entries that came before it was known who writes. */
  #undecided: MirrorEntry[] = [];
  #first: Promise<void> = Promise.resolve();
  #all: Promise<void> = Promise.resolve();
  #loaded = $state(false);
  #broken = false;
  #life = 0;

  constructor({ mirror, table, leader }: MirrorFeedOptions) {
    this.#mirror = mirror;
    this.#table = table;
    this.#leader = leader;
  }

  /** Whether everything remembered is in the table. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Resolves when the newest jobs are in the table. */
  get first(): Promise<void> {
    return this.#first;
  }

  /** Resolves when all are. */
  get all(): Promise<void> {
    return this.#all;
  }

  /** Whether this tab reads long histories and writes. */
  get leads(): boolean {
    return this.#leader?.leads ?? true;
  }

  /** Whether the last write failed: what is remembered has gaps. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Loads what is remembered and listens to other tabs until the returned function is called. */
  start(): () => void {
    this.#life += 1;
    const life = this.#life;
    this.#loaded = false;
    const page = this.#loadPage(null, FIRST_PAGE);
    this.#first = page.then(() => undefined);
    this.#all = page.then((next) => this.#loadRest(next, life));
    const stops = [
      this.#leader?.onMessage((data) => void this.#receive(data as Message)),
      this.#leader?.onChange(() => this.#decide()),
      this.#leader?.start(),
    ];
    return () => {
      this.#life += 1;
      stops.forEach((stop) => stop?.());
    };
  }

  /** Brings those of these jobs into the table that are remembered and not loaded yet. */
  async recall(ids: readonly string[]): Promise<void> {
    const unknown = this.#loaded ? [] : ids.filter((id) => !this.#table.peek(id));
    if (unknown.length > 0) {
      this.#take(await this.#mirror.jobs(unknown).catch(reportingAs('mirror.jobs', [])));
    }
  }

  graph(...args: Parameters<JobMirror['graph']>): ReturnType<JobMirror['graph']> {
    return this.#mirror.graph(...args).catch(reportingAs('mirror.graph', null));
  }

  /** Remembers jobs; resolves when they are written, or given to the tab that writes. */
  async put(entries: readonly MirrorEntry[]): Promise<void> {
    if (this.#leader && !this.#leader.decided) {
      this.#undecided.push(...entries);
    } else if (this.#leader && !this.#leader.leads) {
      this.#tell({ type: 'write', entries: [...entries] });
    } else {
      await this.#write(entries);
    }
  }

  /** Forgets jobs here and in all tabs. */
  async forget(ids: readonly string[]): Promise<void> {
    this.#tell({ type: 'forgot', ids: [...ids] });
    await this.#mirror.forget(ids);
  }

  isComplete(): Promise<boolean> {
    return this.#mirror.isComplete().catch(reportingAs('mirror.is-complete', false));
  }

  async setComplete(complete: boolean): Promise<void> {
    await this.#mirror.setComplete(complete && !this.#broken).catch(reporting('mirror.set-complete'));
  }

  #decide(): void {
    const entries = this.#undecided;
    this.#undecided = [];
    if (entries.length > 0) {
      void this.put(entries);
    }
  }

  #tell(message: Message): void {
    this.#leader?.post(message);
  }

  async #write(entries: readonly MirrorEntry[]): Promise<void> {
    try {
      await this.#mirror.put(entries);
      this.#tell({ type: 'written', ids: entries.map(({ record }) => record.id) });
    } catch (error) {
      report(error, 'mirror.write');
      this.#broken = true;
    }
  }

  async #receive(message: Message): Promise<void> {
    switch (message.type) {
      case 'write':
        if (this.leads) {
          await this.#write(message.entries);
        }
        break;
      case 'written': {
        const news = message.ids.filter((id) => !this.#table.peek(id)?.settled);
        this.#settle(await this.#mirror.jobs(news).catch(reportingAs('mirror.news', [])));
        break;
      }
      case 'forgot':
        this.#table.batch(() => message.ids.forEach((id) => this.#table.apply(id, { type: 'forgotten' })));
        break;
    }
  }

  /** What another tab has written ends jobs that this one still believes to run. */
  #settle(records: readonly JobRecord[]): void {
    this.#take(records);
    this.#table.batch(() =>
      records
        .filter(({ state }) => state !== 'lost')
        .forEach((record) => {
          const known = this.#table.record(record.id);
          this.#table.apply(record.id, { type: 'ended', record: { ...record, mine: known?.mine ?? false } });
        }),
    );
  }

  #take(records: readonly JobRecord[]): void {
    this.#table.batch(() =>
      records.forEach((record) => this.#table.apply(record.id, { type: 'remembered', record })),
    );
  }

  async #loadPage(from: MirrorPlace | null, outputs: number): Promise<MirrorPlace | null> {
    const { jobs, next } = await this.#mirror
      .page(from, outputs)
      .catch(reportingAs('mirror.page', { jobs: [], next: null }));
    this.#take(jobs);
    return next;
  }

  async #loadRest(from: MirrorPlace | null, life: number): Promise<void> {
    for (let next = from; next !== null && this.#life === life;) {
      await breathe();
      next = await this.#loadPage(next, NEXT_PAGE);
    }
    this.#loaded = true;
  }
}

/** Lets input and frames go first. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === 'function') {
      requestIdleCallback(() => resolve(), { timeout: 100 });
    } else {
      setTimeout(resolve, 0);
    }
  });
}
