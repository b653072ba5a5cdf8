import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, stretches } from './fold';

const shown = (text: string, ...needles: string[]): string =>
  stretches(
    text,
    needles.map((needle) => fold(needle)),
  )
    .map((part) => (part.hit ? `[${part.text}]` : part.text))
    .join('');

describe('what was found is marked in the text', () => {
  it.each([
    ['A black Cat', ['cat'], 'A black [Cat]'],
    ['a cat, a cat', ['cat'], 'a [cat], a [cat]'],
    ['red_hair', ['red hair'], '[red_hair]'],
    ['red \n hair', ['red hair'], '[red \n hair]'],
    ['一只黑猫', ['黑猫'], '一只[黑猫]'],
    ['Ｆｕｌｌ width', ['full'], '[Ｆｕｌｌ] width'],
    ['aaa', ['aa'], '[aaa]'],
    ['👩‍🎨 paints', ['paints'], '👩‍🎨 [paints]'],
    ['ﬁne', ['fi'], '[ﬁ]ne'],
    ['nothing', ['x', ''], 'nothing'],
    ['', ['x'], ''],
  ])('%j for %j', (text, needles, expected) => {
    expect(shown(text, ...needles)).toBe(expected);
  });

  it('loses no character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.string({ maxLength: 2 })), (text, needles) => {
        expect(
          stretches(text, needles)
            .map((part) => part.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});
