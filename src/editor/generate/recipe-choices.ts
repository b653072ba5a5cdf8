import type { Offer, ModelEntry } from '../../workflows/families/offer';
import { familyOf } from '../../workflows/families/family-table';
import { UNKNOWN } from '../../workflows/families/guess';
import type { Recipe } from '../../workflows/recipe';
import { displayName } from '../../workflows/recipe-data';
import { SAME_SETUP } from '../../workflows/surgery/same-setup';
import { inWords } from '../../workflows/wording';

/** A line of the picker. */
export interface Choice {
  value: string;
  label: string;
  /** Shown only to say why it cannot be chosen. */
  disabled?: true;
}

/** The picker's lines: what stands alone, and what stands under a heading. */
export interface Choices {
  first: Choice[];
  groups: { label: string; options: Choice[] }[];
}

/** The value of a model's line. Ids of recipes have no blanks. */
export function entryValue({ recipe, file }: ModelEntry): string {
  return `${recipe} ${file}`;
}

/** The value of a line for a model of a kind that is not known. */
export function unknownValue(file: string): string {
  return ` ${file}`;
}

/**
 * What the picker shows: the setup of the picture, the models that the server has, by family, and then all recipes
 * that need none of these.
 * @param headings for recipes by name, for models that were not recognised, and for those that the server is too
 *   old for
 */
export function recipeChoices(
  recipes: readonly Recipe[],
  offer: Offer,
  headings: { recipes: string; unknown: string; outdated: string },
): Choices {
  const byName = ({ id, title }: Recipe): Choice => ({ value: id, label: inWords(title) });
  const ofModels = new Set(offer.recipes.map(({ id }) => id));
  const named = recipes.filter(({ id }) => id !== SAME_SETUP && !ofModels.has(id)).map(byName);
  const first = recipes.filter(({ id }) => id === SAME_SETUP).map(byName);
  const byGroup = new Map<string, Choice[]>();
  for (const entry of offer.entries) {
    const { title, detail } = entry;
    const label = detail === null ? inWords(title) : `${inWords(title)} · ${detail}`;
    byGroup.set(entry.group, [...(byGroup.get(entry.group) ?? []), { value: entryValue(entry), label }]);
  }
  const unknown = offer.others
    .filter(({ guess }) => guess === UNKNOWN)
    .map(({ file }) => ({ value: unknownValue(file), label: displayName(file) }));
  const outdated = offer.others.flatMap(({ file, guess }): Choice[] => {
    const name = familyOf(guess)?.name;
    const label = `${name} · ${displayName(file)}`;
    return name === undefined ? [] : [{ value: unknownValue(file), label, disabled: true }];
  });
  if (byGroup.size + unknown.length + outdated.length === 0) {
    return { first: [...first, ...named], groups: [] };
  }
  return {
    first,
    groups: [
      ...[...byGroup].map(([label, options]) => ({ label, options })),
      ...(unknown.length > 0 ? [{ label: headings.unknown, options: unknown }] : []),
      { label: headings.recipes, options: named },
      ...(outdated.length > 0 ? [{ label: headings.outdated, options: outdated }] : []),
    ],
  };
}

/** From how many models on a list is too long to look through. */
export const MANY_MODELS = 12;

/**
 * The lines that have all the words, in their heading or name.
 * @param kept the value of a line that stays in any case: a list always shows what is chosen.
 */
export function findChoices({ first, groups }: Choices, words: string, kept: string): Choices {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (wanted.length === 0) {
    return { first, groups };
  }
  const fits = (text: string): boolean => wanted.every((word) => text.toLowerCase().includes(word));
  const ofGroup = ({ label, options }: Choices['groups'][number]): Choices['groups'][number] => ({
    label,
    options: options.filter(
      // A file's whole name counts, not only what is shown of it.
      (option) => option.value === kept || fits(`${label} ${option.label} ${option.value}`),
    ),
  });
  return {
    first: first.filter((option) => option.value === kept || fits(option.label)),
    groups: groups.map(ofGroup).filter(({ options }) => options.length > 0),
  };
}
