import type { ExactJson } from '../../../comfy/exact-json';
import { stringifyExact } from '../../../comfy/exact-json';
import { t } from '../../../i18n/index.svelte';
import { saveFile } from '../../../ui/save-file';
import { say } from '../../../ui/toasts.svelte';
import type { SavedForm, SavedForms } from '../../saved-forms';

/** What can be done with saved forms, each telling how it went. */
export class FormActions {
  readonly #forms: SavedForms;

  constructor(forms: SavedForms) {
    this.#forms = forms;
  }

  duplicate(id: string): void {
    const form = this.#forms.get(id);
    if (form) {
      this.#forms.save({ ...form, name: t('workflows.copyOf', { name: form.name }) });
    }
  }

  /** Deletes a form, with the way back. */
  remove(id: string): void {
    const name = this.#forms.get(id)?.name ?? '';
    const putBack = this.#forms.remove(id);
    say(t('workflows.deleted', { name }), { label: t('common.undo'), run: putBack });
  }

  exportForm(id: string): void {
    const form = this.#forms.get(id);
    if (form) {
      saveFile(formFile(form), `${fileName(form.name)}.darkroom-form.json`);
    }
  }
}

/** A form as a file. Its graph stands under `prompt`, so that other programs can run it too. */
export function formFile({ name, graph, layout }: Pick<SavedForm, 'name' | 'graph' | 'layout'>): Blob {
  const file: ExactJson = { darkroomForm: { name, layout }, prompt: graph as unknown as ExactJson };
  return new Blob([stringifyExact(file, 2)], { type: 'application/json' });
}

/** A name without what file systems refuse. */
export function fileName(name: string): string {
  // eslint-disable-next-line no-control-regex
  return name.replace(/[\\/:*?"<>|\u0000-\u001f]+/g, '_').trim() || 'workflow';
}
