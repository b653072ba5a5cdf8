import type { NodeInfos, Recipe } from '../recipe';
import { displayName } from '../recipe-data';
import type { Wording } from '../wording';
import type { Family } from './family';
import { familyRecipe, familyRecipeId, familyTitle, type FamilyUse } from './family-recipe';
import { FAMILIES } from './family-table';
import { CHECKPOINT, type Guess, guessFamily, NO_PICTURE } from './guess';
import { type InstalledModel, installedModels, lacksPack } from './installed';

/** Guesses that somebody has put right, by file. */
export type ToldGuesses = Readonly<Record<string, Guess>>;

/** A model that the server has, used in one way: a line of the picker. */
export interface ModelEntry {
  /** Its recipe, and the field and value that choose the file there. */
  recipe: string;
  key: string;
  file: string;
  /** What the file is taken for. */
  guess: Guess;
  /** Under which heading it stands. */
  group: string;
  title: Wording;
  /** Tells files of the same title apart; null where the title does. */
  detail: string | null;
}

/** What can be done with the models of a server. */
export interface Offer {
  /** A recipe for every family, in the order of the table. */
  recipes: readonly Recipe[];
  entries: readonly ModelEntry[];
  /** Models that no recipe is offered for: of a kind that is not known, or that this server is too old for. */
  others: readonly { file: string; guess: Guess }[];
}

/** The recipe for checkpoints that belong to no other family. */
const PLAIN_RECIPE = 'inpaint-checkpoint';
const PLAIN_GROUP = 'Stable Diffusion';

/** Families of one heading side by side: the table has them in the order in which names are tried. */
const GROUPS = [...new Set(FAMILIES.map(({ group }) => group))];
const BY_GROUP = FAMILIES.toSorted((a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group));

/** Finds out what the installed models can be used for. */
export function offerModels(infos: NodeInfos, told: ToldGuesses = {}): Offer {
  const byGuess = new Map<Guess, InstalledModel[]>();
  for (const model of installedModels(infos)) {
    const guess = guessOf(model, told);
    byGuess.set(guess, [...(byGuess.get(guess) ?? []), model]);
  }
  const recipes: Recipe[] = [];
  const entries: ModelEntry[] = [];
  const offered = new Set<InstalledModel>();
  for (const use of BY_GROUP.flatMap((family) => usesOf(family, byGuess.get(family.id) ?? []))) {
    const recipe = familyRecipe(use, infos);
    if (recipe) {
      recipes.push(recipe);
      entries.push(...entriesOf(use));
      use.models.forEach((model) => offered.add(model));
    }
  }
  const plain = byGuess.get(CHECKPOINT) ?? [];
  entries.push(...plain.filter(({ whole }) => whole).map(plainEntry));
  plain.forEach((model) => offered.add(model));
  const others = [...byGuess].flatMap(([guess, models]) =>
    models.filter((model) => !offered.has(model)).map(({ file }) => ({ file, guess })),
  );
  return { recipes, entries, others };
}

function guessOf(model: InstalledModel, told: ToldGuesses): Guess {
  const said = Object.hasOwn(told, model.file) ? told[model.file] : undefined;
  const known = said === CHECKPOINT || said === NO_PICTURE || FAMILIES.some(({ id }) => id === said);
  // A plain checkpoint can only be one; another version may know families that this one does not.
  return said !== undefined && known && (said !== CHECKPOINT || model.whole) ? said : guessFamily(model);
}

/**
 * Ways to use a family's files: each mode, and apart from each other those that hold everything, those that do not, and
 * those of each node pack with ways of its own.
 */
function usesOf(family: Family, models: readonly InstalledModel[]): FamilyUse[] {
  const usable = models.filter((model) => !lacksPack(model));
  const kinds = [...new Set(usable.map(kindOf))]
    .sort()
    .map((kind) => usable.filter((model) => kindOf(model) === kind));
  return family.modes.flatMap((mode) => kinds.map((files) => ({ family, mode, models: files })));
}

/** Sorts in the order in which the kinds are offered. */
function kindOf({ whole, loader }: InstalledModel): string {
  return `${whole ? 1 : 0}${loader.pack?.name ?? ''}`;
}

function entriesOf(use: FamilyUse): ModelEntry[] {
  const { family, models } = use;
  return models.map(({ file }) => ({
    recipe: familyRecipeId(use),
    key: 'model',
    file,
    guess: family.id,
    group: family.group,
    title: familyTitle(use),
    detail: models.length > 1 ? displayName(file) : null,
  }));
}

function plainEntry({ file }: InstalledModel): ModelEntry {
  return {
    recipe: PLAIN_RECIPE,
    key: 'ckpt_name',
    file,
    guess: CHECKPOINT,
    group: PLAIN_GROUP,
    title: { text: displayName(file) },
    detail: null,
  };
}
