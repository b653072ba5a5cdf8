import { EditorError, type EditorErrorCode } from '../model/editor-types';
import { PngError, type PngProblem } from '../mask/png-read';
import { ImageError } from '../stage/image-tiles';

const PNG_PROBLEMS = {
  'not-png': 'mask-not-png',
  unsupported: 'mask-unsupported-png',
  damaged: 'mask-not-png',
} as const satisfies Record<PngProblem, string>;

/**
 * Converts any error into an `EditorError`.
 * @param unknown the code for errors that are not recognised.
 */
export function asEditorError(error: unknown, unknown: EditorErrorCode = 'decode-failed'): EditorError {
  if (error instanceof EditorError) {
    return error;
  }
  if (error instanceof ImageError) {
    return new EditorError(error.problem, error.facts, error);
  }
  if (error instanceof PngError) {
    return new EditorError(PNG_PROBLEMS[error.problem], { reason: error.message }, error);
  }
  return new EditorError(unknown, { reason: error instanceof Error ? error.message : String(error) }, error);
}
