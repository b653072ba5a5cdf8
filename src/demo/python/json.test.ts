import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pythonJson } from './json';

test('spaces, escapes and bare NaN as json.dumps prints them', () => {
  expect(
    pythonJson({ a: [1, 2.5, NaN, -Infinity], é画: 'x\u007f"', b: 18446744073709551615n, c: null }),
  ).toBe(
    '{"a": [1, 2.5, NaN, -Infinity], "\\u00e9\\u753b": "x\\u007f\\"", "b": 18446744073709551615, "c": null}',
  );
});

test('indented like json.dumps(indent=4)', () => {
  expect(pythonJson({ a: [], b: { c: [1] } }, 4)).toBe(
    '{\n    "a": [],\n    "b": {\n        "c": [\n            1\n        ]\n    }\n}',
  );
});

test('any JSON value survives the round trip, in ASCII', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const text = pythonJson(value);
      expect(/^[ -~]*$/.test(text)).toBe(true);
      expect(JSON.parse(text)).toEqual(value);
    }),
    { numRuns: 50 },
  );
});
