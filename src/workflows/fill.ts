import { layOver, LAYER_NODES } from './layer-graph';
import { pixelRecipe } from './pixel-recipe';

/** `#rrggbb` as EmptyImage takes it; anything else is black. */
export function colorNumber(color: string): number {
  return /^#[0-9a-f]{6}$/i.test(color) ? Number.parseInt(color.slice(1), 16) : 0;
}

/** Covers the mask with one colour, transparent parts too. Extended, a picture gets a rim of it. */
export const fill = pixelRecipe({
  id: 'fill',
  about: 'edits.fill.about',
  needs: ['EmptyImage', ...LAYER_NODES],
  extend: true,
  fields: () => [{ kind: 'color', key: 'color', label: 'edits.fill.color', preset: '#808080' }],
  edit(builder, cut, values) {
    const { width, height } = cut.area;
    const color = colorNumber(String(values['color']));
    const layer = builder.add('EmptyImage', { width, height, batch_size: 1, color });
    return layOver(builder, cut, layer, cut.composite);
  },
});
