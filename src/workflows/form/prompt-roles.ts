import { type ApiGraph, ancestors, isLink } from '../../comfy/graph';

/** Which side of the guidance a prompt is on. */
export type PromptRole = 'positive' | 'negative';

/**
 * Nodes that lead into inputs named `positive` or `negative`, with the side they are on. Those that lead into
 * both, such as the model, have none.
 */
export function promptRoles(graph: ApiGraph): ReadonlyMap<string, PromptRole> {
  const sides = { positive: reaching(graph, 'positive'), negative: reaching(graph, 'negative') };
  const roles = new Map<string, PromptRole>();
  for (const [role, other] of [
    ['positive', 'negative'],
    ['negative', 'positive'],
  ] as const) {
    for (const node of sides[role]) {
      if (!sides[other].has(node)) {
        roles.set(node, role);
      }
    }
  }
  return roles;
}

/** Through a node that has both inputs itself, such as a ControlNet, each side goes on by itself. */
function reaching(graph: ApiGraph, side: PromptRole): Set<string> {
  const other = side === 'positive' ? 'negative' : 'positive';
  const found = new Set<string>();
  for (const node of Object.values(graph)) {
    const link = node.inputs[side];
    if (!isLink(link)) {
      continue;
    }
    const inputs = (inner: typeof node): (typeof link)[] =>
      Object.entries(inner.inputs).flatMap(([name, input]) =>
        name !== other && isLink(input) ? [input] : [],
      );
    for (const id of ancestors(graph, link[0], inputs)) {
      found.add(id);
    }
  }
  return found;
}
