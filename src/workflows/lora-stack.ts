import * as v from 'valibot';

/** A LoRA to be put on a model, and how strongly. */
export interface LoraRow {
  /** As the server lists it. */
  name: string;
  /** 1 as it was trained; below 0 the opposite. */
  strength: number;
}

/** How strongly a LoRA can be put on. */
export const LORA_RANGE = { min: -2, max: 2, step: 0.05 };

const rowsSchema = v.array(
  v.object({
    name: v.pipe(v.string(), v.minLength(1), v.maxLength(400)),
    strength: v.pipe(v.number(), v.minValue(-100), v.maxValue(100)),
  }),
);

/** Rows as one value of a form, which holds nothing but plain values. */
export function writeLoras(rows: readonly LoraRow[]): string {
  return rows.length === 0 ? '' : JSON.stringify(rows.map(({ name, strength }) => ({ name, strength })));
}

/** Rows out of a form's value; none where it is not one. */
export function readLoras(value: unknown): LoraRow[] {
  if (typeof value !== 'string' || value === '') {
    return [];
  }
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), rowsSchema), value);
  return parsed.success ? parsed.output : [];
}

/**
 * For how many steps a LoRA makes its model fit, as its name says; `null` for the others. Such a model then samples
 * without a second, negative look: CFG 1.
 */
export function stepsOfLora(name: string): number | null {
  const [, count] = /(?:^|[^\d])(\d{1,2})[\s_-]?steps?(?![a-z])/i.exec(name) ?? [];
  const steps = Number(count);
  return steps >= 1 && steps <= MOST_STEPS ? steps : null;
}

/** No LoRA says so of more; larger numbers in names count something else. */
const MOST_STEPS = 16;
