import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canName, MOST_NAMED, type Place, readPlace, withPlace } from './place-address';

const NOWHERE: Place = { at: null, selected: null, mode: null };
const key = fc.tuple(fc.uuid(), fc.nat(99)).map(([job, output]) => `${job}/${output}`);

describe('the place in an address', () => {
  it('can be read', () => {
    const place: Place = { at: 'ab-1/0', selected: { keys: ['ab-1/0', 'cd-2/13'] }, mode: 'list' };
    expect(withPlace('q=red+fox', place)).toBe('q=red+fox&as=list&at=ab-1.0&sel=ab-1.0_cd-2.13');
  });

  it('comes back as it was written, and leaves the search alone', () => {
    const places = fc.record<Place>({
      at: fc.option(key),
      selected: fc.option(
        fc.oneof(
          fc.array(key, { minLength: 1, maxLength: MOST_NAMED }).map((keys) => ({ keys })),
          fc.stringMatching(/^[\da-z]{6}$/).map((stored) => ({ stored })),
        ),
      ),
      mode: fc.constantFrom<Place['mode'][]>('uniform', 'list', null),
    });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), places, (q, place) => {
        const query = withPlace(new URLSearchParams({ q, at: 'old.1', sel: '~old' }).toString(), place);
        expect(readPlace(query)).toEqual(place);
        expect(new URLSearchParams(query).get('q')).toBe(q);
      }),
    );
  });

  it('goes from an address when there is nothing to say', () => {
    expect(withPlace('at=a.1&sel=a.1&as=list&sort=oldest', NOWHERE)).toBe('sort=oldest');
  });

  it.each(['at=nowhere', 'at=../../x.1', 'sel=', 'sel=__', 'sel=<script>.1', 'as=cube'])(
    'is none in %s',
    (query) => expect(readPlace(query)).toEqual(NOWHERE),
  );

  it('names few pictures, and none with an id that would have to be escaped', () => {
    const keys = Array.from({ length: MOST_NAMED + 1 }, (_, at) => `a/${at}`);
    expect(canName(keys.slice(1))).toBe(true);
    expect(canName(keys)).toBe(false);
    expect(canName(['job with spaces/0'])).toBe(false);
  });
});
