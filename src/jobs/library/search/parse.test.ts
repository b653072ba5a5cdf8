import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { queries } from './fixtures/docs';
import { type Field, FIELDS, parse } from './parse';
import { print, type Query } from './query';

const word = (text: string): Query => ({ kind: 'words', text });
const text = (
  field: 'model' | 'lora' | 'sampler' | 'node' | 'negative' | 'tag' | 'file',
  value: string,
  exact = false,
): Query => ({
  ...{ kind: 'text', field, text: value, exact },
});
const steps = (op: '=' | '>' | '>=' | '<' | '<=', value: number): Query => ({
  ...{ kind: 'number', field: 'steps', extent: { op, value } },
});
const all: Query = { kind: 'all' };
const both = (...parts: Query[]): Query => ({ kind: 'and', parts });
const either = (...parts: Query[]): Query => ({ kind: 'or', parts });
const no = (part: Query): Query => ({ kind: 'not', part });

describe('a query', () => {
  it.each<[string, Query]>([
    // Words and phrases
    ['', all],
    ['   ', all],
    ['cat', word('cat')],
    ['  cat  ', word('cat')],
    ['black cat', both(word('black'), word('cat'))],
    ['black　cat', both(word('black'), word('cat'))],
    ['"black cat"', word('black cat')],
    ['“black cat”', word('black cat')],
    ['"a \\"b\\" c"', word('a "b" c')],
    ['"C:\\\\x"', word('C:\\x')],
    ['"half typed', word('half typed')],
    ['""', all],
    ['black,', word('black')],
    ['a, b', both(word('a'), word('b'))],
    ['best-quality', word('best-quality')],
    ['黑猫', word('黑猫')],
    ['黑猫，', word('黑猫')],
    ['12', word('12')],
    // Exclusions
    ['-cat', no(word('cat'))],
    ['NOT cat', no(word('cat'))],
    ['--cat', word('cat')],
    ['cat -dog', both(word('cat'), no(word('dog')))],
    ['-"black cat"', no(word('black cat'))],
    ['-model:xl', no(text('model', 'xl'))],
    ['cat -', both(word('cat'), word('-'))],
    // OR and groups
    ['cat OR dog', either(word('cat'), word('dog'))],
    ['cat | dog', either(word('cat'), word('dog'))],
    ['cat or dog', both(word('cat'), word('or'), word('dog'))],
    ['a OR b OR c', either(word('a'), word('b'), word('c'))],
    ['cat OR dog model:xl', both(either(word('cat'), word('dog')), text('model', 'xl'))],
    ['a b OR c', both(word('a'), either(word('b'), word('c')))],
    ['(a b) OR c', either(both(word('a'), word('b')), word('c'))],
    ['-(a OR b)', no(either(word('a'), word('b')))],
    ['a (b c)', both(word('a'), word('b'), word('c'))],
    ['cat OR', word('cat')],
    ['OR cat', word('cat')],
    ['OR', all],
    ['(cat', word('cat')],
    ['()', all],
    ['((a) OR (b))', either(word('a'), word('b'))],
    ['foo(bar)', word('foo(bar)')],
    ['(foo(bar) baz)', both(word('foo(bar)'), word('baz'))],
    ['OREGON', word('OREGON')],
    // Texts
    ['model:flux', text('model', 'flux')],
    ['MODEL:flux', text('model', 'flux')],
    ['model："sd xl"', text('model', 'sd xl')],
    ['model:"sd xl"', text('model', 'sd xl')],
    ['model:=euler', text('model', 'euler', true)],
    ['model:="a b"', text('model', 'a b', true)],
    ['checkpoint:xl', text('model', 'xl')],
    ['模型:flux', text('model', 'flux')],
    ['采样器：euler', text('sampler', 'euler')],
    ['lora:detail', text('lora', 'detail')],
    ['node:KSampler', text('node', 'KSampler')],
    ['sampler:=euler', text('sampler', 'euler', true)],
    ['negative:blurry', text('negative', 'blurry')],
    ['file:2026-11/ComfyUI', text('file', '2026-11/ComfyUI')],
    ['tag:portrait', text('tag', 'portrait')],
    // Numbers
    ['steps:30', steps('=', 30)],
    ['steps:=30', steps('=', 30)],
    ['steps:>30', steps('>', 30)],
    ['steps:>=30', steps('>=', 30)],
    ['steps:<30', steps('<', 30)],
    ['steps:<=30', steps('<=', 30)],
    ['steps:＞30', steps('>', 30)],
    ['步数:>30', steps('>', 30)],
    ['steps:20..30', { kind: 'number', field: 'steps', extent: { op: '..', from: 20, to: 30 } }],
    ['cfg:7.5', { kind: 'number', field: 'cfg', extent: { op: '=', value: 7.5 } }],
    ['denoise:<0.6', { kind: 'number', field: 'denoise', extent: { op: '<', value: 0.6 } }],
    ['rating:>=4', { kind: 'number', field: 'rating', extent: { op: '>=', value: 4 } }],
    ['seed:18446744073709551615', { kind: 'seed', seed: '18446744073709551615' }],
    ['seed:-1', { kind: 'seed', seed: '-1' }],
    // Sizes
    ['size:1024x768', { kind: 'size', by: 'exact', width: 1024, height: 768 }],
    ['size:1024×768', { kind: 'size', by: 'exact', width: 1024, height: 768 }],
    ['size:1024*768', { kind: 'size', by: 'exact', width: 1024, height: 768 }],
    ['size:>1mp', { kind: 'size', by: 'megapixels', extent: { op: '>', value: 1 } }],
    ['size:1MP', { kind: 'size', by: 'megapixels', extent: { op: '=', value: 1 } }],
    ['size:0.5..2mp', { kind: 'size', by: 'megapixels', extent: { op: '..', from: 0.5, to: 2 } }],
    ['size:>2000', { kind: 'size', by: 'side', extent: { op: '>', value: 2000 } }],
    ['size:landscape', { kind: 'size', by: 'shape', shape: 'landscape' }],
    ['size:Portrait', { kind: 'size', by: 'shape', shape: 'portrait' }],
    ['尺寸:方图', { kind: 'size', by: 'shape', shape: 'square' }],
    // Dates
    ['date:today', { kind: 'date', extent: { op: '=', date: 'today' } }],
    ['日期:昨天', { kind: 'date', extent: { op: '=', date: 'yesterday' } }],
    ['date:2026-11', { kind: 'date', extent: { op: '=', date: '2026-11' } }],
    ['date:2026', { kind: 'date', extent: { op: '=', date: '2026' } }],
    ['date:2026-1-5', { kind: 'date', extent: { op: '=', date: '2026-01-05' } }],
    ['date:2026/11/05', { kind: 'date', extent: { op: '=', date: '2026-11-05' } }],
    ['date:>2026-10-01', { kind: 'date', extent: { op: '>', date: '2026-10-01' } }],
    ['date:2026-10..2026-11', { kind: 'date', extent: { op: '..', from: '2026-10', to: '2026-11' } }],
    ['date:7d', { kind: 'date', extent: { op: '=', date: '7d' } }],
    ['date:"last 7 days"', { kind: 'date', extent: { op: '=', date: '7d' } }],
    ['date:last-7-days', { kind: 'date', extent: { op: '=', date: '7d' } }],
    ['date:week', { kind: 'date', extent: { op: '=', date: '7d' } }],
    // Yes-or-no conditions
    ['is:favourite', { kind: 'flag', field: 'is', flag: 'favourite' }],
    ['is:favorite', { kind: 'flag', field: 'is', flag: 'favourite' }],
    ['is:rejected', { kind: 'flag', field: 'is', flag: 'rejected' }],
    ['状态:隐藏', { kind: 'flag', field: 'is', flag: 'hidden' }],
    ['is:device', { kind: 'flag', field: 'is', flag: 'device' }],
    ['状态:本设备', { kind: 'flag', field: 'is', flag: 'device' }],
    ['in:="Best of"', { kind: 'text', field: 'in', text: 'Best of', exact: true }],
    ['collection:best', { kind: 'text', field: 'in', text: 'best', exact: false }],
    ['is:upscaled', { kind: 'flag', field: 'is', flag: 'upscaled' }],
    ['has:mask', { kind: 'flag', field: 'has', flag: 'mask' }],
    ['包含:蒙版', { kind: 'flag', field: 'has', flag: 'mask' }],
    ['状态:放大', { kind: 'flag', field: 'is', flag: 'upscaled' }],
    ['类型:视频', { kind: 'type', type: 'video' }],
    ['type:video', { kind: 'type', type: 'video' }],
    ['type:.PNG', { kind: 'type', type: 'png' }],
    ['folder:a', { kind: 'folder', path: 'a', only: false }],
    ['folder:=/', { kind: 'folder', path: '', only: true }],
    ['folder:/', all],
    ['文件夹:="/a b\\\\c//"', { kind: 'folder', path: 'a b/c', only: true }],
    ['job:3f2a', { kind: 'job', id: '3f2a' }],
    // Half typed
    ['model:', all],
    ['cat model:', word('cat')],
    ['model:"', all],
    ['-model:', all],
    ['a OR model:', word('a')],
    // What only looks like an operator
    ['(masterpiece:1.2)', word('masterpiece:1.2')],
    ['https://example.com/a', word('https://example.com/a')],
  ])('%j is read', (typed, query) => {
    expect(parse(typed)).toEqual({ query, problems: [] });
  });

  it.each([
    ['steps:many', 'number', 'steps', 'many'],
    ['steps:>', 'number', 'steps', '>'],
    ['cfg:1..', 'number', 'cfg', '1..'],
    ['seed:abc', 'seed', 'seed', 'abc'],
    ['seed:>5', 'seed', 'seed', '>5'],
    ['size:big', 'size', 'size', 'big'],
    ['size:1024x', 'size', 'size', '1024x'],
    ['date:someday', 'date', 'date', 'someday'],
    ['date:2026-13', 'date', 'date', '2026-13'],
    ['is:constructor', 'is', 'is', 'constructor'],
    ['is:nice', 'is', 'is', 'nice'],
    ['has:nothing', 'has', 'has', 'nothing'],
  ])('%j leaves out what it does not understand', (typed, code, field, value) => {
    const { query, problems } = parse(`cat ${typed} dog`);
    expect(query).toEqual(both(word('cat'), word('dog')));
    expect(problems).toEqual([{ code, field, value, start: 4, end: 4 + typed.length }]);
  });

  it('takes an unknown operator as words, and says so', () => {
    expect(parse('modle:flux')).toEqual({
      query: word('modle:flux'),
      problems: [{ code: 'unknownField', field: 'modle', value: 'flux', start: 0, end: 10 }],
    });
  });

  it('misses a value only where typing has gone on', () => {
    expect(parse('model: cat').problems).toMatchObject([{ code: 'empty', field: 'model' }]);
  });

  it('is printed as it is read', () => {
    fc.assert(
      fc.property(queries, (query) => {
        expect(parse(print(query))).toEqual({ query, problems: [] });
      }),
      { numRuns: 2000 },
    );
  });

  it('never fails, and reads its own printing, whatever is typed', () => {
    const piece = fc.oneof(
      fc.constantFrom('(', ')', '"', '-', ' ', 'OR ', '|', '\\', ':', '=', '>', '..', ',', '“', '：'),
      fc.constantFrom<Field>(...FIELDS).map((field) => `${field}:`),
      fc.string({ maxLength: 4, unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const { query } = parse(pieces.join(''));
        expect(parse(print(query)).query).toEqual(query);
      }),
      { numRuns: 3000 },
    );
  });

  // Found by more runs of the search above.
  it.each([
    'steps:-0',
    'cfg:0.0000001',
    `steps:${'9'.repeat(25)}`,
    `steps:${'9'.repeat(400)}`,
    `size:${'9'.repeat(25)}x1`,
    'type:"= !"',
    'type:". png"',
    'type:.横图',
    'folder:"\\ ',
    'folder:="\\ ',
  ])('reads its own printing of %s', (typed) => {
    const { query } = parse(typed);
    expect(parse(print(query)).query).toEqual(query);
  });

  it('survives being nested without end', () => {
    const deep = '('.repeat(20_000);
    expect(() => parse(`${deep}cat`)).not.toThrow();
    expect(() => parse(`${'-'.repeat(20_000)}cat`)).not.toThrow();
  });
});
