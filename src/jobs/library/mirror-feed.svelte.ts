import { report, reporting, reportingAs } from '../../base/report';
import type { JobRecord } from '../state/job';
import type { JobTable } from '../state/job-table.svelte';
import type { JobFacts } from './job-facts';
import { isWorthSaving, type JobMirror, type MirrorEntry, type MirrorPlace } from './job-mirror';
import type { TabLeader } from './tab-leader';

/** Enough for the first screen. */
const FIRST_PAGE = 60;
/** Outputs of every further page: some 10 ms of cloning, between two frames. */
const NEXT_PAGE = 500;
/** How many entries wait for a tab that should write them and does not: with their graphs, some 8 MB. */
const MOST_UNWRITTEN = 500;

/** What tabs tell each other about the mirror. */
type Message =
  { type: 'write'; entries: MirrorEntry[] } | { type: 'written' | 'forgot' | 'dropped'; ids: string[] };

export interface MirrorFeedOptions {
  mirror: JobMirror;
  table: JobTable;
  /** Without one, this tab does everything itself. */
  leader: TabLeader | null;
  /** Another tab told how a job ended, so this one need not follow it any longer. */
  ended?: (id: string) => void;
}

/**
 * Keeps table and mirror in step: what is remembered comes into the table, newest first, and what ends is
 * remembered. Of several tabs only the leader writes; the others give it what they know and read.
 */
export class MirrorFeed {
  readonly #mirror: JobMirror;
  readonly #table: JobTable;
  readonly #leader: TabLeader | null;
  readonly #ended: (id: string) => void;
  /** Entries nobody is known to have written yet, by job id: there may be no leader, or it may be dying. */
  readonly #unwritten = new Map<string, MirrorEntry>();
  /** What `setComplete` was told before it was known who writes. */
  #undecidedComplete: boolean | null = null;
  #first: Promise<void> = Promise.resolve();
  #all: Promise<void> = Promise.resolve();
  #loaded = $state(false);
  /** A write has failed or was given up, so what is remembered has gaps until the page is loaded again. */
  #broken = false;
  #life = 0;
  readonly #written = new Set<() => void>();
  readonly #forgot = new Set<(ids: readonly string[]) => void>();

  constructor({ mirror, table, leader, ended = () => undefined }: MirrorFeedOptions) {
    this.#mirror = mirror;
    this.#table = table;
    this.#leader = leader;
    this.#ended = ended;
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

  /** Whether another tab is known to do that. */
  get follows(): boolean {
    return this.#leader !== null && this.#leader.decided && !this.#leader.leads;
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
      this.#leader?.onChange((leads) => void this.#decide(leads)),
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

  /** What the graphs of these jobs tell, as far as it is remembered. */
  facts(...args: Parameters<JobMirror['facts']>): ReturnType<JobMirror['facts']> {
    return this.#mirror.facts(...args).catch(reportingAs('mirror.facts', new Map<string, JobFacts>()));
  }

  /** The same of every job, page by page. */
  factsPage(...args: Parameters<JobMirror['factsPage']>): ReturnType<JobMirror['factsPage']> {
    return this.#mirror.factsPage(...args).catch(reportingAs('mirror.facts-page', { facts: [], next: null }));
  }

  /** Remembers what graphs tell, if it is this tab that writes: each can read it again. */
  async putFacts(facts: ReadonlyMap<string, JobFacts>): Promise<void> {
    if (this.leads) {
      await this.#mirror.putFacts(facts).catch(reporting('mirror.put-facts'));
    }
  }

  /** Remembers jobs; resolves when they are written, or handed to the tab that writes. */
  async put(entries: readonly MirrorEntry[]): Promise<void> {
    if (this.leads) {
      await this.#write(entries);
      return;
    }
    for (const entry of entries) {
      const before = entry.graph || entry.pack ? undefined : this.#unwritten.get(entry.record.id);
      this.#unwritten.set(
        entry.record.id,
        before ? { ...entry, graph: before.graph, pack: before.pack } : entry,
      );
    }
    this.#capUnwritten();
    if (this.#leader?.decided) {
      this.#tell({ type: 'write', entries: [...entries] });
    }
  }

  /** Gives up the oldest: the mirror then has a gap, which the next visit closes by a walk through the history. */
  #capUnwritten(): void {
    for (const id of this.#unwritten.keys()) {
      if (this.#unwritten.size <= MOST_UNWRITTEN) {
        return;
      }
      this.#unwritten.delete(id);
      this.#broken = true;
    }
  }

  /** Calls back when this tab has written jobs that other devices should know of; returns the way to stop. */
  onWritten(listener: () => void): () => void {
    this.#written.add(listener);
    return () => this.#written.delete(listener);
  }

  /** Calls back when it is decided that this tab leads; returns the way to stop. */
  onLead(listener: () => void): () => void {
    return this.#leader?.onChange((leads) => leads && listener()) ?? (() => undefined);
  }

  /** The mirror itself, for the tab that leads. */
  get mirror(): JobMirror {
    return this.#mirror;
  }

  /** Takes in what was remembered elsewhere, for this and all other tabs. */
  async takeIn(entries: readonly MirrorEntry[]): Promise<void> {
    await this.#write(entries);
    this.#settle(entries.map(({ record }) => record));
  }

  /**
   * Lets go of pictures, and takes others in, here and in all tabs. Unlike what is forgotten, they may come again.
   * @param gone ids; one that is among the entries too is replaced.
   */
  async exchange(gone: readonly string[], entries: readonly MirrorEntry[]): Promise<void> {
    if (gone.length > 0) {
      await this.#mirror.forget(gone, true).catch(reporting('mirror.let-go'));
      this.#tell({ type: 'dropped', ids: [...gone] });
    }
    if (entries.length > 0) {
      await this.#write(entries);
    }
    this.#table.batch(() => {
      gone.forEach((id) => this.#table.drop(id));
      this.#take(entries.map(({ record }) => record));
    });
  }

  /** Calls back with jobs that were forgotten for good, in whichever tab; returns the way to stop. */
  onForgot(listener: (ids: readonly string[]) => void): () => void {
    this.#forgot.add(listener);
    return () => this.#forgot.delete(listener);
  }

  /** Forgets jobs here and in all tabs. */
  async forget(ids: readonly string[]): Promise<void> {
    this.#forgot.forEach((listener) => listener(ids));
    ids.forEach((id) => this.#unwritten.delete(id));
    this.#tell({ type: 'forgot', ids: [...ids] });
    await this.#mirror.forget(ids);
  }

  isComplete(): Promise<boolean> {
    return this.#mirror.isComplete().catch(reportingAs('mirror.is-complete', false));
  }

  /** Notes whether the mirror holds the whole history. Only the leader's word counts. */
  async setComplete(complete: boolean): Promise<void> {
    if (this.leads) {
      await this.#mirror.setComplete(complete && !this.#broken).catch(reporting('mirror.set-complete'));
    } else if (!this.#leader?.decided) {
      this.#undecidedComplete = complete;
    }
  }

  async #decide(leads: boolean): Promise<void> {
    const entries = [...this.#unwritten.values()];
    const complete = this.#undecidedComplete;
    this.#undecidedComplete = null;
    if (leads) {
      this.#unwritten.clear();
      // A gap has to be on record before a walk begins to close it.
      if (complete === false || this.#broken) {
        await this.setComplete(false);
      }
    }
    if (entries.length > 0) {
      // Another tab may have written them meanwhile.
      await this.put(entries.map((entry) => ({ ...entry, isNew: false })));
    }
    if (leads && complete === true) {
      await this.setComplete(true);
    }
  }

  #tell(message: Message): void {
    this.#leader?.post(message);
  }

  async #write(entries: readonly MirrorEntry[]): Promise<void> {
    try {
      await this.#mirror.put(entries);
      this.#tell({ type: 'written', ids: entries.map(({ record }) => record.id) });
      if (entries.some(isWorthSaving)) {
        this.#written.forEach((listener) => listener());
      }
    } catch (error) {
      report(error, 'mirror.write');
      this.#broken = true;
      // It may be on record as complete from an earlier visit.
      await this.setComplete(false);
    }
  }

  async #receive(message: Message): Promise<void> {
    switch (message.type) {
      case 'write':
        if (this.leads) {
          // New to the tab that sent it, which says nothing about the mirror.
          await this.#write(message.entries.map((entry) => ({ ...entry, isNew: false })));
          this.#take(message.entries.map(({ record }) => record));
        }
        break;
      case 'written': {
        message.ids.forEach((id) => this.#unwritten.delete(id));
        const news = message.ids.filter((id) => !this.#table.peek(id)?.settled);
        this.#settle(await this.#mirror.jobs(news).catch(reportingAs('mirror.news', [])));
        break;
      }
      case 'dropped':
        this.#table.batch(() => message.ids.forEach((id) => this.#table.drop(id)));
        break;
      case 'forgot':
        this.#forgot.forEach((listener) => listener(message.ids));
        this.#table.batch(() => message.ids.forEach((id) => this.#table.apply(id, { type: 'forgotten' })));
        message.ids.forEach((id) => {
          this.#unwritten.delete(id);
          this.#ended(id);
        });
        break;
    }
  }

  /** Another tab's word ends jobs that this one still believes to be running. */
  #settle(records: readonly JobRecord[]): void {
    this.#take(records);
    const over = records
      .filter(({ state }) => state !== 'lost')
      .map((record): JobRecord => {
        const known = this.#table.record(record.id);
        // Only the tab that sent the job knows what the server left out of it.
        const problems = record.problems.length > 0 ? record.problems : (known?.problems ?? []);
        return { ...record, problems, mine: known?.mine ?? false };
      });
    this.#table.batch(() =>
      over.forEach((record) => this.#table.apply(record.id, { type: 'ended', record })),
    );
    over.forEach(({ id }) => this.#ended(id));
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
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === 'function') {
      requestIdleCallback(() => resolve(), { timeout: 100 });
    } else {
      setTimeout(resolve, 0);
    }
  });
}
