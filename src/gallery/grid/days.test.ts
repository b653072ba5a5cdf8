import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, daysOf, nameDay, startOfDay, UNKNOWN_DAY } from './days';

describe('days', () => {
  it('are the local ones, and follow each other by one', () => {
    const late = new Date(2026, 2, 29, 23, 59).getTime();
    const early = new Date(2026, 2, 30, 0, 1).getTime();
    expect(dayOf(early) - dayOf(late)).toBe(1);
    expect(dayOf(new Date(2027, 0, 1, 12).getTime()) - dayOf(new Date(2026, 11, 31, 12).getTime())).toBe(1);
  });

  it('begin at local midnight', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4e12 }), (ms) => {
        const day = dayOf(ms);
        const start = startOfDay(day);
        expect(start <= ms && ms < startOfDay(day + 1)).toBe(true);
        expect(new Date(start).getDate()).toBe(new Date(ms).getDate());
      }),
    );
  });

  it('are the same for many times as one by one', () => {
    const times = fc.array(fc.oneof(fc.integer({ min: 1.6e12, max: 1.61e12 }), fc.constantFrom(0, -5, NaN)));
    fc.assert(
      fc.property(times, (list) => {
        expect([...daysOf(list)]).toEqual(list.map(dayOf));
      }),
    );
  });

  it('count as unknown without a time', () => {
    expect([dayOf(0), dayOf(Infinity)]).toEqual([UNKNOWN_DAY, UNKNOWN_DAY]);
  });

  it('are named as people do', () => {
    const today = dayOf(new Date(2026, 0, 2, 9).getTime());
    expect(nameDay(today, today)).toEqual({ kind: 'today' });
    expect(nameDay(today - 1, today)).toEqual({ kind: 'yesterday' });
    expect(nameDay(today - 2, today)).toEqual({ kind: 'date', at: startOfDay(today - 2), year: true });
    expect(nameDay(today + 1, today)).toEqual({ kind: 'date', at: startOfDay(today + 1), year: false });
    expect(nameDay(UNKNOWN_DAY, today)).toEqual({ kind: 'unknown' });
  });
});
