import { stringifyExact } from '../comfy/exact-json';
import { type ApiGraph, isLink, nodeOf, nodeTitle } from '../comfy/graph';

/** One input of a node as it was sent. */
export interface SentInput {
  name: string;
  /** Its value as text, or the title of the node it comes from. */
  value: string;
  linked: boolean;
}

/** What a node was given, its own values first. */
export function inputsOf(graph: ApiGraph, nodeId: string): SentInput[] {
  const inputs = Object.entries(nodeOf(graph, nodeId)?.inputs ?? {}).map(([name, value]) => ({
    name,
    value: isLink(value)
      ? nodeTitle(graph, value[0])
      : typeof value === 'string'
        ? value
        : stringifyExact(value),
    linked: isLink(value),
  }));
  return inputs.toSorted((a, b) => Number(a.linked) - Number(b.linked));
}
