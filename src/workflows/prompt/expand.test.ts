import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDate } from './dates';
import { diceOf } from './dice';
import { expandPrompt, expandRuns, isDynamic, isRandom } from './expand';

const NOON = new Date(2026, 2, 5, 9, 7, 3);
const LISTS: Record<string, string[]> = {
  colour: ['red', 'blue'],
  nested: ['{a|b} __colour__'],
  self: ['__self__'],
  twice: ['__twice__ __twice__'],
  none: [],
};

/** Expands with dice that fall as told, and one after the last. */
function expand(text: string, ...throws: number[]): string {
  let at = 0;
  return expandPrompt(text, {
    dice: (sides) => Math.min(sides - 1, throws[at++] ?? 0),
    now: NOON,
    wildcard: (name) => LISTS[name],
    named: (name) => ({ width: '512' })[name],
  }).text;
}

describe('a prompt', () => {
  it.each([
    ['{red|blue} door', [1], 'blue door'],
    ['{a|b|{c|d}}', [2, 1], 'd'],
    ['{a|{b|c}} {d|e}', [0, 1], 'a e'],
    ['{a|} b', [1], ' b'],
    ['{only}', [], 'only'],
    // Never closed: as ComfyUI's front end takes it.
    ['x {a|b', [1], 'x b'],
    ['a | b } c', [], 'a | b } c'],
    ['\\{a\\|b\\} \\(c\\)', [], '{a|b} \\(c\\)'],
    ['{a\\|b|c}', [0], 'a|b'],
    ['a /* b */c // d\n{e|f // g}\n}', [1], 'a c \nf \n'],
    ['__colour__ door', [1], 'blue door'],
    ['__nested__', [1, 1], 'b blue'],
    ['__unknown__ __none__', [], '__unknown__ '],
    ['%date:yyyy-MM-dd% %date% %width% %height% 50%', [], '2026-03-05 2026-03-05 512 %height% 50%'],
    ['{"shot": {"a": "b|c"}}', [], '{"shot": {"a": "b|c"}}'],
    ['(red:1.2) embedding:x <lora:y:1>', [], '(red:1.2) embedding:x <lora:y:1>'],
    ['a \\', [], 'a \\'],
  ])('%j with throws %j is sent as %j', (text, throws, sent) => {
    expect(expand(text, ...throws)).toBe(sent);
  });

  it('names the lists that nobody made', () => {
    const { missing } = expandPrompt('__a__ __colour__ __a__ __b__', {
      dice: () => 0,
      wildcard: (name) => LISTS[name],
    });
    expect(missing).toEqual(['a', 'b']);
  });

  it('ends, even with lists that name themselves', () => {
    expect(expand('__self__')).toBe('__self__');
    expect(expand('__twice__').length).toBeLessThanOrEqual(100_000);
  });

  it('without anything to expand is sent as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!isDynamic(text));
        expect(expand(text)).toBe(text);
      }),
    );
  });

  it('with choices is sent as one of them', () => {
    const word = fc.stringMatching(/^[a-z]{1,5}$/);
    const choices = fc.array(fc.array(word, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(choices, fc.string(), (all, key) => {
        const text = all.map((words) => `{${words.join('|')}}`).join(' ');
        const words = expandPrompt(text, { dice: diceOf(key) }).text.split(' ');
        expect(words).toHaveLength(all.length);
        words.forEach((chosen, at) => expect(all[at]).toContain(chosen));
      }),
    );
  });
});

describe('runs', () => {
  it('give each of two words twice in four', () => {
    for (let seed = 0; seed < 50; seed++) {
      const keys = [0, 1, 2, 3].map((more) => String(seed + more));
      const sent = expandRuns('{red|blue} door', keys).map(({ text }) => text);
      expect(sent.toSorted()).toEqual(['blue door', 'blue door', 'red door', 'red door']);
    }
  });

  it('give as many prompts as there can be', () => {
    const keys = Array.from({ length: 12 }, (_, at) => `seed ${at}`);
    const sent = expandRuns('{a|b|c} {d|e|f|g}', keys).map(({ text }) => text);
    expect(new Set(sent).size).toBe(12);
  });

  it('come out alike with the same keys, and start as a single one does', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 6 }), (keys) => {
        const text = '{a|b|c} {1|2|3}';
        expect(expandRuns(text, keys)).toEqual(expandRuns(text, keys));
        expect(expandRuns(text, keys)[0]).toEqual(expandRuns(text, keys.slice(0, 1))[0]);
      }),
    );
  });

  it('stay the same forever: a job names its seed', () => {
    const sent = expandRuns('{a|b|c|d|e|f|g|h}', ['1', '2', '3', '4', '5']).map(({ text }) => text);
    expect(sent.join('')).toBe('cdegf');
  });

  it('fall evenly for neighbouring seeds', () => {
    const counts = [0, 0, 0, 0];
    for (let seed = 0; seed < 4000; seed++) {
      const side = diceOf(String(seed))(4);
      counts[side] = (counts[side] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(850);
  });
});

describe('what a prompt is', () => {
  it.each([
    ['a (red:1.2) door', false, false],
    ['a \\(b\\)', false, false],
    ['a \\{', true, false],
    ['{a}', true, false],
    ['{a|b}', true, true],
    ['__x__', true, true],
    ['%date%', true, false],
    ['a // b', true, false],
  ])('%j is changed: %j, by chance: %j', (text, dynamic, random) => {
    expect(isDynamic(text)).toBe(dynamic);
    expect(isRandom(text)).toBe(random);
  });
});

describe('a date', () => {
  it.each([
    ['yyyy-MM-dd', '2026-03-05'],
    ['yy/M/d', '26/3/5'],
    ['hh-mm-ss', '09-07-03'],
    ['h.m.s yyy', '9.7.3 yyy'],
    ['', ''],
  ])('in the format %j is %j', (format, text) => {
    expect(formatDate(NOON, format)).toBe(text);
  });
});
