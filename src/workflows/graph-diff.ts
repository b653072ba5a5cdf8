import { type ExactJson, stringifyExact } from '../comfy/exact-json';
import { type ApiGraph, type ApiInput, isLink, nodeTitle } from '../comfy/graph';

/** One way in which two graphs differ. `here` is the form, `there` the run it is compared with. */
export type Difference =
  /** A value or a link; `undefined` where a side does not have the input. */
  | {
      kind: 'input';
      node: string;
      title: string;
      input: string;
      here: ApiInput | undefined;
      there: ApiInput | undefined;
    }
  /** A node that only one side has, or that is of another class on each. */
  | { kind: 'node'; node: string; title: string; here: string | null; there: string | null };

/**
 * What differs between two graphs, node by node in the order of the form. Nodes are the same when id and
 * class are; titles and key order do not count, and numbers are compared exactly.
 */
export function diffGraphs(here: ApiGraph, there: ApiGraph): Difference[] {
  const ids = [...new Set([...Object.keys(here), ...Object.keys(there)])];
  return ids.flatMap((id): Difference[] => {
    const ours = own(here, id);
    const theirs = own(there, id);
    const title = ours ? nodeTitle(here, id) : nodeTitle(there, id);
    if (!ours || !theirs || ours.class_type !== theirs.class_type) {
      return [
        { kind: 'node', node: id, title, here: ours?.class_type ?? null, there: theirs?.class_type ?? null },
      ];
    }
    const inputs = [...new Set([...Object.keys(ours.inputs), ...Object.keys(theirs.inputs)])];
    return inputs.flatMap((input): Difference[] => {
      const a = own(ours.inputs, input);
      const b = own(theirs.inputs, input);
      return sameInput(a, b) ? [] : [{ kind: 'input', node: id, title, input, here: a, there: b }];
    });
  });
}

/** Whether the graphs are so different that one cannot be brought to the other input by input. */
export function isOtherWorkflow(here: ApiGraph, there: ApiGraph): boolean {
  const shared = Object.keys(here).filter((id) => own(there, id)?.class_type === here[id]?.class_type).length;
  return shared * 2 < Math.max(Object.keys(here).length, Object.keys(there).length);
}

/** The graph with one difference taken over from the other side. */
export function applyDifference(graph: ApiGraph, difference: Difference): ApiGraph {
  const node = difference.kind === 'input' ? own(graph, difference.node) : undefined;
  if (!node || difference.kind !== 'input') {
    return graph;
  }
  const { [difference.input]: _, ...rest } = node.inputs;
  // In its place, as far as it has one: the order of inputs is the order of the form's text.
  const inputs =
    difference.there === undefined ? rest : { ...node.inputs, [difference.input]: difference.there };
  return { ...graph, [difference.node]: { ...node, inputs } };
}

/** An input in a line: links by the node they come from. */
export function inputText(graph: ApiGraph, input: ApiInput | undefined): string | null {
  if (input === undefined) {
    return null;
  }
  if (isLink(input)) {
    return `← ${nodeTitle(graph, input[0])}`;
  }
  return typeof input === 'string' ? input : stringifyExact(input);
}

function sameInput(a: ApiInput | undefined, b: ApiInput | undefined): boolean {
  if (a === undefined || b === undefined) {
    return a === b;
  }
  return stringifyExact(sorted(a)) === stringifyExact(sorted(b));
}

function sorted(value: ExactJson): ExactJson {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => [key, sorted(item)]),
    );
  }
  return value;
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
