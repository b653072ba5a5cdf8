import type { MessageKey } from '../i18n/index.svelte';
import { recipeFamily } from './families/family-names';
import { registry } from './recipe-registry.svelte';
import { inWords } from './wording';

/** Titles by recipe id, apart from the recipes: lists of jobs name them without loading their graph builders. */
export const RECIPE_TITLES = {
  'same-setup': 'recipes.sameSetup.title',
  'inpaint-checkpoint': 'recipes.inpaint.title',
  blur: 'recipes.blur.title',
  fill: 'recipes.fill.title',
  adjust: 'recipes.adjust.title',
  sharpen: 'recipes.sharpen.title',
  paste: 'recipes.paste.title',
  upscale: 'recipes.upscale.title',
  refine: 'recipes.refine.title',
  'remove-object': 'recipes.removeObject.title',
  'cut-out': 'recipes.cutOut.title',
} as const satisfies Record<string, MessageKey>;

/** Before the name of a saved graph that serves as a recipe. */
const OWN = 'own:';

/** The id of the recipe made of the saved graph of a name. */
export function ownRecipeId(name: string): string {
  // What is kept of a form knows its recipe by what stands between slashes.
  return OWN + name.replaceAll('/', '\u2215');
}

/** The name of a recipe, or `null` for one this version does not know. */
export function recipeTitle(id: string): string | null {
  if (id.startsWith('model-')) {
    const name = recipeFamily(id);
    return inWords(name === null ? 'recipes.model' : { key: 'recipes.modelNamed', values: { name } });
  }
  if (id.startsWith(OWN)) {
    return id.slice(OWN.length);
  }
  const title = Object.hasOwn(RECIPE_TITLES, id)
    ? RECIPE_TITLES[id as keyof typeof RECIPE_TITLES]
    : registry.find(id)?.title;
  return title === undefined ? null : inWords(title);
}
