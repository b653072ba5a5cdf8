import { reporting } from '../base/report';
import type { SavedFormList } from './saved-forms';
import { savedGraphs, type SavedGraphs } from './saved-graphs.svelte';

/**
 * Offers the saved forms as recipes from now on, here and when another device changes them. Of forms with the same
 * name each gets a number, since recipes are known by their names.
 * @returns the way to stop.
 */
export function followSavedForms(
  forms: SavedFormList,
  graphs: Pick<SavedGraphs, 'set'> = savedGraphs,
): () => void {
  const tell = (): void => {
    const taken = new Set<string>();
    graphs.set(forms.list().map(({ name, graph }) => ({ name: freeName(name, taken), graph })));
  };
  tell();
  forms.load().catch(reporting('workflows.saved-forms'));
  return forms.onChange(tell);
}

function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count++) {
    free = `${name} (${count})`;
  }
  taken.add(free);
  return free;
}
