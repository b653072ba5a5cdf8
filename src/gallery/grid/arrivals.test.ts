import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import type { Splice } from '../../jobs/library/output-index';
import { Arrivals } from './arrivals';

const item = (key: string): GalleryItem => ({ key }) as GalleryItem;

/** A list and the grid that follows it. */
class Followed {
  readonly arrivals = new Arrivals();
  list: string[] = [];
  grid: string[] = [];
  atTop = true;

  constructor(...keys: string[]) {
    this.splice([0, 0, ...keys]);
  }

  /** Each change: where, how many go, and what comes. */
  splice(...changes: [at: number, removed: number, ...added: string[]][]): void {
    const splices = changes.map(([at, count, ...added]): Splice => ({
      at,
      removed: this.list.splice(at, count, ...added).map(item),
      added: added.map(item),
    }));
    for (const { at, removed, added } of this.arrivals.follow(splices, this.atTop, this.grid.length)) {
      this.grid.splice(at, removed, ...added.map(({ key }) => key));
    }
  }
}

describe('new results', () => {
  it('come in at once at the top', () => {
    const followed = new Followed('b', 'a');
    followed.splice([0, 0, 'c']);
    expect(followed.grid).toEqual(['c', 'b', 'a']);
  });

  it('are held back further down, until they are let in', () => {
    const followed = new Followed('b', 'a');
    followed.atTop = false;
    followed.splice([0, 0, 'c']);
    followed.splice([0, 0, 'e', 'd']);
    expect([followed.grid, followed.arrivals.held]).toEqual([['b', 'a'], 3]);
    expect(followed.arrivals.reset()).toBe(3);
    expect(followed.arrivals.held).toBe(0);
  });

  it('are only those before everything known: older ones come in at their place', () => {
    const followed = new Followed('c', 'a');
    followed.atTop = false;
    followed.splice([1, 0, 'b'], [3, 0, '9']);
    expect(followed.grid).toEqual(['c', 'b', 'a', '9']);
    followed.splice([0, 0, 'd']);
    followed.splice([5, 0, '8']);
    expect([followed.grid, followed.arrivals.held]).toEqual([['c', 'b', 'a', '9', '8'], 1]);
  });

  it('do not hide removals, neither of what is shown nor of what is held back', () => {
    const followed = new Followed('c', 'b', 'a');
    followed.atTop = false;
    followed.splice([0, 1]);
    expect(followed.grid).toEqual(['b', 'a']);
    followed.splice([0, 0, 'y', 'x']);
    followed.splice([1, 2]);
    expect([followed.grid, followed.arrivals.held]).toEqual([['a'], 1]);
  });

  it('stay held back when one above them is removed', () => {
    const followed = new Followed('b', 'a');
    followed.atTop = false;
    followed.splice([0, 0, 'z', 'y', 'x']);
    followed.splice([0, 1]);
    expect([followed.grid, followed.arrivals.held]).toEqual([['b', 'a'], 2]);
  });

  it('are not what is shown already and only changes its words or its place', () => {
    const followed = new Followed('c', 'b', 'a');
    followed.atTop = false;
    followed.splice([1, 1, 'b']);
    followed.splice([1, 1], [0, 0, 'b']);
    expect([followed.grid, followed.arrivals.held]).toEqual([['b', 'c', 'a'], 0]);
  });

  it('show a whole new list', () => {
    const followed = new Followed('b', 'a');
    followed.atTop = false;
    followed.splice([0, 2], [0, 0, 'y', 'x']);
    expect(followed.grid).toEqual(['y', 'x']);
  });

  it('are the head of the list, and the grid the rest, whatever happens', () => {
    const change = fc.record({
      at: fc.nat(12),
      removed: fc.nat(3),
      added: fc.nat(3),
      atTop: fc.boolean(),
      again: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const followed = new Followed('b', 'a');
        let next = 0;
        for (const { at, removed, added, atTop, again } of changes) {
          if (atTop) {
            followed.grid.unshift(...followed.list.slice(0, followed.arrivals.reset()));
          }
          followed.atTop = atTop;
          const place = Math.min(at, followed.list.length);
          const gone = followed.list.slice(place, place + removed);
          const come = again ? gone : Array.from({ length: added }, () => `n${next++}`);
          followed.splice([place, gone.length], [again ? 0 : place, 0, ...come]);
          expect(followed.grid).toEqual(followed.list.slice(followed.arrivals.held));
        }
      }),
    );
  });
});
