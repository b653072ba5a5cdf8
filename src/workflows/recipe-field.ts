import type { RecipeValues } from './recipe';

/**
 * The field of a recipe's form that an input of its graph comes from: the one of that name, else the one whose value
 * is there; `null` when the recipe itself put it there.
 * @param input as the node calls it.
 * @param value the value there, as text.
 */
export function recipeFieldOf(
  values: RecipeValues,
  input: string | null,
  value: string | null,
): string | null {
  const keys = Object.keys(values);
  const has = (key: string): boolean => value !== null && value !== '' && String(values[key]) === value;
  const named = keys.filter((key) => key === input || key.endsWith(`.${input}`));
  return (
    named.find(has) ??
    named[0] ??
    keys.find(has) ??
    // A stack of LoRAs is one field with several names in it.
    keys.find((key) => value !== null && /\.\w+$/.test(value) && String(values[key]).includes(value)) ??
    null
  );
}
