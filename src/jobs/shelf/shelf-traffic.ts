import type { ComfyClient } from '../../comfy/client';
import { ComfyError } from '../../comfy/errors';
import type { Submitter } from '../server/submitter';
import { queuePlaces, whereAre } from './queue-look';
import type { ShelfJob } from './shelf-db';
import { isHeld, isKept } from './shelf-phases';
import type { ShelfView } from './shelf-view';
import type { TabShelf } from './tab-shelf.svelte';

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
  submitter: Pick<Submitter, 'send'>;
  shelf: TabShelf;
  view: ShelfView;
  /** ms since the epoch. */
  now: () => number;
  /** Looks at queue and history soon. */
  lookSoon: () => void;
  /** Something broke off, to be finished later. */
  brokeOff: () => void;
}

/**
 * The way between the server's queue and the shelf. Each job is written down before it leaves the one or the other,
 * and sent only when neither queue nor history has it; what broke off is finished later. Each step runs within
 * `TabShelf.alone`.
 */
export class ShelfTraffic {
  readonly #options: ShelfTrafficOptions;

  constructor(options: ShelfTrafficOptions) {
    this.#options = options;
  }

  /**
   * Takes jobs out of the server's queue, each written down before.
   * @throws ComfyError when the server does not answer: whether they left is not known then.
   */
  async leave(jobs: readonly ShelfJob[]): Promise<TakenOut> {
    const { client, shelf, view, now, brokeOff } = this.#options;
    const ids = jobs.map(({ id }) => id);
    if (ids.length === 0) {
      return { ids, started: [], putBack: () => Promise.resolve() };
    }
    const leaving = jobs.map((job) => ({ ...job, phase: 'leaving' as const, since: now() }));
    await shelf.put(leaving);
    view.steer(ids);
    try {
      await client.deletePending(ids);
      const { at } = await whereAre(client, ids);
      const out = leaving.filter(({ id }) => at.get(id) === 'gone');
      const stayed = ids.filter((id) => at.get(id) !== 'gone');
      await shelf.remove(stayed);
      view.released(stayed);
      await this.arriveOnShelf(out);
      return {
        ids: out.map(({ id }) => id),
        started: stayed,
        putBack: () => shelf.alone(() => this.#putBack(out)),
      };
    } catch (error) {
      brokeOff();
      throw error;
    }
  }

  /** The server does not have these jobs any more. */
  async arriveOnShelf(jobs: readonly ShelfJob[]): Promise<void> {
    const { shelf, view, now } = this.#options;
    await shelf.put(jobs.map((job) => ({ ...job, phase: 'out', since: now() })));
    view.out(jobs);
  }

  async #putBack(jobs: readonly ShelfJob[]): Promise<void> {
    // Another tab may have put back or dropped some of them.
    await this.sendBack(this.#options.shelf.pick(jobs.map(({ id }) => id)).filter(isKept));
  }

  /** Puts jobs onto the hold shelf that the server does not have. */
  async keep(jobs: readonly ShelfJob[]): Promise<void> {
    const { shelf, view } = this.#options;
    await shelf.put(jobs);
    view.held(jobs);
  }

  /** Jobs that would join the queue wait behind those on hold until it goes on. */
  keepPaused(jobs: readonly ShelfJob[]): Promise<void> {
    const held = [...this.#options.shelf.jobs.values()].filter(isHeld);
    const last = held.length === 0 ? 0 : Math.max(...held.map(({ order }) => order));
    return this.keep(
      jobs.map((job, index) => ({
        ...job,
        ...{ kind: 'held', phase: 'out', paused: true, order: last + 1 + index },
      })),
    );
  }

  /**
   * Sends jobs to the server that it does not have, one after the other. A job the server refuses goes onto the shelf;
   * one that nobody knows about stays to be finished later, as do those after it. Resolves with the ids of those sent
   * by their old ones.
   * @throws ComfyError the first refusal once all have been tried; or at once when the server does not answer.
   */
  async sendBack(jobs: readonly ShelfJob[]): Promise<ReadonlyMap<string, string>> {
    const { shelf, now, brokeOff } = this.#options;
    let refused: ComfyError | null = null;
    const returning = jobs.map((job) => ({ ...job, phase: 'returning' as const, since: now() }));
    // Those behind the first are not under way yet: their phase says so should this tab die.
    await shelf.put(jobs.map((job) => ({ ...job, phase: 'out' as const })));
    const sent = new Map<string, string>();
    for (const job of returning) {
      try {
        sent.set(job.id, await this.#send({ ...job, since: now() }));
      } catch (error) {
        if (!(error instanceof ComfyError) || error.kind === 'unreachable') {
          brokeOff();
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
    const { shelf, view, submitter } = this.#options;
    const { id, number, front, record, clientId, extra, outputNodes } = job;
    await shelf.put([job]);
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
      view.notSent(job);
      throw error;
    }
    await shelf.remove([id]);
    view.sent(id);
    return called;
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
}
