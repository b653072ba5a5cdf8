import { pasteBack } from './area-graph';
import { pixelRecipe } from './pixel-recipe';
import { displayName } from './recipe-data';
import { specOf } from './recipe';

/** How many times smaller the part is made before, by the choice's value. */
const SHRUNK = { own: 1, half: 2, quarter: 4 } as const;

/** Sharpens the mask with an upscale model: enlarged by it, and scaled back, details come out that were smeared. */
export const upscale = pixelRecipe({
  id: 'upscale',
  about: 'edits.upscale.about',
  needs: ['UpscaleModelLoader', 'ImageUpscaleWithModel'],
  area: true,
  fields(infos) {
    const models = specOf(infos, 'UpscaleModelLoader', 'model_name', 'combo')?.options ?? [];
    return [
      {
        kind: 'choice',
        key: 'model',
        label: 'edits.upscale.model',
        options: models.map((value) => ({ value, label: { text: displayName(value) } })),
        preset: models[0] ?? '',
        none: 'edits.upscale.none',
      },
      {
        kind: 'choice',
        key: 'from',
        label: 'edits.upscale.from',
        options: (['own', 'half', 'quarter'] as const).map((value) => ({
          value,
          label: `edits.upscale.${value}`,
        })),
        preset: 'own',
      },
    ];
  },
  edit(builder, cut, values) {
    const by = SHRUNK[String(values['from']) as keyof typeof SHRUNK] ?? SHRUNK.own;
    const { width, height } = cut.area;
    const side = (whole: number): number => Math.max(1, Math.round(whole / by));
    const image = builder.scale(cut.pixels, cut.area, { width: side(width), height: side(height) }, 'area');
    const upscale_model = builder.add('UpscaleModelLoader', { model_name: String(values['model'] ?? '') });
    const large = builder.add('ImageUpscaleWithModel', { upscale_model, image });
    // Only the model knows how large it makes the picture.
    const back = builder.add('ImageScale', {
      image: large,
      upscale_method: 'lanczos',
      width,
      height,
      crop: 'disabled',
    });
    return pasteBack(builder, cut, back);
  },
});
