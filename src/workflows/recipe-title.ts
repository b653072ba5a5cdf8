import { t } from '../i18n/index.svelte';
import { recipes } from './recipes';

/** The name of a recipe, or `null` for one this version does not know. */
export function recipeTitle(id: string): string | null {
  const recipe = recipes.find((candidate) => candidate.id === id);
  return recipe ? t(recipe.title) : null;
}
