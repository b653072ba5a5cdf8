import { type ApiGraph, isLink } from '../../comfy/graph';
import type { InputSpec, NodeClass, NodeScope } from '../exec/node-types';
import { inputTypesOf, returnsOf } from '../exec/shapes';

/** Types whose inputs are widgets of the editor. */
const WIDGETS: ReadonlySet<unknown> = new Set(['INT', 'FLOAT', 'STRING', 'BOOLEAN', 'COMBO']);
const SEED = /^(noise_)?seed$/;

/**
 * A graph as ComfyUI's editor saves it: numbered links, and the values of widgets in the order of their class,
 * each seed followed by what becomes of it after a run. The ids of the graph have to be whole numbers.
 */
export function editorWorkflow(
  graph: ApiGraph,
  classes: ReadonlyMap<string, NodeClass>,
  scope: NodeScope,
): Record<string, unknown> {
  const links: [number, number, number, number, number, string][] = [];
  const ids = Object.keys(graph).map(Number);
  const nodes = Object.entries(graph).map(([id, node], order) => {
    const nodeClass = classes.get(node.class_type);
    if (!nodeClass) {
      throw new RangeError(`the engine has no class ${node.class_type}`);
    }
    const types = inputTypesOf(nodeClass, scope);
    const specs: Record<string, InputSpec> = { ...types.required, ...types.optional };
    const inputs: object[] = [];
    const values: unknown[] = [];
    for (const [name, [type]] of Object.entries(specs)) {
      const value = node.inputs[name];
      const isWidget = Array.isArray(type) || WIDGETS.has(type);
      if (isLink(value)) {
        const kind = sourceType(graph, value[0], value[1], classes, scope);
        links.push([links.length + 1, Number(value[0]), value[1], Number(id), inputs.length, kind]);
        inputs.push({ name, type: kind, link: links.length });
      } else if (!isWidget) {
        inputs.push({ name, type, link: null });
      }
      if (isWidget) {
        values.push(isLink(value) ? null : (value ?? null));
        if (SEED.test(name)) {
          values.push('randomize');
        }
      }
    }
    return {
      id: Number(id),
      type: node.class_type,
      pos: [320 * (order % 4), 260 * Math.floor(order / 4)],
      size: [280, 180],
      flags: {},
      order,
      mode: 0,
      ...(node._meta?.title ? { title: node._meta.title } : {}),
      inputs,
      outputs: returnsOf(nodeClass, scope.era).map((type, slot) => ({
        name: nodeClass.returnNames?.[slot] ?? type,
        type,
        links: [] as number[],
      })),
      properties: { 'Node name for S&R': node.class_type },
      widgets_values: values,
    };
  });
  for (const [link, from, slot] of links) {
    nodes.find(({ id }) => id === from)?.outputs[slot]?.links.push(link);
  }
  return {
    last_node_id: Math.max(...ids),
    last_link_id: links.length,
    nodes,
    links,
    groups: [],
    config: {},
    extra: {},
    version: 0.4,
  };
}

function sourceType(
  graph: ApiGraph,
  node: string,
  slot: number,
  classes: ReadonlyMap<string, NodeClass>,
  scope: NodeScope,
): string {
  const source = classes.get(graph[node]?.class_type ?? '');
  return (source && returnsOf(source, scope.era)[slot]) ?? '*';
}
