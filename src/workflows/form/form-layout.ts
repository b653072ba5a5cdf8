import * as v from 'valibot';
import type { ExactJson } from '../../comfy/exact-json';

/** An input of a graph, and the class it had there: another node may have taken the number since. */
export interface FieldRef {
  node: string;
  path: string;
  className: string;
}

/** An input that was put at the head of a form. */
export interface Pin extends FieldRef {
  /** What the person calls it; `null` for the usual name. */
  label: string | null;
}

/** Values under one name, to be filled in together. */
export interface Preset {
  name: string;
  values: readonly (FieldRef & { value: ExactJson })[];
}

/** How a person has arranged a form, as one JSON document. Every function returns a new one. */
export interface FormLayout {
  /** In the order they are shown. */
  pinned: readonly Pin[];
  /** Nodes whose group is not shown, by id. */
  hidden: readonly string[];
  presets: readonly Preset[];
}

/** Nothing arranged. */
export const NO_LAYOUT: FormLayout = { pinned: [], hidden: [], presets: [] };

const refEntries = { node: v.string(), path: v.string(), className: v.fallback(v.string(), '') };
const pinSchema = v.object({ ...refEntries, label: v.fallback(v.nullable(v.string()), null) });
const valueSchema = v.object({ ...refEntries, value: v.custom<ExactJson>((value) => value !== undefined) });
const presetSchema = v.object({
  name: v.pipe(v.string(), v.minLength(1)),
  values: v.pipe(
    v.array(v.unknown()),
    v.transform((list) =>
      list.flatMap((item) => (v.is(valueSchema, item) ? [v.parse(valueSchema, item)] : [])),
    ),
  ),
});

/** A list without what cannot be read, each entry once. */
function listOf<T>(schema: v.GenericSchema<unknown, T>, keyOf: (item: T) => string) {
  return v.fallback(
    v.pipe(
      v.array(v.unknown()),
      v.transform((list) => {
        const read = list.flatMap((item) => {
          const parsed = v.safeParse(schema, item);
          return parsed.success ? [[keyOf(parsed.output), parsed.output] as const] : [];
        });
        return [...new Map(read).values()];
      }),
    ),
    [],
  );
}

const layoutSchema = v.object({
  pinned: listOf(pinSchema, refKey),
  hidden: listOf(v.string(), (id) => id),
  presets: listOf(presetSchema, ({ name }) => name),
});

/** Reads a document; what cannot be understood of it is left out. */
export function readLayout(json: ExactJson | null | undefined): FormLayout {
  const read = v.safeParse(layoutSchema, json);
  return read.success ? read.output : NO_LAYOUT;
}

/** The document of a layout; `null` when there is nothing to keep. */
export function writeLayout(layout: FormLayout): ExactJson | null {
  const isEmpty = [layout.pinned, layout.hidden, layout.presets].every((list) => list.length === 0);
  return isEmpty ? null : { format: 1, ...(layout as unknown as { [key: string]: ExactJson }) };
}

/** Unique for an input. */
export function refKey({ node, path }: Pick<FieldRef, 'node' | 'path'>): string {
  return `${node}\0${path}`;
}

/** Puts an input behind those that are pinned already. */
export function pin(layout: FormLayout, { node, path, className }: FieldRef): FormLayout {
  return isPinned(layout, { node, path })
    ? layout
    : { ...layout, pinned: [...layout.pinned, { node, path, className, label: null }] };
}

export function unpin(layout: FormLayout, ref: Pick<FieldRef, 'node' | 'path'>): FormLayout {
  return { ...layout, pinned: layout.pinned.filter((one) => refKey(one) !== refKey(ref)) };
}

export function isPinned(layout: FormLayout, ref: Pick<FieldRef, 'node' | 'path'>): boolean {
  return layout.pinned.some((one) => refKey(one) === refKey(ref));
}

/** Gives a pinned input another name; a blank one gives it its usual name back. */
export function rename(layout: FormLayout, ref: Pick<FieldRef, 'node' | 'path'>, label: string): FormLayout {
  const name = label.trim() === '' ? null : label.trim();
  const pinned = layout.pinned.map((one) => (refKey(one) === refKey(ref) ? { ...one, label: name } : one));
  return { ...layout, pinned };
}

/**
 * Moves a pinned input among those that are shown.
 * @param shown keys of the pinned inputs that the graph has: those it lacks are not counted.
 * @param by how many places, towards the end when positive.
 */
export function move(
  layout: FormLayout,
  ref: Pick<FieldRef, 'node' | 'path'>,
  by: number,
  shown: ReadonlySet<string> = new Set(layout.pinned.map(refKey)),
): FormLayout {
  const visible = layout.pinned.filter((one) => shown.has(refKey(one)));
  const from = visible.findIndex((one) => refKey(one) === refKey(ref));
  const to = Math.min(Math.max(from + by, 0), visible.length - 1);
  const moved = visible[from];
  if (from < 0 || from === to || !moved) {
    return layout;
  }
  visible.splice(from, 1);
  visible.splice(to, 0, moved);
  // Those that are kept aside stay where they were.
  const pinned = layout.pinned.map((one) => (shown.has(refKey(one)) ? (visible.shift() ?? one) : one));
  return { ...layout, pinned };
}

export function hideGroup(layout: FormLayout, node: string): FormLayout {
  return layout.hidden.includes(node) ? layout : { ...layout, hidden: [...layout.hidden, node] };
}

export function showGroup(layout: FormLayout, node: string): FormLayout {
  return { ...layout, hidden: layout.hidden.filter((id) => id !== node) };
}

/** Keeps values under a name; those it had before are replaced. A blank name changes nothing. */
export function keepPreset(layout: FormLayout, preset: Preset): FormLayout {
  const name = preset.name.trim();
  if (name === '') {
    return layout;
  }
  const at = layout.presets.findIndex((one) => one.name === name);
  const kept = { ...preset, name };
  return { ...layout, presets: at < 0 ? [...layout.presets, kept] : layout.presets.with(at, kept) };
}

export function dropPreset(layout: FormLayout, name: string): FormLayout {
  return { ...layout, presets: layout.presets.filter((one) => one.name !== name) };
}
