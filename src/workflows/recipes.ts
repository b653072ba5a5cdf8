import { blur } from './blur';
import { inpaintCheckpoint } from './inpaint-checkpoint';
import type { Recipe } from './recipe';

/** Every recipe, the one most people want first. */
export const recipes: readonly Recipe[] = [inpaintCheckpoint, blur];
