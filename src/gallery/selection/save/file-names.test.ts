import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NameTaker, safeName } from './file-names';

describe('the name of a file in an archive', () => {
  it.each([
    ['ComfyUI_00001_.png', 'ComfyUI_00001_.png'],
    ['../../etc/passwd', '.._.._etc_passwd'],
    ['C:\\a.png', 'C__a.png'],
    ['what? "this" <that>.webp', 'what_ _this_ _that_.webp'],
    ['CON.png', '_CON.png'],
    ['console.png', 'console.png'],
    ['ends with a dot.', 'ends with a dot'],
    ['图片 1.png', '图片 1.png'],
    ['...', '_'],
    [`${'x'.repeat(400)}.png`, `${'x'.repeat(176)}.png`],
  ])('is %j written as %j', (name, safe) => expect(safeName(name)).toBe(safe));

  it('is nobody else’s, also where capitals are all the difference', () => {
    const names = new NameTaker();
    expect(['a.png', 'A.PNG', 'a.png', 'a (2).png', 'b', 'b'].map((name) => names.take(name))).toEqual([
      'a.png',
      'A (2).PNG',
      'a (3).png',
      'a (2) (2).png',
      'b',
      'b (2)',
    ]);
  });

  it('leads out of no folder', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (wanted) => {
        const names = new NameTaker();
        const given = wanted.map((name) => names.take(name));
        expect(new Set(given.map((name) => name.toLowerCase())).size).toBe(wanted.length);
        for (const name of given) {
          expect(name).not.toMatch(/[/\\]|^\.*$/);
        }
      }),
    );
  });
});
