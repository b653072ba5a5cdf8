import type { ExactInt, ExactJson } from '../../comfy/exact-json';
import { randomBetween } from '../../comfy/graph-seeds';
import type { InputSpec, ValueControl } from '../../comfy/object-info';
import { numberOf } from './check-field';
import type { FieldUse } from './graph-form';

/** What becomes of a value after each run, in the words of ComfyUI's editor. */
export const CONTROLS = ['fixed', 'randomize', 'increment', 'decrement'] as const;

/** See {@link CONTROLS}. */
export type Control = (typeof CONTROLS)[number];

type Numeric = Extract<InputSpec, { kind: 'int' | 'float' }>;

/** Names for which ComfyUI's editor adds the control whatever the class says. */
const SEED_NAME = /(^|\.)(noise_)?seed$/;

/**
 * The control a field starts with; `null` for fields that have none. Classes that leave the choice to the editor
 * start with random, as they do in ComfyUI.
 */
export function startingControl(path: string, spec: InputSpec, use: FieldUse | null): Control | null {
  if (spec.kind !== 'int' && spec.kind !== 'float' && spec.kind !== 'combo') {
    return null;
  }
  if (spec.control !== undefined) {
    return startOf(spec.control);
  }
  return spec.kind === 'int' && (use === 'seed' || SEED_NAME.test(path)) ? 'randomize' : null;
}

function startOf(control: ValueControl): Control {
  return control === true ? 'randomize' : control;
}

/**
 * The value of the next run, as ComfyUI's editor makes it: one step up or down, stopping at the limits, or drawn
 * anew. A value the control cannot count with stays as it is.
 * @param random draws a whole number, both ends included.
 */
export function nextValue(
  spec: InputSpec,
  value: ExactJson,
  control: Control,
  random: (min: ExactInt, max: ExactInt) => ExactInt = randomBetween,
): ExactJson {
  if (control === 'fixed') {
    return value;
  }
  if (spec.kind === 'combo') {
    return nextChoice(spec, value, control, random);
  }
  if (spec.kind !== 'int' && spec.kind !== 'float') {
    return value;
  }
  const now = numberOf(spec, value);
  if (control === 'randomize') {
    return draw(spec, random);
  }
  if (now === null) {
    return value;
  }
  const up = control === 'increment';
  return spec.kind === 'int' ? countOn(spec, now, up) : stepOn(spec, Number(now), up);
}

function nextChoice(
  spec: Extract<InputSpec, { kind: 'combo' }>,
  value: ExactJson,
  control: Control,
  random: (min: ExactInt, max: ExactInt) => ExactInt,
): ExactJson {
  const choices: readonly ExactJson[] = spec.values ?? spec.options;
  const at = choices.indexOf(value);
  if (choices.length === 0 || spec.multiple) {
    return value;
  }
  const last = choices.length - 1;
  const next =
    control === 'randomize'
      ? Number(random(0, last))
      : Math.min(Math.max(at + (control === 'increment' ? 1 : -1), 0), last);
  return choices[next] ?? value;
}

function draw(spec: Numeric, random: (min: ExactInt, max: ExactInt) => ExactInt): ExactInt {
  const min = spec.min !== null && spec.min > 0 ? spec.min : 0;
  const max = spec.max ?? Number.MAX_SAFE_INTEGER;
  if (spec.kind === 'int') {
    return random(min, max);
  }
  const steps = Math.floor((Number(max) - Number(min)) / (spec.step || 1));
  return Number((Number(min) + Number(random(0, steps)) * (spec.step || 1)).toFixed(10));
}

function countOn(spec: Numeric, now: ExactInt, up: boolean): ExactInt {
  const next = BigInt(now) + (up ? 1n : -1n);
  const over = up ? spec.max !== null && next > spec.max : spec.min !== null && next < spec.min;
  return over ? now : exactInt(next);
}

function stepOn(spec: Numeric, now: number, up: boolean): number {
  const next = Number((now + (up ? spec.step : -spec.step)).toFixed(10));
  const over = up ? spec.max !== null && next > spec.max : spec.min !== null && next < spec.min;
  return over ? now : next;
}

/** A whole number in its usual form: `bigint` only where a double would round it. */
export function exactInt(value: bigint): ExactInt {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
