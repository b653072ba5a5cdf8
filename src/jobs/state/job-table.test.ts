import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newJob } from '../fixtures/records';
import type { JobRecord } from './job';
import { JobTable } from './job-table.svelte';

const SELECTS = { darkroom: { recipe: 'select', parent: null, mask: null } };

describe('the list of what ended', () => {
  it('leaves out selections, of which everybody is told all the same', () => {
    const table = new JobTable();
    const told: JobRecord[] = [];
    table.onChange(({ added }) => told.push(...added));
    table.apply('blur', { type: 'listed', record: newJob('blur', 'completed', { endedAt: 1 }) });
    table.apply('cat', { type: 'sent', record: newJob('cat', 'submitting', SELECTS) });
    expect(table.pending.map(({ id }) => id)).toEqual(['cat']);
    table.apply('cat', { type: 'ended', record: newJob('cat', 'completed', { ...SELECTS, endedAt: 2 }) });
    expect(table.finished(9).map(({ id }) => id)).toEqual(['blur']);
    expect(table.finishedCount).toBe(1);
    expect(table.record('cat')?.state).toBe('completed');
    expect(told.at(-1)?.id).toBe('cat');
  });

  it('loses a job that turns out to be one', () => {
    const table = new JobTable();
    table.apply('cat', { type: 'listed', record: newJob('cat', 'completed', { sketch: true }) });
    expect(table.finishedCount).toBe(1);
    table.apply('cat', { type: 'ended', record: newJob('cat', 'completed', SELECTS) });
    expect(table.finishedCount).toBe(0);
  });
});

describe('the lists of what is to be done', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  const states = ['submitting', 'pending', 'running', 'held', 'lost', 'completed'] as const;
  const step = fc.oneof(
    fc.record({
      id: fc.constantFrom(...ids),
      state: fc.constantFrom(...states),
      number: fc.option(fc.nat({ max: 4 })),
    }),
    fc.record({ id: fc.constantFrom(...ids), type: fc.constantFrom('hidden' as const, 'shown' as const) }),
    fc.record({ id: fc.constantFrom(...ids), drop: fc.constant(true) }),
  );

  function take(table: JobTable, change: typeof step extends fc.Arbitrary<infer Step> ? Step : never): void {
    if ('drop' in change) {
      table.drop(change.id);
    } else if ('type' in change) {
      table.apply(change.id, { type: change.type });
    } else {
      table.apply(change.id, {
        type: 'sent',
        record: newJob(change.id, change.state, { number: change.number }),
      });
    }
  }

  it('hold exactly the jobs of their states, in order, whatever happened', () => {
    fc.assert(
      fc.property(fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 15 }), (batches) => {
        const table = new JobTable();
        for (const batch of batches) {
          table.batch(() => batch.forEach((change) => take(table, change)));
          const all = [...table.all()]
            .filter(({ presence }) => presence === 'listed')
            .map(({ record }) => record);
          const of = (...wanted: string[]): JobRecord[] => all.filter(({ state }) => wanted.includes(state));
          const inOrder = of('pending', 'submitting').sort(
            (a, b) => (a.number ?? Infinity) - (b.number ?? Infinity) || (a.id < b.id ? -1 : 1),
          );
          expect(table.pending).toEqual(inOrder);
          expect(inOrder.map((job) => table.placeOf(job))).toEqual(inOrder.map((_, place) => place));
          expect(new Set(table.running)).toEqual(new Set(of('running')));
          expect(new Set(table.held)).toEqual(new Set(of('held')));
          expect(new Set(table.lost)).toEqual(new Set(of('lost')));
        }
      }),
      { numRuns: Number(process.env.MODEL_RUNS ?? 2000) },
    );
  });
});
