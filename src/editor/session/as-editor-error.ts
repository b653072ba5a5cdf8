import { EditorError } from '../editor-types';
import { PngError, type PngProblem } from '../mask/png-read';
import { ImageError } from '../stage/image-tiles';

const PNG_PROBLEMS = {
  'not-png': 'mask-not-png',
  unsupported: 'mask-unsupported-png',
  damaged: 'mask-not-png',
} as const satisfies Record<PngProblem, string>;

/** What went wrong in the terms of the editor; what is not known counts as a picture that cannot be read. */
export function asEditorError(error: unknown): EditorError {
  if (error instanceof EditorError) {
    return error;
  }
  if (error instanceof ImageError) {
    return new EditorError(error.problem, error.facts, error);
  }
  if (error instanceof PngError) {
    return new EditorError(PNG_PROBLEMS[error.problem], { reason: error.message }, error);
  }
  return new EditorError(
    'decode-failed',
    { reason: error instanceof Error ? error.message : String(error) },
    error,
  );
}
