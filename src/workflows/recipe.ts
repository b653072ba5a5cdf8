import type { ExactInt } from '../comfy/exact-json';
import type { FileRef } from '../comfy/file-ref';
import type { ApiGraph } from '../comfy/graph';
import type { InputSpec, NodeInfo } from '../comfy/object-info';
import type { MessageKey } from '../i18n/index.svelte';

/** Value of one field of a recipe. Seeds stay exact. */
export type FieldValue = string | ExactInt | boolean;
export type RecipeValues = Record<string, FieldValue>;

/** One control of a recipe's form, with the limits this server gives. */
export type RecipeField =
  | { kind: 'text'; key: string; label: MessageKey; rows: number; preset: string }
  | {
      kind: 'choice';
      key: string;
      label: MessageKey;
      options: { value: string; label: string }[];
      preset: string;
    }
  | { kind: 'number'; key: string; label: MessageKey; min: number; max: number; step: number; preset: number }
  | { kind: 'seed'; key: string; label: MessageKey; max: ExactInt; preset: ExactInt };

/** What a recipe is given to work on. */
export interface RecipeInput {
  /** The picture whose alpha is the mask: alpha 0 is repainted (API reference 2.2). */
  masked: FileRef;
  /** Size of the picture in px. */
  width: number;
  height: number;
}

/** Node classes of the server by name. */
export type NodeInfos = ReadonlyMap<string, NodeInfo>;

/** A way to repair the masked part of a picture: a form and the graph it builds. */
export interface Recipe {
  id: string;
  title: MessageKey;
  about: MessageKey;
  /** Classes the server must have. */
  needs: readonly string[];
  /** The form, with lists and limits from the server. */
  fields: (infos: NodeInfos) => RecipeField[];
  build: (input: RecipeInput, values: RecipeValues, infos: NodeInfos) => ApiGraph;
}

/** Classes a recipe needs that the server lacks. */
export function missingNodes(recipe: Recipe, infos: NodeInfos): string[] {
  return recipe.needs.filter((name) => !infos.has(name));
}

/**
 * Values for a form: what was kept from before where it is still allowed, else the presets. A checkpoint
 * that was deleted from the server is thus never sent.
 */
export function fillValues(fields: readonly RecipeField[], kept: RecipeValues): RecipeValues {
  return Object.fromEntries(fields.map((field) => [field.key, fit(field, kept[field.key])]));
}

function fit(field: RecipeField, value: FieldValue | undefined): FieldValue {
  switch (field.kind) {
    case 'text':
      return typeof value === 'string' ? value : field.preset;
    case 'choice':
      return field.options.some((option) => option.value === value) ? (value as string) : field.preset;
    case 'number':
      return typeof value === 'number' && value >= field.min && value <= field.max ? value : field.preset;
    case 'seed':
      return isSeed(value, field.max) ? value : field.preset;
  }
}

function isSeed(value: FieldValue | undefined, max: ExactInt): value is ExactInt {
  return (typeof value === 'number' || typeof value === 'bigint') && value >= 0 && value <= max;
}

/** The spec of a node's input when it has the kind that is expected. */
export function specOf<K extends InputSpec['kind']>(
  infos: NodeInfos,
  node: string,
  input: string,
  kind: K,
): Extract<InputSpec, { kind: K }> | null {
  const spec = infos.get(node)?.inputs.get(input);
  return spec?.kind === kind ? (spec as Extract<InputSpec, { kind: K }>) : null;
}
