import type { ExactInt } from '../../comfy/exact-json';
import { parseExactInt } from '../../comfy/exact-json';
import type { InputSpec } from '../../comfy/object-info';
import { evaluate, type NumberRules } from '../../ui/number-input';
import { roundNumber } from './check-field';
import { exactInt } from './value-control';

type Numeric = Extract<InputSpec, { kind: 'int' | 'float' }>;

/**
 * How the number of an input is typed and counted: whole numbers exactly, however long; fractions rounded as its
 * class asks. Arithmetic such as `512*1.5` is understood.
 */
export function fieldRules(spec: Numeric): NumberRules<ExactInt> {
  return {
    read: (text) => {
      const whole = spec.kind === 'int' ? parseExactInt(text) : null;
      return whole ?? evaluate(text);
    },
    settle: (value) => within(spec, rounded(spec, value)),
    move: (value, steps) => within(spec, moved(spec, value, steps)),
  };
}

function rounded(spec: Numeric, value: ExactInt): ExactInt {
  return typeof value === 'bigint' ? value : roundNumber(spec, value);
}

function moved(spec: Numeric, value: ExactInt, steps: number): ExactInt {
  const step = spec.step > 0 ? spec.step : 1;
  if (spec.kind === 'int' && Number.isInteger(step) && Number.isInteger(Number(value))) {
    return exactInt(BigInt(value) + BigInt(steps) * BigInt(step));
  }
  return roundNumber(spec, Number((Number(value) + steps * step).toFixed(10)));
}

function within(spec: Numeric, value: ExactInt): ExactInt {
  if (spec.min !== null && value < spec.min) {
    return spec.min;
  }
  return spec.max !== null && value > spec.max ? spec.max : value;
}
