import { describe, expect, it } from 'vitest';

import { changesOf } from './sidecar-changes';
import type { XmpSaid } from './xmp-text';

const said = (some: Partial<XmpSaid> = {}): XmpSaid => ({ rating: null, label: null, tags: [], ...some });

describe('what another program changed in a sidecar', () => {
  it.each([
    ['nothing', said({ rating: 3, label: 'favourite', tags: ['a'] }), {}, []],
    ['another rating', said({ rating: 3 }), { rating: 4 }, ['r=4', 'x=']],
    ['rejected', said({ rating: 3 }), { rating: -1 }, ['x=1']],
    ['no longer rejected', said({ rating: -1 }), { rating: null }, ['r=', 'x=']],
    ['a rating that was taken away', said({ rating: 3 }), { rating: null }, ['r=', 'x=']],
    ['no stars', said({ rating: 3 }), { rating: 0 }, ['r=', 'x=']],
    ['a favourite', said(), { label: 'favourite' as const }, ['f=1']],
    ['no favourite any more', said({ label: 'favourite' }), { label: null }, ['f=']],
    ['a colour in its place', said({ label: 'favourite' }), { label: 'other' as const }, []],
    ['a colour taken away', said({ label: 'other' }), { label: null }, []],
    ['tags', said({ tags: ['a', 'b'] }), { tags: ['b', 'c'] }, ['tc=1', 'ta=']],
  ])('is %s', (_what, before, change, changes) => {
    expect(
      changesOf(before, { ...before, ...change }).map(([field, value]) => `${field}=${value ?? ''}`),
    ).toEqual(changes);
  });

  it('is only what it says, where it is not known what it said before', () => {
    expect(changesOf(null, said())).toEqual([]);
    expect(changesOf(null, said({ rating: 2, label: 'favourite', tags: ['a'] }))).toEqual([
      ['r', 2],
      ['x', null],
      ['f', 1],
      ['ta', 1],
    ]);
  });
});
