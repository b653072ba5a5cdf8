import { toAnnotated } from '../comfy/file-ref';
import type { ApiGraph } from '../comfy/graph';
import { t } from '../i18n/index.svelte';
import { maskRef, type Recipe, type RecipeField, type RecipeInput, type RecipeValues } from './recipe';

/** The longest side of anything is at least so many px after shrinking. */
const MIN_SIDE = 1;

function fields(): RecipeField[] {
  return [
    {
      kind: 'choice',
      key: 'style',
      label: 'recipes.field.style',
      preset: 'blur',
      options: [
        { value: 'blur', label: t('recipes.blur.styleBlur') },
        { value: 'pixelate', label: t('recipes.blur.stylePixelate') },
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
  const size = Number(values['size'] ?? 24);
  const pixelate = values['style'] === 'pixelate';
  const cell = pixelate ? size : Math.max(1, size / 4);
  const small = (side: number): number => Math.max(MIN_SIDE, Math.round(side / cell));
  return {
    '1': { class_type: 'LoadImage', inputs: { image: toAnnotated(maskRef(input.source)) } },
    '2': {
      class_type: 'ImageScale',
      inputs: {
        image: ['1', 0],
        upscale_method: 'area',
        width: small(input.width),
        height: small(input.height),
        crop: 'disabled',
      },
    },
    ...(pixelate
      ? {}
      : {
          '3': {
            class_type: 'ImageBlur',
            inputs: { image: ['2', 0], blur_radius: blurRadius(input, cell), sigma: 2 },
          },
        }),
    '4': {
      class_type: 'ImageScale',
      inputs: {
        image: pixelate ? ['2', 0] : ['3', 0],
        upscale_method: pixelate ? 'nearest-exact' : 'bicubic',
        width: input.width,
        height: input.height,
        crop: 'disabled',
      },
    },
    '5': {
      class_type: 'ImageCompositeMasked',
      inputs: { destination: ['1', 0], source: ['4', 0], x: 0, y: 0, resize_source: false, mask: ['1', 1] },
    },
    '6': { class_type: 'SaveImage', inputs: { images: ['5', 0], filename_prefix: 'Darkroom/blur' } },
  };
}

/** The node pads by reflection, which fails when the radius reaches the size of a side. */
function blurRadius(input: RecipeInput, cell: number): number {
  const side = Math.round(Math.min(input.width, input.height) / cell);
  return Math.max(1, Math.min(6, side - 1));
}

/** Hides the mask with core nodes alone, so it runs on every ComfyUI, without a model. */
export const blur: Recipe = {
  id: 'blur',
  title: 'recipes.blur.title',
  about: 'recipes.blur.about',
  needs: ['LoadImage', 'ImageScale', 'ImageBlur', 'ImageCompositeMasked', 'SaveImage'],
  supports: { area: false, working: false, denoiseMask: false, compositeMask: false, extend: false },
  fields,
  build,
};
