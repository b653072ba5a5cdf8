import type { TrackedJob } from '../state/job-machine';

/** Whether a list tells something new of a job. What is being followed will tell more by itself. */
export function isUnlisted(job: TrackedJob | undefined): boolean {
  return job === undefined || (job.record.state === 'lost' && job.presence === 'listed' && !job.settled);
}

/** Whether the mirror has nothing of a job. A sketch is no gap, although its entry tells more. */
export function isGap(job: TrackedJob | undefined): boolean {
  return isNews(job) && !job?.record.sketch;
}

/** Whether the history tells something new of a job. */
export function isNews(job: TrackedJob | undefined): boolean {
  return !job?.settled && job?.presence !== 'forgotten';
}
