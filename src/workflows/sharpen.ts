import { pasteBack } from './area-graph';
import { pixelRecipe } from './pixel-recipe';

/** ImageSharpen counts its amount in tenths: 100 % adds once what a blur takes away. */
const PER_PERCENT = 0.001;
/** ImageSharpen counts sigma in radii: at half a radius the blur is a Gaussian cut at two sigma. */
const SIGMA = 0.5;
/** px beyond which edges get halos rather than sharper. */
const MAX_RADIUS = 12;

/** Brings out the details inside the mask. */
export const sharpen = pixelRecipe({
  id: 'sharpen',
  about: 'edits.sharpen.about',
  needs: ['ImageSharpen'],
  fields: () => [
    {
      kind: 'number',
      key: 'amount',
      label: 'edits.sharpen.amount',
      min: 0,
      max: 300,
      step: 5,
      preset: 100,
      slider: true,
      unit: 'percent',
    },
    {
      kind: 'number',
      key: 'radius',
      label: 'edits.sharpen.radius',
      min: 1,
      max: MAX_RADIUS,
      step: 1,
      preset: 2,
      slider: true,
      unit: 'px',
    },
  ],
  edit(builder, cut, values) {
    const { width, height } = cut.area;
    // The picture is mirrored beyond its edges, which fails when the radius reaches a side.
    const radius = Math.min(Number(values['radius'] ?? 2), width - 1, height - 1);
    const sharp =
      radius < 1
        ? cut.pixels
        : builder.add('ImageSharpen', {
            image: cut.pixels,
            sharpen_radius: radius,
            sigma: SIGMA,
            alpha: Number(values['amount'] ?? 100) * PER_PERCENT,
          });
    return pasteBack(builder, cut, sharp);
  },
});
