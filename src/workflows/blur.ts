import type { NodeLink } from '../comfy/graph';
import { type CutOut, pasteBack } from './area-graph';
import type { GraphBuilder } from './graph-builder';
import { pixelRecipe } from './pixel-recipe';
import type { PixelSize, RecipeField, RecipeValues } from './recipe';

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
        { value: 'blur', label: 'inpaint.style.blur' },
        { value: 'pixelate', label: 'inpaint.style.pixelate' },
      ],
    },
    { kind: 'number', key: 'size', label: 'recipes.field.cell', min: 2, max: 256, step: 1, preset: 24 },
  ];
}

/**
 * Shrinks the picture until a cell of `size` px is one pixel, and enlarges it again: nearest neighbour
 * makes mosaic cells, a Gaussian between makes a blur of any width, although ImageBlur stops at 31 px.
 */
function hide(builder: GraphBuilder, { area, pixels }: CutOut, values: RecipeValues): NodeLink {
  const pixelate = values['style'] === 'pixelate';
  const size = Number(values['size'] ?? 24);
  const cell = pixelate ? size : Math.max(1, size / 4);
  const short = (side: number): number => Math.max(MIN_SIDE, Math.round(side / cell));
  const small = { width: short(area.width), height: short(area.height) };
  const cells = builder.scale(pixels, area, small, 'area');
  return pixelate
    ? builder.scale(cells, small, area, 'nearest-exact')
    : builder.scale(soften(builder, cells, small), small, area, 'bicubic');
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
export const blur = pixelRecipe({
  id: 'blur',
  about: 'inpaint.about.blur',
  extend: true,
  fields,
  edit: (builder, cut, values) => pasteBack(builder, cut, hide(builder, cut, values)),
});
