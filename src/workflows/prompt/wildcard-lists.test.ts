import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenize } from './tokens';
import { findLines, linesOf, listName } from './wildcard-lists';

describe('a wildcard list', () => {
  it('has a line for each choice', () => {
    expect(linesOf('red\r\n  dark blue \n\n# a remark\n#ff0000\rgreen')).toEqual([
      'red',
      'dark blue',
      'green',
    ]);
  });

  it('is found whatever the case of its name', () => {
    const find = findLines([{ name: 'Hair/Colour', text: 'red\nblue' }]);
    expect(find('hair/colour')).toEqual(['red', 'blue']);
    expect(find('hair')).toBeUndefined();
  });

  it.each([
    ['Hair styles.txt', 'Hair styles'],
    ['_a__b_.TXT', 'a_b'],
    ['hair\\long', 'hair/long'],
    ['颜色.txt', '颜色'],
    ['a%b{c}', 'a b c'],
    ['***', ''],
  ])('made of %j is called %j', (file, name) => {
    expect(listName(file)).toBe(name);
  });

  it('can be named in a prompt, whatever its file was called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const name = listName(text);
        fc.pre(name !== '');
        expect(tokenize(`__${name}__`)).toEqual([{ kind: 'wildcard', from: 0, to: name.length + 4, name }]);
      }),
      { numRuns: 1000 },
    );
  });
});
