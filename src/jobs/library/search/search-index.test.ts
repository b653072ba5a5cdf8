import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extensionOf, type SearchDoc } from './doc';
import { hasMegapixels, shapeOf, timesOf, within } from './extents';
import { docs, newDoc, NOW, queries } from './fixtures/docs';
import { fold } from './fold';
import { parse } from './parse';
import type { Query } from './query';
import { SearchIndex } from './search-index';

/** What a query means, one picture at a time and without any index. */
function holds(query: Query, doc: SearchDoc): boolean {
  const has = (values: readonly string[], needle: string, exact = false): boolean =>
    values
      .filter((value) => value !== '')
      .some((value) =>
        exact ? fold(value) === fold(needle).trim() : fold(value).includes(fold(needle).trim()),
      );
  switch (query.kind) {
    case 'all':
      return true;
    case 'and':
      return query.parts.every((part) => holds(part, doc));
    case 'or':
      return query.parts.some((part) => holds(part, doc));
    case 'not':
      return !holds(query.part, doc);
    case 'words':
      return (
        has([doc.prompt, doc.texts, doc.file, doc.model, ...doc.loras, ...doc.tags], query.text) ||
        doc.seed === fold(query.text).trim()
      );
    case 'text': {
      const { prompt, negative, model, sampler, scheduler, file } = doc;
      const texts = { prompt, negative, model, sampler, scheduler, file };
      const lists = { lora: doc.loras, node: doc.nodes, tag: doc.tags, in: doc.collections };
      const { field } = query;
      const values = field in lists ? lists[field as 'lora'] : [texts[field as 'prompt']];
      return has(values, query.text, query.exact);
    }
    case 'number':
      return within(doc[query.field], query.extent);
    case 'seed':
      return doc.seed === query.seed;
    case 'job':
      return doc.job !== '' && fold(doc.job).startsWith(fold(query.id));
    case 'folder': {
      const [, folder = ''] = /^(?:(.*)\/)?[^/]*$/.exec(doc.file) ?? [];
      return folder === query.path || (!query.only && `${folder}/`.startsWith(`${query.path}/`));
    }
    case 'type':
      return doc.media === query.type || extensionOf(doc.file) === query.type;
    case 'date': {
      const { from, before } = timesOf(query.extent, NOW);
      return doc.time >= from && doc.time < before;
    }
    case 'size': {
      const { width, height } = doc;
      if (width === 0) {
        return false;
      }
      return query.by === 'exact'
        ? width === query.width && height === query.height
        : query.by === 'shape'
          ? shapeOf(width, height) === query.shape
          : query.by === 'side'
            ? within(Math.max(width, height), query.extent)
            : hasMegapixels(width, height, query.extent);
    }
    case 'flag':
      return query.field === 'is' || query.flag === 'mask' || query.flag === 'source'
        ? doc[query.flag as 'mask']
        : query.flag === 'prompt'
          ? doc.prompt !== ''
          : query.flag === 'rating'
            ? doc.rating > 0
            : doc[query.flag === 'lora' ? 'loras' : 'tags'].some((value) => value !== '');
  }
}

const found = (index: SearchIndex, query: Query): number[] =>
  [...index.find(query, NOW)].flatMap((bit, slot) => (bit === 1 ? [slot] : []));

describe('a search', () => {
  it('finds what its query means, also after pictures have come and gone', () => {
    const step = fc.record({ slot: fc.integer({ min: 0, max: 7 }), doc: fc.option(docs, { nil: null }) });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 24 }),
        fc.array(queries, { minLength: 1, maxLength: 6 }),
        (steps, asked) => {
          const index = new SearchIndex();
          const kept = new Map<number, SearchDoc>();
          for (const [at, { slot, doc }] of steps.entries()) {
            if (doc) {
              index.set(slot, doc);
              kept.set(slot, doc);
            } else {
              index.clear(slot);
              kept.delete(slot);
            }
            const query = asked[at % asked.length] as Query;
            const expected = [...kept].filter(([, each]) => holds(query, each)).map(([each]) => each);
            expect(found(index, query)).toEqual(expected.sort((a, b) => a - b));
            for (let each = 0; each < 8; each++) {
              expect(index.matches(query, each, NOW)).toBe(expected.includes(each));
            }
          }
        },
      ),
      { numRuns: 1500 },
    );
  });

  it.each([
    ['猫', '一只黑猫在窗边'],
    ['黑猫', '一只黑猫在窗边'],
    ['ｃａｔ', 'a cat'],
    ['red hair', 'red_hair, 1girl'],
    ['red_hair', 'red  hair'],
    ['two lines', 'two\nlines'],
    ['ÉTÉ', 'un été'],
    ['ikat', 'detailed ikat textile'],
    ['xtil', 'detailed ikat textile'],
  ])('finds %j in %j', (typed, prompt) => {
    const index = new SearchIndex();
    index.set(0, newDoc({ prompt }));
    index.set(1, newDoc({ prompt: 'something else' }));
    expect(found(index, parse(`"${typed}"`).query)).toEqual([0]);
  });

  it.each([
    ['date:today', ['2026-11-05T00:00', '2026-11-05T23:59'], ['2026-11-04T23:59', '2026-11-06T00:00']],
    ['date:yesterday', ['2026-11-04T12:00'], ['2026-11-05T00:00', '2026-11-03T23:59']],
    ['date:7d', ['2026-10-30T00:00', '2026-11-05T12:00'], ['2026-10-29T23:59']],
    ['date:2026-10', ['2026-10-01T00:00', '2026-10-31T23:59'], ['2026-11-01T00:00', '2026-09-30T23:59']],
    ['date:>2026-10-01', ['2026-10-02T00:00'], ['2026-10-01T23:59']],
    ['date:>=2026-10-01', ['2026-10-01T00:00'], ['2026-09-30T23:59']],
    ['date:<2026-10-01', ['2026-09-30T23:59'], ['2026-10-01T00:00']],
    ['date:2026-11..2026-09', ['2026-09-01T00:00', '2026-11-30T23:59'], ['2026-12-01T00:00']],
  ])('%s is meant in the time zone of the browser', (typed, inside, outside) => {
    const index = new SearchIndex();
    [...inside, ...outside].forEach((time, slot) => {
      index.set(slot, newDoc({ time: new Date(time).getTime() }));
    });
    expect(found(index, parse(typed).query)).toEqual(inside.map((_, slot) => slot));
  });

  it.each([
    ['size:1mp', [1024, 1024], [1152, 896], [1536, 1024]],
    ['size:>1mp', [1536, 1024], [2048, 2048], [1024, 1024]],
    ['size:square', [1024, 1024], [1024, 1010], [1024, 900]],
    ['size:portrait', [832, 1216], [512, 768], [1216, 832]],
    ['size:>2000', [2048, 1024], [1024, 2048], [1536, 1536]],
  ])('%s finds two of three sizes', (typed, ...sizes) => {
    const index = new SearchIndex();
    sizes.forEach(([width = 0, height = 0], slot) => {
      index.set(slot, newDoc({ width, height }));
    });
    expect(found(index, parse(typed).query)).toEqual([0, 1]);
  });

  it('counts values, sizes and months of what it found', () => {
    const index = new SearchIndex();
    const time = new Date(2026, 9, 3).getTime();
    index.set(0, newDoc({ model: 'Flux', loras: ['a', 'b'], width: 64, height: 32, time }));
    index.set(1, newDoc({ model: 'Flux', loras: ['b'], width: 64, height: 32, time: NOW }));
    index.set(2, newDoc({ model: 'SDXL' }));
    const all = index.find({ kind: 'all' }, NOW);
    expect(index.countTexts('model', all)).toEqual(
      new Map([
        ['Flux', 2],
        ['SDXL', 1],
      ]),
    );
    expect(index.countTexts('lora', all)).toEqual(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    );
    expect(index.countSizes(all)).toEqual(new Map([['64x32', 2]]));
    expect(index.countMonths(all)).toEqual(
      new Map([
        ['2026-10', 1],
        ['2026-11', 1],
      ]),
    );
    expect(index.countTexts('lora', index.find(parse('model:sdxl').query, NOW))).toEqual(new Map());
  });

  it('takes each seed as it is, to the last digit', () => {
    const index = new SearchIndex();
    index.set(0, newDoc({ seed: '18446744073709551615' }));
    index.set(1, newDoc({ seed: '18446744073709551614' }));
    expect(found(index, parse('seed:18446744073709551615').query)).toEqual([0]);
    expect(found(index, parse('18446744073709551615').query)).toEqual([0]);
  });
});
