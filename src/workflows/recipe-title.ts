import { type MessageKey, t } from '../i18n/index.svelte';

/** Titles by recipe id, apart from the recipes: lists of jobs name them without loading their graph builders. */
export const RECIPE_TITLES = {
  'inpaint-checkpoint': 'recipes.inpaint.title',
  blur: 'recipes.blur.title',
} as const satisfies Record<string, MessageKey>;

/** The name of a recipe, or `null` for one this version does not know. */
export function recipeTitle(id: string): string | null {
  return Object.hasOwn(RECIPE_TITLES, id) ? t(RECIPE_TITLES[id as keyof typeof RECIPE_TITLES]) : null;
}
