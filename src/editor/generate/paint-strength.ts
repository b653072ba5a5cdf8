import type { FieldValue } from '../../workflows/recipe';
import type { Wording } from '../../workflows/wording';

/**
 * What a model makes of the paint. `seen`: it starts from the colours. `ignored`: at full strength, noise replaces
 * them. `emptied`: it starts from an empty area. `shown`: it is shown them at any strength, as it edits pictures.
 */
export type PaintMeaning = 'seen' | 'ignored' | 'emptied' | 'shown';

/**
 * @param values of the form: `denoise` is the strength, 0 to 1.
 * @param notes what there is to know about the model.
 */
export function paintMeaning(
  values: Readonly<Record<string, FieldValue>>,
  notes: readonly Wording[] = [],
): PaintMeaning {
  if (notes.includes('families.note.edit')) {
    return 'shown';
  }
  if (values['start'] === 'empty') {
    return 'emptied';
  }
  // As it is shown, to two places.
  return Number(values['denoise']) >= 0.995 ? 'ignored' : 'seen';
}
