import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeWeight, type TextRange, WEIGHT_STEP } from './weights';

/** A text with its selection marked: `[` to `]`, or `^` for a caret. */
function marked(text: string): { text: string; selection: TextRange } {
  const caret = text.indexOf('^');
  if (caret >= 0) {
    return { text: text.replace('^', ''), selection: { start: caret, end: caret } };
  }
  const start = text.indexOf('[');
  const end = text.indexOf(']') - 1;
  return { text: text.replace('[', '').replace(']', ''), selection: { start, end } };
}

/** The text after so many presses, with its selection marked. */
function press(from: string, presses: number): string {
  let { text, selection } = marked(from);
  for (let i = 0; i < Math.abs(presses); i++) {
    const edit = changeWeight(text, selection, Math.sign(presses) * WEIGHT_STEP);
    if (!edit) {
      return 'nothing';
    }
    text = text.slice(0, edit.start) + edit.insert + text.slice(edit.end);
    selection = { start: edit.start, end: edit.start + edit.insert.length };
  }
  return `${text.slice(0, selection.start)}[${text.slice(selection.start, selection.end)}]${text.slice(selection.end)}`;
}

describe('Ctrl+↑ and ↓', () => {
  it.each([
    ['a re^d door', 1, 'a [(red:1.05)] door'],
    ['a re^d door', 3, 'a [(red:1.15)] door'],
    ['a re^d door', -2, 'a [(red:0.9)] door'],
    ['a [red door]', 1, 'a [(red door:1.05)]'],
    // A double click takes the blank with it.
    ['a [red ]door', 1, 'a [(red:1.05)] door'],
    ['a (red:1.1^5) door', 1, 'a [(red:1.2)] door'],
    ['a (red:1.05) d^oor', 1, 'a (red:1.05) [(door:1.05)]'],
    ['a (red:1.05)^ door', -1, 'a [red] door'],
    ['a (red)^door', 1, 'a (red)[(door:1.05)]'],
    ['a (re^d:1.05) door', -1, 'a [red] door'],
    ['a ([red]:1.05) door', -1, 'a [red] door'],
    ['a (red^) door', 1, 'a [(red:1.05)] door'],
    ['[(a (b:1.2) c)]', 1, '[(a (b:1.2) c:1.05)]'],
    ['(a (b^:1.2) c)', 1, '(a [(b:1.25)] c)'],
    ['[(a) and (b)]', 1, '[((a) and (b):1.05)]'],
    ['a \\(re^d\\)', 1, 'a \\([(red:1.05)]\\)'],
    ['embedding:bad-ha^nd', 1, '[(embedding:bad-hand:1.05)]'],
    ['__col^our__ door', 1, '[(__colour__:1.05)] door'],
    ['{re^d|blue} door', 1, '{[(red:1.05)]|blue} door'],
    ['一扇红^门，旧的', 1, '[(一扇红门:1.05)]，旧的'],
    ['a , ^ b', 1, 'nothing'],
    ['[  ]', 1, 'nothing'],
    ['a (re^d:0.05)', -2, 'a [(red:-0.05)]'],
  ])('make of %s, pressed %i times, %s', (from, presses, to) => {
    expect(press(from, presses)).toBe(to);
  });

  it('take back what they did', () => {
    const words = fc.stringMatching(/^[a-z ]{1,20}$/);
    fc.assert(
      fc.property(words, fc.nat(20), fc.integer({ min: 1, max: 12 }), (text, at, presses) => {
        const caret = Math.min(at, text.length);
        const start = `${text.slice(0, caret)}^${text.slice(caret)}`;
        const there = press(start, presses);
        fc.pre(there !== 'nothing');
        expect(press(there, -presses).replace(/[[\]]/g, '')).toBe(text);
      }),
    );
  });

  it('change nothing outside the part they weight, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'(): .1a{|}\\') }),
        fc.nat(),
        fc.nat(),
        (text, a, b) => {
          const [start = 0, end = 0] = [a % (text.length + 1), b % (text.length + 1)].toSorted(
            (x, y) => x - y,
          );
          const edit = changeWeight(text, { start, end }, WEIGHT_STEP);
          expect(edit === null || (edit.start >= 0 && edit.start < edit.end && edit.end <= text.length)).toBe(
            true,
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
