import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newJob } from '../fixtures/records';
import type { JobRecord } from '../state/job';
import { inARow, type Span } from './estimate';
import { WaitingTime } from './waiting-time';

/** The kind of a job is in its id, and whether it follows one of another kind. */
const kindOf = ({ id }: JobRecord, before: JobRecord | undefined): string | null => {
  const [kind = ''] = id.split('-');
  return kind === 'unknown' ? null : `${before && before.id.startsWith(kind) ? '' : '+'}${kind}`;
};
const spans: Record<string, Span> = {
  a: { low: 800, likely: 1000, high: 1500 },
  '+a': { low: 1800, likely: 3000, high: 3500 },
  b: { low: 10, likely: 20, high: 90 },
  '+b': { low: 100, likely: 200, high: 900 },
};
const spanOf = (kind: string): Span | null => spans[kind] ?? null;

function plainly(jobs: readonly JobRecord[], running: JobRecord | undefined): Span | null {
  const each = jobs.map((job, index) => {
    const kind = kindOf(job, jobs[index - 1] ?? running);
    return kind === null ? null : spanOf(kind);
  });
  return each.every((span) => span !== null) ? inARow(each) : null;
}

const pool = ['a', 'b', 'a', 'a', 'b', 'unknown'].flatMap((kind, at) => [
  newJob(`${kind}-${at}`, 'pending'),
  newJob(`${kind}-${at + 6}`, 'pending'),
]);
const step = fc.record({
  jobs: fc.shuffledSubarray(pool),
  running: fc.option(fc.constantFrom(...pool), { nil: undefined }),
});

it('is what all of them take one after the other, however the queue came to be', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const time = new WaitingTime({ kindOf, spanOf });
      for (const { jobs, running } of steps) {
        const [now, all] = [time.of(jobs, running), plainly(jobs, running)];
        if (all === null) {
          expect(now).toBeNull();
        } else {
          expect(now?.likely).toBeCloseTo(all.likely);
          expect(now?.low).toBeCloseTo(all.low);
          expect(now?.high).toBeCloseTo(all.high);
        }
      }
    }),
    { numRuns: 500 },
  );
});

it('looks only at the jobs beside a change', () => {
  const jobs = Array.from({ length: 2000 }, (_, at) => newJob(`a-${at}`, 'pending'));
  let asked = 0;
  const time = new WaitingTime({
    kindOf: (job, before) => {
      asked += 1;
      return kindOf(job, before);
    },
    spanOf,
  });
  time.of(jobs, undefined);
  asked = 0;
  expect(time.of(jobs.toSpliced(500, 1), undefined)?.likely).toBe(3000 + 1998 * 1000);
  expect(asked).toBeLessThan(5);
});
