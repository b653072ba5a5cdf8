import type { ExactInt, ExactJson } from './exact-json';

type Json = { readonly [key: string]: ExactJson };

/** A seed of the API graph, by its node there: `5:12` is node 12 of the subgraph whose instance is node 5. */
export interface WorkflowSeed {
  nodeId: string;
  input: string;
  value: ExactInt;
}

/**
 * ComfyUI's editor workflow with another seed, in the node itself and in the instance of a subgraph that shows
 * the node's widget. Only where that is certain: exactly one widget has the old value. The given one is left
 * as it is.
 */
export function workflowWithSeed(workflow: ExactJson, place: WorkflowSeed, seed: number): ExactJson {
  const path = place.nodeId.split(':');
  const id = path.pop() ?? '';
  if (!isObject(workflow)) {
    return workflow;
  }
  if (path.length === 0) {
    return withNode(workflow, id, (node) => withWidget(node, place.value, seed));
  }
  // Outermost first: the graph each instance is in, as the id of its subgraph; the workflow itself has none.
  let around: string | null = null;
  let inside: string | null = null;
  for (const step of path) {
    around = inside;
    const type: ExactJson | undefined = nodeOf(graphOf(workflow, around), step)?.['type'];
    if (typeof type !== 'string' || !graphOf(workflow, type)) {
      return workflow;
    }
    inside = type;
  }
  const subgraph = graphOf(workflow, inside);
  const changed = inGraph(workflow, inside, (graph) =>
    withNode(graph, id, (node) => withWidget(node, place.value, seed)),
  );
  const instance = path.at(-1) ?? '';
  return inGraph(changed, around, (graph) =>
    withNode(graph, instance, (node) =>
      subgraph && showsWidget(node, subgraph, id, place.input) ? withWidget(node, place.value, seed) : node,
    ),
  );
}

/** The workflow (`null`) or one of its subgraphs. */
function graphOf(workflow: Json, subgraph: string | null): Json | undefined {
  return subgraph === null ? workflow : subgraphsOf(workflow).find(({ id }) => id === subgraph);
}

function subgraphsOf({ definitions }: Json): Json[] {
  const listed = isObject(definitions) ? definitions['subgraphs'] : null;
  return Array.isArray(listed) ? listed.filter(isObject) : [];
}

function inGraph(workflow: Json, subgraph: string | null, change: (graph: Json) => Json): Json {
  if (subgraph === null) {
    return change(workflow);
  }
  const { definitions } = workflow;
  const subgraphs = subgraphsOf(workflow).map((graph) => (graph['id'] === subgraph ? change(graph) : graph));
  return { ...workflow, definitions: { ...(definitions as Json), subgraphs } };
}

function nodesOf(graph: Json | undefined): Json[] {
  const nodes = graph?.['nodes'];
  return Array.isArray(nodes) ? nodes.filter(isObject) : [];
}

function nodeOf(graph: Json | undefined, id: string): Json | undefined {
  return nodesOf(graph).find((node) => isId(node['id'], id));
}

/** The editor numbers its nodes, the API format has the number as a text. */
function isId(value: unknown, id: string): boolean {
  return value === id || (typeof value === 'number' && String(value) === id);
}

function withNode(graph: Json, id: string, change: (node: Json) => Json): Json {
  return nodeOf(graph, id)
    ? { ...graph, nodes: nodesOf(graph).map((node) => (isId(node['id'], id) ? change(node) : node)) }
    : graph;
}

function withWidget(node: Json, value: ExactInt, seed: number): Json {
  const widgets = node['widgets_values'];
  const isOld = (widget: ExactJson): boolean => widget === value;
  return Array.isArray(widgets) && widgets.filter(isOld).length === 1
    ? { ...node, widgets_values: widgets.map((widget) => (isOld(widget) ? seed : widget)) }
    : node;
}

/**
 * Whether an instance shows a widget from inside: listed in its `proxyWidgets`, or linked to an input of the
 * subgraph in later versions.
 */
function showsWidget(instance: Json, subgraph: Json, id: string, input: string): boolean {
  const { properties } = instance;
  const shown = isObject(properties) ? properties['proxyWidgets'] : null;
  if (
    Array.isArray(shown) &&
    shown.some((pair) => Array.isArray(pair) && isId(pair[0], id) && pair[1] === input)
  ) {
    return true;
  }
  const inputs = nodeOf(subgraph, id)?.['inputs'];
  const slot = Array.isArray(inputs)
    ? inputs.findIndex((item) => isObject(item) && item['name'] === input)
    : -1;
  const { links, inputNode } = subgraph;
  return (
    Array.isArray(links) &&
    links.some(
      (link) =>
        isObject(link) &&
        isObject(inputNode) &&
        link['origin_id'] === inputNode['id'] &&
        isId(link['target_id'], id) &&
        link['target_slot'] === slot,
    )
  );
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
