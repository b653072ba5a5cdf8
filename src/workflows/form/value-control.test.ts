import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ExactInt } from '../../comfy/exact-json';
import { type InputSpec, parseNodeInfo } from '../../comfy/object-info';
import { EVERYTHING } from './fixtures';
import { fieldRules } from './number-rules';
import { nextValue, startingControl } from './value-control';

const MAX = 18446744073709551615n;
const INFO = parseNodeInfo('Counted', {
  input: {
    required: {
      seed: ['INT', { min: 0, max: MAX }],
      fixed: ['INT', { min: 0, max: 9, control_after_generate: 'fixed' }],
      rate: ['FLOAT', { min: 0.5, max: 1, step: 0.1 }],
      name: [['a', 'b', 'c'], { control_after_generate: true }],
      offset: ['INT', { min: -MAX, max: MAX }],
    },
  },
});

function spec(name: string, info = INFO): InputSpec {
  const found = info?.inputs.get(name);
  if (!found) {
    throw new Error(name);
  }
  return found;
}

type Numeric = Extract<InputSpec, { kind: 'int' | 'float' }>;
const numeric = (name: string): Numeric => spec(name) as Numeric;

describe('what becomes of a value after a run', () => {
  it('is said by the class, or by its name as a seed', () => {
    expect(startingControl('fixed', spec('fixed'), null)).toBe('fixed');
    expect(startingControl('name', spec('name'), null)).toBe('randomize');
    expect(startingControl('seed', spec('seed'), null)).toBe('randomize');
    expect(startingControl('mode.seed', spec('offset'), null)).toBe('randomize');
    expect(startingControl('value', spec('offset'), 'seed')).toBe('randomize');
    expect(startingControl('offset', spec('offset'), null)).toBeNull();
    expect(startingControl('text', spec('text', EVERYTHING), null)).toBeNull();
  });

  it('counts exactly, and stops at the limits', () => {
    expect(nextValue(spec('seed'), 2 ** 53 - 1, 'increment')).toBe(2n ** 53n);
    expect(nextValue(spec('seed'), 2n ** 53n, 'decrement')).toBe(2 ** 53 - 1);
    expect(nextValue(spec('seed'), MAX - 1n, 'increment')).toBe(MAX);
    expect(nextValue(spec('seed'), MAX, 'increment')).toBe(MAX);
    expect(nextValue(spec('seed'), 0, 'decrement')).toBe(0);
    expect(nextValue(spec('rate'), 0.7, 'increment')).toBe(0.8);
    expect(nextValue(spec('rate'), 1, 'increment')).toBe(1);
    expect(nextValue(spec('seed'), String(MAX - 1n), 'increment')).toBe(MAX);
  });

  it('goes through a list', () => {
    expect(nextValue(spec('name'), 'a', 'increment')).toBe('b');
    expect(nextValue(spec('name'), 'c', 'increment')).toBe('c');
    expect(nextValue(spec('name'), 'b', 'decrement')).toBe('a');
    expect(nextValue(spec('name'), 'a', 'randomize', () => 2)).toBe('c');
  });

  it('leaves alone what is kept, and what cannot be counted with', () => {
    expect(nextValue(spec('seed'), 5, 'fixed')).toBe(5);
    expect(nextValue(spec('seed'), 'five', 'increment')).toBe('five');
    expect(nextValue(spec('text', EVERYTHING), 'x', 'randomize')).toBe('x');
  });

  it('is drawn within the limits', () => {
    fc.assert(
      fc.property(fc.constantFrom('seed', 'fixed', 'rate', 'offset'), (name) => {
        const { min, max } = numeric(name);
        const drawn = nextValue(spec(name), 0, 'randomize') as ExactInt;
        expect(drawn >= (min ?? 0) && drawn <= (max ?? Infinity)).toBe(true);
      }),
    );
  });
});

describe('the number of an input', () => {
  it('is read to its last digit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: MAX }), (seed) => {
        const read = fieldRules(numeric('seed')).read(String(seed));
        expect(read !== null && BigInt(read)).toBe(seed);
      }),
    );
  });

  it('is counted exactly and held to the limits', () => {
    const rules = fieldRules(numeric('seed'));
    expect(rules.move(MAX, -10)).toBe(MAX - 10n);
    expect(rules.move(MAX - 5n, 10)).toBe(MAX);
    expect(rules.move(3, -10)).toBe(0);
    expect(rules.settle(MAX + 1n)).toBe(MAX);
    // Limits that no double can tell apart do not shift it.
    expect(fieldRules(numeric('offset')).move(5, 1)).toBe(6);
  });

  it('understands arithmetic, and rounds as the class asks', () => {
    expect(fieldRules(numeric('fixed')).read('3*2')).toBe(6);
    expect(fieldRules(numeric('fixed')).settle(3.6)).toBe(4);
    const rules = fieldRules(spec('cfg', EVERYTHING) as Numeric);
    expect(rules.settle(7.126)).toBe(7.13);
    expect(rules.move(8, 3)).toBe(8.3);
    expect(rules.read('much')).toBeNull();
  });
});
