import { stringify as stringifyLossless } from 'lossless-json';

/** An integer as ComfyUI sends it: `bigint` only where a double would round it (beyond ±(2^53−1)). */
export type ExactInt = number | bigint;

/** JSON whose integers are exact. `NaN`/`Infinity` appear as numbers when the server wrote them bare. */
export type ExactJson =
  null | boolean | number | bigint | string | ExactJson[] | { [key: string]: ExactJson };

/** A number the native parser would round. */
const LONG_DIGITS = /\d{16}/;
/**
 * A long integer where JSON may have a number. In a string, or as the beginning of another number, it is taken for one
 * too: with the marks that is no JSON any more, and is then read with care.
 */
const LONG_VALUES = /(^|[:,[])(\s*)(-?[1-9]\d{15,})/g;
/** A string, anything that begins like a number, or one of Python's tokens. */
const TOKENS = /"[^"\\]*(?:\\[^][^"\\]*)*"|-?\d[\d.eE+-]*|-?\bInfinity\b|\bNaN\b/g;
const LONG_INTEGER = /^-?[1-9]\d{15,}$/;

/*
 * What JSON cannot say travels through the native parser in strings that begin with NUL, followed by the
 * kind: i integer, f non-finite float, s a string that itself begins with NUL. A parser written in
 * JavaScript is seven times slower than this, which matters for a history of many megabytes.
 */
const NUL_ESCAPED = '\\u0000';

function mark(token: string): string {
  if (token.startsWith('"')) {
    return token.startsWith(`"${NUL_ESCAPED}`) ? `"${NUL_ESCAPED}s${token.slice(1)}` : token;
  }
  if (LONG_INTEGER.test(token)) {
    return `"${NUL_ESCAPED}i${token}"`;
  }
  return /[yN]$/.test(token) ? `"${NUL_ESCAPED}f${token}"` : token;
}

function unmark(text: string): ExactJson {
  const rest = text.slice(2);
  switch (text[1]) {
    case 'i':
      return parseInteger(rest);
    case 'f':
      return Number(rest);
    default:
      return rest;
  }
}

function unmarkKey(key: string): string {
  if (!key.startsWith('\0s')) {
    throw new SyntaxError('a number where a key should be');
  }
  return key.slice(2);
}

/** Replaces the marked strings inside a parsed value, in place. */
function revive(value: ExactJson | undefined): ExactJson {
  if (typeof value === 'string') {
    return value.startsWith('\0') ? unmark(value) : value;
  }
  if (typeof value !== 'object' || value === null) {
    return value ?? null;
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const item = value[i];
      if (isMarkable(item)) {
        value[i] = revive(item);
      }
    }
    return value;
  }
  const keys = Object.keys(value);
  if (keys.some((key) => key.startsWith('\0'))) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key.startsWith('\0') ? unmarkKey(key) : key, revive(item)]),
    );
  }
  for (const key of keys) {
    const item = value[key];
    if (isMarkable(item)) {
      value[key] = revive(item);
    }
  }
  return value;
}

/** Most of what a graph is made of is not: writing that back would cost more than all the rest. */
function isMarkable(value: ExactJson | undefined): boolean {
  return typeof value === 'string' ? value.startsWith('\0') : typeof value === 'object' && value !== null;
}

function parseInteger(digits: string): ExactInt {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits);
}

/**
 * Parses JSON without rounding: integers beyond ±(2^53−1) (seeds go to 2^64−1) become `bigint`.
 * Bare `NaN` and `±Infinity`, which ComfyUI writes into PNG metadata, become those numbers
 * (API reference 8, 10.1).
 * @throws SyntaxError when the text is not JSON.
 */
export function parseExact(text: string): ExactJson {
  try {
    return parseQuickly(text);
    // eslint-disable-next-line local/no-silent-catch -- reading with care refuses what is no JSON either
  } catch {
    return revive(JSON.parse(text.replace(TOKENS, mark)) as ExactJson);
  }
}

/** @throws SyntaxError also when the text can only be read with care. */
function parseQuickly(text: string): ExactJson {
  if (!LONG_DIGITS.test(text)) {
    return JSON.parse(text) as ExactJson;
  }
  if (text.includes(`"${NUL_ESCAPED}`)) {
    throw new SyntaxError('a string that looks like a mark');
  }
  const marked = text.replace(LONG_VALUES, `$1$2"${NUL_ESCAPED}i$3"`);
  return marked === text ? (JSON.parse(text) as ExactJson) : revive(JSON.parse(marked) as ExactJson);
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
  return /^[+-]?\d+$/.test(digits) ? parseInteger(digits.replace(/^\+/, '')) : null;
}
