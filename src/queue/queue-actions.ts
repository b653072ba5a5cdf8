import { report, reporting } from '../base/report';
import { ComfyError } from '../comfy/errors';
import { describeError } from '../i18n/describe-error';
import { t } from '../i18n/index.svelte';
import type { JobStore } from '../jobs/job-store.svelte';
import { isPutOff } from '../jobs/put-off';
import type { JobGraph } from '../jobs/state/job';
import { fixedBy } from '../jobs/state/movable';
import { complain, say } from '../ui/toasts.svelte';
import { offerUndo } from '../ui/undoable';
import { drawAnew, runAgain, type SeedChoice } from '../workflows/run-again';
import { triedAgain } from './failed-jobs.svelte';
import { smaller } from './smaller';

/** The verbs of the queue, each telling how it went. */
export class QueueActions {
  readonly #jobs: JobStore;

  constructor(jobs: JobStore) {
    this.#jobs = jobs;
  }

  /** Interrupts a running job, with the way back: the same again, before all that waits. */
  async interrupt(id: string): Promise<void> {
    await this.#attempt(
      async () => {
        await this.#jobs.queue.cancel(id);
        // It stops when its node gets to it, which nobody here waits for.
        void this.#tellInterrupted(id).catch(reporting('queue.interrupted'));
      },
      () => this.interrupt(id),
    );
  }

  async #tellInterrupted(id: string): Promise<void> {
    const ended = await this.#jobs.ended(id);
    if (ended.state === 'cancelled') {
      const isOwn = fixedBy(ended, this.#jobs.sender.browser) === null;
      say(
        t(isOwn ? 'steering.interrupted' : 'steering.interruptedOther'),
        isOwn ? { label: t('steering.runNext'), run: () => void this.runNextAgain(id) } : undefined,
      );
    }
  }

  /** Queues a job again as it was, before all that waits; onto the shelf, as its first, while the queue is paused. */
  async runNextAgain(id: string): Promise<void> {
    await this.#attempt(
      async () => {
        const job = await this.#graph(id);
        const pause = await this.#jobs.pausing();
        if (pause.on) {
          await pause.keep(job, { first: true });
        } else {
          const again = await this.#jobs.submit(job, { front: true, again: true });
          this.#tellQueued([again], (count) => t('queue.restored', { count }));
        }
      },
      () => this.runNextAgain(id),
    );
  }

  /** Queues a job once more. */
  runAgain(id: string, seeds: SeedChoice): Promise<void> {
    this.#tried(id);
    return runAgain(this.#jobs, id, seeds);
  }

  /** Queues a job several times, each with seeds of its own. */
  runTimes(id: string, times: number): Promise<void> {
    const fresh = async (): Promise<JobGraph> => drawAnew(this.#jobs, await this.#graph(id));
    return this.#queueAll(Array.from({ length: times }, () => fresh));
  }

  /** Queues jobs again as they were. */
  retryAll(ids: readonly string[]): Promise<void> {
    return this.#queueAll(
      ids.map((id) => async () => {
        const job = await this.#graph(id);
        this.#tried(id);
        return job;
      }),
    );
  }

  /**
   * Queues several jobs, one after the other. Where that broke off, a second attempt goes on; of the job nobody can
   * tell about, the server is asked first.
   */
  async #queueAll(jobs: readonly (() => Promise<JobGraph>)[]): Promise<void> {
    const left = [...jobs];
    const queued: string[] = [];
    let unsure: JobGraph | null = null;
    const run = async (): Promise<void> => {
      for (let [make] = left; make; [make] = left) {
        const again = unsure === null;
        unsure ??= await make();
        queued.push(await this.#jobs.submit(unsure, { again }));
        unsure = null;
        left.shift();
      }
      this.#tellQueued(queued, (count) => t('steering.queuedTimes', { count }));
    };
    const attempt = (): Promise<void> => this.#attempt(run, attempt);
    await attempt();
  }

  /** Notes that somebody has seen to a job that failed. */
  #tried(id: string): void {
    if (this.#jobs.job(id)?.state === 'failed') {
      triedAgain.add(id);
    }
  }

  /** Queues a job with fewer pixels, or says that it has no size of its own. */
  async runSmaller(id: string): Promise<void> {
    await this.#attempt(
      async () => {
        const less = smaller(await this.#graph(id));
        if (!less) {
          say(t('steering.notSmaller'));
          return;
        }
        const again = await this.#jobs.submit(less, { again: true });
        this.#tried(id);
        this.#tellQueued([again], () => t('steering.queuedSmaller'));
      },
      () => this.runSmaller(id),
    );
  }

  /** Has the server unload its models, then queues a job again. */
  async freeAndRetry(id: string): Promise<void> {
    await this.#attempt(
      async () => {
        await this.#jobs.client.free({ models: true, memory: true });
        const again = await this.#jobs.runAgain(id, { again: true });
        this.#tried(id);
        this.#tellQueued([again], (count) => t('steering.queuedTimes', { count }));
      },
      () => this.freeAndRetry(id),
    );
  }

  /** Says how many jobs are queued; of those that are to be sent later is told already. */
  #tellQueued(ids: readonly string[], words: (count: number) => string): void {
    const count = ids.filter((id) => !isPutOff(this.#jobs, id)).length;
    if (count > 0) {
      say(words(count));
    }
  }

  async #graph(id: string): Promise<JobGraph> {
    const job = await this.#jobs.graph(id);
    if (!job) {
      throw new ComfyError('invalid', 'the graph of this job is not known any more');
    }
    return job;
  }

  /** Removes finished jobs from the lists at once and from the server when the undo has passed. */
  forget(ids: readonly string[]): void {
    if (ids.length === 0) {
      return;
    }
    offerUndo(this.#jobs.forget(ids), {
      done: t('queue.forgotten', { count: ids.length }),
      undo: t('common.undo'),
      retry: t('common.retry'),
      failed: describeError,
    });
  }

  async #attempt(action: () => Promise<void>, again: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      report(error, 'queue.action');
      complain(describeError(error), {
        label: t('common.retry'),
        run: () => void again().catch(reporting('queue.retry')),
      });
    }
  }
}
