import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiGraph } from '../../comfy/graph';
import { errorOf, estimate, inARow, isCertain, quantile, remaining, type Run, total } from './estimate';
import { signatureOf } from './signature';

const time = fc.double({ min: 0, max: 600_000, noNaN: true });
const aRun: fc.Arbitrary<Run> = fc.record({ before: time, steps: time, after: time, cold: fc.boolean() });
const run = (before: number, steps: number, after: number, cold = false): Run => ({
  ...{ before, steps, after, cold },
});
const config = { numRuns: 300, seed: 20261129 };

describe('an estimate', () => {
  it('lies within what was seen, in order, and grows with the work', () => {
    fc.assert(
      fc.property(fc.array(aRun, { minLength: 1, maxLength: 30 }), fc.boolean(), (runs, cold) => {
        const span = estimate(runs, cold);
        expect(span).not.toBeNull();
        if (span) {
          expect(span.low).toBeLessThanOrEqual(span.likely);
          expect(span.likely).toBeLessThanOrEqual(span.high);
          const longer = runs.map((one) => ({ ...one, steps: one.steps + 1000 }));
          expect(estimate(longer, cold)?.likely).toBeCloseTo(span.likely + 1000, 3);
        }
      }),
      config,
    );
  });

  it('keeps the loading of a model apart', () => {
    const runs = [run(20_000, 10_000, 500, true), ...Array.from({ length: 6 }, () => run(200, 10_000, 500))];
    expect(estimate(runs, false)?.likely).toBe(10_700);
    expect(estimate(runs, true)?.likely).toBe(30_500);
  });

  it('is a range until there are enough runs that agree', () => {
    const alike = Array.from({ length: 8 }, () => run(200, 10_000, 500));
    const one = estimate(alike.slice(0, 1), false);
    const many = estimate(alike, false);
    expect(one && isCertain(one)).toBe(false);
    expect(many && isCertain(many)).toBe(true);
    expect(estimate([], false)).toBeNull();
  });
});

describe('what is left of a running job', () => {
  it('follows its own speed once it has one', () => {
    const runs = Array.from({ length: 5 }, () => run(200, 10_000, 500));
    const slow = remaining(runs, false, { elapsed: 15_200, steps: { done: 15, all: 30, each: 1000 } });
    expect(slow?.likely).toBe(15_500);
    expect(remaining([], false, { elapsed: 0, steps: { done: 2, all: 30, each: 1000 } })).toBeNull();
  });

  it('is never below nothing, and comes down to what follows the steps', () => {
    fc.assert(
      fc.property(fc.array(aRun, { maxLength: 9 }), time, fc.nat(40), time, (runs, elapsed, done, each) => {
        const left = remaining(runs, false, { elapsed, steps: { done, all: 40, each } });
        if (left) {
          expect(left.likely).toBeGreaterThanOrEqual(0);
          expect(left.low).toBeLessThanOrEqual(left.likely);
          expect(left.likely).toBeLessThanOrEqual(left.high);
        }
      }),
      config,
    );
  });

  it('is right within a tenth at half time, on runs whose steps vary', () => {
    // A generator of its own, so that the same runs come every time.
    let state = 7;
    const random = (): number => (state = (state * 16807) % 2147483647) / 2147483647;
    const errors: number[] = [];
    const runs: Run[] = [];
    for (let i = 0; i < 60; i++) {
      const steps = Array.from({ length: 30 }, () => 400 * (0.7 + 0.6 * random()));
      const made = run(
        300 + 100 * random(),
        steps.reduce((a, b) => a + b),
        800 + 200 * random(),
      );
      const done = 15;
      const sampled = steps.slice(0, done).reduce((a, b) => a + b);
      const elapsed = made.before + sampled;
      const left = remaining(runs, false, { elapsed, steps: { done, all: 30, each: sampled / done } });
      if (left && runs.length > 0) {
        errors.push(errorOf(elapsed + left.likely, total(made)));
      }
      runs.push(made);
    }
    expect(quantile(errors, 0.5)).toBeLessThan(0.1);
  });
});

it('doubts of jobs in a row partly cancel out', () => {
  const one = { low: 8, likely: 10, high: 14 };
  const four = inARow([one, one, one, one]);
  expect(four.likely).toBe(40);
  expect(four.low).toBe(36);
  expect(four.high).toBe(48);
});

describe('the signature of a graph', () => {
  const graph = (sampler: object, text = 'a cat'): ApiGraph => ({
    '1': { class_type: 'CLIPTextEncode', inputs: { text } },
    '2': { class_type: 'KSampler', inputs: { seed: 1, steps: 20, positive: ['1', 0], ...sampler } },
  });

  it('is the same for other seeds, texts and pictures', () => {
    expect(signatureOf(graph({ seed: 99n }, 'a dog'))).toBe(signatureOf(graph({})));
    expect(signatureOf(graph({ image: 'a.png' }))).toBe(signatureOf(graph({ image: 'b.png' })));
  });

  it.each([{ steps: 30 }, { width: 2048 }, { ckpt_name: 'other' }, { positive: ['1', 1] }])(
    'is another with %j',
    (change) => {
      expect(signatureOf(graph(change))).not.toBe(signatureOf(graph({})));
    },
  );
});
