import { blur } from './blur';
import { inpaintCheckpoint } from './inpaint-checkpoint';
import type { Recipe } from './recipe';
import { registry } from './recipe-registry.svelte';

/** The recipes that come with Darkroom, the one most people want first. */
export const recipes: readonly Recipe[] = [inpaintCheckpoint, blur];

registry.add(...recipes);

export { registry };
