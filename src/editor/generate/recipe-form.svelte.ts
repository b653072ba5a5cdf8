import * as v from 'valibot';
import type { UserDocument } from '../../jobs/user-document';
import type { NodeInfo } from '../../comfy/object-info';
import { parseExact, stringifyExact } from '../../comfy/exact-json';
import {
  type FieldValue,
  fillValues,
  missingNodes,
  type NodeInfos,
  type Recipe,
  type RecipeField,
  type RecipeValues,
} from '../../workflows/recipe';
import { recipes } from '../../workflows/recipes';
import { randomSeed } from '../../workflows/seed';

const KEY = 'darkroom.recipes';

interface Kept {
  /** When it last changed, ms since the epoch: tells which device's form is newer. */
  changedAt: number;
  recipe: string | null;
  keepSeed: boolean;
  values: Record<string, RecipeValues>;
}

/**
 * The chosen recipe and its form's values, kept for next time. Lists and limits come from the server; a value
 * it no longer offers falls back to the preset.
 */
export class RecipeForm {
  readonly #document: UserDocument;
  #infos = $state.raw<NodeInfos>(new Map());
  #kept = $state.raw<Kept>(readKept());

  readonly #usable = $derived(recipes.filter((recipe) => missingNodes(recipe, this.#infos).length === 0));
  readonly #recipe = $derived<Recipe | undefined>(
    recipes.find(({ id }) => id === this.#kept.recipe) ?? this.#preferred() ?? recipes[0],
  );
  readonly #fields = $derived<RecipeField[]>(this.#recipe?.fields(this.#infos) ?? []);
  readonly #values = $derived<RecipeValues>(
    fillValues(this.#fields, this.#kept.values[this.#recipe?.id ?? ''] ?? {}),
  );

  constructor(document: UserDocument) {
    this.#document = document;
  }

  /** Adopts what another device filled in later than this one. */
  async load(): Promise<void> {
    const stored = v.safeParse(keptSchema, await this.#document.load());
    if (stored.success && stored.output.changedAt > this.#kept.changedAt) {
      this.#kept = stored.output;
    }
  }

  /** The chosen recipe. */
  get recipe(): Recipe | undefined {
    return this.#recipe;
  }

  get fields(): RecipeField[] {
    return this.#fields;
  }

  /** The field that holds the seed; undefined for recipes without randomness. */
  get seedField(): Extract<RecipeField, { kind: 'seed' }> | undefined {
    return this.#fields.find((field) => field.kind === 'seed');
  }

  /** What will be sent; always within the server's limits. */
  get values(): RecipeValues {
    return this.#values;
  }

  /** Node classes known so far. */
  get infos(): NodeInfos {
    return this.#infos;
  }

  /** Classes the chosen recipe needs and the server lacks; empty until the server was asked. */
  get missing(): string[] {
    return this.#recipe && this.#infos.size > 0 ? missingNodes(this.#recipe, this.#infos) : [];
  }

  /** Whether everything needed to build a graph is there. */
  get ready(): boolean {
    return (
      this.#infos.size > 0 &&
      this.missing.length === 0 &&
      this.#fields.every((field) => field.kind !== 'choice' || field.options.length > 0)
    );
  }

  /** Whether the seed stays the same after a run. */
  get keepSeed(): boolean {
    return this.#kept.keepSeed;
  }

  /** Takes in what the server offers. */
  setInfos(infos: NodeInfos): void {
    this.#infos = infos;
  }

  /** Takes in one class again, for example after a model was added. */
  setInfo(info: NodeInfo): void {
    this.#infos = new Map(this.#infos).set(info.name, info);
  }

  choose(id: string): void {
    this.#keep({ recipe: id });
  }

  set(key: string, value: FieldValue): void {
    const id = this.#recipe?.id;
    if (id !== undefined) {
      const values = { ...this.#kept.values, [id]: { ...this.#values, [key]: value } };
      this.#keep({ values });
    }
  }

  /** Fills the form with a job's values. A recipe unknown to this version changes nothing. */
  restore(id: string, values: RecipeValues): void {
    if (recipes.some((recipe) => recipe.id === id)) {
      this.#keep({ recipe: id, values: { ...this.#kept.values, [id]: values } });
    }
  }

  setKeepSeed(keepSeed: boolean): void {
    this.#keep({ keepSeed });
  }

  /** Draws a new seed for the next run, unless the present one is to be kept. */
  advanceSeed(): void {
    const field = this.seedField;
    if (field && !this.keepSeed) {
      this.set(field.key, randomSeed());
    }
  }

  /** The first recipe that can run: without a checkpoint on the server, the one without a model. */
  #preferred(): Recipe | undefined {
    return this.#usable.find((recipe) =>
      recipe.fields(this.#infos).every((field) => field.kind !== 'choice' || field.options.length > 0),
    );
  }

  #keep(change: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...change, changedAt: Date.now() };
    this.#document.save({ ...this.#kept });
    try {
      localStorage.setItem(KEY, stringifyExact(this.#kept));
    } catch {
      // Storage can be full or forbidden; the form then lasts as long as the page.
    }
  }
}

const fieldValueSchema = v.custom<FieldValue>((value) =>
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value),
);

const keptSchema = v.object({
  changedAt: v.fallback(v.number(), 0),
  recipe: v.fallback(v.nullable(v.string()), null),
  keepSeed: v.fallback(v.boolean(), false),
  values: v.fallback(v.record(v.string(), v.record(v.string(), fieldValueSchema)), {}),
});

function readKept(): Kept {
  try {
    return v.parse(keptSchema, parseExact(localStorage.getItem(KEY) ?? '{}'));
  } catch {
    return v.parse(keptSchema, {});
  }
}
