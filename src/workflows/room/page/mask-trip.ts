import { type FileRef, toAnnotated } from '../../../comfy/file-ref';
import { t } from '../../../i18n/index.svelte';
import { goTo } from '../../../ui/routes';
import { complain } from '../../../ui/toasts.svelte';
import type { FieldState } from '../../form-view/field-state.svelte';
import { errandFor, takeMask } from '../../mask-errand';
import type { OpenForm } from '../open-form.svelte';

/** Opens the editor to paint a mask on the file of a field; the form comes back with it. */
export function goPaintMask(form: OpenForm, { node, path }: FieldState, file: FileRef): void {
  // What was typed is on the desk before the form is left.
  form.flush();
  goTo(errandFor(file, { form: form.key, title: form.title, node, path }));
}

/** Puts the mask into its input that was painted for it in the editor meanwhile, if one was. */
export function fetchMask(form: OpenForm): void {
  const mask = takeMask(form.key);
  const field = mask && form.state.find(mask.node, mask.path);
  if (mask && field) {
    field.set(toAnnotated(mask.file));
  } else if (mask) {
    complain(t('workflows.maskHomeless'));
  }
}
