import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenize } from './tokens';

/** Parts as `kind:text`, plain text left out. */
function parts(text: string): string[] {
  return tokenize(text)
    .filter(({ kind }) => kind !== 'text')
    .map(({ kind, from, to }) => `${kind} ${text.slice(from, to)}`);
}

/** Prompts made of what the syntax is made of, so that every corner comes up. */
const prompts = fc
  .array(
    fc.constantFrom(
      ...['{', '}', '|', '(', ')', ':1.2', ':', '\\', '__a__', '_', '%date%', '%', '//', '/*', '*/', '\n'],
      ...['embedding:x', '<lora:y:1>', '"', '{"a":1}', 'red', ' ', '门', '😀'],
    ),
    { maxLength: 30 },
  )
  .map((some) => some.join(''));

describe('the parts of a prompt', () => {
  it.each([
    ['a (red:1.2) door', ['group-open (', 'weight :1.2', 'group-close )']],
    ['((a) b: .5 )', ['group-open (', 'group-open (', 'group-close )', 'weight : .5 ', 'group-close )']],
    ['ratio 1:2) a', ['group-close )']],
    ['a \\(b\\) \\{', ['escape \\(', 'escape \\)', 'escape \\{']],
    [
      'embedding:bad-hand_5, (embedding:sub\\x:1.1)',
      [
        'embedding embedding:bad-hand_5',
        'group-open (',
        'embedding embedding:sub\\x',
        'weight :1.1',
        'group-close )',
      ],
    ],
    [
      '{a|b|{c|d}}',
      [
        ...['choice-open {', 'choice-bar |', 'choice-bar |', 'choice-open {', 'choice-bar |'],
        ...['choice-close }', 'choice-close }'],
      ],
    ],
    ['a | b }', []],
    ['__hair/long colour__ a__b', ['wildcard __hair/long colour__']],
    ['__颜色__', ['wildcard __颜色__']],
    [
      '%date% %date:yy-MM% %width% %KSampler.seed% 50% a 60%',
      [...['date %date%', 'date %date:yy-MM%', 'name %width%', 'name %KSampler.seed%']],
    ],
    ['a /* b\n{ */ c // d\ne', ['comment /* b\n{ */', 'comment // d']],
    ['a /* b', []],
    ['<lora:x/y:0.8> <lora:z> <b>', ['lora <lora:x/y:0.8>', 'lora <lora:z>']],
    [
      '{"a": {"b": "}"}} {"a"|"b"}',
      [...['json {"a": {"b": "}"}}', 'choice-open {', 'choice-bar |', 'choice-close }']],
    ],
  ])('of %j', (text, expected) => {
    expect(parts(text)).toEqual(expected);
  });

  it('name what they stand for', () => {
    const names = tokenize('__a b__ embedding:c <lora:d:1> %date:yyyy% %width%').flatMap(
      ({ name }) => name ?? [],
    );
    expect(names).toEqual(['a b', 'c', 'd', 'yyyy', 'width']);
  });

  it('are the text, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(prompts, fc.string({ unit: 'binary' })), (text) => {
        const tokens = tokenize(text);
        expect(tokens.map(({ from, to }) => text.slice(from, to)).join('')).toBe(text);
        expect(tokens.every(({ from, to }, at) => from < to && from === (tokens[at - 1]?.to ?? 0))).toBe(
          true,
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('come at once, also of a long text that means harm', () => {
    const started = performance.now();
    for (const piece of ['{"a', '(', '{', '/*', '__a ', '%a', '<lora:a', 'embedding:']) {
      tokenize(piece.repeat(20_000));
    }
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
