import { parse as parseLossless, stringify as stringifyLossless } from 'lossless-json';

/** An integer as ComfyUI sends it: `bigint` only where a double would round it (beyond ±(2^53−1)). */
export type ExactInt = number | bigint;

/** JSON whose integers are exact. `NaN`/`Infinity` appear as numbers when the server wrote them bare. */
export type ExactJson =
  null | boolean | number | bigint | string | ExactJson[] | { [key: string]: ExactJson };

const LONG_DIGITS = /\d{16}/;
const INTEGER = /^-?\d+$/;
const JSON_TOKENS = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;
const NON_FINITE_MARK = '\u0000darkroom:';

function parseNumber(digits: string): ExactInt {
  const value = Number(digits);
  return INTEGER.test(digits) && !Number.isSafeInteger(value) ? BigInt(digits) : value;
}

/** Python writes bare NaN and ±Infinity; JSON has no such tokens, so they travel through a marked string. */
function markNonFinite(text: string): string {
  return text.replace(JSON_TOKENS, (token) =>
    token.startsWith('"') ? token : JSON.stringify(NON_FINITE_MARK + token),
  );
}

function reviveNonFinite(_key: string, value: unknown): unknown {
  return typeof value === 'string' && value.startsWith(NON_FINITE_MARK)
    ? Number(value.slice(NON_FINITE_MARK.length))
    : value;
}

/**
 * Parses JSON without rounding: integers beyond ±(2^53−1) (seeds go to 2^64−1) become `bigint`.
 * Bare `NaN` and `±Infinity`, which ComfyUI writes into PNG metadata, become those numbers
 * (API reference 8, 10.1).
 * @throws SyntaxError when the text is not JSON.
 */
export function parseExact(text: string): ExactJson {
  try {
    return parseStrict(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) {
      throw error;
    }
    return parseLossless(markNonFinite(text), reviveNonFinite, { parseNumber }) as ExactJson;
  }
}

function parseStrict(text: string): ExactJson {
  // The native parser is several times faster; only long runs of digits can lose anything in it.
  return LONG_DIGITS.test(text)
    ? (parseLossless(text, null, { parseNumber }) as ExactJson)
    : (JSON.parse(text) as ExactJson);
}

/**
 * Writes JSON with every `bigint` as plain digits. Python reads integers of any length exactly, so the
 * digits need no quotes, and a number in an editor workflow stays a number.
 * `NaN` and `±Infinity` become `null`, as with JSON.stringify.
 */
export function stringifyExact(value: unknown, indent?: number): string {
  return stringifyLossless(value, null, indent) ?? 'null';
}

/** Reads a whole number a person typed or a server sent; `null` when it is none. */
export function parseExactInt(text: string): ExactInt | null {
  const digits = text.trim();
  return /^[+-]?\d+$/.test(digits) ? parseNumber(digits.replace(/^\+/, '')) : null;
}
