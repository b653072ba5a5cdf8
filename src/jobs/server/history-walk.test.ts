import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HistoryItem } from '../../comfy/client';
import {
  countEntries,
  fittingLength,
  type HistorySource,
  MOST_ENTRIES,
  walkOlder,
  type WalkOptions,
} from './history-walk';

function item(n: number): HistoryItem {
  const id = `h${n}`;
  return {
    id,
    prompt: { number: n, id, graph: {}, extraData: {}, outputNodes: [] },
    outputs: {},
    status: null,
    meta: null,
  };
}

/**
 * A history of `size` entries, `h0` the oldest, that notes which pages were asked for.
 * @param hasOffsets whether it heeds offsets; servers of the seed era do not.
 */
function history(size: number, hasOffsets: boolean): HistorySource<HistoryItem[]> & { asked: string[] } {
  const all = Array.from({ length: size }, (_, n) => item(n));
  const asked: string[] = [];
  return {
    asked,
    newest: (count) => {
      asked.push(`newest ${count}`);
      return Promise.resolve(all.slice(Math.max(0, size - count)).reverse());
    },
    slice: (offset, count) => {
      if (count > 1) {
        asked.push(`${offset}+${count}`);
      }
      const from = hasOffsets ? offset : Math.max(0, size - count);
      return Promise.resolve(all.slice(from, from + count).reverse());
    },
  };
}

/** Walks while noting what became known; `known` is what was known before. */
async function walk(
  source: HistorySource<HistoryItem[]>,
  known: Set<string>,
  options: Partial<WalkOptions<HistoryItem[]>> = {},
): Promise<boolean> {
  return walkOlder(
    source,
    (items) => {
      const oldest = items.at(-1);
      const isNew = oldest !== undefined && !known.has(oldest.id);
      items.forEach(({ id }) => known.add(id));
      return Promise.resolve(isNew);
    },
    { read: 10, page: 10, toTheEnd: false, stopped: () => false, ...options },
  );
}

describe('a page fits', () => {
  it('when it weighs as much as is asked for, within bounds', () => {
    expect(fittingLength({ length: 64, bytes: 64 * 10_000 })).toBe(150);
    expect(fittingLength({ length: 150, bytes: 150 * 10_000 })).toBe(150);
    expect(fittingLength({ length: 64, bytes: 64 * 300 })).toBe(256);
    expect(fittingLength({ length: 64, bytes: 64 * 2_000_000 })).toBe(16);
    expect(fittingLength({ length: 0, bytes: 2 })).toBe(16);
    expect(fittingLength({ length: 0, bytes: 0 })).toBe(16);
  });
});

describe('countEntries', () => {
  it('counts any history by a few looks at single entries', async () => {
    for (const size of [0, 1, 63, 64, 65, 1000, 9_999, MOST_ENTRIES, 30_001]) {
      let looks = 0;
      const source = history(size, true);
      const count = await countEntries(
        (offset, few) => {
          looks += 1;
          return source.slice(offset, few);
        },
        Math.min(size, 64),
      );
      expect(count).toBe(size);
      expect(looks).toBeLessThan(24);
    }
  });

  it('gives up where offsets mean nothing', async () => {
    const source = history(300, false);
    expect(await countEntries((offset, few) => source.slice(offset, few), 64)).toBeNull();
  });
});

describe.each([
  ['with offsets', true],
  ['without offsets', false],
])('walkOlder %s', (_name, hasOffsets) => {
  const newest = (size: number, count: number): Set<string> =>
    new Set(Array.from({ length: Math.min(size, count) }, (_, i) => `h${size - 1 - i}`));

  it('reads everything of an unknown history', async () => {
    for (const size of [0, 1, 9, 10, 11, 39, 40, 41, 200]) {
      const known = newest(size, 10);
      expect(await walk(history(size, hasOffsets), known)).toBe(true);
      expect(known.size).toBe(size);
    }
  });

  it('stops at the first known entry', async () => {
    const source = history(400, hasOffsets);
    const known = new Set([...newest(400, 10), ...Array.from({ length: 370 }, (_, n) => `h${n}`)]);
    expect(await walk(source, known)).toBe(true);
    expect(known.size).toBe(400);
    expect(source.asked).toEqual(hasOffsets ? ['388+10', '378+10', '368+10'] : ['newest 40']);
  });

  it('goes on to the end when there may be gaps', async () => {
    const source = history(120, hasOffsets);
    const known = new Set([...newest(120, 60), 'h3', 'h17']);
    expect(await walk(source, known, { toTheEnd: true })).toBe(true);
    expect(known.size).toBe(120);
  });

  it('reads every entry, and with offsets none twice, whatever the length of its pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 8, max: 300 }),
        fc.array(fc.integer({ min: 2, max: 90 })),
        async (size, lengths) => {
          const source = history(size, hasOffsets);
          const known = newest(size, 10);
          const next = (): number => lengths.pop() ?? 7;
          expect(await walk(source, known, { read: 8, page: 5, next, toTheEnd: true })).toBe(true);
          expect(known.size).toBe(size);
          if (hasOffsets) {
            const asked = source.asked.map((page) => Number(page.split('+')[1]));
            // A last page of a single entry is not noted.
            expect([0, 1]).toContain(size - asked.reduce((sum, count) => sum + count, 0));
          }
        },
      ),
    );
  });

  it('gives up between two pages when told to', async () => {
    const source = history(500, hasOffsets);
    const known = newest(500, 10);
    const finished = await walk(source, known, { stopped: () => source.asked.length >= 2 });
    expect(finished).toBe(false);
    expect(source.asked).toHaveLength(2);
    expect(known.size).toBeLessThan(500);
  });
});

it('overlaps its pages, so that a deletion after the first look leaves no gap', async () => {
  const size = 60;
  const source = history(size, true);
  // The newest ten were read, then three older entries were deleted: everything moved by three.
  const known = new Set(Array.from({ length: 10 }, (_, i) => `h${size + 2 - i}`));
  await walk(source, known);
  expect(Array.from({ length: size }, (_, n) => `h${n}`).filter((id) => !known.has(id))).toEqual([]);
});
