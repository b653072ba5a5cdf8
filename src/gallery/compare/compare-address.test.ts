import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileRef } from '../../comfy/file-ref';
import { canCompare, comparedFiles, compareRoute } from './compare-address';

const file = (filename: string, subfolder = '', type: FileRef['type'] = 'output'): FileRef => ({
  filename,
  subfolder,
  type,
});

const anyFile = fc.record({
  filename: fc.string({ minLength: 1, unit: 'grapheme' }).filter((name) => !name.includes('/')),
  subfolder: fc.array(fc.string({ minLength: 1, unit: 'grapheme' })).map((parts) => parts.join('/')),
  type: fc.constantFrom('output', 'input', 'temp'),
});

const readBack = (route: string): FileRef[] => comparedFiles(route.slice(route.indexOf('?') + 1));

describe('the address of a comparison', () => {
  it('can be read', () => {
    expect(compareRoute([file('one.png'), file('two & three.png', 'a/b', 'input')])).toBe(
      '/compare?a=output/one.png&b=input/a/b/two+%26+three.png',
    );
  });

  it('keeps the folder of a Windows server byte by byte', () => {
    const files = [file('a.png', 'made\\today'), file('a.png', 'made/today')];
    expect(readBack(compareRoute(files))).toEqual(files);
  });

  it('gives back the files it was made of', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyFile, { minLength: 2, maxLength: 4, comparator: same }), (files) => {
        expect(readBack(compareRoute(files))).toEqual(files);
      }),
    );
  });

  it('names a file once, and four at most', () => {
    const files = ['1', '2', '1', '3', '4', '5'].map((name) => file(name));
    expect(readBack(compareRoute(files)).map(({ filename }) => filename)).toEqual(['1', '2', '3', '4']);
  });

  it.each(['', 'a=output', 'a=output/', 'a=nowhere/one.png', 'x=output/one.png', 'a=%E0%A4%A'])(
    'leaves out what is no file: %s',
    (query) => expect(comparedFiles(query)).toEqual([]),
  );

  it('leaves no gap for what is no file', () => {
    expect(comparedFiles('a=output/1&b=bad&d=temp/sub/2')).toEqual([file('1'), file('2', 'sub', 'temp')]);
  });
});

describe('a comparison', () => {
  it('takes two to four different files', () => {
    const files = ['1', '2', '3', '4', '5'].map((name) => file(name));
    expect([1, 2, 3, 4, 5].map((count) => canCompare(files.slice(0, count)))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
    expect(canCompare([file('1'), file('1')])).toBe(false);
  });
});

function same(a: FileRef, b: FileRef): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
