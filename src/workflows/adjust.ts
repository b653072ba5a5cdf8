import { pasteBack } from './area-graph';
import { pixelRecipe } from './pixel-recipe';
import type { RecipeField, RecipeValues } from './recipe';
import { TONE_NODES, ToneGraph } from './tone-graph';

const KEYS = ['brightness', 'contrast', 'saturation', 'hue'] as const;

/** A slider around 0 = as it is. */
function around0(key: (typeof KEYS)[number], limit: number): RecipeField {
  return {
    kind: 'number',
    key,
    label: `edits.adjust.${key}`,
    min: -limit,
    max: limit,
    step: 1,
    preset: 0,
    slider: true,
    ...(key === 'hue' && { unit: 'degrees' as const }),
  };
}

/** A percentage as a factor: −100 is 0, 100 doubles. */
function factor(values: RecipeValues, key: string): number {
  return 1 + Number(values[key] ?? 0) / 100;
}

/** Changes the colours inside the mask. */
export const adjust = pixelRecipe({
  id: 'adjust',
  about: 'edits.adjust.about',
  needs: TONE_NODES,
  fields: () => KEYS.map((key) => around0(key, key === 'hue' ? 180 : 100)),
  edit(builder, cut, values) {
    const toned = new ToneGraph(builder, cut.area).apply(cut.pixels, {
      brightness: factor(values, 'brightness'),
      contrast: factor(values, 'contrast'),
      saturation: factor(values, 'saturation'),
      hue: Number(values['hue'] ?? 0),
    });
    return pasteBack(builder, cut, toned);
  },
});
