import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ExactJson, parseExact, parseExactInt, stringifyExact } from './exact-json';

describe('parseExact', () => {
  it.each([
    ['0', 0],
    ['-7', -7],
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['9007199254740993', 9007199254740993n],
    ['-9007199254740993', -9007199254740993n],
    ['18446744073709551615', 18446744073709551615n],
    ['-9223372036854775808', -9223372036854775808n],
    ['123456789012345678901234567890', 123456789012345678901234567890n],
    ['0.1234567890123456789', Number('0.1234567890123456789')],
    ['12345678901234567.5', Number('12345678901234567.5')],
    ['1234567890123456e3', 1234567890123456e3],
    ['1e400', Infinity],
    ['-1.5E-7', -1.5e-7],
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['-Infinity', -Infinity],
    ['true', true],
    ['null', null],
  ])('reads %s', (text, value) => {
    expect(parseExact(text)).toEqual(value);
    expect(parseExact(` [ ${text} ] `)).toEqual([value]);
    expect(parseExact(`{"a":{"b":${text}}}`)).toEqual({ a: { b: value } });
  });

  it('leaves strings alone that look like tokens or long numbers', () => {
    const strings = [
      'NaN',
      'a NaN, -Infinity and 18446744073709551615',
      '18446744073709551615',
      '"NaN"',
      '\\',
      '\\"NaN',
      '\0i18446744073709551615',
      '\0fNaN',
      '\0s',
      '\0',
    ];
    // Both a real token and a long integer are there, so that no short cut is taken.
    const text = `[NaN,18446744073709551615,${strings.map((string) => JSON.stringify(string)).join(',')}]`;
    expect(parseExact(text)).toEqual([NaN, 18446744073709551615n, ...strings]);
  });

  it.each([
    'a: 18446744073709551615, b',
    '[18446744073709551615]',
    ':18446744073709551615',
    ', 18446744073709551615',
    '{"seed":18446744073709551615}',
    '\0i18446744073709551615',
    '\0s',
  ])('tells a long number from a string that holds %j', (string) => {
    const text = `{"seed": 18446744073709551615, "text": ${JSON.stringify(string)}}`;
    expect(parseExact(text)).toEqual({ seed: 18446744073709551615n, text: string });
    expect(parseExact(JSON.stringify(string))).toBe(string);
  });

  it('reads the metadata ComfyUI writes for a node whose IS_CHANGED is NaN', () => {
    const text =
      '{"1":{"class_type":"LoadImage","inputs":{"image":"a NaN.png"},"is_changed":["c618"]},' +
      '"2":{"class_type":"TNaN","inputs":{"image":["1",0],"seed":18446744073709551615},"is_changed":[NaN]}}';
    const graph = parseExact(text) as Record<string, { inputs: object; is_changed: unknown }>;
    expect(graph['1']?.inputs).toEqual({ image: 'a NaN.png' });
    expect(graph['2']).toMatchObject({ inputs: { seed: 18446744073709551615n }, is_changed: [NaN] });
  });

  it('keeps keys that begin with NUL or name a prototype, and takes the last of two equal keys', () => {
    expect(parseExact(String.raw`{"\u0000k":1,"a":9007199254740993,"a":NaN}`)).toEqual({ '\0k': 1, a: NaN });
    const odd = parseExact('{"__proto__":{"seed":9007199254740993}}') as object;
    expect(Object.keys(odd)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(odd)).toBe(Object.prototype);
  });

  it.each([
    '',
    'nope',
    '{',
    '[NaN',
    '[NaN NaN]',
    '+Infinity',
    'Infinity1',
    '{NaN: 1}',
    '{18446744073709551615: 1}',
    '018446744073709551615',
    '18446744073709551615-',
    '1844674407370955161 5',
    '1234567890123456.',
    '-',
    '<html>Infinity</html>',
    "{'a': 12345678901234567890}",
  ])('refuses %j', (text) => {
    expect(() => parseExact(text)).toThrow(SyntaxError);
  });

  it('reads a string of a megabyte beside a long number', () => {
    const long = 'a "quoted" \\ word '.repeat(60_000);
    expect(parseExact(JSON.stringify([long]).replace(']', ',18446744073709551615]'))).toEqual([
      long,
      18446744073709551615n,
    ]);
  });
});

const exactInt = fc
  .bigInt({ min: -(2n ** 70n), max: 2n ** 70n })
  .map((value) => (value >= -(2n ** 53n) + 1n && value <= 2n ** 53n - 1n ? Number(value) : value));
/** Not minus zero, and no whole number beyond 2^53, which JSON cannot tell from an exact integer. */
function isPlainDouble(value: number): boolean {
  return !Object.is(value, -0) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

const exactJson = fc.letrec<{ value: ExactJson }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    exactInt,
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter(isPlainDouble),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('NaN', '\0iNaN', '18446744073709551615', '-Infinity'),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value')),
    fc.dictionary(fc.string(), tie('value'), { noNullPrototype: true }),
  ),
})).value;

describe('round trips', () => {
  it('reads what it wrote, every integer exact', () => {
    fc.assert(
      fc.property(exactJson, fc.constantFrom(undefined, 2), (value, indent) => {
        expect(parseExact(stringifyExact(value, indent))).toEqual(value);
      }),
    );
  });

  it('agrees with JSON.parse wherever that is exact', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = JSON.stringify([value, 'NaN 1234567890123456']);
        const native = JSON.parse(text) as unknown;
        const same = (part: unknown): unknown => (typeof part === 'bigint' ? Number(part) : part);
        expect(mapLeaves(parseExact(text), same)).toEqual(native);
      }),
    );
  });
});

function mapLeaves(value: unknown, map: (part: unknown) => unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => mapLeaves(item, map));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapLeaves(item, map)]));
  }
  return map(value);
}

describe('stringifyExact', () => {
  it('writes integers as digits without quotes', () => {
    expect(stringifyExact({ seed: 18446744073709551615n, small: 9007199254740993n, n: 1.5 })).toBe(
      '{"seed":18446744073709551615,"small":9007199254740993,"n":1.5}',
    );
  });

  it('leaves out undefined values and writes non-finite numbers as null, as JSON does', () => {
    expect(stringifyExact({ a: undefined, b: NaN, c: [undefined, -Infinity] })).toBe(
      '{"b":null,"c":[null,null]}',
    );
    expect(stringifyExact(undefined)).toBe('null');
  });
});

describe('parseExactInt', () => {
  it.each([
    ['42', 42],
    ['  +42 ', 42],
    ['-42', -42],
    ['007', 7],
    ['18446744073709551615', 18446744073709551615n],
    ['-18446744073709551616', -18446744073709551616n],
    ['1.5', null],
    ['1e3', null],
    ['', null],
    ['12a', null],
    ['0x10', null],
    ['- 5', null],
  ])('reads %j', (text, value) => {
    expect(parseExactInt(text)).toBe(value);
  });
});
