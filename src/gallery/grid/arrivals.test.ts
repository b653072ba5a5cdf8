import { describe, expect, it } from 'vitest';
import { Arrivals } from './arrivals';

describe('new results', () => {
  it('come in at once at the top', () => {
    const arrivals = new Arrivals();
    expect(arrivals.hold(['b', 'a'], true)).toBe(0);
    expect(arrivals.hold(['c', 'b', 'a'], true)).toBe(0);
  });

  it('are held back further down, until the top is reached', () => {
    const arrivals = new Arrivals();
    arrivals.hold(['b', 'a'], true);
    expect(arrivals.hold(['c', 'b', 'a'], false)).toBe(1);
    expect(arrivals.hold(['e', 'd', 'c', 'b', 'a'], false)).toBe(3);
    expect(arrivals.hold(['e', 'd', 'c', 'b', 'a'], true)).toBe(0);
    expect(arrivals.hold(['e', 'd', 'c', 'b', 'a'], false)).toBe(0);
  });

  it('are only those before everything known: older ones come in at their place', () => {
    const arrivals = new Arrivals();
    arrivals.hold(['c', 'a'], true);
    expect(arrivals.hold(['c', 'b', 'a', '9'], false)).toBe(0);
    expect(arrivals.hold(['d', 'c', 'b', 'a', '9'], false)).toBe(1);
  });

  it('do not hide removals', () => {
    const arrivals = new Arrivals();
    arrivals.hold(['c', 'b', 'a'], true);
    expect(arrivals.hold(['b', 'a'], false)).toBe(0);
    expect(arrivals.hold(['x', 'a'], false)).toBe(1);
  });

  it('show a whole new list', () => {
    const arrivals = new Arrivals();
    arrivals.hold(['b', 'a'], true);
    expect(arrivals.hold(['y', 'x'], false)).toBe(0);
    expect(arrivals.hold([], false)).toBe(0);
  });
});
