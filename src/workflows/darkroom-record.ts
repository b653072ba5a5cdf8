import * as v from 'valibot';
import type { ExactJson } from '../comfy/exact-json';
import { type FileRef, fileRefSchema } from '../comfy/file-ref';
import type {
  AreaRect,
  Extension,
  FieldValue,
  MaskEdge,
  PixelSize,
  RecipeInput,
  RecipeValues,
} from './recipe';
import type { TypedPrompt } from './prompt/typed-prompts';
import { maskRef, PLAIN_EDGE } from './recipe';

/**
 * What travels inside a picture made here (`extra_pnginfo.darkroom`), so that opening it brings back mask,
 * modifiers, area and prompt. Whatever another version did not write is `null` or its default.
 */
export interface DarkroomRecord {
  /** Recipe that built the graph. */
  recipe: string;
  /** The picture that was edited: the pristine original. */
  parent: FileRef | null;
  /** The mask on the server: a masked picture, or the mask alone where `apart`. */
  mask: FileRef | null;
  /** Whether `mask` is the mask alone; its alpha is the mask either way. */
  apart: boolean;
  /** The recipe's form, prompts as they were typed. Seeds are exact. */
  values: RecipeValues;
  /** Prompts that the graph has otherwise than they were typed. */
  prompts: TypedPrompt[];
  /** The part that was cut out, in px of the canvas; `null`: everything. */
  area: AreaRect | null;
  /** px at which the area was sampled; `null`: its own size. */
  working: PixelSize | null;
  denoiseMask: MaskEdge;
  compositeMask: MaskEdge;
  extend: Extension | null;
  /** Modifiers of the mask, as the editor wrote them; it validates them itself. */
  modifiers: { [key: string]: ExactJson } | null;
  /** Anything else the editor restores, such as how the box was chosen; it validates that itself. */
  box: { [key: string]: ExactJson } | null;
}

/** In place of a recipe's name: the result was merged with the original, without a recipe. */
export const MERGE = 'merge';

/** A record with enough to edit again: what was edited, and with which mask. */
export type Origin<R = DarkroomRecord> = R & { parent: FileRef; mask: FileRef };

/** Whether an edit can be taken up again from its record. */
export function isOrigin<R extends Pick<DarkroomRecord, 'recipe' | 'parent' | 'mask'>>(
  record: R | null,
): record is Origin<R> {
  return record?.parent != null && record.mask !== null && record.recipe !== MERGE;
}

/** A record that holds only its recipe. */
export function emptyRecord(recipe: string): DarkroomRecord {
  return {
    recipe,
    parent: null,
    mask: null,
    apart: false,
    values: {},
    prompts: [],
    area: null,
    working: null,
    denoiseMask: PLAIN_EDGE,
    compositeMask: PLAIN_EDGE,
    extend: null,
    modifiers: null,
    box: null,
  };
}

/** The record of a run of a recipe on `input`. */
export function recordFor(
  recipe: string,
  input: RecipeInput,
  values: RecipeValues,
  more: Partial<Pick<DarkroomRecord, 'parent' | 'prompts' | 'modifiers' | 'box'>> = {},
): DarkroomRecord {
  const { source, area, working, denoiseMask, compositeMask, extend } = input;
  return {
    ...emptyRecord(recipe),
    parent: source.kind === 'apart' ? source.image : null,
    mask: maskRef(source),
    apart: source.kind === 'apart',
    values,
    area,
    working,
    denoiseMask,
    compositeMask,
    extend,
    ...more,
  };
}

/** The record as JSON for `pngInfo.darkroom`; `stringifyExact` keeps its seeds. Defaults are left out. */
export function writeRecord(record: DarkroomRecord): { [key: string]: ExactJson } {
  const { recipe, parent, mask, denoiseMask, compositeMask, modifiers, box } = record;
  const json: { [key: string]: ExactJson } = {
    recipe,
    parent: parent && { ...parent },
    mask: mask && { ...mask },
  };
  if (record.apart) {
    json['apart'] = true;
  }
  if (Object.keys(record.values).length > 0) {
    json['values'] = { ...record.values };
  }
  if (record.prompts.length > 0) {
    json['prompts'] = record.prompts.map((prompt) => ({ ...prompt }));
  }
  for (const key of ['area', 'working', 'extend'] as const) {
    const value = record[key];
    if (value) {
      json[key] = { ...value };
    }
  }
  if (!isPlain(denoiseMask)) {
    json['denoiseMask'] = { ...denoiseMask };
  }
  if (!isPlain(compositeMask)) {
    json['compositeMask'] = { ...compositeMask };
  }
  return { ...json, ...(modifiers && { modifiers }), ...(box && { box }) };
}

/**
 * The record out of `pngInfo.darkroom`, `null` where there is none. Whoever sends a picture can write
 * anything there: invalid parts are left out, unknown ones ignored.
 */
export function readRecord(json: unknown): DarkroomRecord | null {
  const parsed = v.safeParse(recordSchema, json);
  return parsed.success ? parsed.output : null;
}

function isPlain({ grow, feather }: MaskEdge): boolean {
  return grow === 0 && feather === 0;
}

const LIMIT = 16384;
const whole = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(LIMIT));
const side = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LIMIT));
const amount = v.pipe(v.number(), v.minValue(-LIMIT), v.maxValue(LIMIT));

const promptSchema = v.object({ typed: v.string(), sent: v.string() });

const valueSchema = v.custom<FieldValue>((value) =>
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value),
);

/** A form with some invalid values keeps the others. */
const valuesSchema = v.pipe(
  v.record(v.string(), v.unknown()),
  v.transform((values) =>
    Object.fromEntries(
      Object.entries(values).filter((entry): entry is [string, FieldValue] => v.is(valueSchema, entry[1])),
    ),
  ),
);

/** As with the values, some that are invalid leave the others. */
const promptsSchema = v.pipe(
  v.array(v.unknown()),
  v.transform((prompts) => prompts.filter((prompt) => v.is(promptSchema, prompt))),
);

const edgeSchema = v.object({ grow: amount, feather: v.pipe(amount, v.minValue(0)) });

const bagSchema = v.custom<{ [key: string]: ExactJson }>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);

/** Untrusted JSON as an area; its place and sides are whole px within what a node takes. */
export const areaSchema: v.GenericSchema<unknown, AreaRect> = v.object({
  x: whole,
  y: whole,
  width: side,
  height: side,
});

/** Untrusted JSON as an extension of a picture. */
export const extensionSchema: v.GenericSchema<unknown, Extension> = v.object({
  left: whole,
  top: whole,
  right: whole,
  bottom: whole,
  overlap: whole,
});

const recordSchema = v.object({
  recipe: v.string(),
  parent: optional(fileRefSchema),
  mask: optional(fileRefSchema),
  apart: v.fallback(v.boolean(), false),
  values: v.fallback(valuesSchema, {}),
  prompts: v.fallback(promptsSchema, []),
  area: optional(areaSchema),
  working: optional(v.object({ width: side, height: side })),
  denoiseMask: v.fallback(edgeSchema, PLAIN_EDGE),
  compositeMask: v.fallback(edgeSchema, PLAIN_EDGE),
  extend: optional(extensionSchema),
  modifiers: optional(bagSchema),
  box: optional(bagSchema),
});

function optional<T, S extends v.GenericSchema<unknown, T>>(schema: S) {
  return v.fallback(v.nullable(schema), null);
}
