import type { NodeInfos, Recipe } from './recipe';
import { ownGraph, type OwnProblem, type SavedGraph } from './own-graph';

/** A saved graph that cannot be applied to the masked part of a picture, and why. */
export interface RefusedGraph {
  name: string;
  problem: OwnProblem;
}

/** What can be made of saved graphs. */
export interface OwnRecipes {
  recipes: readonly Recipe[];
  refused: readonly RefusedGraph[];
}

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

  /** The recipes that can be made of them here, and what stands in the way of the others; both in their order. */
  offer(infos: NodeInfos): OwnRecipes {
    const tried = this.#all.map((saved) => ({ name: saved.name, own: ownGraph(saved, infos) }));
    return {
      recipes: tried.flatMap(({ own }) => (own.ok ? [own.recipe] : [])),
      refused: tried.flatMap(({ name, own }) => (own.ok ? [] : [{ name, problem: own.problem }])),
    };
  }
}

/** Empty until those who keep saved graphs have loaded them. */
export const savedGraphs = new SavedGraphs();
