import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wrapText } from './wrap-text';

/** Every character is one wide. */
const wrap = (text: string, width: number, lines = 9): string[] =>
  wrapText(text, width, lines, (part) => [...part].length);

describe('a label', () => {
  it.each([
    ['is left alone where it fits', 'a red sofa', 20, ['a red sofa']],
    ['is broken between words', 'a red sofa', 6, ['a red', 'sofa']],
    ['is broken inside a name that is too long', 'abcdefgh.safetensors', 8, ['abcdefgh', '.safeten', 'sors']],
    ['is broken at the parts of a path', 'SDXL/light_v2', 8, ['SDXL/', 'light_v2']],
    ['is broken inside a Chinese sentence', '红色沙发在窗边', 3, ['红色沙', '发在窗', '边']],
    ['may be empty', '', 8, ['']],
  ])('%s', (_, text, width, lines) => {
    expect(wrap(text, width)).toEqual(lines);
  });

  it('ends in an ellipsis where it has more than the last line takes', () => {
    expect(wrap('one two three four', 6, 2)).toEqual(['one', 'two…']);
    expect(wrap('abcdefghijkl', 4, 2)).toEqual(['abcd', 'efg…']);
  });

  it('never exceeds the width, and loses nothing but spaces', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 4, max: 20 }),
        (text, width) => {
          const lines = wrap(text, width, Infinity);
          lines.forEach((line) => expect([...line].length).toBeLessThanOrEqual(width));
          expect(lines.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
        },
      ),
    );
  });
});
