import { report, reporting } from '../../base/report';
import type { ComfyClient } from '../../comfy/client';
import { ComfyError } from '../../comfy/errors';
import { randomUuid } from '../../comfy/uuid';
import type { SenderMark } from '../server/sender-mark';
import type { SendOptions, Submitter } from '../server/submitter';
import type { JobGraph, JobRecord } from '../state/job';
import type { JobTable } from '../state/job-table.svelte';
import type { LiveJobs } from '../state/live-jobs.svelte';
import { fixedBy } from '../state/movable';
import { planInsertion, planMove, type PlannedJob } from './order-plan';
import { arrivedOf, queuePlaces, type SentJob, whereAre } from './queue-look';
import type { ShelfDb, ShelfJob } from './shelf-db';

/** How long a tab may steer before others may, should it have died, ms. A living tab asks for that long again and again. */
const LOCK_TIME = 15_000;
/** How often a tab asks to steer on while a step takes long, ms. */
const LOCK_BEAT = LOCK_TIME / 3;
/** How long one step may take before other tabs may steer, ms: its request may never be answered. */
const STEP_TIME = 120_000;
/** How often a tab asks whether it may steer, ms. */
const LOCK_WAIT = 40;
/**
 * How long after a broken request nobody can say that it did not arrive, ms: the server may still be checking the
 * graph it was sent.
 */
export const GRACE = 10_000;
/** How long a cancelled job is kept for an undo that never came, ms: its tab was closed. */
export const UNDO_KEPT = 10 * 60_000;

/** What became of jobs that were to be taken out of the queue. */
export interface TakenOut {
  /** Jobs that were. */
  ids: string[];
  /** Jobs that had begun before, and run on or have ended. */
  started: string[];
  /** Puts them back where they were. @throws ComfyError when the server does not answer; they stay on the shelf then. */
  putBack: () => Promise<void>;
}

export interface SteeringOptions {
  client: ComfyClient;
  /** Of this tab's socket. */
  clientId: string;
  table: JobTable;
  live: LiveJobs;
  submitter: Submitter;
  sender: SenderMark;
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
 * Reorders, holds and brings back jobs of a server that knows none of this (API reference 2.1). A job is moved by
 * taking it out of the queue and sending it again under its id with another number. It is written to the shelf before,
 * and it is sent again only when neither queue nor history has it: a job that began in between must not run twice. One
 * tab of the browser steers at a time, and nobody moves another browser's jobs, because two who move the same job
 * would double it.
 */
export class Steering {
  readonly #options: SteeringOptions;
  readonly #tab = randomUuid();
  #shelf = $state.raw<ReadonlyMap<string, ShelfJob>>(new Map());
  /** Jobs whose absence from the queue means nothing, because of this tab. */
  readonly #steered = new Set<string>();
  /** Jobs shown as being sent because the shelf has them. */
  readonly #unsent = new Set<string>();
  /** One change after the other within this tab. */
  #last: Promise<unknown> = Promise.resolve();
  /** When the step under way began, ms since the epoch. */
  #stepSince = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #refusal = $state.raw<ComfyError | null>(null);

  readonly #held = $derived(
    [...this.#shelf.values()]
      .filter(({ kind, phase }) => kind === 'held' && phase !== 'leaving')
      .toSorted((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1)),
  );

  constructor(options: SteeringOptions) {
    this.#options = options;
  }

  /** Jobs on the hold shelf, in the order they go back. */
  get held(): readonly ShelfJob[] {
    return this.#held;
  }

  /** How many new jobs are sent by themselves once the server answers. */
  get unsent(): number {
    return [...this.#shelf.values()].filter(isUnsent).length;
  }

  /** Why the server refused the latest job that was sent by itself; it is on the hold shelf. */
  get refusal(): ComfyError | null {
    return this.#refusal;
  }

  /** Whether a pause has taken jobs out that are still here. */
  get paused(): boolean {
    return this.#held.some(({ paused }) => paused);
  }

  /** Reads what this browser keeps, and finishes what another visit left unfinished. */
  async start(): Promise<void> {
    await this.reload();
    await this.recover();
  }

  /** Takes in what another tab has changed. */
  async reload(): Promise<void> {
    const { db, table, live } = this.#options;
    const before = this.#shelf;
    const all = await db.all();
    this.#shelf = new Map(all.map((job) => [job.id, job]));
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
    this.#released([...this.#steered].filter((id) => !this.#shelf.has(id)));
    const gone = [...before.keys()].filter(
      (id) => !this.#shelf.has(id) && table.peek(id)?.record.state === 'held',
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
    return this.#alone(async () => {
      const order = Math.max(0, ...[...this.#shelf.values()].map((one) => one.order)) + 1;
      await this.#put([
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
   * Puts waiting jobs before another one (`null`: at the end). Jobs that cannot be moved stay where they are.
   * Resolves with the ids these jobs have now, as a server of early 2024 gives them new ones; without those that had
   * begun before they could be moved.
   * @throws ComfyError when the server does not answer. What was taken out by then goes back by itself.
   */
  move(ids: readonly string[], before: string | null): Promise<string[]> {
    return this.#alone(async () => {
      const plan = planMove(await this.#order(), new Set(ids), before);
      const { started, called } = await this.#renumber(plan.moves);
      return ids.filter((id) => !started.has(id)).map((id) => called.get(id) ?? id);
    });
  }

  /**
   * Takes waiting jobs onto the hold shelf. Those that cannot be moved stay in the queue.
   * @throws ComfyError when the server does not answer.
   */
  hold(ids: readonly string[], { paused = false } = {}): Promise<TakenOut> {
    return this.#alone(async () => {
      const last = this.#held.at(-1)?.order ?? 0;
      const jobs = this.#packAll(await this.#waiting(ids)).map((job, index) => ({
        ...job,
        kind: 'held' as const,
        paused,
        order: last + 1 + index,
      }));
      return this.#leave(jobs);
    });
  }

  /**
   * Takes waiting jobs out for good. They can be put back until `forget` is told of them. Jobs still to be sent are not
   * sent, whether or not the server answers.
   * @throws ComfyError when the server does not answer.
   */
  cancel(ids: readonly string[]): Promise<TakenOut> {
    return this.#alone(async () => {
      const unsent = ids.flatMap((id) => this.#shelf.get(id) ?? []).filter(isUnsent);
      await this.#callOff(unsent);
      const called = new Set(unsent.map(({ id }) => id));
      const rest = ids.filter((id) => !called.has(id));
      const jobs = rest.length === 0 ? [] : this.#packAll(await this.#waiting(rest));
      const taken = await this.#leave(jobs.map((job) => ({ ...job, kind: 'undo' as const })));
      return {
        ids: [...called, ...taken.ids],
        started: taken.started,
        putBack: async () => {
          await this.#alone(() => this.#sendAfterAll(unsent));
          await taken.putBack();
        },
      };
    });
  }

  /** Nobody will put these cancelled jobs back. Never rejects: what cannot be dropped now is dropped by `recover`. */
  async forget(ids: readonly string[]): Promise<void> {
    await this.#alone(() => this.#remove(ids.filter((id) => this.#shelf.get(id)?.kind === 'undo'))).catch(
      reporting('steering.forget'),
    );
  }

  /**
   * Sends held jobs to the queue, before a waiting job or (`null`) at its end.
   * @throws ComfyError when the server refused one or does not answer. Those not sent stay on the shelf.
   */
  resume(ids: readonly string[], before: string | null = null): Promise<void> {
    return this.#alone(async () => {
      const wanted = new Set(ids);
      const jobs = this.#held.filter((job) => wanted.has(job.id) && isKept(job));
      const { clientId } = this.#options;
      if (before === null) {
        await this.#return(jobs.map((job) => ({ ...job, number: null, clientId })));
        return;
      }
      const held = new Map(jobs.map((job) => [job.id, job]));
      const kept = ids.filter((id) => held.has(id));
      const plan = planInsertion(await this.#order(), kept, before);
      await this.#renumber(plan.moves.filter(({ id }) => !held.has(id)));
      await this.#return(
        plan.moves.flatMap(({ id, number }) => {
          const job = held.get(id);
          return job ? [{ ...job, number, clientId }] : [];
        }),
      );
    });
  }

  /** Takes held jobs off the shelf for good; returns the way to put them back there. */
  discard(ids: readonly string[]): Promise<() => Promise<void>> {
    return this.#alone(async () => {
      const { table, now } = this.#options;
      const jobs = this.#held.filter(({ id }) => ids.includes(id));
      await this.#remove(jobs.map(({ id }) => id));
      table.batch(() => jobs.forEach(({ id }) => table.apply(id, { type: 'dequeued', now: now() })));
      return () => this.#alone(() => this.#keep(jobs));
    });
  }

  /** Hides what another tab has sent, or called off: the queue tells. */
  #dropSent(): void {
    const { table, lookSoon } = this.#options;
    for (const id of this.#unsent) {
      const job = this.#shelf.get(id);
      if (!job || !isUnsent(job)) {
        this.#unsent.delete(id);
        if (table.peek(id)?.record.state === 'submitting') {
          table.drop(id);
          lookSoon();
        }
      }
    }
  }

  /** Changes the order of the shelf: puts held jobs before another one (`null`: at the end). */
  arrange(ids: readonly string[], before: string | null): Promise<void> {
    return this.#alone(async () => {
      const wanted = new Set(ids);
      const moved = this.#held.filter(({ id }) => wanted.has(id));
      const rest = this.#held.filter(({ id }) => !wanted.has(id));
      const found = rest.findIndex(({ id }) => id === before);
      const at = found < 0 ? rest.length : found;
      const order = [...rest.slice(0, at), ...moved, ...rest.slice(at)];
      await this.#put(order.map((job, index) => ({ ...job, order: index + 1 })));
    });
  }

  /** Puts jobs that were never in this server's queue, or are not any more, onto the hold shelf. */
  add(jobs: readonly ShelfJob[], { first = false } = {}): Promise<void> {
    return this.#alone(async () => {
      const from = first ? (this.#held[0]?.order ?? 0) - jobs.length : (this.#held.at(-1)?.order ?? 0) + 1;
      await this.#keep(jobs.map((job, index) => ({ ...job, order: from + index })));
    });
  }

  /**
   * Sends jobs again that the server has lost, in their old order; while the queue is paused, they join what it keeps.
   * @throws ComfyError when it does not answer.
   */
  restore(jobs: readonly ShelfJob[]): Promise<void> {
    return this.#alone(async () => {
      const { at } = await whereAre(
        this.#options.client,
        jobs.map(({ id }) => id),
      );
      const { clientId } = this.#options;
      const lost = jobs
        .filter(({ id }) => at.get(id) === 'gone')
        .map((job) => ({ ...job, number: null, clientId }));
      if (this.#options.paused?.()) {
        await this.#keepPaused(lost);
      } else {
        await this.#return(lost.map((job) => ({ ...job, kind: 'moving' })));
      }
    });
  }

  /**
   * Finishes what was broken off: by a crash, a closed tab, or a server that did not answer. Jobs nobody can tell
   * about yet are looked at again later.
   */
  async recover(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    if (![...this.#shelf.values()].some((job) => isUnfinished(job) || this.#isExpired(job))) {
      return;
    }
    try {
      await this.#alone(() => this.#recover());
    } catch (error) {
      if (!(error instanceof ComfyError)) {
        throw error;
      }
    }
    if ([...this.#shelf.values()].some(isUnfinished)) {
      this.#recoverLater();
    }
  }

  #recoverLater(): void {
    this.#retry ??= setTimeout(() => void this.recover().catch(reporting('steering.recover')), GRACE / 4);
  }

  stop(): void {
    clearTimeout(this.#retry);
  }

  /** A waiting, running or lost job as the shelf keeps it; `null` when its graph is not known. */
  pack(record: JobRecord, id = record.id): ShelfJob | null {
    const { live, now } = this.#options;
    const job = live.graph(record.id);
    return (
      job && {
        id,
        kind: 'held',
        phase: 'out',
        since: now(),
        number: record.number,
        order: 0,
        paused: false,
        job,
        outputNodes: live.outputNodes(record.id),
        extra: live.extra(record.id),
        clientId: record.sender?.clientId ?? null,
        record: { ...record, id },
      }
    );
  }

  /** A job that was never sent, as the shelf keeps it. */
  packNew(job: JobGraph): ShelfJob {
    const { clientId, submitter, now } = this.#options;
    const { record, extra } = submitter.draft(job);
    return {
      ...{ id: record.id, kind: 'held', phase: 'out', since: now(), number: null, order: 0, paused: false },
      ...{ job, outputNodes: [], extra, clientId, record },
    };
  }

  // Steps. Each runs while this tab alone steers.

  async #recover(): Promise<void> {
    const { client, db, now } = this.#options;
    const all = await db.all();
    this.#shelf = new Map(all.map((job) => [job.id, job]));
    const expired = all.filter((job) => this.#isExpired(job));
    await this.#remove(expired.map(({ id }) => id));
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
    await this.#remove([...known, ...arrived].map(({ id }) => id));
    this.#released([...known, ...arrived].map(({ id }) => id));
    const gone = open.filter(({ id }) => at.get(id) === 'gone');
    const out = gone.filter(({ phase, kind }) => phase === 'leaving' && kind !== 'moving');
    await this.#arriveOnShelf(out);
    const left = new Set(out);
    await this.#return(gone.filter((job) => !left.has(job) && (job.phase !== 'returning' || isSure(job))));
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
    await this.#remove([...done, ...taken].map(({ id }) => id));
    this.#showArrived(taken.flatMap((job) => ({ job, as: arrived.get(job.id) as SentJob })));
    const due = wanted
      .filter((job) => !arrived.has(job.id) && (job.phase === 'out' || isSure(job)))
      .map((job) => ({ ...job, clientId }));
    const waits = ({ front }: ShelfJob): boolean => paused?.() === true && !front;
    await this.#keepPaused(due.filter(waits));
    const sent = due.filter((job) => !waits(job));
    await this.#return(sent).catch((error: unknown) => {
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
  async #callOff(jobs: readonly ShelfJob[]): Promise<void> {
    const { table, now } = this.#options;
    await this.#put(jobs.map((job) => ({ ...job, phase: 'leaving' })));
    table.batch(() => {
      for (const { id } of jobs) {
        table.apply(id, { type: 'cancellation', step: 'asked' });
        table.apply(id, { type: 'dequeued', now: now() });
      }
    });
  }

  /** The other way round. */
  async #sendAfterAll(jobs: readonly ShelfJob[]): Promise<void> {
    await this.#put(jobs);
    jobs.forEach((job) => this.#showUnsent(job));
    if (jobs.length > 0) {
      this.#recoverLater();
    }
  }

  /** Jobs that would join the queue wait until it goes on. */
  #keepPaused(jobs: readonly ShelfJob[]): Promise<void> {
    const last = this.#held.at(-1)?.order ?? 0;
    return this.#keep(
      jobs.map((job, index) => ({
        ...job,
        ...{ kind: 'held', phase: 'out', paused: true, order: last + 1 + index },
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

  /** Resolves with the jobs that had begun before, and with the ids of those that were sent again, by their old ones. */
  async #renumber(
    moves: readonly { id: string; number: number }[],
  ): Promise<{ started: ReadonlySet<string>; called: ReadonlyMap<string, string> }> {
    const numbers = new Map(moves.map(({ id, number }) => [id, number]));
    const jobs = this.#packAll([...numbers.keys()]).map((job) => ({
      ...job,
      kind: 'moving' as const,
      number: numbers.get(job.id) ?? job.number,
    }));
    const { ids, started } = await this.#leave(jobs);
    const out = new Set(ids);
    const called = await this.#return(jobs.filter(({ id }) => out.has(id)));
    return { started: new Set(started), called };
  }

  /**
   * Jobs among these that wait at the server now. What this page believes does not do: had a job ended and the
   * server been started anew since, it would seem to have been taken out.
   */
  async #waiting(ids: readonly string[]): Promise<string[]> {
    const { pending } = await queuePlaces(this.#options.client);
    const there = new Set(pending.map(({ id }) => id));
    return ids.filter((id) => there.has(id));
  }

  /** Waiting jobs among these that this browser may move. */
  #packAll(ids: readonly string[]): Omit<ShelfJob, 'kind'>[] {
    const { table } = this.#options;
    return ids.flatMap((id) => {
      const record = table.record(id);
      return record && this.#isMovable(record) ? (this.pack(record) ?? []) : [];
    });
  }

  #isMovable(record: JobRecord): boolean {
    return record.state === 'pending' && fixedBy(record, this.#options.sender.browser) === null;
  }

  /** Every waiting job as the server has them now. */
  async #order(): Promise<PlannedJob[]> {
    const { client, table, live } = this.#options;
    const { pending } = await queuePlaces(client);
    return pending.map(({ id, number }) => {
      const record = table.record(id);
      const movable = record !== undefined && this.#isMovable(record) && live.nodes(id) !== null;
      return { id, number, movable };
    });
  }

  /** Takes jobs out of the server's queue, each written down before. */
  async #leave(jobs: readonly ShelfJob[]): Promise<TakenOut> {
    const { client, now } = this.#options;
    const ids = jobs.map(({ id }) => id);
    if (ids.length === 0) {
      return { ids, started: [], putBack: () => Promise.resolve() };
    }
    const leaving = jobs.map((job) => ({ ...job, phase: 'leaving' as const, since: now() }));
    await this.#put(leaving);
    this.#steer(ids);
    try {
      await client.deletePending(ids);
      const { at } = await whereAre(client, ids);
      const out = leaving.filter(({ id }) => at.get(id) === 'gone');
      const stayed = ids.filter((id) => at.get(id) !== 'gone');
      await this.#remove(stayed);
      this.#released(stayed);
      await this.#arriveOnShelf(out);
      return {
        ids: out.map(({ id }) => id),
        started: stayed,
        putBack: () => this.#alone(() => this.#putBack(out)),
      };
    } catch (error) {
      // Whether they left is not known.
      this.#recoverLater();
      throw error;
    }
  }

  /** The server does not have these jobs any more. */
  async #arriveOnShelf(jobs: readonly ShelfJob[]): Promise<void> {
    await this.#put(jobs.map((job) => ({ ...job, phase: 'out', since: this.#options.now() })));
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
    await this.#return(jobs.flatMap(({ id }) => this.#shelf.get(id) ?? []).filter(isKept));
  }

  async #keep(jobs: readonly ShelfJob[]): Promise<void> {
    const { table, live } = this.#options;
    await this.#put(jobs);
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
  async #return(jobs: readonly ShelfJob[]): Promise<ReadonlyMap<string, string>> {
    const { now } = this.#options;
    let refused: ComfyError | null = null;
    const returning = jobs.map((job) => ({ ...job, phase: 'returning' as const, since: now() }));
    // Those behind the first are not under way yet: their phase says so should this tab die.
    await this.#put(jobs.map((job) => ({ ...job, phase: 'out' as const })));
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
        await this.#keep([{ ...job, kind: 'held', phase: 'out', since: now(), paused: false }]);
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
    await this.#put([job]);
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
    await this.#remove([id]);
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

  async #put(jobs: readonly ShelfJob[]): Promise<void> {
    if (jobs.length > 0) {
      await this.#renew();
      await this.#options.db.put(jobs);
      this.#shelf = new Map([...this.#shelf, ...jobs.map((job) => [job.id, job] as const)]);
    }
  }

  async #remove(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) {
      await this.#renew();
      await this.#options.db.remove(ids);
      const gone = new Set(ids);
      this.#shelf = new Map([...this.#shelf].filter(([id]) => !gone.has(id)));
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
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      const { db, now, announce } = this.#options;
      while (!(await db.lock(this.#tab, now(), now() + LOCK_TIME))) {
        await new Promise((resolve) => setTimeout(resolve, LOCK_WAIT));
      }
      const leave = this.#stay();
      try {
        // What other tabs did meanwhile counts.
        this.#shelf = new Map((await db.all()).map((job) => [job.id, job]));
        this.#dropSent();
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

/** Whether a job is between shelf and queue. */
function isUnfinished({ kind, phase }: ShelfJob): boolean {
  return phase !== 'out' || kind === 'moving' || kind === 'sending';
}

/** Whether a new job is still to be sent. */
function isUnsent({ kind, phase }: ShelfJob): boolean {
  return kind === 'sending' && phase !== 'leaving';
}

/** Whether a job is certainly not in the queue. One whose request broke off may be, and `recover` finds out. */
function isKept({ phase }: ShelfJob): boolean {
  return phase === 'out';
}
