import { describe, expect, test } from 'vitest';
import { toBool, toFloat, toInt, toText } from './coerce';

describe('int()', () => {
  test.each([
    [1.5, 1],
    [-1.5, -1],
    [-0.5, 0],
    ['12 ', 12],
    ['+7', 7],
    ['1_000', 1000],
    [true, 1],
    ['18446744073709551615', 18446744073709551615n],
    [9007199254740993n, 9007199254740993n],
    [1e20, 100000000000000000000n],
  ])('%s is %s', (value, expected) => {
    expect(Object.is(toInt(value), expected) || toInt(value) === expected).toBe(true);
  });

  test.each([
    ['1.5', "invalid literal for int() with base 10: '1.5'"],
    ['', "invalid literal for int() with base 10: ''"],
    ['1__0', "invalid literal for int() with base 10: '1__0'"],
    [null, "int() argument must be a string, a bytes-like object or a real number, not 'NoneType'"],
    [NaN, 'cannot convert float NaN to integer'],
    [Infinity, 'cannot convert float infinity to integer'],
  ])('%s fails in Python’s words', (value, message) => {
    expect(() => toInt(value)).toThrow(message);
  });
});

describe('float()', () => {
  test.each([
    ['1e3', 1000],
    [' .5 ', 0.5],
    ['-inf', -Infinity],
    [false, 0],
    [9007199254740993n, 9007199254740992],
  ])('%s is %s', (value, expected) => {
    expect(toFloat(value)).toBe(expected);
  });

  test('strings that are not numbers fail', () => {
    expect(() => toFloat('1,5')).toThrow("could not convert string to float: '1,5'");
    expect(() => toFloat([])).toThrow("float() argument must be a string or a real number, not 'list'");
  });
});

test('str() of null is None, of true True', () => {
  expect([null, true, 5, [1, 'a']].map(toText)).toEqual(['None', 'True', '5', "[1, 'a']"]);
});

test('every non-empty string is true', () => {
  expect(['false', '0', '', 0, 2, null, [], [0], {}, NaN].map(toBool)).toEqual([
    true,
    true,
    false,
    false,
    true,
    false,
    false,
    true,
    false,
    true,
  ]);
});
