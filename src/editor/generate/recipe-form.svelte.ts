import * as v from 'valibot';
import type { ExactJson } from '../../comfy/exact-json';
import type { NodeInfo } from '../../comfy/object-info';
import type { UserDocument, UserDocumentType } from '../../jobs/user-document';
import {
  type FieldValue,
  fillValues,
  isFilled,
  missingNodes,
  type NodeInfos,
  type Recipe,
  type RecipeField,
  type RecipeValues,
} from '../../workflows/recipe';
import { registry } from '../../workflows/recipes';
import { randomSeed } from '../../workflows/seed';

interface Kept {
  recipe: string | null;
  keepSeed: boolean;
  values: Record<string, RecipeValues>;
}

/**
 * The chosen recipe and its form's values, kept for next time on every device. Lists and limits come from the
 * server; a value it no longer offers falls back to the preset.
 */
export class RecipeForm {
  readonly #document: UserDocument;
  #infos = $state.raw<NodeInfos>(new Map());
  #kept = $state.raw<Kept>(readKept([]));

  readonly #usable = $derived(
    registry.all.filter((recipe) => missingNodes(recipe, this.#infos).length === 0),
  );
  readonly #recipe = $derived<Recipe | undefined>(
    registry.find(this.#kept.recipe ?? '') ?? this.#preferred() ?? registry.all[0],
  );
  readonly #fields = $derived<RecipeField[]>(this.#recipe?.fields(this.#infos) ?? []);
  readonly #values = $derived<RecipeValues>(
    fillValues(this.#fields, this.#kept.values[this.#recipe?.id ?? ''] ?? {}),
  );

  constructor(document: UserDocument) {
    this.#document = document;
    this.#read();
    document.onChange(() => this.#read());
  }

  /** Adopts what another device filled in later than this one, field by field. */
  load(): Promise<void> {
    return this.#document.load();
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
    return this.#infos.size > 0 && this.missing.length === 0 && isFilled(this.#fields, this.#values);
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
      this.#keep({ [valueKey(id, key)]: value });
    }
  }

  /** Fills the form with a job's values. A recipe unknown to this version changes nothing. */
  restore(id: string, values: RecipeValues): void {
    if (registry.find(id)) {
      const changes = Object.entries(values).map(([key, value]) => [valueKey(id, key), value] as const);
      this.#keep({ recipe: id, ...Object.fromEntries(changes) });
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

  #keep(changes: Record<string, ExactJson>): void {
    this.#document.set(changes);
    this.#read();
  }

  #read(): void {
    this.#kept = readKept(this.#document.entries());
  }
}

function valueKey(recipe: string, field: string): string {
  return `value/${recipe}/${field}`;
}

function readKept(entries: readonly [key: string, value: ExactJson][]): Kept {
  const kept: Kept = { recipe: null, keepSeed: false, values: {} };
  for (const [key, value] of entries) {
    const [, recipe, field] = /^value\/([^/]+)\/(.+)$/.exec(key) ?? [];
    if (recipe !== undefined && field !== undefined && v.is(fieldValueSchema, value)) {
      kept.values[recipe] = { ...kept.values[recipe], [field]: value };
    } else if (key === 'recipe' && typeof value === 'string') {
      kept.recipe = value;
    } else if (key === 'keepSeed') {
      kept.keepSeed = value === true;
    }
  }
  return kept;
}

const fieldValueSchema = v.custom<FieldValue>((value) =>
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value),
);

/** What versions up to 0.1 stored: the whole form, with one time of change. */
const wholeSchema = v.object({
  changedAt: v.pipe(v.number(), v.integer(), v.minValue(0)),
  recipe: v.fallback(v.nullable(v.string()), null),
  keepSeed: v.fallback(v.boolean(), false),
  values: v.fallback(v.record(v.string(), v.record(v.string(), fieldValueSchema)), {}),
});

/** The form as a document of its own, a key for each thing that is changed by itself. */
export const recipeDocument: UserDocumentType = {
  name: 'recipes',
  formerPath: 'darkroom/recipes.json',
  upgrade: (json) => {
    const whole = v.safeParse(wholeSchema, json);
    if (!whole.success) {
      return null;
    }
    const { changedAt, recipe, keepSeed, values } = whole.output;
    const entries: [string, ExactJson][] = Object.entries(values).flatMap(([id, fields]) =>
      Object.entries(fields).map(([field, value]): [string, ExactJson] => [valueKey(id, field), value]),
    );
    entries.push(['keepSeed', keepSeed]);
    if (recipe !== null) {
      entries.push(['recipe', recipe]);
    }
    return new Map(entries.map(([key, value]) => [key, { at: changedAt, by: '', value }]));
  },
};
