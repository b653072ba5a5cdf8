import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ExactJson, parseExact, stringifyExact } from '../comfy/exact-json';
import {
  type Entry,
  mergeMaps,
  readMap,
  sameMaps,
  type StampedMap,
  withChanges,
  writeMap,
} from './stamped-map';

const keys = fc.constantFrom('recipe', 'rating/a', 'tag/a/hand', '__proto__', '图');
const values: fc.Arbitrary<ExactJson> = fc.oneof<fc.Arbitrary<ExactJson>[]>(
  fc.constant(2n ** 64n - 1n),
  fc.boolean(),
  fc.integer(),
  fc.string(),
  fc.constant({ a: 1, b: [null, 'x'] }),
);
/** Few clocks, devices and values, so that every kind of tie comes up. */
const entries: fc.Arbitrary<Entry> = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom('one', 'two'), fc.option(values, { nil: undefined }))
  .map(([at, by, value]) => (value === undefined ? { at, by } : { at, by, value }));
const maps: fc.Arbitrary<StampedMap> = fc.array(fc.tuple(keys, entries)).map((list) => new Map(list));

describe('merging two copies of a document', () => {
  it('does not depend on who merges', () => {
    fc.assert(
      fc.property(maps, maps, (a, b) => {
        expect(mergeMaps(a, b)).toEqual(mergeMaps(b, a));
      }),
    );
  });

  it('does not depend on the order of three', () => {
    fc.assert(
      fc.property(maps, maps, maps, (a, b, c) => {
        expect(mergeMaps(mergeMaps(a, b), c)).toEqual(mergeMaps(a, mergeMaps(b, c)));
      }),
    );
  });

  it('changes nothing when repeated', () => {
    fc.assert(
      fc.property(maps, maps, (a, b) => {
        const merged = mergeMaps(a, b);
        expect(mergeMaps(a, a)).toEqual(a);
        expect(mergeMaps(merged, b)).toEqual(merged);
        expect(sameMaps(mergeMaps(merged, b), merged)).toBe(true);
      }),
    );
  });

  it('loses no key, and keeps of each one of the two changes, the later', () => {
    fc.assert(
      fc.property(maps, maps, (a, b) => {
        const merged = mergeMaps(a, b);
        expect(new Set(merged.keys())).toEqual(new Set([...a.keys(), ...b.keys()]));
        for (const [key, entry] of merged) {
          const both = [a.get(key), b.get(key)].filter((one) => one !== undefined);
          expect(both).toContainEqual(entry);
          expect(entry.at).toBe(Math.max(...both.map(({ at }) => at)));
        }
      }),
    );
  });

  it('lets a change win over everything its writer had seen, whatever the clocks say', () => {
    fc.assert(
      fc.property(
        maps,
        keys,
        fc.option(values, { nil: undefined }),
        fc.integer({ min: -9, max: 9 }),
        (seen, key, value, now) => {
          const changed = withChanges(seen, { [key]: value }, { by: 'me', now });
          const merged = mergeMaps(seen, changed);
          expect(merged.get(key)).toEqual(changed.get(key));
          expect(merged.get(key)?.value).toEqual(value);
        },
      ),
    );
  });

  it('does not bring a deleted key back', () => {
    const before = withChanges(new Map(), { a: 1 }, { by: 'one', now: 5 });
    const deleted = withChanges(before, { a: undefined }, { by: 'two', now: 1 });
    expect(mergeMaps(before, deleted).get('a')).toEqual({ at: 6, by: 'two' });
  });
});

describe('a document as JSON', () => {
  it('comes back as it was, seeds exactly', () => {
    fc.assert(
      fc.property(maps, (map) => {
        const back = readMap(parseExact(stringifyExact(writeMap(map))));
        expect(back && sameMaps(back, map)).toBe(true);
      }),
    );
  });

  it('leaves out what does not hold, and keeps the rest', () => {
    const map = readMap({
      good: [1, 'me', 2],
      tombstone: [1, 'me'],
      past: [-1, 'me', 2],
      half: [0.5, 'me', 2],
      future: [1e300, 'me', 2],
      nameless: [1, 2, 3],
      short: [1],
      long: [1, 'me', 2, 3],
      other: 'text',
      none: null,
    });
    expect([...(map ?? [])].map(([key]) => key)).toEqual(['good', 'tombstone']);
    expect([null, 1, 'x', []].map((json) => readMap(json))).toEqual([null, null, null, null]);
  });
});
