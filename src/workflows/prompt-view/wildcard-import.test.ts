import { describe, expect, it } from 'vitest';
import { MAX_LIST } from '../prompt/wildcard-lists';
import { readLists } from './wildcard-import';

const file = (name: string, text: string) => ({ name, text: () => Promise.resolve(text) });

describe('text files as lists', () => {
  it('are named after the file, and replace nothing', async () => {
    const files = [file('Colour.txt', '\uFEFFred\r\nblue'), file('colour.TXT', 'green'), file('%.txt', 'x')];
    expect((await readLists(files, ['COLOUR'])).lists).toEqual([
      { name: 'Colour 2', text: 'red\r\nblue' },
      { name: 'colour 3', text: 'green' },
      { name: 'list', text: 'x' },
    ]);
  });

  it('are left out when nothing is in them, or too much', async () => {
    const files = [file('a.txt', '\n# only a remark\n'), file('b.txt', 'x'.repeat(MAX_LIST + 1))];
    expect(await readLists(files, [])).toEqual({ lists: [], empty: ['a.txt'], tooLong: ['b.txt'] });
  });
});
