import type { ApiGraph, NodeLink } from '../comfy/graph';
import { AREA_NODES, cutOut, pasteBack } from './area-graph';
import { GraphBuilder } from './graph-builder';
import { RECIPE_TITLES } from './recipe-title';
import type { PixelSize, Recipe, RecipeField, RecipeInput, RecipeValues } from './recipe';

/** Shortest side after shrinking, px. */
const MIN_SIDE = 1;

function fields(): RecipeField[] {
  return [
    {
      kind: 'choice',
      key: 'style',
      label: 'recipes.field.style',
      preset: 'blur',
      options: [
        { value: 'blur', label: 'recipes.blur.styleBlur' },
        { value: 'pixelate', label: 'recipes.blur.stylePixelate' },
      ],
    },
    { kind: 'number', key: 'size', label: 'recipes.field.cell', min: 2, max: 256, step: 1, preset: 24 },
  ];
}

/**
 * Shrinks the picture until a cell of `size` px is one pixel, and enlarges it again: nearest neighbour
 * makes mosaic cells, a Gaussian between makes a blur of any width, although ImageBlur stops at 31 px.
 */
function build(input: RecipeInput, values: RecipeValues): ApiGraph {
  const builder = new GraphBuilder();
  const cut = cutOut(builder, input);
  const pixelate = values['style'] === 'pixelate';
  const size = Number(values['size'] ?? 24);
  const cell = pixelate ? size : Math.max(1, size / 4);
  const short = (side: number): number => Math.max(MIN_SIDE, Math.round(side / cell));
  const small = { width: short(cut.area.width), height: short(cut.area.height) };
  const cells = builder.scale(cut.pixels, cut.area, small, 'area');
  const hidden = pixelate
    ? builder.scale(cells, small, cut.area, 'nearest-exact')
    : builder.scale(soften(builder, cells, small), small, cut.area, 'bicubic');
  const images = pasteBack(builder, cut, hidden);
  builder.add('SaveImage', { images, filename_prefix: 'Darkroom/blur' });
  return builder.graph;
}

/** ImageBlur mirrors the picture beyond its edges, which fails when the radius reaches a side. */
function soften(builder: GraphBuilder, image: NodeLink, { width, height }: PixelSize): NodeLink {
  const radius = Math.min(6, width - 1, height - 1);
  return radius < 1 ? image : builder.add('ImageBlur', { image, blur_radius: radius, sigma: 2 });
}

/**
 * Hides the mask with core nodes alone, so it runs on every ComfyUI, without a model. Extended, a picture
 * gets a blurred rim.
 */
export const blur: Recipe = {
  id: 'blur',
  title: RECIPE_TITLES.blur,
  about: 'recipes.blur.about',
  needs: AREA_NODES,
  supports: { area: false, working: false, denoiseMask: false, compositeMask: true, extend: true },
  fields,
  build: (input, values) => build({ ...input, denoiseMask: input.compositeMask }, values),
};
