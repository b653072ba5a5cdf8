import { expect, it } from 'vitest';
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
