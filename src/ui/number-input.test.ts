import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constrain, evaluate } from './number-input';

describe('typed arithmetic', () => {
  it.each([
    ['512', 512],
    [' 1 + 2 * 3 ', 7],
    ['(1+2)*3', 9],
    ['-4', -4],
    ['2--1', 3],
    ['10/4', 2.5],
    ['.5*8', 4],
    ['1,5', 1.5],
    ['1024*1.5', 1536],
  ])('%s is %d', (text, value) => {
    expect(evaluate(text)).toBe(value);
  });

  it.each(['', 'abc', '1+', '(1', '1)', '1/0', '2 3', '1e5', 'alert(1)', '--'])('refuses %j', (text) => {
    expect(evaluate(text)).toBeNull();
  });

  it('reads back every number it is given', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e6, max: 1e6 }), (value) => {
        expect(evaluate(String(value))).toBe(value);
      }),
    );
  });
});

describe('a constrained value', () => {
  it('stays inside the limits and on the steps', () => {
    const limits = fc.record({
      min: fc.integer({ min: -100, max: 100 }),
      span: fc.integer({ min: 1, max: 1000 }),
      step: fc.constantFrom(0.01, 0.1, 0.5, 1, 8),
    });
    fc.assert(
      fc.property(limits, fc.double({ min: -1e4, max: 1e4, noNaN: true }), ({ min, span, step }, value) => {
        const max = min + span;
        const result = constrain(value, { min, max, step });
        expect(result).toBeGreaterThanOrEqual(min);
        expect(result).toBeLessThanOrEqual(max);
        const steps = (result - min) / step;
        expect(result === max || Math.abs(steps - Math.round(steps)) < 1e-6).toBe(true);
        expect(constrain(result, { min, max, step })).toBe(result);
      }),
    );
  });

  it('shows no floating dust', () => {
    expect(constrain(0.1 + 0.2, { min: 0, max: 1, step: 0.01 })).toBe(0.3);
    expect(constrain(7.3, { min: 0, max: 30, step: 0.1 })).toBe(7.3);
  });
});
