import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type ExactJson, parseExact, stringifyExact } from '../../comfy/exact-json';
import {
  dropPreset,
  type FormLayout,
  hideGroup,
  isPinned,
  keepPreset,
  move,
  NO_LAYOUT,
  pin,
  readLayout,
  refKey,
  rename,
  showGroup,
  unpin,
  writeLayout,
} from './form-layout';

const ref = (node: string, path = 'seed') => ({ node, path, className: 'KSampler' });
const PINNED = ['1', '2', '3', '4'].reduce((layout, node) => pin(layout, ref(node)), NO_LAYOUT);
const order = ({ pinned }: FormLayout): string => pinned.map(({ node }) => node).join('');

describe('the layout of a form', () => {
  it('survives being kept, seeds of 64 bits included', () => {
    let layout = rename(PINNED, ref('2'), ' My seed ');
    layout = hideGroup(layout, '57:30');
    layout = keepPreset(layout, { name: 'Fast', values: [{ ...ref('1'), value: 2n ** 64n - 1n }] });
    const kept = parseExact(stringifyExact(writeLayout(layout)));
    expect(readLayout(kept)).toEqual(layout);
    expect(layout.pinned[1]?.label).toBe('My seed');
  });

  it('is no document when nothing is arranged', () => {
    expect(writeLayout(NO_LAYOUT)).toBeNull();
    expect(writeLayout(unpin(pin(NO_LAYOUT, ref('1')), ref('1')))).toBeNull();
    expect(readLayout(null)).toEqual(NO_LAYOUT);
  });

  it('reads anything, and keeps what it understands', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const layout = readLayout(json as ExactJson);
        expect(readLayout(writeLayout(layout))).toEqual(layout);
      }),
    );
    const read = readLayout({
      pinned: [ref('1'), 5, { node: 7 }, ref('1'), { ...ref('2'), label: 3 }],
      hidden: ['a', null, 'a'],
      presets: [{ name: '' }, { name: 'P', values: [{ ...ref('1'), value: null }, { node: '1' }] }],
    });
    expect(order(read)).toBe('12');
    expect(read.pinned[1]?.label).toBeNull();
    expect(read.hidden).toEqual(['a']);
    expect(read.presets).toEqual([{ name: 'P', values: [{ ...ref('1'), value: null }] }]);
  });

  it('pins an input once', () => {
    expect(pin(PINNED, ref('1'))).toBe(PINNED);
    expect(isPinned(PINNED, ref('1'))).toBe(true);
    expect(isPinned(PINNED, ref('1', 'steps'))).toBe(false);
    expect(order(unpin(PINNED, ref('2')))).toBe('134');
  });

  it('gives the usual name back for a blank one', () => {
    const named = rename(PINNED, ref('1'), 'x');
    expect(rename(named, ref('1'), '  ').pinned[0]?.label).toBeNull();
  });

  it('moves inputs, and stops at the ends', () => {
    expect(order(move(PINNED, ref('1'), 1))).toBe('2134');
    expect(order(move(PINNED, ref('4'), -2))).toBe('1423');
    expect(move(PINNED, ref('4'), 1)).toBe(PINNED);
    expect(move(PINNED, ref('9'), 1)).toBe(PINNED);
  });

  it('moves past what is kept aside, which stays where it was', () => {
    const shown = new Set([refKey(ref('1')), refKey(ref('3')), refKey(ref('4'))]);
    expect(order(move(PINNED, ref('1'), 1, shown))).toBe('3214');
    fc.assert(
      fc.property(
        fc.subarray(['1', '2', '3', '4']),
        fc.constantFrom('1', '2', '3', '4'),
        fc.integer(),
        (some, node, by) => {
          const keys = new Set(some.map((id) => refKey(ref(id))));
          const moved = move(PINNED, ref(node), by, keys);
          expect([...order(moved)].sort().join('')).toBe('1234');
          moved.pinned.forEach((one, i) => {
            if (!keys.has(refKey(one))) {
              expect(one).toBe(PINNED.pinned[i]);
            }
          });
        },
      ),
    );
  });

  it('hides and shows groups', () => {
    const hidden = hideGroup(NO_LAYOUT, '3');
    expect(hideGroup(hidden, '3')).toBe(hidden);
    expect(showGroup(hidden, '3')).toEqual(NO_LAYOUT);
  });

  it('keeps one preset of a name, in its place', () => {
    const one = { name: 'A', values: [] };
    const layout = keepPreset(keepPreset(NO_LAYOUT, one), { name: 'B', values: [] });
    const again = keepPreset(layout, { name: ' A ', values: [{ ...ref('1'), value: 1 }] });
    expect(again.presets.map(({ name, values }) => [name, values.length])).toEqual([
      ['A', 1],
      ['B', 0],
    ]);
    expect(keepPreset(layout, { name: ' ', values: [] })).toBe(layout);
    expect(dropPreset(layout, 'A').presets.map(({ name }) => name)).toEqual(['B']);
  });
});
