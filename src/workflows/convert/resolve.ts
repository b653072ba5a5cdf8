import type { ExactJson } from '../../comfy/exact-json';
import { type EditorGraph, type EditorInput, type EditorNode, MODE, type Subgraph } from './editor-graph';
import { bypassInput } from './node-slots';
import type { ConvertProblem } from './problems';
import type { WorkflowState } from './workflow-state';

/** A graph in its place: the workflow, or a subgraph as one instance runs it. */
export interface Scope {
  graph: EditorGraph;
  /** Ids of the instances around it, outermost first. */
  path: readonly string[];
  instance: { node: EditorNode; subgraph: Subgraph; scope: Scope } | null;
}

/** What fills an input: another node's output, or a value shown by a subgraph around it. */
export type Source =
  | { kind: 'output'; id: string; slot: number }
  | { kind: 'value'; value: ExactJson | undefined; isDisputed: boolean };

/** Thrown where a link leads nowhere; its place is known to the caller. */
export class Unresolved extends Error {
  constructor(readonly problem: UnresolvedProblem) {
    super(problem.kind);
  }
}

type UnresolvedProblem =
  | { kind: 'dangling-link' | 'crossed-link'; scope: Scope; node: EditorNode; input: string; link: string }
  | { kind: 'missing-output'; scope: Scope; node: EditorNode; slot: number }
  | { kind: 'cycle' | 'no-setter'; scope: Scope; node: EditorNode };

export type UnresolvedKind = Extract<ConvertProblem, { kind: UnresolvedProblem['kind'] }>;

/** The id a node has in the API graph. */
export function flatId({ path }: Scope, node: EditorNode): string {
  return [...path, node.id].join(':');
}

/**
 * Follows links to the nodes that will run, through reroutes, bypassed nodes and the borders of subgraphs, by
 * the rules of ComfyUI's front end.
 */
export class LinkResolver {
  constructor(private readonly state: WorkflowState) {}

  /**
   * What fills an input; `null` when nothing does, so that its widget's value counts.
   * @throws Unresolved
   */
  source(scope: Scope, node: EditorNode, input: EditorInput): Source | null {
    return this.#input(scope, node, input, new Set(), undefined);
  }

  #input(
    scope: Scope,
    node: EditorNode,
    input: EditorInput,
    seen: Set<string>,
    wanted: string | undefined,
  ): Source | null {
    if (input.link === null) {
      return null;
    }
    this.#visit(seen, scope, node, `in ${input.name}`);
    const link = scope.graph.links.get(input.link);
    const at = { scope, node, input: input.name, link: input.link };
    if (!link) {
      throw new Unresolved({ kind: 'dangling-link', ...at });
    }
    if (link.to !== node.id) {
      throw new Unresolved({ kind: 'crossed-link', ...at });
    }
    const { instance } = scope;
    if (instance && link.from === instance.subgraph.inputNode) {
      const slot = instance.subgraph.inputs[link.fromSlot];
      if (!slot) {
        throw new Unresolved({ kind: 'dangling-link', ...at });
      }
      return this.#outside(instance, slot.name, seen);
    }
    const from = scope.graph.nodes.get(link.from);
    if (!from) {
      throw new Unresolved({ kind: 'dangling-link', ...at });
    }
    return this.#output(scope, from, link.fromSlot, wanted ?? input.type, seen);
  }

  #outside({ node, scope }: NonNullable<Scope['instance']>, name: string, seen: Set<string>): Source | null {
    const input = this.state.inputsOf(node).find((candidate) => candidate.name === name);
    if (input && input.link !== null) {
      return this.#input(scope, node, input, seen, undefined);
    }
    const values = this.state.promoted.get(node);
    const isDisputed = this.state.disputed.get(node)?.has(name) === true;
    return values?.has(name) ? { kind: 'value', value: values.get(name), isDisputed } : null;
  }

  #output(scope: Scope, node: EditorNode, slot: number, wanted: string, seen: Set<string>): Source | null {
    this.#visit(seen, scope, node, `out ${slot}`);
    if (node.mode === MODE.MUTED) {
      return null;
    }
    if (node.mode === MODE.BYPASSED) {
      const inputs = this.state.inputsOf(node);
      const index = bypassInput(inputs, slot, this.#outputType(scope, node, slot), wanted);
      const input = inputs[index];
      return input ? this.#input(scope, node, input, seen, undefined) : null;
    }
    const subgraph = this.state.subgraphOf(node);
    if (subgraph) {
      return this.#inside(scope, node, subgraph, slot, wanted, seen);
    }
    switch (this.state.editorOnly(node)) {
      case 'reroute':
      case 'set': {
        const input = this.state.inputsOf(node)[slot];
        return input ? this.#input(scope, node, input, seen, wanted) : null;
      }
      case 'get':
        return this.#setter(scope, node, wanted, seen);
      case 'primitive':
      case 'decoration':
        // The value of a primitive was put into the widgets it feeds.
        return null;
    }
    return { kind: 'output', id: flatId(scope, node), slot };
  }

  /** What the Set node of the same name holds, in this graph or in one around it. */
  #setter(scope: Scope, node: EditorNode, wanted: string, seen: Set<string>): Source | null {
    const name = firstValue(node);
    for (let around: Scope | undefined = scope; around; around = around.instance?.scope) {
      const setters = [...around.graph.nodes.values()].filter(
        (other) => this.state.editorOnly(other) === 'set' && firstValue(other) === name,
      );
      const [setter] = setters;
      if (setter && setters.length === 1 && setter.mode === MODE.ALWAYS) {
        const [input] = this.state.inputsOf(setter);
        return input ? this.#input(around, setter, input, seen, wanted) : null;
      }
      if (setter) {
        break;
      }
    }
    throw new Unresolved({ kind: 'no-setter', scope, node });
  }

  #inside(
    scope: Scope,
    node: EditorNode,
    subgraph: Subgraph,
    slot: number,
    wanted: string,
    seen: Set<string>,
  ): Source | null {
    const output = subgraph.outputs[slot];
    if (!output) {
      throw new Unresolved({ kind: 'missing-output', scope, node, slot });
    }
    const link = output.links.length > 0 ? subgraph.links.get(output.links[0] ?? '') : undefined;
    if (!link) {
      return null;
    }
    const inner = innerScope(scope, node, subgraph);
    if (link.from === subgraph.inputNode) {
      const passed = subgraph.inputs[link.fromSlot];
      return passed ? this.#outside({ node, subgraph, scope }, passed.name, seen) : null;
    }
    const from = subgraph.nodes.get(link.from);
    if (!from) {
      throw new Unresolved({ kind: 'missing-output', scope, node, slot });
    }
    return this.#output(inner, from, link.fromSlot, wanted, seen);
  }

  #outputType(scope: Scope, node: EditorNode, slot: number): string {
    const declared = this.state.infoOf(node)?.outputs[slot]?.type;
    const type = declared === 'COMFY_MATCHTYPE_V3' ? undefined : declared;
    const found = type ?? node.outputs[slot]?.type ?? this.state.subgraphOf(node)?.outputs[slot]?.type;
    if (found === undefined) {
      throw new Unresolved({ kind: 'missing-output', scope, node, slot });
    }
    return found;
  }

  #visit(seen: Set<string>, scope: Scope, node: EditorNode, place: string): void {
    const key = `${flatId(scope, node)} ${place}`;
    if (seen.has(key)) {
      throw new Unresolved({ kind: 'cycle', scope, node });
    }
    seen.add(key);
  }
}

function firstValue({ values }: EditorNode): ExactJson | undefined {
  return Array.isArray(values) ? (values as readonly ExactJson[])[0] : undefined;
}

/** The inside of an instance. */
export function innerScope(scope: Scope, node: EditorNode, subgraph: Subgraph): Scope {
  return { graph: subgraph, path: [...scope.path, node.id], instance: { node, subgraph, scope } };
}
