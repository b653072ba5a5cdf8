import { reporting } from '../../base/report';
import type { ComfyClient } from '../../comfy/client';
import { ComfyError } from '../../comfy/errors';
import { whereAre } from './queue-look';
import type { ShelfJob } from './shelf-db';
import { isUnfinished } from './shelf-phases';
import type { ShelfTraffic } from './shelf-traffic';
import type { ShelfView } from './shelf-view';
import type { TabShelf } from './tab-shelf.svelte';
import { GRACE, type UnsentJobs } from './unsent-jobs.svelte';

/** How long a cancelled job is kept for an undo that never came, ms: its tab was closed. */
export const UNDO_KEPT = 10 * 60_000;

export interface ShelfRecoveryOptions {
  client: ComfyClient;
  shelf: TabShelf;
  view: Pick<ShelfView, 'released'>;
  traffic: Pick<ShelfTraffic, 'arriveOnShelf' | 'sendBack'>;
  unsent: Pick<UnsentJobs, 'finish'>;
  /** ms since the epoch. */
  now: () => number;
}

/** Finishes what was broken off: by a crash, a closed tab, or a server that did not answer. */
export class ShelfRecovery {
  readonly #options: ShelfRecoveryOptions;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(options: ShelfRecoveryOptions) {
    this.#options = options;
  }

  /** Whether something is between shelf and queue. */
  get isNeeded(): boolean {
    return [...this.#options.shelf.jobs.values()].some(isUnfinished);
  }

  /** Finishes what can be. Jobs nobody can tell about yet are looked at again later. */
  async run(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const { shelf } = this.#options;
    if (!this.isNeeded && ![...shelf.jobs.values()].some((job) => this.#isExpired(job))) {
      return;
    }
    try {
      await shelf.alone(() => this.#finish());
    } catch (error) {
      if (!(error instanceof ComfyError)) {
        throw error;
      }
    }
    if (this.isNeeded) {
      this.later();
    }
  }

  /** The same after a while. */
  later(): void {
    if (this.#isOver) {
      return;
    }
    this.#retry ??= setTimeout(() => void this.run().catch(reporting('steering.recover')), GRACE / 4);
  }

  /** For good: the page is closed. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#retry);
  }

  async #finish(): Promise<void> {
    const { client, shelf, view, traffic, unsent, now } = this.#options;
    const expired = [...shelf.jobs.values()].filter((job) => this.#isExpired(job));
    await shelf.remove(expired.map(({ id }) => id));
    await unsent.finish();
    const open = [...shelf.jobs.values()].filter((job) => isUnfinished(job) && job.kind !== 'sending');
    if (open.length === 0) {
      return;
    }
    const { at } = await whereAre(
      client,
      open.map(({ id }) => id),
    );
    const isSure = ({ since }: ShelfJob): boolean => now() - since > GRACE;
    // One that was to leave and is still there may yet leave, should the request be under way.
    const arrived = open.filter((job) => {
      const where = at.get(job.id);
      return where === 'pending' ? job.phase !== 'leaving' || isSure(job) : where !== 'gone';
    });
    const ids = arrived.map(({ id }) => id);
    await shelf.remove(ids);
    view.released(ids);
    const gone = open.filter(({ id }) => at.get(id) === 'gone');
    const out = gone.filter(({ phase, kind }) => phase === 'leaving' && kind !== 'moving');
    await traffic.arriveOnShelf(out);
    const left = new Set(out);
    await traffic.sendBack(
      gone.filter((job) => !left.has(job) && (job.phase !== 'returning' || isSure(job))),
    );
  }

  /** Whether the undo of a cancelled job never came. */
  #isExpired({ kind, phase, since }: ShelfJob): boolean {
    return kind === 'undo' && phase === 'out' && this.#options.now() - since > UNDO_KEPT;
  }
}
