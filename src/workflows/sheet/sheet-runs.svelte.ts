import { untrack } from 'svelte';
import type { JobStore } from '../../jobs/job-store.svelte';
import type { JobRecord } from '../../jobs/state/job';

/** What the runs of a sweep are found in. */
export type SweepJobs = Pick<
  JobStore,
  'finished' | 'running' | 'pending' | 'held' | 'lost' | 'left' | 'job' | 'onChange'
>;

/** The runs of one sweep that are known, wherever they are in their life, as they come and go. */
export class SheetRuns {
  readonly #id: string;
  readonly #jobs: SweepJobs;
  #ids = $state.raw<ReadonlySet<string>>(new Set());

  constructor(id: string, jobs: SweepJobs) {
    this.#id = id;
    this.#jobs = jobs;
  }

  /** Looks through all jobs once, and from then on at those that change, until the returned function is called. */
  follow(): () => void {
    return untrack(() => {
      const { running, pending, held, lost, left } = this.#jobs;
      this.#add([...this.#jobs.finished(), ...running, ...pending, ...held, ...lost, ...left]);
      return this.#jobs.onChange(({ added }) => untrack(() => this.#add(added)));
    });
  }

  /** In no order. Reactive for these jobs alone. */
  get records(): JobRecord[] {
    return [...this.#ids].flatMap((id) => this.#jobs.job(id) ?? []);
  }

  #add(jobs: readonly JobRecord[]): void {
    const fresh = jobs.filter(({ id, darkroom }) => darkroom?.sweep?.id === this.#id && !this.#ids.has(id));
    if (fresh.length > 0) {
      this.#ids = new Set([...this.#ids, ...fresh.map(({ id }) => id)]);
    }
  }
}
