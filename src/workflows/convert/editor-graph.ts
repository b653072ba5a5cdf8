import * as v from 'valibot';

import type { ExactJson } from '../../comfy/exact-json';

/** When a node takes part, as the editor numbers it. Others (on event, on trigger) run like `ALWAYS`. */
export const MODE = { ALWAYS: 0, MUTED: 2, BYPASSED: 4 } as const;

/** An input as the file has it. */
export interface EditorInput {
  name: string;
  type: string;
  /** Id of the link that fills it; `null` without one. */
  link: string | null;
  /** The widget it stands for, where it is a widget that can be linked. */
  widget: string | null;
}

/** A node as the file has it, in one shape for all versions of the format. */
export interface EditorNode {
  id: string;
  /** Class; id of a subgraph for a subgraph. */
  type: string;
  title: string;
  mode: number;
  inputs: EditorInput[];
  outputs: { name: string; type: string }[];
  /** Widget values in the order of the widgets, or by name; `null` when none were saved. */
  values: readonly ExactJson[] | Readonly<Record<string, ExactJson>> | null;
  /** The same by name, as newer editors write beside the list. */
  named: Readonly<Record<string, ExactJson>>;
  properties: Readonly<Record<string, ExactJson>>;
}

/** A link from an output to an input. */
export interface EditorLink {
  id: string;
  from: string;
  fromSlot: number;
  to: string;
  toSlot: number;
}

/** Nodes and links of the workflow, or of one subgraph. */
export interface EditorGraph {
  nodes: Map<string, EditorNode>;
  links: Map<string, EditorLink>;
}

/** An input or output of a subgraph, with the links inside that start or end there. */
export interface SubgraphSlot {
  name: string;
  type: string;
  links: string[];
}

/** The definition of a subgraph; nodes whose type is its id are instances. */
export interface Subgraph extends EditorGraph {
  id: string;
  name: string;
  inputs: SubgraphSlot[];
  outputs: SubgraphSlot[];
  /** Ids that stand for its inputs and outputs at the ends of its links. */
  inputNode: string;
  outputNode: string;
}

/** A workflow in the editor's format: versions 0.4 (links as arrays) and 1 (links as objects). */
export interface EditorWorkflow extends EditorGraph {
  subgraphs: Map<string, Subgraph>;
  /** The highest id the editor has given to a node, as far as the file says. */
  lastId: number;
}

/** Why a JSON value is not a workflow of the editor. `at` is the place in the file. */
export interface EditorFault {
  kind: 'not-a-workflow' | 'bad-node' | 'bad-id' | 'duplicate-id' | 'bad-link' | 'bad-subgraph';
  at: string;
}

class Fault extends Error {
  constructor(readonly fault: EditorFault) {
    super(fault.kind);
  }
}

const recordSchema = v.record(v.string(), v.unknown());
const text = v.fallback(v.string(), '');
/** Slot types are names; very old files have -1 for events and 0 for anything. */
const slotType = v.fallback(
  v.union([
    v.string(),
    v.pipe(
      v.array(v.unknown()),
      v.transform(() => 'COMBO'),
    ),
  ]),
  '*',
);

const inputSchema = v.object({
  name: text,
  type: slotType,
  link: v.optional(v.unknown()),
  widget: v.fallback(v.nullish(v.object({ name: v.string() })), null),
});
const outputSchema = v.object({ name: text, type: slotType });

const nodeSchema = v.object({
  type: v.string(),
  title: v.fallback(v.nullish(v.string()), null),
  mode: v.fallback(v.number(), MODE.ALWAYS),
  inputs: v.nullish(v.array(inputSchema)),
  outputs: v.nullish(v.array(outputSchema)),
  widgets_values: v.nullish(v.unknown()),
  widgets_values_named: v.fallback(recordSchema, {}),
  properties: v.fallback(recordSchema, {}),
});

const slotSchema = v.object({
  name: v.string(),
  type: slotType,
  linkIds: v.nullish(v.array(v.unknown())),
});

const subgraphSchema = v.object({
  id: v.string(),
  name: text,
  inputs: v.nullish(v.array(slotSchema)),
  outputs: v.nullish(v.array(slotSchema)),
  inputNode: v.nullish(v.object({ id: v.unknown() })),
  outputNode: v.nullish(v.object({ id: v.unknown() })),
});

const linkSchema = v.object({
  id: v.unknown(),
  origin_id: v.unknown(),
  origin_slot: v.unknown(),
  target_id: v.unknown(),
  target_slot: v.unknown(),
});

const countersSchema = v.fallback(
  v.object({
    last_node_id: v.fallback(v.nullish(v.number()), null),
    state: v.fallback(v.nullish(v.object({ lastNodeId: v.number() })), null),
  }),
  { last_node_id: null, state: null },
);

/** The ids the editor gives to the ends of a subgraph. */
const INPUT_NODE = '-10';
const OUTPUT_NODE = '-20';

/** Whether a JSON value looks like a workflow of the editor, however damaged. */
export function isEditorWorkflow(value: unknown): boolean {
  return v.is(v.object({ nodes: v.array(v.unknown()) }), value);
}

/** Reads a workflow of the editor, or says what is wrong with it. */
export function readEditorWorkflow(
  value: ExactJson,
): { ok: true; workflow: EditorWorkflow } | { ok: false; fault: EditorFault } {
  try {
    const subgraphs = new Map<string, Subgraph>();
    collectSubgraphs(value, '', subgraphs);
    const { last_node_id, state } = v.parse(countersSchema, value);
    const workflow = { ...readGraph(value, ''), subgraphs, lastId: last_node_id ?? state?.lastNodeId ?? 0 };
    makeIdsUnique(workflow);
    return { ok: true, workflow };
  } catch (error) {
    if (error instanceof Fault) {
      return { ok: false, fault: error.fault };
    }
    throw error;
  }
}

/**
 * Gives new ids to nodes of subgraphs whose ids are taken, as ComfyUI's front end does while it loads: the API
 * graph names nodes by them.
 */
function makeIdsUnique(workflow: EditorWorkflow): void {
  const taken = new Set(workflow.nodes.keys());
  const renamed = new Map<string, Map<string, string>>();
  let last = workflow.lastId;
  for (const subgraph of workflow.subgraphs.values()) {
    const changes = new Map<string, string>();
    for (const id of subgraph.nodes.keys()) {
      if (!taken.has(id)) {
        taken.add(id);
        last = Math.max(last, Number(id));
        continue;
      }
      do {
        last++;
      } while (taken.has(String(last)));
      taken.add(String(last));
      changes.set(id, String(last));
    }
    if (changes.size > 0) {
      renamed.set(subgraph.id, changes);
      renameNodes(subgraph, changes);
    }
  }
  for (const graph of renamed.size > 0 ? [workflow, ...workflow.subgraphs.values()] : []) {
    for (const node of graph.nodes.values()) {
      renamePromotions(node, renamed.get(node.type));
    }
  }
}

function renameNodes(subgraph: Subgraph, changes: ReadonlyMap<string, string>): void {
  const nodes = [...subgraph.nodes.values()];
  subgraph.nodes.clear();
  for (const node of nodes) {
    node.id = changes.get(node.id) ?? node.id;
    subgraph.nodes.set(node.id, node);
  }
  for (const link of subgraph.links.values()) {
    link.from = changes.get(link.from) ?? link.from;
    link.to = changes.get(link.to) ?? link.to;
  }
}

function renamePromotions(node: EditorNode, changes: ReadonlyMap<string, string> | undefined): void {
  const promoted = node.properties['proxyWidgets'];
  if (changes && Array.isArray(promoted)) {
    const proxyWidgets = promoted.map((entry) => {
      const [id, ...rest] = Array.isArray(entry) ? entry : [];
      const renamed = typeof id === 'string' ? changes.get(id) : undefined;
      return renamed === undefined ? entry : [renamed, ...rest];
    });
    node.properties = { ...node.properties, proxyWidgets };
  }
}

function collectSubgraphs(holder: unknown, at: string, found: Map<string, Subgraph>): void {
  if (at.length > 500) {
    throw new Fault({ kind: 'bad-subgraph', at: `${at.slice(0, 60)}…` });
  }
  const { definitions } = v.parse(
    v.fallback(v.object({ definitions: v.fallback(v.nullish(recordSchema), null) }), { definitions: null }),
    holder,
  );
  const list: unknown = definitions?.['subgraphs'];
  if (list == null) {
    return;
  }
  if (!Array.isArray(list)) {
    throw new Fault({ kind: 'bad-subgraph', at: `${at}definitions.subgraphs` });
  }
  for (const [i, item] of (list as unknown[]).entries()) {
    const here = `${at}definitions.subgraphs[${i}]`;
    const parsed = v.safeParse(subgraphSchema, item);
    if (!parsed.success || found.has(parsed.output.id)) {
      throw new Fault({ kind: parsed.success ? 'duplicate-id' : 'bad-subgraph', at: here });
    }
    const { id, name, inputs, outputs, inputNode, outputNode } = parsed.output;
    const slots = (list: typeof inputs): SubgraphSlot[] =>
      (list ?? []).map((slot) => ({
        name: slot.name,
        type: slot.type,
        links: (slot.linkIds ?? []).map((link) => idOf(link, here)),
      }));
    found.set(id, {
      id,
      name,
      ...readGraph(item, `${here}.`),
      inputs: slots(inputs),
      outputs: slots(outputs),
      inputNode: inputNode ? idOf(inputNode.id, here) : INPUT_NODE,
      outputNode: outputNode ? idOf(outputNode.id, here) : OUTPUT_NODE,
    });
    collectSubgraphs(item, `${here}.`, found);
  }
}

function readGraph(value: unknown, at: string): EditorGraph {
  const { nodes, links } = v.parse(
    v.fallback(v.object({ nodes: v.nullable(v.unknown(), null), links: v.nullish(v.unknown()) }), {
      nodes: null,
      links: null,
    }),
    value,
  );
  if (!Array.isArray(nodes) || (links != null && !Array.isArray(links) && typeof links !== 'object')) {
    throw new Fault({ kind: 'not-a-workflow', at: `${at}${Array.isArray(nodes) ? 'links' : 'nodes'}` });
  }
  const graph: EditorGraph = { nodes: new Map(), links: new Map() };
  for (const [i, item] of (nodes as unknown[]).entries()) {
    const node = readNode(item, `${at}nodes[${i}]`);
    if (graph.nodes.has(node.id)) {
      throw new Fault({ kind: 'duplicate-id', at: `${at}nodes[${i}]` });
    }
    graph.nodes.set(node.id, node);
  }
  // An early version 1 keeps links in an object by id.
  const list: unknown[] = Array.isArray(links) ? links : Object.values(links ?? {});
  for (const [i, item] of list.entries()) {
    // Removed links leave holes.
    if (item !== null) {
      const link = readLink(item, `${at}links[${i}]`);
      graph.links.set(link.id, link);
    }
  }
  return graph;
}

function readNode(value: unknown, at: string): EditorNode {
  const parsed = v.safeParse(nodeSchema, value);
  if (!parsed.success) {
    throw new Fault({ kind: 'bad-node', at });
  }
  const node = parsed.output;
  const id = idOf((value as { id?: unknown }).id, at);
  const values = node.widgets_values;
  if (values != null && typeof values !== 'object') {
    throw new Fault({ kind: 'bad-node', at: `${at}.widgets_values` });
  }
  return {
    id,
    type: node.type,
    title: node.title || node.type,
    mode: node.mode,
    inputs: (node.inputs ?? []).map((input, i) => ({
      name: input.name,
      type: input.type,
      link: input.link == null ? null : idOf(input.link, `${at}.inputs[${i}]`),
      widget: input.widget?.name ?? null,
    })),
    outputs: node.outputs ?? [],
    values: (values ?? null) as EditorNode['values'],
    named: node.widgets_values_named as EditorNode['named'],
    properties: node.properties as EditorNode['properties'],
  };
}

/** `[id, from, slot, to, slot, type]`, or the same by name. */
function readLink(value: unknown, at: string): EditorLink {
  const ends: unknown = Array.isArray(value)
    ? {
        id: value[0] as unknown,
        origin_id: value[1] as unknown,
        origin_slot: value[2] as unknown,
        target_id: value[3] as unknown,
        target_slot: value[4] as unknown,
      }
    : value;
  const parsed = v.safeParse(linkSchema, ends);
  if (!parsed.success) {
    throw new Fault({ kind: 'bad-link', at });
  }
  const link = parsed.output;
  const slots = [link.origin_slot, link.target_slot].map((slot) =>
    typeof slot === 'string' && /^\d+$/.test(slot) ? Number(slot) : slot,
  );
  const [fromSlot, toSlot] = slots;
  if (typeof fromSlot !== 'number' || typeof toSlot !== 'number') {
    throw new Fault({ kind: 'bad-link', at });
  }
  return {
    id: idOf(link.id, at),
    from: idOf(link.origin_id, at),
    fromSlot,
    to: idOf(link.target_id, at),
    toSlot,
  };
}

/** Ids are whole numbers, which some editors write as text. */
function idOf(value: unknown, at: string): string {
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    return String(value);
  }
  if (typeof value === 'string' && /^-?\d{1,16}$/.test(value)) {
    return value;
  }
  throw new Fault({ kind: 'bad-id', at });
}
