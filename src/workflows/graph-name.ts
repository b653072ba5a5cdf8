import { ancestors, type ApiGraph, isLink, nodeOf, nodeTitle } from '../comfy/graph';
import type { JobGraph } from '../jobs/state/job';

/** What ComfyUI calls files when nobody names them. */
const UNNAMED = /^(ComfyUI|output|image|video)?$/i;

/**
 * What a graph says about itself, for jobs without a prompt: the name of its workflow, else what its files are to be
 * called, else the node that makes them; `null` when it says nothing.
 */
export function graphName({ graph, pngInfo }: JobGraph): string | null {
  return workflowName({ pngInfo }) ?? filePrefix(graph) ?? mainNode(graph);
}

/** What the editor's own workflow is called; `null` where it has no name or did not come along. */
export function workflowName({ pngInfo }: Pick<JobGraph, 'pngInfo'>): string | null {
  const { name, title } = Object(pngInfo['workflow']) as Record<string, unknown>;
  return text(name) ?? text(title);
}

function filePrefix(graph: ApiGraph): string | null {
  for (const id of Object.keys(graph)) {
    const prefix = text(nodeOf(graph, id)?.inputs['filename_prefix']);
    if (prefix !== null && !UNNAMED.test(prefix.replace(/^.*[\\/]/, ''))) {
      return prefix;
    }
  }
  return null;
}

/** The node before the one that saves: of nodes nobody takes anything from, the one that the most lead to. */
function mainNode(graph: ApiGraph): string | null {
  const used = new Set(
    Object.values(graph).flatMap(({ inputs }) =>
      Object.values(inputs).flatMap((value) => (isLink(value) ? [value[0]] : [])),
    ),
  );
  const [last] = Object.keys(graph)
    .filter((id) => !used.has(id))
    .map((id) => ({ id, count: [...ancestors(graph, id)].length }))
    .sort((a, b) => b.count - a.count);
  if (!last) {
    return null;
  }
  const from = Object.values(nodeOf(graph, last.id)?.inputs ?? {}).find(isLink);
  return nodeTitle(graph, from?.[0] ?? last.id);
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
