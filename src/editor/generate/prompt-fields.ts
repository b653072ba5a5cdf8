import type { ExactInt } from '../../comfy/exact-json';
import type { PromptKind } from '../../workflows/prompt-view/prompt-history';
import type { RecipeField, RecipeValues } from '../../workflows/recipe';

/** The fields of a recipe that hold prompts: whatever it asks for in words. */
export function promptFields(fields: readonly RecipeField[]): Extract<RecipeField, { kind: 'text' }>[] {
  return fields.filter((field) => field.kind === 'text');
}

/** Which prompts are offered for a field. */
export function promptKind(key: string): PromptKind {
  return /negative/i.test(key) ? 'negative' : 'prompt';
}

/** What decides how the choices in the prompts of a run fall: its seed, where it has one. */
export function promptSeed(
  values: RecipeValues,
  seedField: Extract<RecipeField, { kind: 'seed' }> | undefined,
): ExactInt | string {
  const seed = seedField && values[seedField.key];
  return typeof seed === 'number' || typeof seed === 'bigint' ? seed : '';
}
