import fc from 'fast-check';
import { deviceRef } from './device-ref';
import { describe, expect, it } from 'vitest';
import {
  displayPath,
  type FileRef,
  fileRefKey,
  isFolderType,
  parseAnnotated,
  servedName,
  toAnnotated,
  viewQuery,
  viewRefusal,
} from './file-ref';

describe('what GET /view refuses', () => {
  const ref = (filename: string, subfolder = ''): FileRef => ({ filename, subfolder, type: 'output' });

  it.each([
    [ref('portrait..png'), 'dots'],
    [ref('..hidden.png'), 'dots'],
    [ref('a.png', '..'), 'outside'],
    [ref('a.png', 'x/../../y'), 'outside'],
    [ref('a.png', 'x\\..\\..'), 'outside'],
    [ref('a.png', '/mnt/pictures'), 'outside'],
    [ref('a.png', 'D:\\pictures'), 'outside'],
    [ref('/a.png'), 'outside'],
    [ref('a.png'), null],
    [ref('a.b.c.png', 'x/..'), null],
    [ref('a.png', 'v1..v2/./x'), null],
  ])('%j: %s', (file, refusal) => {
    expect(viewRefusal(file)).toBe(refusal);
  });

  it('is no name that is given to an upload', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('.', 'a', ' ') }), (name) => {
        const served = servedName(name);
        expect(viewRefusal(ref(served))).toBeNull();
        expect(served.replaceAll('.', '')).toBe(name.replaceAll('.', ''));
      }),
    );
    expect(servedName('portrait..png')).toBe('portrait.png');
  });
});

describe('parseAnnotated', () => {
  it.each<[string, FileRef]>([
    ['a.png', { filename: 'a.png', subfolder: '', type: 'input' }],
    ['a.png [output]', { filename: 'a.png', subfolder: '', type: 'output' }],
    ['clipspace/a b.png [input]', { filename: 'a b.png', subfolder: 'clipspace', type: 'input' }],
    ['x/y/a.png [temp]', { filename: 'a.png', subfolder: 'x/y', type: 'temp' }],
    ['sub\\deep\\a.png', { filename: 'a.png', subfolder: 'sub\\deep', type: 'input' }],
    ['sub\\deep/a.png', { filename: 'a.png', subfolder: 'sub\\deep', type: 'input' }],
    ['图片/小猫 (1).png [output]', { filename: '小猫 (1).png', subfolder: '图片', type: 'output' }],
    // Without the space, or with another word, the brackets are part of the name.
    ['a.png[input]', { filename: 'a.png[input]', subfolder: '', type: 'input' }],
    ['a [wip].png', { filename: 'a [wip].png', subfolder: '', type: 'input' }],
    ['a.png [models]', { filename: 'a.png [models]', subfolder: '', type: 'input' }],
    ['a [input] [output]', { filename: 'a [input]', subfolder: '', type: 'output' }],
    [
      'C:\\Users\\user\\Pictures\\elephant1.png [input]',
      { filename: 'elephant1.png', subfolder: 'C:\\Users\\user\\Pictures', type: 'input' },
    ],
    ['', { filename: '', subfolder: '', type: 'input' }],
  ])('splits %j', (value, ref) => {
    expect(parseAnnotated(value)).toEqual(ref);
  });

  it('looks in the default folder only without an annotation', () => {
    expect(parseAnnotated('a.png', 'output').type).toBe('output');
    expect(parseAnnotated('a.png [temp]', 'output').type).toBe('temp');
  });

  it('undoes toAnnotated', () => {
    const part = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[/\\]/.test(text));
    const ref = fc.record<FileRef>({
      filename: part,
      subfolder: fc.oneof(
        fc.constant(''),
        fc
          .tuple(fc.array(part, { minLength: 1 }), fc.constantFrom('/', '\\'))
          .map(([parts, by]) => parts.join(by)),
      ),
      type: fc.constantFrom('output', 'input', 'temp'),
    });
    fc.assert(
      fc.property(ref, (file) => {
        expect(parseAnnotated(toAnnotated(file))).toEqual(file);
      }),
    );
  });
});

describe('viewQuery', () => {
  it('keeps the subfolder apart from the name and survives odd characters', () => {
    const ref: FileRef = { filename: '猫 & 狗+#1%.png', subfolder: 'a b\\日本', type: 'output' };
    const query = viewQuery(ref, { preview: 'webp;70', channel: 'rgb', rand: '0.5' });
    expect(query).not.toMatch(/[ #&=]{2}|猫|\\/);
    expect(Object.fromEntries(new URLSearchParams(query))).toEqual({
      filename: '猫 & 狗+#1%.png',
      type: 'output',
      subfolder: 'a b\\日本',
      preview: 'webp;70',
      channel: 'rgb',
      rand: '0.5',
    });
  });

  it('leaves out what is not asked', () => {
    expect(viewQuery({ filename: 'a.png', subfolder: '', type: 'temp' }, { preview: undefined })).toBe(
      'filename=a.png&type=temp',
    );
  });
});

describe('fileRefKey', () => {
  it('tells files apart whose parts could be mistaken for each other', () => {
    const keys = [
      { filename: 'b/c', subfolder: 'a', type: 'output' as const },
      { filename: 'c', subfolder: 'a/b', type: 'output' as const },
      { filename: 'c', subfolder: 'a/b', type: 'temp' as const },
      { filename: 'a/bc', subfolder: '', type: 'output' as const },
    ].map(fileRefKey);
    expect(new Set(keys).size).toBe(4);
  });
});

it('shows paths with forward slashes', () => {
  expect(displayPath({ filename: 'a.png', subfolder: 'x\\y', type: 'output' })).toBe('x/y/a.png');
  expect(displayPath({ filename: 'a.png', subfolder: '', type: 'output' })).toBe('a.png');
  expect(displayPath(deviceRef('holiday/day', 'a.png'))).toBe('holiday/day/a.png');
});

it('knows the three folders', () => {
  expect(['output', 'input', 'temp'].every(isFolderType)).toBe(true);
  expect(['Output', 'models', '', null, undefined, 1].some(isFolderType)).toBe(false);
});
