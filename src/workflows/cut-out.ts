import type { NodeLink } from '../comfy/graph';
import { withTransparency } from './alpha-graph';
import { pixelRecipe } from './pixel-recipe';

/**
 * Turns the mask into transparency. Colours stay, also below what becomes transparent; what was transparent before
 * stays so.
 */
export const cutOutRecipe = pixelRecipe({
  id: 'cut-out',
  about: 'edits.cutOut.about',
  needs: ['InvertMask'],
  fields: () => [
    {
      kind: 'choice',
      key: 'keep',
      label: 'edits.cutOut.keep',
      preset: 'inside',
      options: [
        { value: 'inside', label: 'edits.cutOut.inside' },
        { value: 'outside', label: 'edits.cutOut.outside' },
      ],
    },
  ],
  edit(builder, { canvas, size, area, composite, transparency }, values) {
    const invert = (mask: NodeLink): NodeLink => builder.add('InvertMask', { mask });
    const isPart = area.width !== size.width || area.height !== size.height;
    const painted = isPart
      ? builder.combineMasks(builder.solidMask(0, size), composite, 'add', area)
      : composite;
    const opaque = values['keep'] === 'outside' ? invert(painted) : painted;
    const alpha = transparency ? builder.combineMasks(invert(transparency), opaque, 'multiply') : opaque;
    return withTransparency(builder, canvas, invert(alpha), size);
  },
});
