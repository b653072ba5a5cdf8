import type { ExactJson } from '../../comfy/exact-json';
import { type ApiInput, type ApiNode, isLink, type NodeLink } from '../../comfy/graph';
import type { InputSpec, NodeInfo } from '../../comfy/object-info';
import { autogrowName } from '../convert/node-slots';
import { defaultOf, mismatch, unwrapValue, wrapValue } from '../input-values';

/** What an input holds. Lists are bare here, and wrapped in the graph. */
export type FieldContent =
  | { kind: 'value'; value: ExactJson }
  | { kind: 'link'; link: NodeLink }
  /** Not in the graph: the server takes its default, or refuses when the input is required. */
  | { kind: 'unset' };

/** An input of a node as a form shows it. */
export interface FormField {
  /** Its name in the graph: `format.codec` inside a dynamic list, `images.image2` inside a group. */
  path: string;
  /** What it takes and how it looks; its `name` is `path`. An autogrow group is a heading over its rows. */
  spec: InputSpec;
  content: FieldContent;
  /** Path of the dynamic list or name of the group it belongs to. */
  parent: string | null;
}

type GroupSpec = Extract<InputSpec, { kind: 'autogrow' }>;

/**
 * A node as a form. Reading and writing one loses nothing of the node; lists that stand bare in it, which the
 * server would refuse, come back wrapped.
 */
export interface NodeForm {
  className: string;
  title: string | null;
  fields: readonly FormField[];
  /** Inputs the class does not declare, or not for what is chosen: kept, and written back. */
  others: readonly (readonly [string, ApiInput])[];
}

/** Reads a node into a form. Without a description of its class, every input is kept among the others. */
export function readNodeForm(node: ApiNode, info: NodeInfo | null): NodeForm {
  const reader = new Reader(node.inputs);
  for (const spec of info?.inputs.values() ?? []) {
    reader.add(spec, null);
  }
  return {
    className: node.class_type,
    title: node._meta?.title ?? null,
    fields: reader.fields,
    others: [...reader.left],
  };
}

class Reader {
  readonly fields: FormField[] = [];
  readonly left: Map<string, ApiInput>;

  constructor(inputs: Readonly<Record<string, ApiInput>>) {
    this.left = new Map(Object.entries(inputs));
  }

  add(spec: InputSpec, parent: string | null): void {
    if (spec.kind === 'autogrow') {
      this.#addGroup(spec, parent);
      return;
    }
    const content = this.#take(spec);
    this.fields.push({ path: spec.name, spec, content, parent });
    if (spec.kind === 'dynamic' && content.kind === 'value') {
      const choice = spec.options.find(({ key }) => key === content.value);
      for (const inner of choice?.inputs ?? []) {
        this.add(inner, spec.name);
      }
    }
  }

  #addGroup(spec: GroupSpec, parent: string | null): void {
    let used = 0;
    for (let row = 0; row < spec.max; row++) {
      if (spec.inputs.some((input) => this.left.has(rowPath(spec, input, row)))) {
        used = row + 1;
      }
    }
    this.fields.push({ path: spec.name, spec, content: { kind: 'unset' }, parent });
    for (let row = 0; row < Math.min(Math.max(used, spec.min), spec.max); row++) {
      for (const input of spec.inputs) {
        this.add(rowSpec(spec, input, row), spec.name);
      }
    }
  }

  #take(spec: InputSpec): FieldContent {
    const input = this.left.get(spec.name);
    if (input === undefined) {
      return { kind: 'unset' };
    }
    this.left.delete(spec.name);
    return isLink(input) ? { kind: 'link', link: input } : { kind: 'value', value: unwrapValue(input, spec) };
  }
}

function rowPath(spec: GroupSpec, input: InputSpec, row: number): string {
  return `${spec.name}.${autogrowName(spec, input, row)}`;
}

function rowSpec(spec: GroupSpec, input: InputSpec, row: number): InputSpec {
  return { ...input, name: rowPath(spec, input, row), required: input.required && row < spec.min };
}

/** The node a form stands for. */
export function writeNodeForm(form: NodeForm): ApiNode {
  const inputs = new Map<string, ApiInput>(form.others);
  for (const { path, spec, content } of form.fields) {
    if (content.kind === 'link') {
      inputs.set(path, content.link);
    } else if (content.kind === 'value') {
      inputs.set(path, wrapValue(content.value, spec));
    }
  }
  return {
    class_type: form.className,
    inputs: Object.fromEntries(inputs),
    ...(form.title === null ? {} : { _meta: { title: form.title } }),
  };
}

/**
 * The form with another content in one field. Another choice in a dynamic list takes the inputs of the old
 * choice away, but for those of the same name, and brings its own with their defaults. An unknown path,
 * or a heading, changes nothing.
 */
export function withContent(form: NodeForm, path: string, content: FieldContent): NodeForm {
  const field = form.fields.find((candidate) => candidate.path === path);
  if (!field || field.spec.kind === 'autogrow') {
    return form;
  }
  const fields = form.fields.map((other) => (other === field ? { ...field, content } : other));
  return field.spec.kind === 'dynamic'
    ? withChoice({ ...form, fields }, field.spec, content)
    : { ...form, fields };
}

function withChoice(
  form: NodeForm,
  spec: Extract<InputSpec, { kind: 'dynamic' }>,
  content: FieldContent,
): NodeForm {
  const within = `${spec.name}.`;
  const kept = new Map<string, FieldContent>();
  for (const { path, content: old } of form.fields) {
    if (path.startsWith(within)) {
      kept.set(path, old);
    }
  }
  const chosen = content.kind === 'value' ? spec.options.find(({ key }) => key === content.value) : undefined;
  const inner = (chosen?.inputs ?? []).flatMap((input) => startingFields(input, spec.name, kept));
  const at = form.fields.findIndex(({ path }) => path === spec.name);
  const outside = form.fields.filter(({ path }) => !path.startsWith(within));
  return { ...form, fields: [...outside.slice(0, at + 1), ...inner, ...outside.slice(at + 1)] };
}

/** The fields of an input that has just appeared, with what was kept or with defaults. */
function startingFields(
  spec: InputSpec,
  parent: string,
  kept: ReadonlyMap<string, FieldContent>,
): FormField[] {
  if (spec.kind === 'autogrow') {
    const heading: FormField = { path: spec.name, spec, content: { kind: 'unset' }, parent };
    return [heading, ...rowsOf(spec, 0, spec.min, kept)];
  }
  const old = kept.get(spec.name);
  const content = old && fits(spec, old) ? old : startingContent(spec);
  const field: FormField = { path: spec.name, spec, content, parent };
  const choice =
    spec.kind === 'dynamic' && content.kind === 'value'
      ? spec.options.find(({ key }) => key === content.value)
      : undefined;
  return [field, ...(choice?.inputs ?? []).flatMap((inner) => startingFields(inner, spec.name, kept))];
}

/** Whether a content may move to the input of the same name under another choice. */
function fits(spec: InputSpec, content: FieldContent): boolean {
  return content.kind === 'value' ? spec.kind !== 'link' && mismatch(spec, content.value) === null : true;
}

function rowsOf(
  spec: GroupSpec,
  from: number,
  to: number,
  kept: ReadonlyMap<string, FieldContent> = new Map(),
): FormField[] {
  const rows = Array.from({ length: Math.max(to - from, 0) }, (_, i) => from + i);
  return rows.flatMap((row) =>
    spec.inputs.flatMap((input) => startingFields(rowSpec(spec, input, row), spec.name, kept)),
  );
}

/** What a new field holds: the default of the class where it has one. Optional inputs stay out of the graph. */
export function startingContent(spec: InputSpec): FieldContent {
  const value = spec.required ? defaultOf(spec) : undefined;
  return value === undefined ? { kind: 'unset' } : { kind: 'value', value };
}

/** How many rows of a group a form shows. */
export function rowCount(form: NodeForm, spec: GroupSpec): number {
  const inputs = form.fields.filter(({ parent }) => parent === spec.name).length;
  return spec.inputs.length > 0 ? inputs / spec.inputs.length : 0;
}

/** The form with one more row in a group; unchanged at its maximum, or when there is no such group. */
export function withRow(form: NodeForm, name: string): NodeForm {
  const at = form.fields.findIndex(({ path, spec }) => path === name && spec.kind === 'autogrow');
  const spec = form.fields[at]?.spec;
  const rows = spec?.kind === 'autogrow' ? rowCount(form, spec) : 0;
  if (spec?.kind !== 'autogrow' || rows >= spec.max) {
    return form;
  }
  // Behind everything that belongs to the group: the inputs of a row may bring their own.
  const last = form.fields.findLastIndex(({ path }) => path.startsWith(`${name}.`));
  const end = Math.max(at, last) + 1;
  return {
    ...form,
    fields: [...form.fields.slice(0, end), ...rowsOf(spec, rows, rows + 1), ...form.fields.slice(end)],
  };
}

/** Whether the last row of a group can go: there is one beyond the minimum, and nothing is linked to it. */
export function canLoseRow(form: NodeForm, spec: GroupSpec): boolean {
  const rows = rowCount(form, spec);
  return rows > spec.min && lastRow(form, spec, rows).every(({ content }) => content.kind !== 'link');
}

/** The form without the last row of a group; unchanged when that one has to stay. */
export function withoutRow(form: NodeForm, name: string): NodeForm {
  const spec = form.fields.find((field) => field.path === name)?.spec;
  if (spec?.kind !== 'autogrow' || !canLoseRow(form, spec)) {
    return form;
  }
  const gone = new Set(lastRow(form, spec, rowCount(form, spec)));
  return { ...form, fields: form.fields.filter((field) => !gone.has(field)) };
}

/** With what its inputs have brought themselves. */
function lastRow(form: NodeForm, spec: GroupSpec, rows: number): FormField[] {
  const paths = spec.inputs.map((input) => rowPath(spec, input, rows - 1));
  return form.fields.filter(({ path }) => paths.some((own) => path === own || path.startsWith(`${own}.`)));
}
