import { reporting } from '../../base/report';
import type { ComfyClient } from '../../comfy/client';
import { ComfyError } from '../../comfy/errors';
import type { SendOptions, Submitter } from '../server/submitter';
import type { JobGraph, JobRecord } from '../state/job';
import type { JobTable } from '../state/job-table.svelte';
import type { LiveJobs } from '../state/live-jobs.svelte';
import { arrivedOf, queuePlaces, type SentJob, whereAre } from './queue-look';
import type { ShelfDb, ShelfJob } from './shelf-db';
import { TabShelf } from './tab-shelf.svelte';

/**
 * How long after a broken request nobody can say that it did not arrive, ms: the server may still be checking the
 * graph it was sent.
 */
export const GRACE = 10_000;
/** How long a cancelled job is kept for an undo that never came, ms: its tab was closed. */
export const UNDO_KEPT = 10 * 60_000;

/** What became of jobs that were to be taken out of the queue. */
export interface TakenOut {
  /** Jobs that were taken out. */
  ids: string[];
  /** Jobs that had begun before, and run on or have ended. */
  started: string[];
  /** Puts them back where they were. @throws ComfyError when the server does not answer; they stay on the shelf then. */
  putBack: () => Promise<void>;
}

export interface ShelfTrafficOptions {
  client: ComfyClient;
  /** Of this tab's socket. */
  clientId: string;
  table: JobTable;
  live: LiveJobs;
  submitter: Submitter;
  db: ShelfDb;
  /** ms since the epoch. */
  now: () => number;
  /** Looks at queue and history soon. */
  lookSoon: () => void;
  /** Tells this browser's other tabs that the shelf has changed. */
  announce?: () => void;
  /** Whether the queue is paused, so that what would join it has to wait here. */
  paused?: () => boolean;
}

/**
 * The way between the server's queue and the shelf. Each job is written down before it leaves the one or the other,
 * and sent only when neither queue nor history has it; what broke off is finished later.
 */
export class ShelfTraffic {
  readonly #options: ShelfTrafficOptions;
  readonly #shelf: TabShelf;
  /** Jobs whose absence from the queue means nothing, because of this tab. */
  readonly #steered = new Set<string>();
  /** Jobs shown as being sent because the shelf has them. */
  readonly #unsent = new Set<string>();
  #retry: ReturnType<typeof setTimeout> | undefined;
  #refusal = $state.raw<ComfyError | null>(null);

  constructor(options: ShelfTrafficOptions) {
    const { db, now, announce } = options;
    this.#options = options;
    this.#shelf = new TabShelf({ db, now, ...(announce && { announce }), read: () => this.#dropSent() });
  }

  /** What is on the shelf. Changed by the steps below, or within `alone`. */
  get shelf(): TabShelf {
    return this.#shelf;
  }

  /** How many new jobs are sent by themselves once the server answers. */
  get unsent(): number {
    return [...this.#shelf.jobs.values()].filter(isUnsent).length;
  }

  /** Why the server refused the latest job that was sent by itself; it is on the hold shelf. */
  get refusal(): ComfyError | null {
    return this.#refusal;
  }

  /** Takes in what another tab has changed. */
  async reload(): Promise<void> {
    const { table, live } = this.#options;
    const before = this.#shelf.jobs;
    const all = await this.#shelf.load();
    for (const job of all) {
      if (job.kind === 'held' && job.phase === 'out') {
        table.apply(job.id, { type: 'held', record: job.record });
        live.setGraph(job.id, job.job, job.outputNodes, job.extra);
      } else if (isUnsent(job) && !table.peek(job.id)) {
        this.#showUnsent(job);
        live.setGraph(job.id, job.job, job.outputNodes, job.extra);
      }
    }
    // What this tab began, another one may have finished.
    this.#showOut(all.filter(({ id, phase }) => this.#steered.has(id) && phase === 'out'));
    this.#released([...this.#steered].filter((id) => !this.#shelf.jobs.has(id)));
    const gone = [...before.keys()].filter(
      (id) => !this.#shelf.jobs.has(id) && table.peek(id)?.record.state === 'held',
    );
    if (gone.length > 0) {
      // Another tab put them back, or dropped them: the queue tells.
      gone.forEach((id) => table.drop(id));
      this.#options.lookSoon();
    }
    this.#dropSent();
    if (all.some(isUnfinished)) {
      // The tab that began it may be closed before it is done.
      this.#recoverLater();
    }
  }

  /**
   * Keeps a new job whose sending broke off, and sends it once it is certain that the server does not have it.
   * @param since when that was, ms since the epoch.
   */
  keepUnsent(
    record: JobRecord,
    job: JobGraph,
    { clientId, extra = {}, outputNodes = [], front }: SendOptions,
    since: number,
  ): Promise<void> {
    return this.#shelf.alone(async () => {
      const order = Math.max(0, ...[...this.#shelf.jobs.values()].map((one) => one.order)) + 1;
      await this.#shelf.put([
        {
          ...{ id: record.id, kind: 'sending', phase: 'returning', since, number: null, order },
          ...{ paused: false, job, outputNodes, extra, record, clientId: clientId ?? null },
          ...(front && { front }),
        },
      ]);
      this.#unsent.add(record.id);
      this.#recoverLater();
    });
  }

  /**
   * Finishes what was broken off: by a crash, a closed tab, or a server that did not answer. Jobs nobody can tell
   * about yet are looked at again later.
   */
  async recover(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    if (![...this.#shelf.jobs.values()].some((job) => isUnfinished(job) || this.#isExpired(job))) {
      return;
    }
    try {
      await this.#shelf.alone(() => this.#finish());
    } catch (error) {
      if (!(error instanceof ComfyError)) {
        throw error;
      }
    }
    if ([...this.#shelf.jobs.values()].some(isUnfinished)) {
      this.#recoverLater();
    }
  }

  #recoverLater(): void {
    this.#retry ??= setTimeout(() => void this.recover().catch(reporting('steering.recover')), GRACE / 4);
  }

  stop(): void {
    clearTimeout(this.#retry);
  }

  // Steps. Each runs while this tab alone steers.

  async #finish(): Promise<void> {
    const { client, now } = this.#options;
    const all = [...this.#shelf.jobs.values()];
    const expired = all.filter((job) => this.#isExpired(job));
    await this.#shelf.remove(expired.map(({ id }) => id));
    await this.#recoverUnsent(all.filter(({ kind }) => kind === 'sending'));
    const open = all.filter((job) => isUnfinished(job) && job.kind !== 'sending');
    if (open.length === 0) {
      return;
    }
    const { at } = await whereAre(
      client,
      open.map(({ id }) => id),
    );
    const isSure = ({ since }: ShelfJob): boolean => now() - since > GRACE;
    const known = open.filter(({ id }) => at.get(id) === 'running' || at.get(id) === 'ended');
    const waiting = open.filter(({ id }) => at.get(id) === 'pending');
    // One that was to leave and is still there may yet leave, should the request be under way.
    const arrived = waiting.filter((job) => job.phase !== 'leaving' || isSure(job));
    await this.#shelf.remove([...known, ...arrived].map(({ id }) => id));
    this.#released([...known, ...arrived].map(({ id }) => id));
    const gone = open.filter(({ id }) => at.get(id) === 'gone');
    const out = gone.filter(({ phase, kind }) => phase === 'leaving' && kind !== 'moving');
    await this.#arriveOnShelf(out);
    const left = new Set(out);
    await this.sendBack(gone.filter((job) => !left.has(job) && (job.phase !== 'returning' || isSure(job))));
  }

  /** Sends the new jobs among these that never arrived, in their order, and takes out those that nobody wants any more. */
  async #recoverUnsent(jobs: readonly ShelfJob[]): Promise<void> {
    if (jobs.length === 0) {
      return;
    }
    const { client, clientId, table, now, paused } = this.#options;
    const arrived = await arrivedOf(
      client,
      jobs.map(({ id }) => id),
    );
    const unwanted = jobs.filter(({ phase }) => phase === 'leaving');
    const late = unwanted.flatMap(({ id }) => arrived.get(id) ?? []).filter(({ at }) => at === 'pending');
    if (late.length > 0) {
      await client.deletePending(late.map(({ id }) => id));
      table.batch(() => late.forEach(({ id }) => table.apply(id, { type: 'dequeued', now: now() })));
    }
    const isSure = ({ since }: ShelfJob): boolean => now() - since > GRACE;
    const done = unwanted.filter((job) => arrived.has(job.id) || isSure(job));
    const wanted = jobs.filter(({ phase }) => phase !== 'leaving').toSorted((a, b) => a.order - b.order);
    const taken = wanted.filter(({ id }) => arrived.has(id));
    await this.#shelf.remove([...done, ...taken].map(({ id }) => id));
    this.#showArrived(taken.flatMap((job) => ({ job, as: arrived.get(job.id) as SentJob })));
    const due = wanted
      .filter((job) => !arrived.has(job.id) && (job.phase === 'out' || isSure(job)))
      .map((job) => ({ ...job, clientId }));
    const waits = ({ front }: ShelfJob): boolean => paused?.() === true && !front;
    await this.keepPaused(due.filter(waits));
    const sent = due.filter((job) => !waits(job));
    await this.sendBack(sent).catch((error: unknown) => {
      if (error instanceof ComfyError && error.kind !== 'unreachable') {
        // Nobody waits for this answer any more, so it has to be told apart.
        this.#refusal = error;
        return;
      }
      throw error;
    });
  }

  /** The server has these jobs, or had them: it tells the rest. */
  #showArrived(jobs: readonly { job: ShelfJob; as: SentJob }[]): void {
    const { table, live, lookSoon } = this.#options;
    if (jobs.length === 0) {
      return;
    }
    table.batch(() => {
      for (const { job, as } of jobs) {
        if (as.id !== job.id) {
          live.clear(job.id);
          table.drop(job.id);
        }
        table.apply(as.id, {
          type: 'accepted',
          record: job.record,
          id: as.id,
          number: as.number,
          problems: [],
        });
        live.setGraph(as.id, job.job, job.outputNodes, job.extra);
      }
    });
    lookSoon();
  }

  /** These jobs are not to be sent; should they have arrived all the same, `recover` takes them out. */
  async callOff(jobs: readonly ShelfJob[]): Promise<void> {
    const { table, now } = this.#options;
    await this.#shelf.put(jobs.map((job) => ({ ...job, phase: 'leaving' })));
    table.batch(() => {
      for (const { id } of jobs) {
        table.apply(id, { type: 'cancellation', step: 'asked' });
        table.apply(id, { type: 'dequeued', now: now() });
      }
    });
  }

  /** The other way round. */
  async sendAfterAll(jobs: readonly ShelfJob[]): Promise<void> {
    await this.#shelf.put(jobs);
    jobs.forEach((job) => this.#showUnsent(job));
    if (jobs.length > 0) {
      this.#recoverLater();
    }
  }

  /** Jobs that would join the queue wait until it goes on. */
  keepPaused(jobs: readonly ShelfJob[]): Promise<void> {
    return this.keep(
      jobs.map((job, index) => ({
        ...job,
        ...{ kind: 'held', phase: 'out', paused: true, order: this.#lastHeld() + 1 + index },
      })),
    );
  }

  /** Whether the undo of a cancelled job never came. */
  #isExpired({ kind, phase, since }: ShelfJob): boolean {
    return kind === 'undo' && phase === 'out' && this.#options.now() - since > UNDO_KEPT;
  }

  /** Absence of these jobs means nothing for now. */
  #steer(ids: readonly string[]): void {
    const { table } = this.#options;
    ids.forEach((id) => this.#steered.add(id));
    table.batch(() => ids.forEach((id) => table.apply(id, { type: 'steered', on: true })));
  }

  /** The server's word on these jobs counts again. */
  #released(ids: readonly string[]): void {
    const { table, lookSoon } = this.#options;
    if (ids.length > 0) {
      ids.forEach((id) => this.#steered.delete(id));
      table.batch(() => ids.forEach((id) => table.apply(id, { type: 'steered', on: false })));
      lookSoon();
    }
  }

  /** Takes jobs out of the server's queue, each written down before. */
  async leave(jobs: readonly ShelfJob[]): Promise<TakenOut> {
    const { client, now } = this.#options;
    const ids = jobs.map(({ id }) => id);
    if (ids.length === 0) {
      return { ids, started: [], putBack: () => Promise.resolve() };
    }
    const leaving = jobs.map((job) => ({ ...job, phase: 'leaving' as const, since: now() }));
    await this.#shelf.put(leaving);
    this.#steer(ids);
    try {
      await client.deletePending(ids);
      const { at } = await whereAre(client, ids);
      const out = leaving.filter(({ id }) => at.get(id) === 'gone');
      const stayed = ids.filter((id) => at.get(id) !== 'gone');
      await this.#shelf.remove(stayed);
      this.#released(stayed);
      await this.#arriveOnShelf(out);
      return {
        ids: out.map(({ id }) => id),
        started: stayed,
        putBack: () => this.#shelf.alone(() => this.#putBack(out)),
      };
    } catch (error) {
      // Whether they left is not known.
      this.#recoverLater();
      throw error;
    }
  }

  /** The server does not have these jobs any more. */
  async #arriveOnShelf(jobs: readonly ShelfJob[]): Promise<void> {
    await this.#shelf.put(jobs.map((job) => ({ ...job, phase: 'out', since: this.#options.now() })));
    this.#showOut(jobs);
  }

  #showOut(jobs: readonly ShelfJob[]): void {
    const { table, now } = this.#options;
    table.batch(() => {
      for (const { id, kind, record } of jobs) {
        if (kind === 'held') {
          table.apply(id, { type: 'held', record });
        } else if (kind === 'undo') {
          table.apply(id, { type: 'cancellation', step: 'asked' });
          table.apply(id, { type: 'dequeued', now: now() });
        }
      }
    });
    this.#released(jobs.flatMap(({ id, kind }) => (kind === 'moving' ? [] : [id])));
  }

  async #putBack(jobs: readonly ShelfJob[]): Promise<void> {
    // Another tab may have put back or dropped some of them.
    await this.sendBack(this.#shelf.pick(jobs.map(({ id }) => id)).filter(isKept));
  }

  async keep(jobs: readonly ShelfJob[]): Promise<void> {
    const { table, live } = this.#options;
    await this.#shelf.put(jobs);
    table.batch(() => {
      for (const { id, job, outputNodes, extra, record } of jobs) {
        live.setGraph(id, job, outputNodes, extra);
        table.apply(id, { type: 'held', record });
      }
    });
  }

  /**
   * Sends jobs to the server that it does not have, one after the other. A job the server refuses goes onto the shelf;
   * one that nobody knows about stays for `recover`, as do those after it. Resolves with the ids of those sent by their
   * old ones.
   */
  async sendBack(jobs: readonly ShelfJob[]): Promise<ReadonlyMap<string, string>> {
    const { now } = this.#options;
    let refused: ComfyError | null = null;
    const returning = jobs.map((job) => ({ ...job, phase: 'returning' as const, since: now() }));
    // Those behind the first are not under way yet: their phase says so should this tab die.
    await this.#shelf.put(jobs.map((job) => ({ ...job, phase: 'out' as const })));
    const sent = new Map<string, string>();
    for (const job of returning) {
      try {
        sent.set(job.id, await this.#send({ ...job, since: now() }));
      } catch (error) {
        if (!(error instanceof ComfyError) || error.kind === 'unreachable') {
          this.#recoverLater();
          throw error;
        }
        refused ??= error;
        await this.keep([{ ...job, kind: 'held', phase: 'out', since: now(), paused: false }]);
      }
    }
    await this.#verify([...sent.values()]);
    if (refused !== null) {
      throw refused;
    }
    return sent;
  }

  /** Resolves with the job's final id. */
  async #send(job: ShelfJob): Promise<string> {
    const { live, submitter } = this.#options;
    const { id, number, front, record, clientId, extra, outputNodes } = job;
    await this.#shelf.put([job]);
    const sender = record.sender && { ...record.sender, clientId };
    const now = { ...record, ...(sender && { sender }) };
    let called: string;
    try {
      called = await submitter.send(
        { ...now, state: 'submitting', startedAt: null, endedAt: null, number },
        job.job,
        {
          extra,
          outputNodes,
          ...(number === null ? {} : { number }),
          ...(front && { front }),
          ...(clientId === null ? {} : { clientId }),
        },
      );
    } catch (error) {
      this.#showUnsent(job);
      live.setGraph(id, job.job, outputNodes, extra);
      throw error;
    }
    await this.#shelf.remove([id]);
    this.#steered.delete(id);
    return called;
  }

  /** Shows a job that could not be sent as what it was before. */
  #showUnsent({ id, kind, record, number }: ShelfJob): void {
    const { table, now } = this.#options;
    if (kind === 'sending') {
      this.#unsent.add(id);
      table.apply(id, { type: 'sent', record });
    } else if (kind === 'held') {
      table.apply(id, { type: 'held', record });
    } else if (kind === 'undo') {
      table.apply(id, { type: 'returned', record: { ...record, state: 'cancelled', endedAt: now() } });
    } else {
      table.apply(id, { type: 'sent', record: { ...record, state: 'pending', number } });
      this.#steer([id]);
    }
  }

  /** A job that is in the queue twice, because somebody else put it there too, is taken out once. */
  async #verify(ids: readonly string[]): Promise<void> {
    const { client, lookSoon } = this.#options;
    if (ids.length === 0) {
      return;
    }
    const { running, pending } = await queuePlaces(client);
    const ours = new Set(ids);
    const seen = new Set(running.map(({ id }) => id));
    const twice = pending.flatMap(({ id }) => {
      const again = ours.has(id) && seen.has(id);
      seen.add(id);
      return again ? [id] : [];
    });
    if (twice.length > 0) {
      // Each id takes out one job of that name (API reference 2.1).
      await client.deletePending(twice);
    }
    lookSoon();
  }

  /** Hides what another tab has sent, or called off: the queue tells. */
  #dropSent(): void {
    const { table, lookSoon } = this.#options;
    for (const id of this.#unsent) {
      const job = this.#shelf.jobs.get(id);
      if (!job || !isUnsent(job)) {
        this.#unsent.delete(id);
        if (table.peek(id)?.record.state === 'submitting') {
          table.drop(id);
          lookSoon();
        }
      }
    }
  }

  /** Where the hold shelf ends. */
  #lastHeld(): number {
    const held = [...this.#shelf.jobs.values()].filter(isHeld);
    return held.length === 0 ? 0 : Math.max(...held.map(({ order }) => order));
  }
}

/** Whether a job is between shelf and queue. */
function isUnfinished({ kind, phase }: ShelfJob): boolean {
  return phase !== 'out' || kind === 'moving' || kind === 'sending';
}

/** Whether a new job is still to be sent. */
export function isUnsent({ kind, phase }: ShelfJob): boolean {
  return kind === 'sending' && phase !== 'leaving';
}

/** Whether a job is on the hold shelf. */
export function isHeld({ kind, phase }: ShelfJob): boolean {
  return kind === 'held' && phase !== 'leaving';
}

/** Whether a job is certainly not in the queue. One whose request broke off may be, and `recover` finds out. */
export function isKept({ phase }: ShelfJob): boolean {
  return phase === 'out';
}
