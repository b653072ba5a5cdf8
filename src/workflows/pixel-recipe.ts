import type { NodeLink } from '../comfy/graph';
import type { MessageKey } from '../i18n/index.svelte';
import { AREA_NODES, type CutOut, cutOut } from './area-graph';
import { GraphBuilder } from './graph-builder';
import type { NodeInfos, Recipe, RecipeField, RecipeInput, RecipeValues } from './recipe';
import { RECIPE_TITLES } from './recipe-title';

/** What sets a recipe that samples nothing apart from the others like it. */
export interface PixelRecipeParts {
  id: keyof typeof RECIPE_TITLES;
  about: MessageKey;
  /** Classes besides those that every recipe is built from. */
  needs?: readonly string[];
  /** Whether it has something to put beyond the sides of an extended picture. */
  extend?: boolean;
  /** Whether it costs so much that it pays to work on a part. */
  area?: boolean;
  fields: (infos: NodeInfos) => RecipeField[];
  /** Makes the whole picture that is saved, of what was cut out. */
  edit: (builder: GraphBuilder, cut: CutOut, values: RecipeValues, input: RecipeInput) => NodeLink;
}

/**
 * A recipe that changes pixels without sampling, most of them with core nodes alone. It has one mask: where that is
 * 0, no bit of the picture changes.
 */
export function pixelRecipe(parts: PixelRecipeParts): Recipe {
  const { id, about, needs = [], extend = false, area = false, fields, edit } = parts;
  return {
    id,
    title: RECIPE_TITLES[id],
    about,
    needs: [...new Set([...AREA_NODES, ...needs])],
    supports: { area, working: false, denoiseMask: false, compositeMask: true, extend },
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
