import type { ComfyClient } from '../../comfy/client';
import { ComfyError } from '../../comfy/errors';
import type { SendOptions } from '../server/submitter';
import type { JobGraph, JobRecord } from '../state/job';
import { arrivedOf, type SentJob } from './queue-look';
import type { ShelfJob } from './shelf-db';
import { isUnsent } from './shelf-phases';
import type { ShelfTraffic } from './shelf-traffic';
import type { ShelfView } from './shelf-view';
import type { TabShelf } from './tab-shelf.svelte';

/**
 * How long after a broken request nobody can say that it did not arrive, ms: the server may still be checking the
 * graph it was sent.
 */
export const GRACE = 10_000;

export interface UnsentJobsOptions {
  client: ComfyClient;
  /** Of this tab's socket. */
  clientId: string;
  shelf: TabShelf;
  view: ShelfView;
  traffic: Pick<ShelfTraffic, 'sendBack' | 'keepPaused'>;
  /** ms since the epoch. */
  now: () => number;
  /** Whether the queue is paused, so that what would join it has to wait here. */
  paused?: () => boolean;
  /** There is something to finish later. */
  brokeOff: () => void;
}

/** New jobs whose sending broke off: each is sent once the server has said that it did not arrive. */
export class UnsentJobs {
  readonly #options: UnsentJobsOptions;
  #refusal = $state.raw<ComfyError | null>(null);

  constructor(options: UnsentJobsOptions) {
    this.#options = options;
  }

  /** How many are sent by themselves once the server answers. */
  get count(): number {
    return [...this.#options.shelf.jobs.values()].filter(isUnsent).length;
  }

  /** Why the server refused the latest of them; it is on the hold shelf. */
  get refusal(): ComfyError | null {
    return this.#refusal;
  }

  /**
   * Keeps a new job, to be sent later.
   * @param since when its sending broke off, ms since the epoch.
   */
  keep(
    record: JobRecord,
    job: JobGraph,
    { clientId, extra = {}, outputNodes = [], front }: SendOptions,
    since: number,
  ): Promise<void> {
    const { shelf, view, brokeOff } = this.#options;
    return shelf.alone(async () => {
      const order = Math.max(0, ...[...shelf.jobs.values()].map((one) => one.order)) + 1;
      await shelf.put([
        {
          ...{ id: record.id, kind: 'sending', phase: 'returning', since, number: null, order },
          ...{ paused: false, job, outputNodes, extra, record, clientId: clientId ?? null },
          ...(front && { front }),
        },
      ]);
      view.sending(record.id);
      brokeOff();
    });
  }

  // Steps. Each runs within `TabShelf.alone`.

  /** These jobs are not to be sent; should they have arrived all the same, `finish` takes them out. */
  async callOff(jobs: readonly ShelfJob[]): Promise<void> {
    const { shelf, view } = this.#options;
    await shelf.put(jobs.map((job) => ({ ...job, phase: 'leaving' })));
    view.calledOff(jobs.map(({ id }) => id));
  }

  /** The other way round. */
  async sendAfterAll(jobs: readonly ShelfJob[]): Promise<void> {
    const { shelf, view, brokeOff } = this.#options;
    await shelf.put(jobs);
    jobs.forEach((job) => view.notSent(job));
    if (jobs.length > 0) {
      brokeOff();
    }
  }

  /**
   * Sends those that never arrived, in their order, and takes out those that nobody wants any more. What nobody can
   * tell about yet stays.
   * @throws ComfyError `unreachable` when the server does not answer.
   */
  async finish(): Promise<void> {
    const { client, shelf, view, now } = this.#options;
    const jobs = [...shelf.jobs.values()].filter(({ kind }) => kind === 'sending');
    if (jobs.length === 0) {
      return;
    }
    const arrived = await arrivedOf(
      client,
      jobs.map(({ id }) => id),
    );
    const isSure = ({ since }: ShelfJob): boolean => now() - since > GRACE;
    const unwanted = jobs.filter(({ phase }) => phase === 'leaving');
    await this.#takeOut(unwanted.flatMap(({ id }) => arrived.get(id) ?? []));
    const done = unwanted.filter((job) => arrived.has(job.id) || isSure(job));
    const wanted = jobs.filter(({ phase }) => phase !== 'leaving').toSorted((a, b) => a.order - b.order);
    const taken = wanted.flatMap((job) => {
      const as = arrived.get(job.id);
      return as ? [{ job, as }] : [];
    });
    // Had it been lost since, it would be offered with the other lost ones, and not run twice unasked.
    const seen = wanted.filter(({ id }) => !arrived.has(id) && view.wasSeen(id));
    await shelf.remove([...done, ...seen, ...taken.map(({ job }) => job)].map(({ id }) => id));
    view.arrived(taken);
    await this.#sendAll(
      wanted.filter((job) => shelf.jobs.has(job.id) && (job.phase === 'out' || isSure(job))),
    );
  }

  /** Takes jobs out that were called off, and arrived all the same. */
  async #takeOut(arrived: readonly SentJob[]): Promise<void> {
    const { client, view } = this.#options;
    const ids = arrived.filter(({ at }) => at === 'pending').map(({ id }) => id);
    if (ids.length > 0) {
      await client.deletePending(ids);
      view.takenOut(ids);
    }
  }

  async #sendAll(due: readonly ShelfJob[]): Promise<void> {
    const { clientId, traffic, paused } = this.#options;
    const jobs = due.map((job) => ({ ...job, clientId }));
    const waits = ({ front }: ShelfJob): boolean => paused?.() === true && !front;
    await traffic.keepPaused(jobs.filter(waits));
    await traffic.sendBack(jobs.filter((job) => !waits(job))).catch((error: unknown) => {
      if (error instanceof ComfyError && error.kind !== 'unreachable') {
        // Nobody waits for this answer any more, so it has to be told apart.
        this.#refusal = error;
        return;
      }
      throw error;
    });
  }
}
