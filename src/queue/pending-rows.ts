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

/**
 * The place of a row that is called so, -1 where there is none: rows are in the order of their first jobs.
 * @param job its first job as it is known now.
 * @param at the place of a job among all that wait.
 */
export function placeOfRow(
  rows: readonly PendingRow[],
  key: string,
  job: JobRecord,
  at: (job: JobRecord) => number,
): number {
  const place = at(job);
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const first = rows[middle]?.jobs[0];
    if (first && at(first) < place) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  // An open batch stands before its first job.
  return [low, low + 1].find((one) => rows[one] && keyOf(rows[one]) === key) ?? -1;
}
