import { beforeEach, describe, expect, it, vi } from 'vitest';
import { InSight } from './in-sight.svelte';

type Tell = (entries: { isIntersecting: boolean }[]) => void;

/** What watches each tile, by tile. */
const watching = new Map<unknown, Tell>();
let roots: unknown[];

beforeEach(() => {
  watching.clear();
  roots = [];
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      readonly #tell: Tell;
      #tile: unknown;

      constructor(tell: Tell, { root }: { root: unknown }) {
        this.#tell = tell;
        roots.push(root);
      }

      observe(tile: unknown): void {
        this.#tile = tile;
        watching.set(tile, this.#tell);
      }

      disconnect(): void {
        watching.delete(this.#tile);
      }
    },
  );
});

describe('visible tiles', () => {
  it('are those the strip shows, while they exist', () => {
    const sight = new InSight();
    const strip = {};
    const [one, two] = [{ parentElement: strip }, { parentElement: strip }] as HTMLElement[];
    const leave = sight.watch('one')(one as HTMLElement);
    sight.watch('two')(two as HTMLElement);
    expect(roots).toEqual([strip, strip]);
    expect([sight.has('one'), sight.has('two')]).toEqual([false, false]);
    watching.get(one)?.([{ isIntersecting: true }]);
    watching.get(two)?.([{ isIntersecting: true }, { isIntersecting: false }]);
    expect([sight.has('one'), sight.has('two')]).toEqual([true, false]);
    leave?.();
    expect([sight.has('one'), watching.has(one), watching.has(two)]).toEqual([false, false, true]);
  });
});
