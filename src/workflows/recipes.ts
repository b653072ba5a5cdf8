import { adjust } from './adjust';
import { blur } from './blur';
import { cutOutRecipe } from './cut-out';
import { fill } from './fill';
import { inpaintCheckpoint } from './inpaint-checkpoint';
import { paste } from './paste';
import type { Recipe } from './recipe';
import { registry } from './recipe-registry.svelte';
import { refineCheckpoint } from './refine';
import { removeObject } from './remove-object';
import { sharpen } from './sharpen';
import { upscale } from './upscale';

/** The recipes that come with Darkroom, the one most people want first. */
export const recipes: readonly Recipe[] = [
  inpaintCheckpoint,
  refineCheckpoint,
  removeObject,
  upscale,
  blur,
  fill,
  adjust,
  sharpen,
  paste,
  cutOutRecipe,
];

registry.add(...recipes);

export { registry };
