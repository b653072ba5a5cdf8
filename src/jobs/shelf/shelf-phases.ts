import type { ShelfJob } from './shelf-db';

type Where = Pick<ShelfJob, 'kind' | 'phase'>;

/** Whether a job is between shelf and queue. */
export function isUnfinished({ kind, phase }: Where): boolean {
  return phase !== 'out' || kind === 'moving' || kind === 'sending';
}

/** Whether a new job is still to be sent. */
export function isUnsent({ kind, phase }: Where): boolean {
  return kind === 'sending' && phase !== 'leaving';
}

/** Whether a job is on the hold shelf. */
export function isHeld({ kind, phase }: Where): boolean {
  return kind === 'held' && phase !== 'leaving';
}

/** Whether a job is certainly not in the queue. One whose request broke off may be, and `ShelfRecovery` finds out. */
export function isKept({ phase }: Where): boolean {
  return phase === 'out';
}
