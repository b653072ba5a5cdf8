import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Contacts, distance, hasStrayed, pinchStep } from './contacts';

describe('Contacts', () => {
  it('know where each pointer is, was and came down', () => {
    const contacts = new Contacts();
    const finger = contacts.down(1, { x: 10, y: 20 });
    contacts.down(2, { x: 100, y: 20 });
    expect(contacts.move(1, { x: 13, y: 24 })).toEqual({ x: 10, y: 20 });
    expect(contacts.move(1, { x: 16, y: 28 })).toEqual({ x: 13, y: 24 });
    expect(contacts.get(1)).toEqual({ id: 1, x: 16, y: 28, start: { x: 10, y: 20 }, ignored: false });
    expect([hasStrayed(finger, 10), hasStrayed(finger, 10.1)]).toEqual([true, false]);
    expect([contacts.other(1)?.id, contacts.other(2)?.id, contacts.size]).toEqual([2, 1, 2]);
  });

  it('know nothing of a pointer that is up', () => {
    const contacts = new Contacts();
    contacts.down(1, { x: 10, y: 20 });
    expect(contacts.up(1)).toMatchObject({ x: 10, y: 20 });
    expect([contacts.up(1), contacts.move(1, { x: 0, y: 0 }), contacts.get(1), contacts.other(2)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    contacts.down(3, { x: 0, y: 0 });
    contacts.clear();
    expect([...contacts]).toEqual([]);
  });
});

describe('pinchStep', () => {
  const at = fc.record({ x: fc.integer({ min: 0, max: 500 }), y: fc.integer({ min: 0, max: 500 }) });

  it('keeps what lies under both fingers under them, but for their turning', () => {
    fc.assert(
      fc.property(at, at, at, (other, before, after) => {
        const { centre, dx, dy, factor } = pinchStep(other, before, after);
        fc.pre(distance(other, before) > 1 && distance(other, after) > 1);
        // The middle of the picture's part between the fingers, moved with them.
        const middle = { x: (other.x + before.x) / 2 + dx, y: (other.y + before.y) / 2 + dy };
        expect(distance(middle, centre)).toBeLessThan(1e-9);
        expect(factor * distance(other, before)).toBeCloseTo(distance(other, after), 6);
      }),
    );
  });

  it('does not zoom by fingers on one point', () => {
    expect(pinchStep({ x: 5, y: 5 }, { x: 5, y: 5 }, { x: 50, y: 5 }).factor).toBe(1);
    expect(pinchStep({ x: 5, y: 5 }, { x: 50, y: 5 }, { x: 5, y: 5 }).factor).toBe(1);
  });
});
