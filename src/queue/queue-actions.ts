import { report, reporting } from '../base/report';
import { describeError } from '../i18n/describe-error';
import { t } from '../i18n/index.svelte';
import type { JobStore } from '../jobs/job-store.svelte';
import { complain } from '../ui/toasts.svelte';
import { offerUndo } from '../ui/undoable';
import { runAgain, type SeedChoice } from '../workflows/run-again';

/** The verbs of the queue, each telling how it went. */
export class QueueActions {
  readonly #jobs: JobStore;

  constructor(jobs: JobStore) {
    this.#jobs = jobs;
  }

  /** Takes a pending job out, or interrupts a running one. */
  async cancel(id: string): Promise<void> {
    await this.#attempt(
      () => this.#jobs.queue.cancel(id),
      () => this.cancel(id),
    );
  }

  /** Queues a finished job once more. */
  runAgain(id: string, seeds: SeedChoice): Promise<void> {
    return runAgain(this.#jobs, id, seeds);
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
