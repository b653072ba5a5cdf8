import { describe, expect, it } from 'vitest';
import { parse } from '../../jobs/library/search/parse';
import { print } from '../../jobs/library/search/query';
import { askedFolder, displayFolder, inFolder } from './asked-folder';

const within = (typed: string, path: string, only = false): string =>
  print(inFolder(parse(typed).query, path, only));

describe('a folder of this device', () => {
  it.each([
    ['', 'device:holiday', false, 'is:device folder:holiday'],
    ['kite', 'device:holiday/day one', true, 'kite is:device folder:="holiday/day one"'],
  ])('is asked for by its name: %j in %s', (typed, path, only, expected) => {
    expect(within(typed, path, only)).toBe(expected);
    expect(askedFolder(parse(expected).query)).toEqual({ path, only });
  });

  it('gives way to a folder of the server, and to none', () => {
    expect(within('kite is:device folder:holiday', 'a/b')).toBe('kite folder:a/b');
    expect(within('kite is:device folder:holiday', '')).toBe('kite');
  });

  it('leaves a wish for the whole device alone', () => {
    expect(within('is:device kite', '')).toBe('is:device kite');
    expect(askedFolder(parse('is:device kite').query)).toBeNull();
  });

  it('is shown without the mark that tells it from those of the server', () => {
    expect(displayFolder('device:holiday/day')).toBe('holiday/day');
    expect(displayFolder('a/b')).toBe('a/b');
  });
});

describe('a folder of the server', () => {
  it('is asked for in place of another, and of one among several of none', () => {
    expect(within('kite folder:a', 'b')).toBe('kite folder:b');
    expect(askedFolder(parse('folder:a').query)).toEqual({ path: 'a', only: false });
    expect(askedFolder(parse('folder:a folder:b').query)).toBeNull();
  });
});
