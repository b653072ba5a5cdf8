/**
 * The value of typed arithmetic such as `512*1.5` or `(2+3)/4`; `null` when it is none. Only numbers,
 * `+ - * / ( )` and blanks are understood.
 */
export function evaluate(text: string): number | null {
  const tokens = text.replaceAll(',', '.').match(/\d+(?:\.\d+)?|\.\d+|[-+*/()]|\S/g) ?? [];
  let at = 0;

  function factor(): number {
    const token = tokens[at++];
    if (token === '-') {
      return -factor();
    }
    if (token === '+') {
      return factor();
    }
    if (token === '(') {
      const value = sum();
      return tokens[at++] === ')' ? value : NaN;
    }
    return token !== undefined && /^[\d.]/.test(token) ? Number(token) : NaN;
  }

  function product(): number {
    let value = factor();
    while (tokens[at] === '*' || tokens[at] === '/') {
      const right = tokens[at++] === '*' ? factor() : 1 / factor();
      value *= right;
    }
    return value;
  }

  function sum(): number {
    let value = product();
    while (tokens[at] === '+' || tokens[at] === '-') {
      value += tokens[at++] === '+' ? product() : -product();
    }
    return value;
  }

  const value = sum();
  return at === tokens.length && Number.isFinite(value) ? value : null;
}

/** The nearest allowed value: inside the limits and, from `min` on, a whole number of steps;
 * the upper limit itself is always allowed. */
export function constrain(value: number, limits: { min: number; max: number; step: number }): number {
  const { min, max, step } = limits;
  if (value >= max) {
    return max;
  }
  const origin = Number.isFinite(min) ? min : 0;
  const stepped = step > 0 ? origin + Math.round((value - origin) / step) * step : value;
  const digits = Math.min(10, Math.max(0, -Math.floor(Math.log10(step > 0 ? step : 1))) + 2);
  return Math.min(max, Math.max(min, Number(stepped.toFixed(digits))));
}

/** How a number field reads, counts and rounds. */
export interface NumberRules<V> {
  /** The number in a typed text, arithmetic included; `null` when there is none. */
  read(text: string): V | null;
  /** The nearest allowed value, once it has been typed. */
  settle(value: V): V;
  /** The value a number of steps up or down, kept within the limits. */
  move(value: V, steps: number): V;
}

/** The rules of plain numbers between limits; see {@link evaluate} and {@link constrain}. */
export function numberRules(limits: { min: number; max: number; step: number }): NumberRules<number> {
  return {
    read: evaluate,
    settle: (value) => constrain(value, limits),
    move: (value, steps) => constrain(value + steps * limits.step, limits),
  };
}
