import type { ExactJson } from './exact-json';

/** A link to another node's output: `[node id, output slot]` (API reference 2.1). */
export type NodeLink = [string, number];

/** A widget value or a link. */
export type ApiInput = ExactJson | NodeLink;

/** One node of a graph in API format. `inputs` must always be there: a node without it can kill the worker. */
export interface ApiNode {
  class_type: string;
  inputs: Record<string, ApiInput>;
  _meta?: { title?: string };
}

/** A graph in API format, keyed by node id. */
export type ApiGraph = Record<string, ApiNode>;

/** Whether an input is a link; the server takes any two-element list of string and whole number as one. */
export function isLink(input: unknown): input is NodeLink {
  return (
    Array.isArray(input) &&
    input.length === 2 &&
    typeof input[0] === 'string' &&
    typeof input[1] === 'number' &&
    Number.isInteger(input[1])
  );
}

/** A node by its id; `undefined` when the graph has none. Ids come from outside and can name a prototype's members. */
export function nodeOf(graph: ApiGraph, nodeId: string): ApiNode | undefined {
  return Object.hasOwn(graph, nodeId) ? graph[nodeId] : undefined;
}

/** The node a person would call by this name: its title, else its class, else its id. */
export function nodeTitle(graph: ApiGraph, nodeId: string): string {
  const node = nodeOf(graph, nodeId);
  return node?._meta?.title || node?.class_type || `#${nodeId}`;
}

/**
 * Node ids reachable backwards from `start`, nearest first, each once. Ignores links to missing nodes and
 * survives cycles.
 * @param inputsOf the inputs of a node to follow; all by default.
 */
export function ancestors(
  graph: ApiGraph,
  start: string,
  inputsOf: (node: ApiNode) => Iterable<ApiInput> = ({ inputs }) => Object.values(inputs),
): string[] {
  const seen = new Set<string>();
  let front = [start];
  while (front.length > 0) {
    const next: string[] = [];
    for (const id of front) {
      const node = nodeOf(graph, id);
      if (!node || seen.has(id)) {
        continue;
      }
      seen.add(id);
      for (const input of inputsOf(node)) {
        if (isLink(input)) {
          next.push(input[0]);
        }
      }
    }
    front = next;
  }
  return [...seen];
}
