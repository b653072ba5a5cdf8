import * as v from 'valibot';
import type { ExactJson } from '../../comfy/exact-json';
import { summarizeGraph } from '../../comfy/graph-summary';
import type { NodeInfo } from '../../comfy/object-info';
import { type DocumentClient, UserDocument, type UserDocumentType } from '../../jobs/user-document';
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
import { isFamilyRecipe } from '../../workflows/families/family-recipe';
import { familyOfGraph } from '../../workflows/families/from-graph';
import { type Guess, UNKNOWN } from '../../workflows/families/guess';
import { type ModelEntry, type Offer, offerModels } from '../../workflows/families/offer';
import { registry } from '../../workflows/recipes';
import { type OwnRecipes, type RefusedGraph, savedGraphs } from '../../workflows/saved-graphs.svelte';
import { REFINE, refineWith } from '../../workflows/refine';
import { type SameSetup, SAME_SETUP, sameSetup } from '../../workflows/surgery/same-setup';
import { randomSeed } from '../../comfy/graph-seeds';
import { ModelGuesses, modelsDocument } from './model-guesses.svelte';
import type { PictureSetup } from './picture-setup.svelte';

interface Kept {
  recipe: string | null;
  keepSeed: boolean;
  values: Record<string, RecipeValues>;
}

/** What was chosen for one picture alone. */
export interface OwnChoice {
  /** The chosen recipe; null while it is the one offered first. */
  recipe: string | null;
  /** What was filled in for it, by recipe. */
  values: Record<string, RecipeValues>;
}

const NOTHING_CHOSEN: OwnChoice = { recipe: null, values: {} };

const NONE_SAVED: OwnRecipes = { recipes: [], refused: [] };
const NO_MODELS: Offer = { recipes: [], entries: [], others: [] };

/** More offers than these help nobody. */
const MOST_INSTEAD = 2;

/** What only suits the model that it was chosen for. */
const OF_ONE_MODEL = /^(model|lora\.|seed$)/;

/**
 * The chosen recipe and its form's values, kept for next time on every device. Lists and limits come from the
 * server; a value it no longer offers falls back to the preset. The setup that made the open picture comes first;
 * its values start from that picture every time.
 */
export class RecipeForm {
  readonly #document: UserDocument;
  readonly #picture: Pick<PictureSetup, 'made' | 'unread'>;
  #infos = $state.raw<NodeInfos>(new Map());
  #kept = $state.raw<Kept>(readKept([]));
  #own = $state.raw<OwnChoice>(NOTHING_CHOSEN);
  #wanted = $state<string | null>(null);

  readonly #setup = $derived.by<SameSetup | null>(() => {
    const { made } = this.#picture;
    return made && this.#infos.size > 0 ? sameSetup(made.graph, this.#infos, made) : null;
  });
  readonly #guesses: ModelGuesses;
  readonly #offer = $derived.by(() =>
    this.#infos.size > 0 ? offerModels(this.#infos, this.#guesses.told) : NO_MODELS,
  );
  readonly #saved = $derived<OwnRecipes>(this.#infos.size > 0 ? savedGraphs.offer(this.#infos) : NONE_SAVED);
  readonly #recipes = $derived<readonly Recipe[]>([
    ...(this.#setup?.ok ? [this.#setup.recipe] : []),
    ...this.#offer.recipes,
    ...(this.#setup?.ok ? withRefine(this.#setup.recipe) : registry.all),
    ...this.#saved.recipes,
  ]);
  readonly #usable = $derived(
    registry.all.filter((recipe) => missingNodes(recipe, this.#infos).length === 0),
  );
  readonly #recipe = $derived<Recipe | undefined>(
    this.#find(this.#own.recipe ?? SAME_SETUP) ??
      this.#find(this.#kept.recipe ?? '') ??
      this.#preferred() ??
      registry.all[0],
  );
  readonly #fields = $derived<RecipeField[]>(this.#recipe?.fields(this.#infos) ?? []);
  /** What the graph of the open picture says, where it cannot be used itself. */
  readonly #told = $derived.by<RecipeValues>(() => {
    const { made } = this.#picture;
    const summary = made && this.#setup?.ok === false ? summarizeGraph(made.graph, made.output) : null;
    const { prompt, negative, steps, cfg } = summary ?? {};
    // Each family of models has numbers of its own.
    const told = Object.entries(
      isFamilyRecipe(this.#recipe?.id ?? '') ? { prompt, negative } : { prompt, negative, steps, cfg },
    );
    return Object.fromEntries(told.filter((entry): entry is [string, string | number] => entry[1] != null));
  });
  readonly #values = $derived<RecipeValues>(fillValues(this.#fields, this.#startValues()));

  /**
   * @param documents of the types `recipeDocument` and `modelsDocument`.
   * @param picture tells of the graph that made the open picture.
   */
  constructor(
    documents: { recipes: UserDocument; models: UserDocument },
    picture: Pick<PictureSetup, 'made' | 'unread'> = { made: null, unread: null },
  ) {
    const document = documents.recipes;
    this.#document = document;
    this.#guesses = new ModelGuesses(documents.models);
    this.#picture = picture;
    this.#read();
    document.onChange(() => this.#read());
  }

  /** Adopts what another device filled in later than this one, field by field. */
  async load(): Promise<void> {
    await Promise.all([this.#document.load(), this.#guesses.load()]);
  }

  /** The recipes to choose from, the one offered first at the head. */
  get recipes(): readonly Recipe[] {
    return this.#recipes;
  }

  /** Saved forms that cannot repair a part of a picture, and why. */
  get refused(): readonly RefusedGraph[] {
    return this.#saved.refused;
  }

  /** The models of the server, and what each can be used for. */
  get offer(): Offer {
    return this.#offer;
  }

  /** The model that is chosen; undefined for recipes without one. */
  get entry(): ModelEntry | undefined {
    const id = this.#recipe?.id;
    return this.#offer.entries.find(({ recipe, key, file }) => recipe === id && this.#values[key] === file);
  }

  /**
   * Models to repaint with where what made the picture cannot be used: those of the same family, or else the first
   * that could run.
   */
  get instead(): readonly ModelEntry[] {
    const { made, unread } = this.#picture;
    if (this.#setup?.ok !== false && !unread) {
      return [];
    }
    const family = made ? familyOfGraph(made.graph) : UNKNOWN;
    const ready = this.#offer.entries.filter(({ recipe }) => !this.#find(recipe)?.lacks?.length);
    const same = ready.filter(({ guess }) => guess === family);
    const chosen = this.entry;
    return (same.length > 0 ? same : ready)
      .filter(({ recipe, file }) => recipe !== chosen?.recipe || file !== chosen.file)
      .slice(0, MOST_INSTEAD);
  }

  /** Chooses a model of the server. */
  pick({ recipe, key, file }: ModelEntry): void {
    this.choose(recipe);
    this.set(key, file);
  }

  /** Remembers what kind of model a file is, and chooses it as that. */
  tellKind(file: string, guess: Guess): void {
    this.#guesses.tell(file, guess);
    const entry = this.#offer.entries.find((one) => one.file === file);
    if (entry) {
      this.pick(entry);
    }
  }

  /** What became of the graph that made the open picture; null when there is none, or it is not known yet. */
  get setup(): SameSetup | null {
    return this.#setup;
  }

  /** What was chosen for the open picture alone, to be kept with it. */
  get own(): OwnChoice {
    return this.#own;
  }

  /** Takes up what was chosen for the open picture; without it, everything starts from that picture. */
  startOver(own: OwnChoice = NOTHING_CHOSEN): void {
    this.#own = own;
  }

  /** Values of the last run that could be used here too, as far as they differ. */
  get last(): RecipeValues {
    const { values, recipe } = this.#kept;
    const id = this.#recipe?.id ?? '';
    const last =
      id === SAME_SETUP ? (values[SAME_SETUP] ?? values[recipe ?? registry.all[0]?.id ?? '']) : values[id];
    const usable = Object.entries(last ?? {}).filter(
      ([key, value]) => key in this.#values && !OF_ONE_MODEL.test(key) && this.#values[key] !== value,
    );
    return Object.fromEntries(usable);
  }

  /** Fills in what the last run had. */
  useLast(): void {
    this.#fill(this.#recipe?.id ?? '', this.last);
  }

  /** Remembers what a run was made with. Other recipes keep their values anyway. */
  remember(recipe: Recipe, values: RecipeValues): void {
    if (recipe.id === SAME_SETUP) {
      this.#keep(
        Object.fromEntries(Object.entries(values).map(([key, value]) => [valueKey(SAME_SETUP, key), value])),
      );
    }
  }

  /** Before anything is fitted to the server's limits. */
  #startValues(): RecipeValues {
    const id = this.#recipe?.id ?? '';
    const own = this.#own.values[id];
    if (this.#ofPicture(id)) {
      return own ?? {};
    }
    // What is filled in for a picture of unknown origin counts for all others like it, on every device.
    return {
      ...this.#assumed(id),
      ...this.#kept.values[id],
      ...(this.#setup?.ok === false && { ...this.#told, ...own }),
    };
  }

  /** The first model of its kind: a list may begin with one that paints no pictures. */
  #assumed(id: string): RecipeValues {
    const entry = this.#offer.entries.find(({ recipe }) => recipe === id);
    return entry ? { [entry.key]: entry.file } : {};
  }

  /** Whether a recipe starts from the picture that is open, and is made of its setup. */
  #ofPicture(id: string): boolean {
    return id === SAME_SETUP || (id === REFINE && this.#setup?.ok === true);
  }

  #fill(id: string, values: RecipeValues): void {
    const { values: own } = this.#own;
    this.#own = { recipe: id, values: { ...own, [id]: { ...own[id], ...values } } };
  }

  #find(id: string): Recipe | undefined {
    return this.#recipes.find((recipe) => recipe.id === id);
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

  /** Whether a picture is still to be chosen. */
  get lacksPicture(): boolean {
    return this.#fields.some(({ kind, key }) => kind === 'picture' && this.#values[key] === '');
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
    this.#own = { ...this.#own, recipe: id };
    if (id !== SAME_SETUP) {
      this.#keep({ recipe: id });
    }
  }

  set(key: string, value: FieldValue): void {
    const id = this.#recipe?.id;
    if (id !== undefined) {
      // Whoever fills in a form wants that one, even when the picture's own setup turns up later.
      this.#fill(id, { [key]: value });
    }
    if (id !== undefined && !this.#ofPicture(id)) {
      this.#keep({ [valueKey(id, key)]: value });
    }
  }

  /** Fills the form with a job's values. A recipe unknown to this version changes nothing. */
  restore(id: string, values: RecipeValues): void {
    if (id === SAME_SETUP) {
      this.#own = { recipe: id, values: { [id]: values } };
    } else if (registry.find(id) || isFamilyRecipe(id) || this.#find(id)) {
      this.#own = { recipe: id, values: { ...this.#own.values, [id]: values } };
      const changes = Object.entries(values).map(([key, value]) => [valueKey(id, key), value] as const);
      this.#keep({ recipe: id, ...Object.fromEntries(changes) });
    }
  }

  /** Key of the field that is to be brought into view and focused next. */
  get wanted(): string | null {
    return this.#wanted;
  }

  /** Brings a field into view and puts the focus into it, once the form is there. */
  show(key: string): void {
    this.#wanted = key;
  }

  /** For the view: the field has been shown, or there is none of that name. */
  shown(): void {
    this.#wanted = null;
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

  /** The first recipe that can run: one for checkpoints, else one for other models, else one without a model. */
  #preferred(): Recipe | undefined {
    const { entries, recipes } = this.#offer;
    const models = recipes.filter(({ lacks = [] }) => lacks.length === 0);
    const plain = this.#usable.filter(({ id }) => entries.some(({ recipe }) => recipe === id));
    const others = this.#usable.filter((recipe) =>
      recipe.fields(this.#infos).every((field) => field.kind !== 'choice' || field.options.length > 0),
    );
    return plain[0] ?? models[0] ?? others[0];
  }

  #keep(changes: Record<string, ExactJson>): void {
    this.#document.set(changes);
    this.#read();
  }

  #read(): void {
    this.#kept = readKept(this.#document.entries());
  }
}

/** The recipes by name, refining with the setup of the picture. */
function withRefine(setup: Recipe): Recipe[] {
  return registry.all.map((recipe) => (recipe.id === REFINE ? refineWith(setup) : recipe));
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

/** What a form is kept in, on this browser and the server. */
export function formDocuments(client: DocumentClient): { recipes: UserDocument; models: UserDocument } {
  return {
    recipes: new UserDocument(client, recipeDocument),
    models: new UserDocument(client, modelsDocument),
  };
}

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
