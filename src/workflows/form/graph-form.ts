import { type ApiGraph, isLink, type NodeLink } from '../../comfy/graph';
import type { NodeInfo } from '../../comfy/object-info';
import {
  type FieldContent,
  type FormField,
  type NodeForm,
  readNodeForm,
  withContent,
  writeNodeForm,
} from './node-form';

/** A whole graph as a form: a form for each node, by id. */
export type GraphForm = ReadonlyMap<string, NodeForm>;

/** A field in its place. */
export interface PlacedField {
  node: string;
  field: FormField;
  /** What people change most comes first; `null` for the rest. */
  use: FieldUse | null;
}

/** What a field is for, in the order of a form's first part. */
export const FIELD_USES = [
  'media',
  'prompt',
  'seed',
  'steps',
  'cfg',
  'sampler',
  'denoise',
  'size',
  'model',
  'lora',
] as const;

/** See {@link FIELD_USES}. */
export type FieldUse = (typeof FIELD_USES)[number];

/** Fields of one node that are not in the first part. */
export interface FieldGroup {
  node: string;
  title: string;
  fields: PlacedField[];
}

/** A form in the order it is shown. */
export interface ArrangedForm {
  /** What people change most. */
  first: PlacedField[];
  groups: FieldGroup[];
}

/** Reads a graph into a form. Classes the server lacks keep their inputs, which then have no fields. */
export function readGraphForm(graph: ApiGraph, infos: ReadonlyMap<string, NodeInfo>): GraphForm {
  return new Map(
    Object.entries(graph).map(([id, node]) => [id, readNodeForm(node, infos.get(node.class_type) ?? null)]),
  );
}

/** The graph a form stands for. */
export function writeGraphForm(form: GraphForm): ApiGraph {
  return Object.fromEntries([...form].map(([id, node]) => [id, writeNodeForm(node)]));
}

/** The form with another content in one field; see `withContent`. Costs no more than that node. */
export function withField(form: GraphForm, node: string, path: string, content: FieldContent): GraphForm {
  const old = form.get(node);
  return old ? new Map(form).set(node, withContent(old, path, content)) : form;
}

/**
 * The fields that can be typed into, in the order they are shown: what people change most first, the rest by
 * node. Fields filled by a link, and inputs that only take links, are left out.
 */
export function arrangeForm(form: GraphForm): ArrangedForm {
  const consumers = usesByOutput(form);
  const first: PlacedField[] = [];
  const groups: FieldGroup[] = [];
  for (const [node, nodeForm] of form) {
    const fields = nodeForm.fields
      .filter(isTyped)
      .map((field): PlacedField => ({ node, field, use: useOf(nodeForm, field) ?? consumers(node, field) }));
    const rest = fields.filter(({ use }) => use === null);
    first.push(...fields.filter(({ use }) => use !== null));
    if (rest.length > 0) {
      groups.push({ node, title: nodeForm.title ?? nodeForm.className, fields: rest });
    }
  }
  const rank = ({ use }: PlacedField): number => (use === null ? FIELD_USES.length : FIELD_USES.indexOf(use));
  // Stable: fields of the same use stay in the order of the graph.
  return { first: first.sort((a, b) => rank(a) - rank(b)), groups };
}

/**
 * Fields whose name, title or value contains every word of a query; all of them for an empty one.
 * @param wordsOf what else a field goes by, such as its label in the language in use.
 */
export function searchForm(
  form: GraphForm,
  query: string,
  wordsOf: (placed: PlacedField) => string = () => '',
): PlacedField[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const { first, groups } = arrangeForm(form);
  return [...first, ...groups.flatMap(({ fields }) => fields)].filter((placed) => {
    const { node, field } = placed;
    const owner = form.get(node);
    const { content } = field;
    const value = content.kind === 'value' && typeof content.value !== 'object' ? String(content.value) : '';
    const text = [field.path, field.spec.displayName, owner?.title, owner?.className, value, wordsOf(placed)]
      .join(' ')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function isTyped({ spec, content }: FormField): boolean {
  return spec.kind !== 'link' && spec.kind !== 'autogrow' && spec.hidden !== true && content.kind !== 'link';
}

const NAMES: ReadonlyMap<string, FieldUse> = new Map<string, FieldUse>([
  ['seed', 'seed'],
  ['noise_seed', 'seed'],
  ['steps', 'steps'],
  ['cfg', 'cfg'],
  ['guidance', 'cfg'],
  ['sampler_name', 'sampler'],
  ['scheduler', 'sampler'],
  ['denoise', 'denoise'],
  ['width', 'size'],
  ['height', 'size'],
  ['length', 'size'],
  ['batch_size', 'size'],
  ['lora_name', 'lora'],
  ['strength_model', 'lora'],
  ['strength_clip', 'lora'],
]);
/** Names under which loaders keep their files. */
const MODEL_NAME = /^(ckpt|unet|clip|vae|control_net|style_model|model|checkpoint|text_encoder)(_name)?\d*$/;
const PROMPT_NAME = /(^|_|\.)(text|prompt|caption|lyrics|tags|instruction)(_|$|\d)/;

function useOf({ className }: NodeForm, { path, spec }: FormField): FieldUse | null {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const known = NAMES.get(name);
  if (known !== undefined) {
    // A size is a number; a switch of that name is none.
    return known === 'size' && spec.kind !== 'int' ? null : known;
  }
  if (spec.kind === 'combo') {
    if (spec.upload !== undefined) {
      return 'media';
    }
    return /load/i.test(className) && MODEL_NAME.test(name) ? 'model' : null;
  }
  if (spec.kind === 'int' && spec.control !== undefined && /seed/i.test(name)) {
    return 'seed';
  }
  return spec.kind === 'string' && (spec.dynamicPrompts || (spec.multiline && PROMPT_NAME.test(name)))
    ? 'prompt'
    : null;
}

/** Nodes that hold one value for others: their field is used as the input it feeds. */
const VALUE_NODE = /^Primitive|^SeedNode$|^ComfyNumber/;

function usesByOutput(form: GraphForm): (node: string, field: FormField) => FieldUse | null {
  const uses = new Map<string, FieldUse>();
  for (const nodeForm of form.values()) {
    for (const field of nodeForm.fields) {
      const use = field.content.kind === 'link' ? useOf(nodeForm, field) : null;
      const link: NodeLink | null =
        field.content.kind === 'link' && isLink(field.content.link) ? field.content.link : null;
      if (use && link && !uses.has(link[0])) {
        uses.set(link[0], use);
      }
    }
  }
  return (node, { path }) => {
    const className = form.get(node)?.className ?? '';
    return VALUE_NODE.test(className) && path === 'value' ? (uses.get(node) ?? null) : null;
  };
}
