import type { InputSpec, NodeInfo } from '../../comfy/object-info';
import type { EditorInput, EditorNode } from './editor-graph';
import type { Widget } from './node-widgets';

/** What a node that lives in the editor only is for. */
export type EditorOnly = 'decoration' | 'reroute' | 'primitive' | 'set' | 'get';

/**
 * Classes that live in the editor only and are never sent: ComfyUI's own, and those of two packs found in
 * many shared workflows. Set and Get of KJNodes are links without a line; of rgthree's nodes, all here but
 * the reroute only switch others on and off while a person edits.
 */
const EDITOR_ONLY: ReadonlyMap<string, EditorOnly> = new Map<string, EditorOnly>([
  ['Note', 'decoration'],
  ['MarkdownNote', 'decoration'],
  ['PrimitiveNode', 'primitive'],
  ['Reroute', 'reroute'],
  ['SetNode', 'set'],
  ['GetNode', 'get'],
  ['Reroute (rgthree)', 'reroute'],
  ['Label (rgthree)', 'decoration'],
  ['Bookmark (rgthree)', 'decoration'],
  ['Fast Muter (rgthree)', 'decoration'],
  ['Fast Bypasser (rgthree)', 'decoration'],
  ['Fast Groups Muter (rgthree)', 'decoration'],
  ['Fast Groups Bypasser (rgthree)', 'decoration'],
  ['Mute / Bypass Relay (rgthree)', 'decoration'],
  ['Mute / Bypass Repeater (rgthree)', 'decoration'],
]);

/** What a class of the editor is for; `undefined` for the server's classes. */
export function editorOnly(type: string): EditorOnly | undefined {
  return EDITOR_ONLY.get(type);
}

/**
 * The inputs of a node in the order the editor gives them: those of its class, first the ones without a
 * widget; then those only the file knows, which code of custom nodes adds. Links come from the file.
 */
export function inputsOf(
  info: NodeInfo | undefined,
  node: EditorNode,
  widgets: ReadonlyMap<string, Widget>,
): EditorInput[] {
  if (!info) {
    return node.inputs;
  }
  const saved = new Map(node.inputs.map((input) => [input.name, input]));
  const declared = declaredInputs(info, widgets).map((input) => {
    const known = saved.get(input.name);
    saved.delete(input.name);
    // What a type variable stands for is known to the file alone.
    return known ? { ...input, link: known.link, type: input.type === '*' ? known.type : input.type } : input;
  });
  // The editor drops what stands for a widget that the class no longer has.
  const others = [...saved.values()].filter(({ widget }) => widget === null || widgets.has(widget));
  return [...declared, ...others];
}

function declaredInputs(info: NodeInfo, widgets: ReadonlyMap<string, Widget>): EditorInput[] {
  const sockets: EditorInput[] = [];
  for (const spec of info.inputs.values()) {
    if (spec.kind === 'link') {
      sockets.push({
        name: spec.name,
        type: spec.template === undefined ? spec.type : '*',
        link: null,
        widget: null,
      });
    } else if (spec.kind === 'autogrow') {
      for (let i = 0; i <= spec.min && i < spec.max; i++) {
        sockets.push(...autogrowInputs(spec, i));
      }
    }
  }
  for (const { name, spec } of widgets.values()) {
    if (spec && spec.socketless !== true) {
      sockets.push({ name, type: slotType(spec), link: null, widget: name });
    }
  }
  return sockets;
}

function autogrowInputs(spec: Extract<InputSpec, { kind: 'autogrow' }>, i: number): EditorInput[] {
  return spec.inputs.map((input) => ({
    name: `${spec.name}.${autogrowName(spec, input, i)}`,
    type: slotType(input),
    link: null,
    widget: null,
  }));
}

/** What the `i`th input of an autogrow group is called behind the dot. */
export function autogrowName(
  spec: Extract<InputSpec, { kind: 'autogrow' }>,
  input: InputSpec,
  i: number,
): string {
  return spec.names?.[i] ?? `${spec.inputs.length === 1 ? spec.prefix : input.name}${i}`;
}

/** The type an input has on the editor's canvas. */
export function slotType(spec: InputSpec): string {
  return spec.type ?? WIDGET_TYPES[spec.kind] ?? '*';
}

const WIDGET_TYPES: Readonly<Partial<Record<InputSpec['kind'], string>>> = {
  combo: 'COMBO',
  int: 'INT',
  float: 'FLOAT',
  string: 'STRING',
  boolean: 'BOOLEAN',
  color: 'COLOR',
  dynamic: 'COMFY_DYNAMICCOMBO_V3',
};

/**
 * The input a bypassed node passes on for one of its outputs; -1 when none fits. The rules are those of
 * ComfyUI's front end: the input at the same place, else the first of the very type, else the first that fits.
 */
export function bypassInput(
  inputs: readonly EditorInput[],
  slot: number,
  outputType: string,
  wanted: string,
): number {
  if (wanted === '*' || wanted === '') {
    return inputs.length > slot ? slot : 0;
  }
  const fits = (input: EditorInput | undefined): boolean =>
    input !== undefined && connects(input.type, outputType) && connects(input.type, wanted);
  if (fits(inputs[slot])) {
    return slot;
  }
  const same = inputs.findIndex(({ type }) => type === wanted);
  return same >= 0 ? same : inputs.findIndex(fits);
}

/** Whether the editor lets two types be connected; both may be unions. */
function connects(a: string, b: string): boolean {
  if (a === '' || a === '*' || b === '' || b === '*' || a === b) {
    return true;
  }
  const others = b.toLowerCase().split(',');
  return a
    .toLowerCase()
    .split(',')
    .some((type) => type === '*' || others.includes(type) || others.includes('*'));
}
