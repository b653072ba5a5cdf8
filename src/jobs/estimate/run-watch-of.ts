import type { JobStore } from '../job-store.svelte';
import { EstimateBook } from './estimate-book';
import { RunWatch } from './run-watch.svelte';

const watches = new WeakMap<JobStore, RunWatch>();

/** What times the runs of a server: one for the page, whoever shows it. */
export function runWatchOf(jobs: JobStore): RunWatch {
  const known = watches.get(jobs);
  if (known) {
    return known;
  }
  const watch = new RunWatch({
    book: new EstimateBook(),
    graphOf: (id) => jobs.nodesAtHand(id),
  });
  watches.set(jobs, watch);
  return watch;
}
