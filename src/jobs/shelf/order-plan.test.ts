import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type OrderPlan, planInsertion, planMove, type PlannedJob } from './order-plan';

/** The order the server would run them in. */
function run(jobs: readonly { id: string; number: number }[]): string[] {
  return jobs.toSorted((a, b) => a.number - b.number || (a.id < b.id ? -1 : 1)).map(({ id }) => id);
}

function after(queue: readonly PlannedJob[], { moves }: OrderPlan): { id: string; number: number }[] {
  const changed = new Map(moves.map(({ id, number }) => [id, number]));
  const added = moves.filter(({ id }) => !queue.some((job) => job.id === id));
  return [...queue.map(({ id, number }) => ({ id, number: changed.get(id) ?? number })), ...added];
}

const job = (id: string, number: number, movable = true): PlannedJob => ({ id, number, movable });

describe('a move', () => {
  it('gives the moved job a number between its new neighbours and leaves the others alone', () => {
    const queue = [job('a', 1), job('b', 2), job('c', 3)];
    expect(planMove(queue, new Set(['c']), 'b')).toEqual({
      moves: [{ id: 'c', number: 1.5 }],
      order: ['a', 'c', 'b'],
    });
  });

  it('needs nothing when the job is there already', () => {
    const queue = [job('a', 1), job('b', 2)];
    expect(planMove(queue, new Set(['a']), 'b').moves).toEqual([]);
    expect(planMove(queue, new Set(['a']), 'a').moves).toEqual([]);
  });

  it('to the end stays before what is queued next', () => {
    const queue = [job('a', 4), job('b', 5)];
    const [move] = planMove(queue, new Set(['a']), null).moves;
    expect(move?.number).toBeGreaterThan(5);
    expect(move?.number).toBeLessThan(6);
  });

  it('renumbers a movable neighbour when the numbers have run out', () => {
    const queue = [job('a', 1, false), job('b', 1 + Number.EPSILON), job('c', 9)];
    const plan = planMove(queue, new Set(['c']), 'b');
    expect(plan.order).toEqual(['a', 'c', 'b']);
    expect(run(after(queue, plan))).toEqual(plan.order);
  });

  it('passes jobs of others that leave nothing between them', () => {
    const queue = [job('a', 1, false), job('b', 1, false), job('c', 9)];
    const plan = planMove(queue, new Set(['c']), 'b');
    expect(plan.order).toEqual(['a', 'b', 'c']);
    expect(run(after(queue, plan))).toEqual(plan.order);
  });
});

const aQueue = fc
  .array(
    fc.record({
      number: fc.oneof(
        fc.integer({ min: -3, max: 6 }),
        fc.double({ min: -3, max: 6, noNaN: true }),
        fc.constantFrom(1, 1 + Number.EPSILON, 1 + 2 * Number.EPSILON),
      ),
      movable: fc.boolean(),
    }),
    { maxLength: 12 },
  )
  .map((jobs) => {
    const named = jobs.map(({ number, movable }, index) =>
      job(String.fromCharCode(97 + index), number, movable),
    );
    const order = run(named);
    return named.toSorted((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  });

describe('any plan', () => {
  it('makes the server run the order it tells, and touches nobody else’s job', () => {
    fc.assert(
      fc.property(
        aQueue,
        fc.array(fc.nat(11)),
        fc.nat(12),
        fc.array(fc.constantFrom('x', 'y', 'z')).map((ids) => [...new Set(ids)]),
        (queue, picks, to, added) => {
          const ids = new Set(picks.flatMap((at) => queue[at]?.id ?? []));
          const before = queue[to]?.id ?? null;
          for (const plan of [planMove(queue, ids, before), planInsertion(queue, added, before)]) {
            const then = after(queue, plan);
            expect(run(then)).toEqual(plan.order);
            expect(then.every(({ number }) => Number.isFinite(number))).toBe(true);
            const touched = new Set(plan.moves.map(({ id }) => id));
            expect(queue.some(({ id, movable }) => !movable && touched.has(id))).toBe(false);
            // Whoever keeps their number keeps the order among themselves.
            const still = (order: readonly string[]): string[] => order.filter((id) => !touched.has(id));
            expect(still(plan.order)).toEqual(still(queue.map(({ id }) => id)));
          }
        },
      ),
      { numRuns: 400, seed: 20261129 },
    );
  });
});
