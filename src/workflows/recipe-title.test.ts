import { expect, it } from 'vitest';
import { familyRecipeId } from './families/family-recipe';
import { FAMILIES } from './families/family-table';
import type { InstalledModel } from './families/installed';
import { RECIPE_TITLES, recipeTitle } from './recipe-title';
import { recipes } from './recipes';
import { SAME_SETUP } from './surgery/same-setup';

it('knows every recipe by the title the recipe has', () => {
  const titles = [...recipes.map(({ id, title }) => [id, title]), [SAME_SETUP, 'recipes.sameSetup.title']];
  expect(Object.entries(RECIPE_TITLES).sort()).toEqual(titles.sort());
  expect(recipeTitle('blur')).toBe('Blur or pixelate');
});

it('knows no other, not even the names all objects have', () => {
  expect(recipeTitle('from-a-later-version')).toBeNull();
  expect(recipeTitle('toString')).toBeNull();
});

it('names the family of a model, however its files are used', () => {
  expect(recipeTitle('model-qwen-edit')).toBe('Inpaint · Qwen-Image-Edit');
  for (const family of FAMILIES) {
    for (const mode of family.modes) {
      for (const model of [
        { whole: false, loader: {} },
        { whole: true, loader: {} },
        { whole: false, loader: { pack: { name: 'Nunchaku', lora: null } } },
      ]) {
        const id = familyRecipeId({ family, mode, models: [model as InstalledModel] });
        expect(recipeTitle(id)).toBe(`Inpaint · ${family.name}`);
      }
    }
  }
  expect(recipeTitle('model-from-a-later-version')).toBe('Inpaint with a model');
});
