import { describeError } from '../../i18n/describe-error';
import { t } from '../../i18n/index.svelte';
import { EditorError, type PictureNote } from './editor-types';

/** What happened and what to do, for failures of the editor and of the server behind it. */
export function describeEditorError(error: unknown): string {
  return error instanceof EditorError ? t(`editor.problem.${error.code}`) : describeError(error);
}

/** What is worth knowing about a file, in one sentence. */
export function describePictureNote(note: PictureNote): string {
  return t(`editor.pictureNote.${note}`);
}
