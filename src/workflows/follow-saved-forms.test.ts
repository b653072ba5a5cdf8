import { describe, expect, it, vi } from 'vitest';
import { followSavedForms } from './follow-saved-forms';
import type { SavedFormList } from './saved-forms';
import type { SavedGraph } from './own-graph';

const graph = { '1': { class_type: 'LoadImage', inputs: {} } };

/** Forms by their names. */
class Forms implements SavedFormList {
  readonly #listeners = new Set<() => void>();
  names: string[];

  constructor(...names: string[]) {
    this.names = names;
  }

  list(): ReturnType<SavedFormList['list']> {
    return this.names.map((name, i) => ({ id: String(i), name, graph }));
  }

  load(): Promise<void> {
    return Promise.resolve();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  change(...names: string[]): void {
    this.names = names;
    this.#listeners.forEach((listener) => listener());
  }
}

describe('saved forms', () => {
  const set = vi.fn<(graphs: readonly SavedGraph[]) => void>();
  const offered = (): string[] => (set.mock.lastCall?.[0] ?? []).map(({ name }) => name);

  it('are offered as they are, and as they become', () => {
    const forms = new Forms('soften');
    const stop = followSavedForms(forms, { set });
    expect(offered()).toEqual(['soften']);
    forms.change('soften', 'sharpen');
    expect(offered()).toEqual(['soften', 'sharpen']);
    stop();
    forms.change();
    expect(offered()).toEqual(['soften', 'sharpen']);
  });

  it('have names of their own, even where people gave the same', () => {
    followSavedForms(new Forms('soften', 'soften', 'soften (2)', 'soften'), { set });
    expect(offered()).toEqual(['soften', 'soften (2)', 'soften (2) (2)', 'soften (3)']);
  });
});
