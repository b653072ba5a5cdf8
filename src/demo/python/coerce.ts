import type { ExactInt } from '../../comfy/exact-json';
import { PythonError } from './errors';
import { repr, str, typeName } from './text';

const INT_TEXT = /^[+-]?\d+(?:_\d+)*$/;
const FLOAT_TEXT =
  /^[+-]?(?:(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)$/i;

/** A big integer as `number` when a double holds it exactly, as the JSON reader gives integers. */
export function tidyInt(value: bigint): ExactInt {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/**
 * Python's `int(value)`, which ComfyUI applies to INT inputs and writes back into the prompt (API notes
 * §2.1): floats are truncated, strings of digits are parsed, `true` is 1.
 * @throws PythonError with Python's own message.
 */
export function toInt(value: unknown): ExactInt {
  switch (typeof value) {
    case 'bigint':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    case 'number':
      return intFromFloat(value);
    case 'string': {
      const text = value.trim();
      if (INT_TEXT.test(text)) {
        return tidyInt(BigInt(text.replaceAll('_', '').replace(/^\+/, '')));
      }
      throw new PythonError('ValueError', `invalid literal for int() with base 10: ${repr(value)}`);
    }
    default:
      throw new PythonError(
        'TypeError',
        `int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`,
      );
  }
}

function intFromFloat(value: number): ExactInt {
  if (Number.isNaN(value)) {
    throw new PythonError('ValueError', 'cannot convert float NaN to integer');
  }
  if (!Number.isFinite(value)) {
    throw new PythonError('OverflowError', 'cannot convert float infinity to integer');
  }
  const whole = Math.trunc(value);
  return Number.isSafeInteger(whole) ? whole + 0 : BigInt(whole);
}

/**
 * Python's `float(value)` for FLOAT inputs.
 * @throws PythonError with Python's own message.
 */
export function toFloat(value: unknown): number {
  switch (typeof value) {
    case 'number':
      return value;
    case 'bigint':
      return Number(value);
    case 'boolean':
      return value ? 1 : 0;
    case 'string': {
      const text = value.trim();
      if (FLOAT_TEXT.test(text)) {
        return floatFromText(text.replaceAll('_', '').toLowerCase());
      }
      throw new PythonError('ValueError', `could not convert string to float: ${repr(value)}`);
    }
    default:
      throw new PythonError(
        'TypeError',
        `float() argument must be a string or a real number, not '${typeName(value)}'`,
      );
  }
}

function floatFromText(text: string): number {
  if (text.endsWith('nan')) {
    return NaN;
  }
  if (text.includes('inf')) {
    return text.startsWith('-') ? -Infinity : Infinity;
  }
  return Number(text);
}

/** Python's `str(value)` for STRING inputs: `null` becomes "None". */
export function toText(value: unknown): string {
  return str(value);
}

/** Python's truthiness, for BOOLEAN inputs: every non-empty string is true, even `"false"`. */
export function toBool(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.length > 0;
  }
  if (typeof value === 'object' && value !== null) {
    return Object.keys(value).length > 0;
  }
  return Boolean(value) || Number.isNaN(value);
}
