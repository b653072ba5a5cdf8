import { describe, expect, it } from 'vitest';
import { exceptHidden, facetTerm, isOn, needlesOf, toggled, withoutCondition } from './filters';
import { facetsOf, without } from './facets';
import { newDoc, NOW } from './fixtures/docs';
import { parse } from './parse';
import { and, print } from './query';
import { SearchIndex } from './search-index';

const query = (text: string): ReturnType<typeof parse>['query'] => parse(text).query;

describe('a facet', () => {
  it.each([
    ['cat', 'model', 'flux dev', 'cat model:="flux dev"'],
    ['cat model:="flux dev"', 'model', 'flux dev', 'cat'],
    ['model:=a cat', 'model', 'b', 'cat model:=a OR model:=b'],
    ['cat model:=a OR model:=b', 'model', 'a', 'cat model:=b'],
    ['cat model:=a OR lora:b', 'model', 'b', 'cat model:=a OR lora:b model:=b'],
    ['', 'size', '1024x768', 'size:1024x768'],
    ['date:2026-10', 'date', '2026-11', 'date:2026-10 OR date:2026-11'],
    ['type:image', 'type', 'video', 'type:image OR type:video'],
  ] as const)('%j with %s %s becomes %j', (before, facet, value, after) => {
    const was = isOn(query(before), facet, value);
    const next = toggled(query(before), facet, value);
    expect(print(next)).toBe(after);
    expect(isOn(next, facet, value)).toBe(!was);
  });

  it('counts as if it were not filtered by, and the others among the results', () => {
    const index = new SearchIndex();
    index.set(0, newDoc({ model: 'a', sampler: 'euler' }));
    index.set(1, newDoc({ model: 'a', sampler: 'ddim' }));
    index.set(2, newDoc({ model: 'b', sampler: 'ddim' }));
    const { model, sampler } = facetsOf(index, query('model:=b'), NOW);
    expect(model).toEqual([
      { value: 'a', count: 2 },
      { value: 'b', count: 1 },
    ]);
    expect(sampler).toEqual([{ value: 'ddim', count: 1 }]);
  });

  it('asks for the whole value', () => {
    expect(facetTerm('sampler', 'euler')).toMatchObject({ exact: true });
    expect(without(query('cat sampler:=euler'), 'sampler')).toEqual(query('cat'));
  });
});

describe('a query', () => {
  it('goes on without one of its conditions', () => {
    expect(print(withoutCondition(query('cat steps:>30 -dog'), 1))).toBe('cat -dog');
    expect(print(withoutCondition(query('cat'), 0))).toBe('');
  });

  it('leaves hidden pictures out, unless it asks for them', () => {
    expect(print(exceptHidden(query('cat')))).toBe('cat -is:hidden -is:input');
    expect(print(exceptHidden(query('')))).toBe('-is:hidden -is:input');
    for (const text of ['is:hidden', 'cat (a OR is:hidden)', '-is:hidden']) {
      expect(exceptHidden(query(text))).toEqual(and([query(text), query('-is:input')]));
    }
  });

  it('leaves inputs out, unless it asks for them or for one of their folders', () => {
    for (const text of [
      'is:input',
      'cat (a OR is:input)',
      '-is:input',
      'folder:"input:/masks"',
      'folder:"input:AbC_-"',
    ]) {
      expect(exceptHidden(query(text))).toEqual(and([query(text), query('-is:hidden')]));
    }
    expect(print(exceptHidden(query('folder:"library:AbC_-/input:"')))).toMatch(/ -is:hidden -is:input$/);
  });

  it('has collections and tags among its filters', () => {
    expect(print(toggled(query('cat'), 'in', 'Best of'))).toBe('cat in:="Best of"');
    expect(isOn(query('tag:=sky'), 'tag', 'sky')).toBe(true);
  });

  it('tells what to mark, but nothing of what it excludes', () => {
    expect(needlesOf(query('Red_Hair "b c" -dog model:X seed:12 steps:3 a OR e'))).toEqual([
      ...['red hair', 'b c', 'x', '12', 'a', 'e'],
    ]);
  });
});
