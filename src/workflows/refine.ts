import { inpaintCheckpoint } from './inpaint-checkpoint';
import { clipArea, workingSize } from './inpaint-area';
import { canvasSize } from './outpaint';
import type { Recipe, RecipeField } from './recipe';
import { RECIPE_TITLES } from './recipe-title';

export const REFINE = 'refine';

/** Keeps what is there and leaves room for details. */
const STRENGTH = 0.35;
/** px beyond which models start to repeat things, whatever the factor asks for. */
const LONGEST = 2048;

const SCALES: RecipeField = {
  kind: 'choice',
  key: 'refine.scale',
  label: 'edits.refine.scale',
  options: ['1', '1.5', '2', '3', '4'].map((value) => ({ value, label: { text: `${value} ×` } })),
  preset: '2',
};

/**
 * The recipe that refines with the model of another: the part is sampled enlarged and with little strength, so that
 * what is there stays and gets the details that its size left no room for.
 */
export function refineWith(recipe: Recipe): Recipe {
  return {
    ...recipe,
    id: REFINE,
    title: RECIPE_TITLES.refine,
    about: 'edits.refine.about',
    // What is added to a picture has no details yet, and the size follows from the factor.
    supports: { ...recipe.supports, working: false, extend: false },
    fields: (infos) => {
      const fields = recipe
        .fields(infos)
        .map((field) =>
          field.kind === 'number' && field.key === 'denoise' ? { ...field, preset: STRENGTH } : field,
        );
      const at = fields.findIndex(({ key }) => key === 'denoise');
      return [...fields.slice(0, at + 1), SCALES, ...fields.slice(at + 1)];
    },
    build: (input, values, infos) => {
      const { [SCALES.key]: scale, ...others } = values;
      const size = canvasSize(input, input.extend);
      const area = clipArea(input.area ?? { x: 0, y: 0, ...size }, size);
      const side = Math.max(area.width, area.height);
      const longest = Math.max(side, Math.min(LONGEST, side * Number(scale ?? 2)));
      const { width, height } = workingSize(area, { side: longest });
      return recipe.build({ ...input, working: { width, height } }, others, infos);
    },
  };
}

/** Refines with a checkpoint. */
export const refineCheckpoint = refineWith(inpaintCheckpoint);
