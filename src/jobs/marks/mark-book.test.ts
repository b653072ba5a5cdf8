import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileRef } from '../../comfy/file-ref';
import { MemoryDocuments, memoryMarks } from '../fixtures/memory-marks';
import { MarkBook } from './mark-book.svelte';
import { type MarksChange, NO_MARKS } from './marks';

const file = (filename: string, subfolder = ''): FileRef => ({ filename, subfolder, type: 'output' });
const CAT = file('cat.png');
const DOG = file('dog.png', 'pets');

describe('the marks of a file', () => {
  it('are none until somebody sets them', () => {
    const book = memoryMarks();
    expect(book.of(CAT)).toBe(NO_MARKS);
    book.change([CAT], { rating: 4, favourite: true, addTags: ['  black   cat '], addCollections: ['c1'] });
    expect(book.of(CAT)).toEqual({
      ...{ rating: 4, favourite: true, rejected: false, hidden: false },
      ...{ tags: ['black cat'], collections: ['c1'] },
    });
    expect(book.of(DOG)).toBe(NO_MARKS);
  });

  it('are told to whoever listens, with the files they are of', () => {
    const book = memoryMarks();
    const heard: FileRef[][] = [];
    const stop = book.onChange((files) => heard.push([...files]));
    book.change([CAT, DOG], { hidden: true });
    stop();
    book.change([CAT], { rating: 1 });
    expect(heard).toEqual([[CAT, DOG]]);
    expect(book.hidden).toBe(2);
  });

  it('are not changed by a change that changes nothing', () => {
    const book = memoryMarks();
    book.change([CAT], { rating: 3 });
    expect(book.change([CAT], { rating: 3, favourite: false, removeTags: ['x'] })).toBeNull();
    expect(book.lastStep?.change).toEqual({ rating: 3 });
  });

  it('survive what other devices write that makes no sense', () => {
    const documents = new MemoryDocuments();
    const nonsense = { 'output//cat.png\nr': 'many', 'output//cat.png\nq': 1, 'nowhere\nf': 1, '\nt': 1 };
    documents.set(new Map([['marks', { ...nonsense, 'output//cat.png\nf': 1 }]]));
    expect(new MarkBook(documents).of(CAT)).toEqual({ ...NO_MARKS, favourite: true });
  });
});

describe('a file that has moved', () => {
  it('keeps its marks, and what was marked at its new place', () => {
    const book = memoryMarks();
    const moved = file('cat.png', 'pets');
    book.change([CAT], {
      rating: 4,
      favourite: true,
      addTags: ['cat'],
      addCollections: ['c1'],
      hidden: true,
    });
    book.change([moved], { rating: 2, addTags: ['dog'] });
    const heard: FileRef[][] = [];
    book.onChange((files) => heard.push([...files]));
    book.move([
      { from: CAT, to: moved },
      { from: DOG, to: file('x.png') },
    ]);
    expect(book.of(CAT)).toBe(NO_MARKS);
    expect(book.of(moved)).toEqual({
      ...{ rating: 2, favourite: true, rejected: false, hidden: true },
      ...{ tags: ['cat', 'dog'], collections: ['c1'] },
    });
    expect(heard).toHaveLength(1);
    expect([book.hidden, book.tags()]).toEqual([
      1,
      [
        { tag: 'cat', count: 1 },
        { tag: 'dog', count: 1 },
      ],
    ]);
  });
});

describe('a step', () => {
  it('is taken back as one, however many files it changed', () => {
    const book = memoryMarks();
    book.change([CAT], { addTags: ['pet'] });
    const step = book.change([CAT, DOG, DOG], { addTags: ['pet', 'soft'] });
    expect(step?.count).toBe(2);
    expect(book.undo()).toBe(step);
    expect([book.of(CAT).tags, book.of(DOG).tags]).toEqual([['pet'], []]);
    book.undo();
    expect(book.of(CAT)).toBe(NO_MARKS);
    expect(book.undo()).toBeNull();
  });

  it('leaves alone what was changed again since then', () => {
    const book = memoryMarks();
    const step = book.change([CAT, DOG], { rating: 2 });
    book.change([DOG], { rating: 5 });
    step?.undo();
    expect([book.of(CAT).rating, book.of(DOG).rating]).toEqual([0, 5]);
    step?.undo();
    expect(book.lastStep?.change).toEqual({ rating: 5 });
  });
});

describe('tags', () => {
  it('are counted, the most frequent first', () => {
    const book = memoryMarks();
    book.change([CAT, DOG], { addTags: ['pet'] });
    book.change([DOG], { addTags: ['a dog', 'pet'] });
    expect(book.tags()).toEqual([
      { tag: 'pet', count: 2 },
      { tag: 'a dog', count: 1 },
    ]);
    book.undo();
    book.change([CAT], { removeTags: ['pet'] });
    expect(book.tags()).toEqual([{ tag: 'pet', count: 1 }]);
  });
});

describe('collections', () => {
  it('are made, renamed, deleted and had back, with the pictures in them', () => {
    const book = memoryMarks();
    const best = book.collections.create(' Best  of ');
    expect(book.collections.create('best of')).toEqual(best);
    book.change([CAT], { addCollections: [best.id] });
    const heard: FileRef[][] = [];
    book.onChange((files) => heard.push([...files]));
    book.collections.rename(best.id, 'Best');
    expect(book.collections.all).toEqual([{ id: best.id, name: 'Best' }]);
    const restore = book.collections.delete(best.id);
    expect(book.collectionName(best.id)).toBeUndefined();
    restore();
    expect(book.collectionName(best.id)).toBe('Best');
    expect(book.of(CAT).collections).toEqual([best.id]);
    expect(heard).toEqual([[CAT], [CAT], [CAT]]);
  });
});

const change: fc.Arbitrary<MarksChange> = fc.oneof(
  fc.record({ rating: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ favourite: fc.boolean() }),
  fc.record({ rejected: fc.boolean(), hidden: fc.boolean() }),
  fc.record({ addTags: fc.subarray(['a', 'b']), removeTags: fc.subarray(['c', 'b']) }),
  fc.record({ addCollections: fc.subarray(['1', '2']) }),
);
const acts = fc.array(fc.tuple(fc.subarray([CAT, DOG], { minLength: 1 }), change), { maxLength: 6 });

describe('marks made on several devices at once', () => {
  const marked = (by: string, own: readonly [FileRef[], MarksChange][]): MemoryDocuments => {
    const documents = new MemoryDocuments(by);
    const book = new MarkBook(documents);
    own.forEach(([files, each]) => book.change(files, each));
    return documents;
  };
  const seen = (...all: readonly MemoryDocuments[]): unknown => {
    const documents = new MemoryDocuments();
    const book = new MarkBook(documents);
    all.forEach((each) => documents.merge(each));
    return [book.of(CAT), book.of(DOG)];
  };

  it('merge in any order, in any grouping and as often as one likes', () => {
    fc.assert(
      fc.property(acts, acts, acts, (one, two, three) => {
        const [a, b, c] = [marked('a', one), marked('b', two), marked('c', three)];
        const expected = seen(a, b, c);
        expect(seen(c, b, a)).toEqual(expected);
        expect(seen(b, a, b, c, a)).toEqual(expected);
        b.merge(c);
        expect(seen(a, b)).toEqual(expected);
      }),
    );
  });

  it('lose nothing: tags of both, and the rating of whoever gave one', () => {
    const a = marked('a', [[[CAT], { addTags: ['black'], rating: 5 }]]);
    const b = marked('b', [[[CAT], { addTags: ['soft'], favourite: true }]]);
    expect(seen(a, b)).toEqual([
      { ...NO_MARKS, tags: ['black', 'soft'], rating: 5, favourite: true },
      NO_MARKS,
    ]);
  });
});
