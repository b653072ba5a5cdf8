import { beforeEach, expect, it } from 'vitest';
import { EstimateBook } from './estimate-book';

let kept: Map<string, string>;
const storage = (): Storage =>
  ({
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }) as Storage;
const run = { before: 100.4, steps: 2000, after: 50, cold: true };

beforeEach(() => (kept = new Map()));

it('remembers the newest runs of each kind for the next visit', () => {
  const book = new EstimateBook(storage);
  for (let i = 0; i < 40; i++) {
    book.learn('a', { ...run, steps: i });
  }
  book.learn('b', run);
  const next = new EstimateBook(storage);
  expect(next.runs('a').map(({ steps }) => steps)).toEqual(Array.from({ length: 30 }, (_, i) => i + 10));
  expect(next.runs('b')).toEqual([{ before: 100, steps: 2000, after: 50, cold: true }]);
  expect(next.runs('c')).toEqual([]);
});

it('forgets the kinds that were not used for longest', () => {
  const book = new EstimateBook(storage);
  for (let i = 0; i < 160; i++) {
    book.learn(`kind ${i}`, run);
  }
  expect(book.runs('kind 9')).toEqual([]);
  expect(book.runs('kind 10')).toHaveLength(1);
});

it('says how well it usually guesses, once it has guessed often enough', () => {
  const book = new EstimateBook(storage);
  [110, 105, 100, 95].forEach((likely) => book.judge(likely, 100));
  expect(book.usualError).toBeNull();
  book.judge(150, 100);
  expect(book.usualError).toBeCloseTo(0.1);
});

it('takes what another version left behind for nothing', () => {
  kept.set('darkroom.estimates', '{"runs":[["a",[["x"]]],["b",[[1,2,3,0]]]],"errors":"many"}');
  const book = new EstimateBook(storage);
  expect(book.runs('a')).toEqual([]);
  expect(book.runs('b')).toHaveLength(1);
  expect(book.usualError).toBeNull();
});
