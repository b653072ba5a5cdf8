import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiGraph } from '../../../comfy/graph';
import type { InputSpec } from '../../../comfy/object-info';
import { countRuns, expandSweep, MOST_RUNS, rangeValues, readValues, type SweepValues } from './sweep';

const base = { name: 'x', required: true, tooltip: null };
const INT: InputSpec = { ...base, kind: 'int', min: 0, max: 2n ** 64n - 1n, step: 1, default: 0 };
const CFG: InputSpec = { ...base, kind: 'float', min: 0, max: 100, step: 0.1, default: 8 };
const TEXT: InputSpec = { ...base, kind: 'string', multiline: true, default: '' };
const SAMPLER: InputSpec = { ...base, kind: 'combo', options: ['euler', 'dpm 2'], default: 'euler' };
const SWITCH: InputSpec = { ...base, kind: 'boolean', default: false };

function values(read: SweepValues): unknown {
  return read.ok ? read.values : read.fault;
}

describe('values of a sweep', () => {
  it.each([
    [INT, '1, 2 3;4', [1, 2, 3, 4]],
    [INT, '10..30 step 10', [10, 20, 30]],
    [INT, '3..1', [3, 2, 1]],
    [INT, '5, 1..3, 5', [5, 1, 2, 3]],
    [INT, '18446744073709551615', [18446744073709551615n]],
    [INT, '１', { kind: 'not-a-number', value: '１' }],
    [INT, '1.5', { kind: 'not-a-number', value: '1.5' }],
    [INT, '-1', { kind: 'out-of-range', value: '-1' }],
    [INT, '1..5 step 0', { kind: 'bad-step' }],
    [INT, '1..5 step x', { kind: 'bad-step' }],
    [INT, '1..5 step 0.5', { kind: 'bad-step' }],
    [INT, '1..1000', { kind: 'too-many', count: 1000 }],
    [INT, ' , ', { kind: 'no-values' }],
    [CFG, '0..1 step 0.1', [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]],
    [CFG, '1.5 – 3 / 0.5', [1.5, 2, 2.5, 3]],
    [CFG, '2到6步长2', [2, 4, 6]],
    [CFG, '.5, 1e1', [0.5, 10]],
    [CFG, '101', { kind: 'out-of-range', value: '101' }],
    [CFG, 'many', { kind: 'not-a-number', value: 'many' }],
    [TEXT, 'a cat, sitting\n\n a dog \na dog', ['a cat, sitting', 'a dog']],
    [SAMPLER, 'euler\ndpm 2', ['euler', 'dpm 2']],
    [SAMPLER, 'heun', { kind: 'not-a-choice', value: 'heun' }],
    [SWITCH, '', [false, true]],
  ] as const)('%#: %s', (spec, text, expected) => {
    expect(values(readValues(spec, text))).toEqual(expected);
  });

  it('of a range lie between its ends, a step apart, and never too many', () => {
    const number = fc.integer({ min: -5000, max: 5000 }).map((n) => n / 100);
    const step = fc.integer({ min: 1, max: 2000 }).map((n) => n / 100);
    fc.assert(
      fc.property(number, number, step, (from, to, by) => {
        const read = rangeValues(from, to, by, false);
        if (!read.ok) {
          expect(read.fault).toMatchObject({ kind: 'too-many' });
          return;
        }
        const list = read.values as number[];
        expect(list[0]).toBeCloseTo(from, 9);
        expect(list.length).toBeLessThanOrEqual(MOST_RUNS);
        for (const value of list) {
          expect(value).toBeGreaterThanOrEqual(Math.min(from, to) - 1e-9);
          expect(value).toBeLessThanOrEqual(Math.max(from, to) + 1e-9);
          expect(String(value).length).toBeLessThan(12);
        }
        expect(Math.abs(to - (list.at(-1) ?? 0))).toBeLessThan(by + 1e-9);
      }),
    );
  });
});

describe('the runs of a sweep', () => {
  const graph: ApiGraph = {
    '3': { class_type: 'KSampler', inputs: { seed: 7, cfg: 1, steps: 2, model: ['4', 0] } },
    '4': { class_type: 'Loader', inputs: {} },
  };
  const cfg = { node: '3', path: 'cfg', values: [1, 2, 3] };
  const steps = { node: '3', path: 'steps', values: [10, 20] };

  it('go along the columns, then down the rows, and change nothing else', () => {
    const cells = expandSweep(graph, [cfg, steps]);
    expect(cells.map(({ x, y, graph: g }) => [x, y, g['3']?.inputs['cfg'], g['3']?.inputs['steps']])).toEqual(
      [
        [0, 0, 1, 10],
        [1, 0, 2, 10],
        [2, 0, 3, 10],
        [0, 1, 1, 20],
        [1, 1, 2, 20],
        [2, 1, 3, 20],
      ],
    );
    expect(cells[4]?.graph['3']?.inputs).toMatchObject({ seed: 7, model: ['4', 0] });
    expect(graph['3']?.inputs).toMatchObject({ cfg: 1, steps: 2 });
  });

  it('are as many as is said beforehand', () => {
    for (const axes of [[], [cfg], [cfg, steps]]) {
      expect(expandSweep(graph, axes)).toHaveLength(countRuns(axes));
    }
  });
});
