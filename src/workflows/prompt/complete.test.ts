import { describe, expect, it } from 'vitest';
import { completionAt, phrasesOf } from './complete';

const SOURCES = {
  embeddings: ['bad-hands', 'EasyNegative', 'my/hands'],
  loras: ['detail', 'sub\\hands'],
  wildcards: ['colour', 'hair colour'],
  phrases: ['red door', 'red, old', 'golden hour', '一扇红门'],
};

/** The text after each suggestion was taken, the caret marked by `^`. */
function complete(marked: string): string[] {
  const caret = marked.indexOf('^');
  const text = marked.replace('^', '');
  const found = completionAt(text, caret, SOURCES);
  return (found?.suggestions ?? []).map(
    ({ insert }) => text.slice(0, found?.start) + insert + text.slice(found?.end),
  );
}

describe('what is suggested', () => {
  it.each([
    ['a embedding:^', ['a embedding:bad-hands', 'a embedding:EasyNegative', 'a embedding:my/hands']],
    ['(embedding:han^:1.2)', ['(embedding:bad-hands:1.2)', '(embedding:my/hands:1.2)']],
    ['embedding:easy^old b', ['embedding:EasyNegative b']],
    ['embedding:zzz^', []],
    ['myembedding:^', []],
    ['a <l^', ['a <lora:detail:1>', 'a <lora:sub\\hands:1>']],
    ['<lora:han^', ['<lora:sub\\hands:1>']],
    ['<lora:det^x:0.5> b', ['<lora:detail:1> b']],
    ['__^', ['__colour__', '__hair colour__']],
    ['__hair^', ['__hair colour__']],
    ['__col^__ door', ['__colour__ door', '__hair colour__ door']],
    // The second pair closes.
    ['__colour__^', []],
    ['__colour__ and __h^', ['__colour__ and __hair colour__']],
    ['a cat, re^', []],
    ['a cat, red^', ['a cat, red door', 'a cat, red, old']],
    ['a cat, red door^', []],
    ['{gol^|b}', ['{golden hour|b}']],
    ['一^', ['一扇红门']],
    ['with bad^', ['with embedding:bad-hands']],
    ['^', []],
  ])('for %s is %j', (marked, expected) => {
    expect(complete(marked)).toEqual(expected);
  });

  it('is only taken with Enter where it was asked for', () => {
    expect(completionAt('__', 2, SOURCES)?.asked).toBe(true);
    expect(completionAt('red', 3, SOURCES)?.asked).toBe(false);
  });
});

describe('phrases', () => {
  it('are cut out of prompts, the most used first', () => {
    expect(
      phrasesOf(['Golden hour, (red door:1.2), embedding:x', 'a cat, golden hour', '{fog|red door}']),
    ).toEqual(['Golden hour', 'red door', 'a cat', 'fog']);
  });
});
