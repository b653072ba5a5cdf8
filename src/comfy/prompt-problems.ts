import { stringifyExact } from './exact-json';
import { type ApiGraph, nodeTitle } from './graph';
import type { NodeErrors, PromptFault } from './schemas';

/** One reason why a graph, or an output of it, was refused. */
export interface PromptProblem {
  /** ComfyUI's error type, such as `value_not_in_list` (API reference 2.1). */
  type: string;
  /** Node the fault is in; `null` when it concerns the whole graph. */
  nodeId: string | null;
  /** What a person calls that node. */
  nodeTitle: string | null;
  classType: string | null;
  inputName: string | null;
  /** ComfyUI's own English message. */
  message: string;
  details: string;
  /** The value the server refused, as text. */
  received: string | null;
}

function asText(value: unknown): string | null {
  if (value === undefined || value === null) {
    return null;
  }
  return typeof value === 'string' ? value : stringifyExact(value);
}

/**
 * Everything the server said against a graph, node faults first. The top-level `details` is usually
 * empty because the fault is upstream of the output (API reference 10.9), so the top-level fault is
 * only kept when no node fault explains it.
 */
export function promptProblems(
  graph: ApiGraph,
  fault: PromptFault | null,
  nodeErrors: NodeErrors,
): PromptProblem[] {
  const problems: PromptProblem[] = [];
  for (const [nodeId, node] of Object.entries(nodeErrors)) {
    for (const error of node.errors) {
      problems.push({
        type: error.type,
        nodeId,
        nodeTitle: nodeTitle(graph, nodeId),
        classType: node.class_type,
        inputName: asText(error.extra_info['input_name']),
        message: error.message,
        details: error.details,
        received: asText(error.extra_info['received_value']),
      });
    }
  }
  if (fault && problems.length === 0) {
    const nodeId = asText(fault.extra_info['node_id']);
    problems.push({
      type: fault.type,
      nodeId,
      nodeTitle: nodeId ? (asText(fault.extra_info['node_title']) ?? nodeTitle(graph, nodeId)) : null,
      classType: asText(fault.extra_info['class_type']),
      inputName: null,
      message: fault.message,
      details: fault.details,
      received: null,
    });
  }
  return problems;
}
