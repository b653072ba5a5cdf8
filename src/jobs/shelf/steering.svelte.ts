import { reporting } from '../../base/report';
import type { ComfyClient } from '../../comfy/client';
import type { ComfyError } from '../../comfy/errors';
import type { SenderMark } from '../server/sender-mark';
import type { SendOptions, Submitter } from '../server/submitter';
import type { JobGraph, JobRecord } from '../state/job';
import type { JobTable } from '../state/job-table.svelte';
import type { LiveJobs } from '../state/live-jobs.svelte';
import { fixedBy } from '../state/movable';
import { planInsertion, planMove, type PlannedJob } from './order-plan';
import { queuePlaces, whereAre } from './queue-look';
import type { ShelfDb, ShelfJob } from './shelf-db';
import { isHeld, isKept, isUnsent } from './shelf-phases';
import { ShelfRecovery } from './shelf-recovery';
import { ShelfTraffic, type TakenOut } from './shelf-traffic';
import { ShelfView } from './shelf-view';
import { TabShelf } from './tab-shelf.svelte';
import { UnsentJobs } from './unsent-jobs.svelte';

export type { TakenOut };

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
  readonly #shelf: TabShelf;
  readonly #view: ShelfView;
  readonly #traffic: ShelfTraffic;
  readonly #unsent: UnsentJobs;
  readonly #recovery: ShelfRecovery;

  readonly #held = $derived.by(() =>
    [...this.#shelf.jobs.values()]
      .filter(isHeld)
      .toSorted((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1)),
  );

  constructor(options: SteeringOptions) {
    this.#options = options;
    const { client, clientId, table, live, submitter, db, now, lookSoon, announce, paused } = options;
    const view = (this.#view = new ShelfView({ table, live, now, lookSoon }));
    const shelf: TabShelf = (this.#shelf = new TabShelf({
      ...{ db, now, read: () => view.hideSent(shelf.jobs) },
      ...(announce && { announce }),
    }));
    const brokeOff = (): void => this.#recovery.later();
    const traffic = (this.#traffic = new ShelfTraffic({
      ...{ client, submitter, shelf, view, now, lookSoon, brokeOff },
    }));
    const unsent = (this.#unsent = new UnsentJobs({
      ...{ client, clientId, shelf, view, traffic, now, brokeOff },
      ...(paused && { paused }),
    }));
    this.#recovery = new ShelfRecovery({ client, shelf, view, traffic, unsent, now });
  }

  /** Jobs on the hold shelf, in the order they go back. */
  get held(): readonly ShelfJob[] {
    return this.#held;
  }

  /** How many new jobs are sent by themselves once the server answers. */
  get unsent(): number {
    return this.#unsent.count;
  }

  /** Why the server refused the latest job that was sent by itself; it is on the hold shelf. */
  get refusal(): ComfyError | null {
    return this.#unsent.refusal;
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
    const before = [...this.#shelf.jobs.keys()];
    await this.#shelf.load();
    this.#view.changed(before, this.#shelf.jobs);
    if (this.#recovery.isNeeded) {
      // The tab that began it may be closed before it is done.
      this.#recovery.later();
    }
  }

  /** Finishes what was broken off; see `ShelfRecovery`. */
  recover(): Promise<void> {
    return this.#recovery.run();
  }

  stop(): void {
    this.#recovery.stop();
  }

  /** Keeps a new job whose sending broke off; see `UnsentJobs`. */
  keepUnsent(record: JobRecord, job: JobGraph, request: SendOptions, since: number): Promise<void> {
    return this.#unsent.keep(record, job, request, since);
  }

  /**
   * Puts waiting jobs before another one (`null`: at the end). Jobs that cannot be moved stay where they are.
   * Resolves with the ids these jobs have now, as a server of early 2024 gives them new ones; without those that had
   * begun before they could be moved.
   * @throws ComfyError when the server does not answer. What was taken out by then goes back by itself.
   */
  move(ids: readonly string[], before: string | null): Promise<string[]> {
    return this.#shelf.alone(async () => {
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
    return this.#shelf.alone(async () => {
      const last = this.#held.at(-1)?.order ?? 0;
      const jobs = this.#packAll(await this.#waiting(ids)).map((job, index) => ({
        ...job,
        kind: 'held' as const,
        paused,
        order: last + 1 + index,
      }));
      return this.#traffic.leave(jobs);
    });
  }

  /**
   * Takes waiting jobs out for good. They can be put back until `forget` is told of them. Jobs still to be sent are not
   * sent, whether or not the server answers.
   * @throws ComfyError when the server does not answer.
   */
  cancel(ids: readonly string[]): Promise<TakenOut> {
    return this.#shelf.alone(async () => {
      const unsent = this.#shelf.pick(ids).filter(isUnsent);
      await this.#unsent.callOff(unsent);
      const called = new Set(unsent.map(({ id }) => id));
      const rest = ids.filter((id) => !called.has(id));
      const jobs = rest.length === 0 ? [] : this.#packAll(await this.#waiting(rest));
      const taken = await this.#traffic.leave(jobs.map((job) => ({ ...job, kind: 'undo' as const })));
      return {
        ids: [...called, ...taken.ids],
        started: taken.started,
        putBack: async () => {
          await this.#shelf.alone(() => this.#unsent.sendAfterAll(unsent));
          await taken.putBack();
        },
      };
    });
  }

  /** Nobody will put these cancelled jobs back. Never rejects: what cannot be dropped now is dropped by `recover`. */
  async forget(ids: readonly string[]): Promise<void> {
    await this.#shelf
      .alone(() => this.#shelf.remove(ids.filter((id) => this.#shelf.jobs.get(id)?.kind === 'undo')))
      .catch(reporting('steering.forget'));
  }

  /**
   * Sends held jobs to the queue, before a waiting job or (`null`) at its end.
   * @throws ComfyError when the server refused one or does not answer. Those not sent stay on the shelf.
   */
  resume(ids: readonly string[], before: string | null = null): Promise<void> {
    return this.#shelf.alone(async () => {
      const wanted = new Set(ids);
      const jobs = this.#held.filter((job) => wanted.has(job.id) && isKept(job));
      const { clientId } = this.#options;
      if (before === null) {
        await this.#traffic.sendBack(jobs.map((job) => ({ ...job, number: null, clientId })));
        return;
      }
      const held = new Map(jobs.map((job) => [job.id, job]));
      const kept = ids.filter((id) => held.has(id));
      const plan = planInsertion(await this.#order(), kept, before);
      await this.#renumber(plan.moves.filter(({ id }) => !held.has(id)));
      await this.#traffic.sendBack(
        plan.moves.flatMap(({ id, number }) => {
          const job = held.get(id);
          return job ? [{ ...job, number, clientId }] : [];
        }),
      );
    });
  }

  /** Takes held jobs off the shelf for good; returns the way to put them back there. */
  discard(ids: readonly string[]): Promise<() => Promise<void>> {
    return this.#shelf.alone(async () => {
      const { table, now } = this.#options;
      const jobs = this.#held.filter(({ id }) => ids.includes(id));
      await this.#shelf.remove(jobs.map(({ id }) => id));
      table.batch(() => jobs.forEach(({ id }) => table.apply(id, { type: 'dequeued', now: now() })));
      return () => this.#shelf.alone(() => this.#traffic.keep(jobs));
    });
  }

  /** Changes the order of the shelf: puts held jobs before another one (`null`: at the end). */
  arrange(ids: readonly string[], before: string | null): Promise<void> {
    return this.#shelf.alone(async () => {
      const wanted = new Set(ids);
      const moved = this.#held.filter(({ id }) => wanted.has(id));
      const rest = this.#held.filter(({ id }) => !wanted.has(id));
      const found = rest.findIndex(({ id }) => id === before);
      const at = found < 0 ? rest.length : found;
      const order = [...rest.slice(0, at), ...moved, ...rest.slice(at)];
      await this.#shelf.put(order.map((job, index) => ({ ...job, order: index + 1 })));
    });
  }

  /** Puts jobs that were never in this server's queue, or are not any more, onto the hold shelf. */
  add(jobs: readonly ShelfJob[], { first = false } = {}): Promise<void> {
    return this.#shelf.alone(async () => {
      const from = first ? (this.#held[0]?.order ?? 0) - jobs.length : (this.#held.at(-1)?.order ?? 0) + 1;
      await this.#traffic.keep(jobs.map((job, index) => ({ ...job, order: from + index })));
    });
  }

  /**
   * Sends jobs again that the server has lost, in their old order; while the queue is paused, they join what it keeps.
   * @throws ComfyError when it does not answer.
   */
  restore(jobs: readonly ShelfJob[]): Promise<void> {
    return this.#shelf.alone(async () => {
      const { at } = await whereAre(
        this.#options.client,
        jobs.map(({ id }) => id),
      );
      const { clientId } = this.#options;
      const lost = jobs
        .filter(({ id }) => at.get(id) === 'gone')
        .map((job) => ({ ...job, number: null, clientId }));
      if (this.#options.paused?.()) {
        await this.#traffic.keepPaused(lost);
      } else {
        await this.#traffic.sendBack(lost.map((job) => ({ ...job, kind: 'moving' })));
      }
    });
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
    const { ids, started } = await this.#traffic.leave(jobs);
    const out = new Set(ids);
    const called = await this.#traffic.sendBack(jobs.filter(({ id }) => out.has(id)));
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
}
