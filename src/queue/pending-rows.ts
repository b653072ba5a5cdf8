import type { JobRecord } from '../jobs/state/job';
import type { Batch } from './batches';

/** A row of the waiting jobs: a batch, or below one that is open, one of its jobs. */
export interface PendingRow extends Batch {
  /** The open batch it belongs to. */
  of?: Batch;
}

/** What tells a row from all others: an open batch and its first job have the same id. */
export function keyOf({ id, of }: PendingRow): string {
  return of ? `${of.id}/${id}` : id;
}

/** Made once for each batch, so that nothing is drawn anew that did not change. */
const members = new WeakMap<Batch, readonly PendingRow[]>();

function membersOf(batch: Batch): readonly PendingRow[] {
  const known = members.get(batch);
  if (known) {
    return known;
  }
  const rows = batch.jobs.map((job: JobRecord) => ({ id: job.id, jobs: [job], of: batch }));
  members.set(batch, rows);
  return rows;
}

/** Batches, each that is open followed by its jobs. */
export function rowsOf(batches: readonly Batch[], open: ReadonlySet<string>): readonly PendingRow[] {
  return open.size === 0
    ? batches
    : batches.flatMap((batch) =>
        batch.jobs.length > 1 && open.has(batch.id) ? [batch, ...membersOf(batch)] : [batch],
      );
}
