import type { Recipe } from './recipe';

/**
 * The recipes people can choose from, in the order they are offered. Reading it in markup or a derived
 * follows changes.
 */
export class RecipeRegistry {
  #recipes = $state.raw<readonly Recipe[]>([]);

  /** Every recipe, the one most people want first. */
  get all(): readonly Recipe[] {
    return this.#recipes;
  }

  /** The recipe of this id; `undefined` for one that this version does not know. */
  find(id: string): Recipe | undefined {
    return this.#recipes.find((recipe) => recipe.id === id);
  }

  /**
   * Offers recipes after those that are there, until the returned function is called.
   * @throws RangeError when an id is taken: results name their recipe by it.
   */
  add(...recipes: readonly Recipe[]): () => void {
    const ids = [...this.#recipes, ...recipes].map(({ id }) => id);
    const twice = ids.find((id, index) => ids.indexOf(id) !== index);
    if (twice !== undefined) {
      throw new RangeError(`there are two recipes called ${twice}`);
    }
    this.#recipes = [...this.#recipes, ...recipes];
    return () => {
      this.#recipes = this.#recipes.filter((recipe) => !recipes.includes(recipe));
    };
  }
}

/** Empty until `recipes.ts` is loaded, which comes with the editor. */
export const registry = new RecipeRegistry();
