import type { NodeLink } from '../comfy/graph';
import type { MessageKey } from '../i18n/index.svelte';
import { AREA_NODES, type CutOut, cutOut } from './area-graph';
import { GraphBuilder } from './graph-builder';
import type { NodeInfos, Recipe, RecipeField, RecipeInput, RecipeValues } from './recipe';
import { RECIPE_TITLES } from './recipe-title';

/** What sets a recipe that runs without a model apart from the others. */
export interface ModelFreeParts {
  id: keyof typeof RECIPE_TITLES;
  about: MessageKey;
  /** Classes besides those that every recipe is built from. */
  needs?: readonly string[];
  /** Whether it has something to put beyond the sides of an extended picture. */
  extend?: boolean;
  fields: (infos: NodeInfos) => RecipeField[];
  /** Makes the whole picture that is saved, of what was cut out. */
  edit: (builder: GraphBuilder, cut: CutOut, values: RecipeValues, input: RecipeInput) => NodeLink;
}

/**
 * A recipe of core nodes alone. It works on the whole picture at its own size, for nothing is gained by less, and
 * has one mask: where it is 0, no bit of the picture changes.
 */
export function modelFree({ id, about, needs = [], extend = false, fields, edit }: ModelFreeParts): Recipe {
  return {
    id,
    title: RECIPE_TITLES[id],
    about,
    needs: [...new Set([...AREA_NODES, ...needs])],
    supports: { area: false, working: false, denoiseMask: false, compositeMask: true, extend },
    fields,
    build(input, values) {
      const builder = new GraphBuilder();
      const cut = cutOut(builder, { ...input, denoiseMask: input.compositeMask });
      const images = edit(builder, cut, values, input);
      builder.add('SaveImage', { images, filename_prefix: `Darkroom/${id}` });
      return builder.graph;
    },
  };
}
