import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newJob } from '../jobs/fixtures/records';
import type { JobRecord } from '../jobs/state/job';
import { keyOf, type PendingRow, placeOfRow, rowsOf } from './pending-rows';

/** Batches of so many jobs each, one after the other. */
function batchesOf(sizes: readonly number[]): PendingRow[] {
  let number = 0;
  return sizes.map((size) => {
    const jobs = Array.from({ length: size }, () => newJob(`job-${number}`, 'pending', { number: number++ }));
    return { id: jobs[0]?.id ?? '', jobs };
  });
}

const aQueue = fc.array(fc.record({ size: fc.integer({ min: 1, max: 5 }), open: fc.boolean() }), {
  minLength: 1,
  maxLength: 30,
});

describe('the place of a row', () => {
  it('is where it stands, whichever batches are open', () => {
    fc.assert(
      fc.property(aQueue, (queue) => {
        const batches = batchesOf(queue.map(({ size }) => size));
        const open = new Set(batches.flatMap(({ id }, at) => (queue[at]?.open ? [id] : [])));
        const rows = rowsOf(batches, open);
        const places = rows.map((row) => {
          const [job] = row.jobs;
          return job && placeOfRow(rows, keyOf(row), job, ({ number }) => number ?? NaN);
        });
        expect(places).toEqual(rows.map((_row, place) => place));
      }),
    );
  });

  it('is found without a look at every row', () => {
    const rows = batchesOf(Array.from({ length: 2000 }, () => 1));
    let looks = 0;
    const at = ({ number }: JobRecord): number => {
      looks += 1;
      return number ?? NaN;
    };
    const [job] = rows[1234]?.jobs ?? [];
    expect(job && placeOfRow(rows, 'job-1234', job, at)).toBe(1234);
    expect(looks).toBeLessThan(20);
  });

  it('is nowhere once its batch is closed, or its job is gone', () => {
    const [batch] = batchesOf([3]);
    const [, second] = batch?.jobs ?? [];
    const rows = batch ? [batch] : [];
    const at = ({ number }: JobRecord): number => number ?? NaN;
    expect(second && placeOfRow(rows, 'job-0/job-1', second, at)).toBe(-1);
    expect(placeOfRow(rows, 'gone', newJob('gone', 'pending', { number: 9 }), at)).toBe(-1);
  });
});
