import * as v from 'valibot';
import type { ApiGraph, ApiInput, NodeLink } from '../comfy/graph';
import { AREA_NODES, cutOut, pasteBack } from './area-graph';
import { GraphBuilder, slot } from './graph-builder';
import { ownWorkingSize } from './inpaint-area';
import { readLoras } from './lora-stack';
import {
  type NodeInfos,
  type Recipe,
  type RecipeField,
  type RecipeInput,
  type RecipeValues,
  specOf,
} from './recipe';
import { randomSeed } from '../comfy/graph-seeds';
import type { Wording } from './wording';

const LARGEST_SEED = 2n ** 64n - 1n;

/** An input of a node class, where lists and limits come from. */
type InputName = readonly [className: string, input: string];

/** A control of a form; what `from` names is asked of the server, within the limits given here. */
export type FieldData =
  | { kind: 'text'; key: string; label: Wording; rows?: number; preset?: string }
  | { kind: 'boolean'; key: string; label: Wording; preset?: boolean }
  | { kind: 'picture'; key: string; label: Wording }
  | { kind: 'loras'; key: string; label: Wording; from: InputName }
  | { kind: 'color'; key: string; label: Wording; preset?: string }
  | {
      kind: 'choice';
      key: string;
      label: Wording;
      from?: InputName;
      options?: readonly { value: string; label: Wording }[];
      /** The first of these that is offered is chosen at first. */
      wanted?: readonly string[];
    }
  | {
      kind: 'number';
      key: string;
      label: Wording;
      from?: InputName;
      min: number;
      max: number;
      step: number;
      preset: number;
    }
  | { kind: 'seed'; key: string; label: Wording; from?: InputName };

/**
 * What an input of a node gets: a constant, a value of the form, the cut-out part, or an output of another
 * node. Of several outputs (`name` or `name:slot`) the first counts whose node the server has.
 */
export type InputData =
  | string
  | number
  | boolean
  | { field: string }
  | { area: 'pixels' | 'mask' }
  | { output: string | readonly string[] };

export interface NodeData {
  class: string;
  inputs: Readonly<Record<string, InputData>>;
  /** Left out on servers without the class. */
  optional?: boolean;
}

/**
 * A recipe as data, such as JSON. Its nodes make new pixels of the cut-out part; cutting out, scaling to the
 * working size, pasting back and saving are the same for all recipes and are added around them.
 */
export interface RecipeData {
  /** Letters, digits and hyphens; results name their recipe by it. */
  id: string;
  title: Wording;
  about: Wording;
  fields: readonly FieldData[];
  nodes: Readonly<Record<string, NodeData>>;
  /** Outputs that pass the LoRAs of a field before other nodes get them. */
  loras?: { field: string; model: string; clip: string };
  /** The output that holds the new picture of the part. */
  result: string;
  /** Of the saved file's name, such as `Darkroom/inpaint`. */
  prefix: string;
}

/** Makes a recipe of data. @throws RangeError when an output or field it names does not exist. */
export function recipeFromData(data: RecipeData): Recipe {
  checkNames(data);
  const needs = Object.values(data.nodes).flatMap((node) => (node.optional ? [] : [node.class]));
  return {
    id: data.id,
    title: data.title,
    about: data.about,
    needs: [...new Set([...AREA_NODES, ...needs])],
    supports: { area: true, working: true, denoiseMask: true, compositeMask: true, extend: true },
    fields: (infos) => data.fields.map((field) => makeField(field, infos)),
    build: (input, values, infos) => build(data, input, values, infos),
  };
}

function makeField(field: FieldData, infos: NodeInfos): RecipeField {
  const { key, label } = field;
  switch (field.kind) {
    case 'text':
      return { kind: 'text', key, label, rows: field.rows ?? 1, preset: field.preset ?? '' };
    case 'boolean':
      return { kind: 'boolean', key, label, preset: field.preset ?? false };
    case 'picture':
      return { kind: 'picture', key, label, preset: '' };
    case 'loras':
      return { kind: 'loras', key, label, options: listed(field.from, infos), preset: '' };
    case 'color':
      return { kind: 'color', key, label, preset: field.preset ?? '#808080' };
    case 'choice': {
      const options = field.from ? listed(field.from, infos) : [...(field.options ?? [])];
      const values = options.map(({ value }) => value);
      const preset = field.wanted?.find((value) => values.includes(value)) ?? values[0] ?? '';
      return { kind: 'choice', key, label, options, preset };
    }
    case 'number': {
      const spec =
        field.from && (specOf(infos, ...field.from, 'float') ?? specOf(infos, ...field.from, 'int'));
      const min = Math.max(field.min, Number(spec?.min ?? field.min));
      const max = Math.min(field.max, Number(spec?.max ?? field.max));
      return {
        kind: 'number',
        key,
        label,
        min,
        max,
        step: Number(spec?.step ?? field.step),
        preset: field.preset,
      };
    }
    case 'seed': {
      const max = (field.from && specOf(infos, ...field.from, 'int')?.max) ?? LARGEST_SEED;
      return { kind: 'seed', key, label, max, preset: randomSeed() };
    }
  }
}

function listed(from: InputName, infos: NodeInfos): { value: string; label: Wording }[] {
  const names = specOf(infos, ...from, 'combo')?.options ?? [];
  return names.map((value) => ({ value, label: { text: displayName(value) } }));
}

/** Model names keep their backslashes on the wire and lose them on screen (API reference 10.23). */
export function displayName(value: string): string {
  return value.replaceAll('\\', '/').replace(/\.(safetensors|ckpt|pt|sft)$/i, '');
}

function build(data: RecipeData, input: RecipeInput, values: RecipeValues, infos: NodeInfos): ApiGraph {
  const builder = new GraphBuilder();
  const cut = cutOut(builder, input);
  // A VAE would cut other sizes to multiples of 8 and shift them; scaling and back keeps every edge.
  const working = input.working ?? ownWorkingSize(cut.area);
  const part = { pixels: builder.scale(cut.pixels, cut.area, working, 'lanczos'), mask: cut.denoise };
  const made = new Map<string, NodeLink>();
  const exists = (name: string): boolean => {
    const node = data.nodes[name];
    return node !== undefined && (!node.optional || infos.has(node.class));
  };

  // LoRAs come between the loader and whatever takes model or text encoder from it.
  let stacked: Record<string, NodeLink> | null = null;
  const stack = ({ field, model, clip }: NonNullable<RecipeData['loras']>): Record<string, NodeLink> => {
    let patched = { [model]: bare(model), [clip]: bare(clip) };
    for (const { name, strength } of readLoras(values[field])) {
      const lora = builder.add('LoraLoader', {
        model: patched[model] as NodeLink,
        clip: patched[clip] as NodeLink,
        lora_name: name,
        strength_model: strength,
        strength_clip: strength,
      });
      patched = { [model]: lora, [clip]: slot(lora, 1) };
    }
    return patched;
  };
  const link = (output: string | readonly string[]): NodeLink => {
    const outputs = typeof output === 'string' ? [output] : output;
    const found = outputs.find((one) => exists(splitOutput(one)[0]));
    if (found === undefined) {
      throw new RangeError(`recipe ${data.id}: no output of ${outputs.join(', ')} exists here`);
    }
    const { loras } = data;
    if (loras && (found === loras.model || found === loras.clip)) {
      stacked ??= stack(loras);
      return stacked[found] as NodeLink;
    }
    return bare(found);
  };

  // Only what the result needs is added, so that alternatives which lost leave nothing behind.
  const bare = (output: string): NodeLink => {
    const [name, index] = splitOutput(output);
    const node = data.nodes[name] as NodeData;
    const first =
      made.get(name) ??
      builder.add(
        node.class,
        Object.fromEntries(Object.entries(node.inputs).map(([key, value]) => [key, resolve(value)])),
      );
    made.set(name, first);
    return slot(first, index);
  };
  const resolve = (value: InputData): ApiInput => {
    if (typeof value !== 'object') {
      return value;
    }
    if ('field' in value) {
      return values[value.field] ?? '';
    }
    return 'area' in value ? part[value.area] : link(value.output);
  };

  const result = builder.scale(link(data.result), working, cut.area, 'lanczos');
  const images = pasteBack(builder, cut, result);
  builder.add('SaveImage', { images, filename_prefix: data.prefix });
  return builder.graph;
}

function splitOutput(output: string): [name: string, slot: number] {
  const [name = '', index = '0'] = output.split(':');
  return [name, Number(index)];
}

function checkNames(data: RecipeData): void {
  const keys = new Set(data.fields.map(({ key }) => key));
  const visit = (output: string | readonly string[], path: readonly string[]): void => {
    for (const one of typeof output === 'string' ? [output] : output) {
      const [name] = splitOutput(one);
      const node = data.nodes[name];
      if (!node || path.includes(name)) {
        throw new RangeError(`recipe ${data.id}: ${name} ${node ? 'needs itself' : 'does not exist'}`);
      }
      for (const value of Object.values(node.inputs)) {
        if (typeof value === 'object' && 'field' in value && !keys.has(value.field)) {
          throw new RangeError(`recipe ${data.id}: no field ${value.field}`);
        }
        if (typeof value === 'object' && 'output' in value) {
          visit(value.output, [...path, name]);
        }
      }
    }
  };
  visit(data.result, []);
  if (data.loras) {
    visit([data.loras.model, data.loras.clip], []);
    if (!keys.has(data.loras.field)) {
      throw new RangeError(`recipe ${data.id}: no field ${data.loras.field}`);
    }
  }
}

const textSchema = v.object({ text: v.pipe(v.string(), v.maxLength(400)) });
const keySchema = v.pipe(v.string(), v.regex(/^[\w-]{1,60}$/));
const fromSchema = v.optional(v.tuple([v.string(), v.string()]));
const base = { key: keySchema, label: textSchema };

/** Untrusted JSON as a recipe. Its words are plain text: it cannot know the catalogue. */
export const recipeDataSchema: v.GenericSchema<unknown, RecipeData> = v.object({
  id: keySchema,
  title: textSchema,
  about: textSchema,
  fields: v.array(
    v.variant('kind', [
      v.object({
        kind: v.literal('text'),
        ...base,
        rows: v.optional(v.number()),
        preset: v.optional(v.string()),
      }),
      v.object({ kind: v.literal('boolean'), ...base, preset: v.optional(v.boolean()) }),
      v.object({ kind: v.literal('picture'), ...base }),
      v.object({ kind: v.literal('loras'), ...base, from: v.tuple([v.string(), v.string()]) }),
      v.object({
        kind: v.literal('color'),
        ...base,
        preset: v.optional(v.pipe(v.string(), v.hexColor())),
      }),
      v.object({
        kind: v.literal('choice'),
        ...base,
        from: fromSchema,
        options: v.optional(v.array(v.object({ value: v.string(), label: textSchema }))),
        wanted: v.optional(v.array(v.string())),
      }),
      v.object({
        kind: v.literal('number'),
        ...base,
        from: fromSchema,
        min: v.number(),
        max: v.number(),
        step: v.number(),
        preset: v.number(),
      }),
      v.object({ kind: v.literal('seed'), ...base, from: fromSchema }),
    ]),
  ),
  nodes: v.record(
    v.string(),
    v.object({
      class: v.string(),
      optional: v.optional(v.boolean()),
      inputs: v.record(
        v.string(),
        v.union([
          v.string(),
          v.number(),
          v.boolean(),
          v.object({ field: v.string() }),
          v.object({ area: v.picklist(['pixels', 'mask']) }),
          v.object({ output: v.union([v.string(), v.array(v.string())]) }),
        ]),
      ),
    }),
  ),
  loras: v.optional(v.object({ field: v.string(), model: v.string(), clip: v.string() })),
  result: v.string(),
  // Subfolders of the output folder only.
  prefix: v.pipe(v.string(), v.regex(/^[\w-]+(\/[\w-]+){0,4}$/)),
});
