import { type ExactInt, type ExactJson, parseExactInt } from '../../comfy/exact-json';
import type { InputSpec } from '../../comfy/object-info';
import { mismatch } from '../input-values';
import type { FormField } from './node-form';

/** Why the server would refuse what a field holds (API reference 2.1). */
export type FieldFault =
  /** Required, but not there. */
  | { kind: 'missing' }
  | { kind: 'wrong-kind' }
  | { kind: 'too-small'; min: ExactInt }
  | { kind: 'too-large'; max: ExactInt }
  /** Not on the server's list: a model that is not installed, for example. */
  | { kind: 'not-a-choice'; value: string };

/** What is wrong with a field, as far as this side can know; `null` when nothing is. */
export function checkField({ spec, content }: FormField): FieldFault | null {
  if (content.kind === 'unset') {
    return spec.required && spec.kind !== 'autogrow' ? { kind: 'missing' } : null;
  }
  return content.kind === 'link' ? null : checkValue(spec, content.value);
}

function checkValue(spec: InputSpec, value: ExactJson): FieldFault | null {
  if (spec.kind === 'int' || spec.kind === 'float') {
    return checkNumber(spec, value);
  }
  if (spec.kind === 'link') {
    // The server unpacks any value it is given for a link.
    return null;
  }
  if (mismatch(spec, value) !== null) {
    const isChoice = spec.kind === 'dynamic' && typeof value === 'string';
    return isChoice ? { kind: 'not-a-choice', value } : { kind: 'wrong-kind' };
  }
  return spec.kind === 'combo' ? checkChoice(spec, value) : null;
}

function checkNumber(
  spec: Extract<InputSpec, { kind: 'int' | 'float' }>,
  value: ExactJson,
): FieldFault | null {
  const number = numberOf(spec, value);
  if (number === null) {
    return { kind: 'wrong-kind' };
  }
  if (spec.min !== null && number < spec.min) {
    return { kind: 'too-small', min: spec.min };
  }
  return spec.max !== null && number > spec.max ? { kind: 'too-large', max: spec.max } : null;
}

/**
 * The number in a value; `null` when there is none. The server reads digits in a string too, and large seeds
 * are often sent so (API reference 10.1).
 */
export function numberOf(
  spec: Extract<InputSpec, { kind: 'int' | 'float' }>,
  value: ExactJson,
): ExactInt | null {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return Number.isNaN(value) ? null : value;
  }
  if (typeof value !== 'string') {
    return null;
  }
  const isFloat = spec.kind === 'float' && /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value);
  return isFloat ? Number(value) : parseExactInt(value);
}

function checkChoice(spec: Extract<InputSpec, { kind: 'combo' }>, value: ExactJson): FieldFault | null {
  // The server looks at files itself, and fetches remote lists; without options nothing can be said.
  if (spec.upload !== undefined || spec.remote !== undefined || spec.options.length === 0) {
    return null;
  }
  const choices: readonly ExactJson[] = spec.values ?? spec.options;
  const missing = (spec.multiple && Array.isArray(value) ? value : [value]).find(
    (item) => !choices.includes(item),
  );
  if (missing === undefined) {
    return null;
  }
  return typeof missing === 'object'
    ? { kind: 'wrong-kind' }
    : { kind: 'not-a-choice', value: String(missing) };
}

/**
 * A number rounded as the editor rounds what is typed: whole for an INT; for a FLOAT to the multiple its class
 * asks for, else to the decimals of its step. Limits are not applied.
 */
export function roundNumber(spec: Extract<InputSpec, { kind: 'int' | 'float' }>, value: number): number {
  if (spec.kind === 'int') {
    return Math.round(value);
  }
  const decimals = Math.max(0, -Math.floor(Math.log10(spec.step > 0 ? spec.step : 1)));
  const unit = spec.round || (spec.round !== false && decimals > 0 ? 10 ** -decimals : 0);
  if (!unit) {
    return value;
  }
  const places = Math.max(0, -Math.floor(Math.log10(unit)));
  return Number((Math.round(value / unit) * unit).toFixed(Math.min(Math.max(places, decimals), 20)));
}
