import { expect, test } from 'vitest';
import { floatText, repr, typeName } from './text';

// Expected texts are those of CPython 3.
test.each([
  [1, '1.0'],
  [-0, '-0.0'],
  [0.1, '0.1'],
  [1e16, '1e+16'],
  [123456789012345680, '1.2345678901234568e+17'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [NaN, 'nan'],
  [-Infinity, '-inf'],
])('str(%s) is %s', (value, text) => {
  expect(floatText(value)).toBe(text);
});

test('repr chooses quotes as Python does', () => {
  expect(repr("it's")).toBe('"it\'s"');
  expect(repr('a"b')).toBe("'a\"b'");
  expect(repr('a\'"b')).toBe("'a\\'\"b'");
  expect(repr('tab\tline\n')).toBe("'tab\\tline\\n'");
});

test('repr of containers', () => {
  expect(repr({ a: [1, null, true], b: 18446744073709551615n })).toBe(
    "{'a': [1, None, True], 'b': 18446744073709551615}",
  );
});

test('type names', () => {
  expect([null, [], 'a', true, 1, 1.5, 1n, {}].map(typeName)).toEqual([
    'NoneType',
    'list',
    'str',
    'bool',
    'int',
    'float',
    'int',
    'dict',
  ]);
});
