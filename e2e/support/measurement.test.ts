import { describe, expect, it } from 'vitest';

import { type Budget, formatTable, judge } from '../bench/measurement';

const BUDGETS: Record<string, Budget> = {
  'app.size.kB': { max: 120 },
  'editor.stroke.fps': { min: 60 },
};

describe('judge', () => {
  it('compares with the most or the least', () => {
    const size = (value: number): boolean | undefined =>
      judge('app', [{ name: 'app.size.kB', value, unit: 'kB' }], BUDGETS)[0]?.ok;
    expect([size(119.9), size(120), size(120.1)]).toEqual([true, true, false]);
    const [stroke] = judge('editor', [{ name: 'editor.stroke.fps', value: 59, unit: 'fps' }], BUDGETS);
    expect(stroke).toEqual({ name: 'editor.stroke.fps', value: 59, unit: 'fps', budget: 60, ok: false });
  });

  it('wants a budget for every measurement, and a measurement for every budget', () => {
    const size = { name: 'app.size.kB', value: 1, unit: 'kB' };
    expect(() => judge('app', [size, { name: 'app.new.ms', value: 1, unit: 'ms' }], BUDGETS)).toThrow(
      'app.new.ms',
    );
    expect(() => judge('app', [], BUDGETS)).toThrow('Not measured: app.size.kB.');
    expect(judge('app', [], BUDGETS, false)).toEqual([]);
  });
});

it('prints a table', () => {
  const results = [
    ...judge('app', [{ name: 'app.size.kB', value: 101.25, unit: 'kB' }], BUDGETS),
    ...judge('editor', [{ name: 'editor.stroke.fps', value: 59, unit: 'fps' }], BUDGETS),
  ];
  expect(formatTable(results, BUDGETS)).toBe(
    [
      'name               value  unit  budget',
      'app.size.kB        101.3  kB     ≤ 120  ok',
      'editor.stroke.fps     59  fps     ≥ 60  MISSED',
    ].join('\n'),
  );
});

it('sets the textbook beside it, and how many times less ours is', () => {
  const table = formatTable(
    [
      ...judge('app', [{ name: 'app.size.kB', value: 40, unit: 'kB', textbook: 500 }], BUDGETS),
      ...judge('editor', [{ name: 'editor.stroke.fps', value: 61, unit: 'fps' }], BUDGETS),
    ],
    BUDGETS,
  );
  expect(table).toBe(
    [
      'name               value  unit  budget      textbook  ratio',
      'app.size.kB           40  kB     ≤ 120  ok       500  12.5×',
      'editor.stroke.fps     61  fps     ≥ 60  ok',
    ].join('\n'),
  );
});
