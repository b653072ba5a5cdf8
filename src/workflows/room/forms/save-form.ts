import { stringifyExact } from '../../../comfy/exact-json';
import { t } from '../../../i18n/index.svelte';
import { replaceRoute } from '../../../ui/routes';
import { say } from '../../../ui/toasts.svelte';
import type { SavedForms } from '../../saved-forms';
import type { OpenForm } from '../open-form.svelte';
import { type Place, placeRoute } from '../place';

/** Saves an open form under a name, on every device. */
export class SaveForm {
  readonly #forms: SavedForms;
  readonly #form: OpenForm;
  readonly #id: string | null;

  constructor(forms: SavedForms, form: OpenForm, place: Place) {
    this.#forms = forms;
    this.#form = form;
    this.#id = place.kind === 'form' ? place.id : null;
  }

  /** Whether it has a name already. */
  get isSaved(): boolean {
    return this.#id !== null;
  }

  /** Whether there is something to save. */
  get dirty(): boolean {
    const saved = this.#id === null ? undefined : this.#forms.get(this.#id);
    const { keptText, layout, version } = this.#form;
    return (
      saved === undefined ||
      saved.version !== version ||
      keptText !== stringifyExact(saved.graph) ||
      stringifyExact(layout) !== stringifyExact(saved.layout)
    );
  }

  /** Saves it under the name it has; `false` when it has none yet. */
  again(): boolean {
    const saved = this.#id === null ? undefined : this.#forms.get(this.#id);
    if (this.#id === null || !saved) {
      return false;
    }
    const { state, layout } = this.#form;
    const { version } = this.#forms.save({ name: saved.name, graph: state.graph, layout }, this.#id);
    this.#form.version = version;
    say(t('workflows.saved', { name: saved.name }));
    return true;
  }

  /** Saves it as a new form and goes there, with what was run so far. */
  as(name: string): void {
    const { state, layout } = this.#form;
    const { id, version } = this.#forms.save({ name, graph: state.graph, layout });
    const route = placeRoute({ kind: 'form', id });
    void this.#form.moveTo(route, name, version).then(() => {
      say(t('workflows.saved', { name }));
      replaceRoute(route);
    });
  }
}
