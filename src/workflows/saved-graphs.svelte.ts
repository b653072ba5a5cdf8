import type { NodeInfos, Recipe } from './recipe';
import { ownGraph, type SavedGraph } from './own-graph';

/**
 * The graphs that people saved, as far as the editor needs them. Whoever keeps them says so here; reading the list
 * in markup or a derived follows changes.
 */
export class SavedGraphs {
  #all = $state.raw<readonly SavedGraph[]>([]);

  get all(): readonly SavedGraph[] {
    return this.#all;
  }

  /** Replaces the list. */
  set(graphs: readonly SavedGraph[]): void {
    this.#all = graphs;
  }

  /** The recipes that can be made of them here, in their order. */
  recipes(infos: NodeInfos): Recipe[] {
    return this.#all.flatMap((saved) => {
      const own = ownGraph(saved, infos);
      return own.ok ? [own.recipe] : [];
    });
  }
}

/** Empty until those who keep saved graphs have loaded them. */
export const savedGraphs = new SavedGraphs();
