import type { ComfyEvent } from '../../comfy/events';
import { ancestors, type ApiGraph, nodeOf, nodeTitle } from '../../comfy/graph';

/** How far a running job is, for one job. */
export interface JobProgress {
  /** Node at work, as shown to people. */
  nodeId: string | null;
  nodeTitle: string | null;
  /** Steps of that node; `max` 0 when it does not count. */
  value: number;
  max: number;
  /** Share of the whole job, 0–1, by weighted nodes. Never goes back within a run. */
  fraction: number;
  /** Node ids that are done or were cached. */
  done: ReadonlySet<string>;
  /** How many of them ComfyUI answered from its cache. */
  cached: number;
  /** Last words of a node, such as a size it measured. */
  text: string | null;
  /** What the server last said the node does besides its steps: `loading` while a model is brought into memory. */
  activity?: string | null | undefined;
}

/** Before the first event. */
export const NO_PROGRESS: JobProgress = {
  nodeId: null,
  nodeTitle: null,
  value: 0,
  max: 0,
  fraction: 0,
  done: new Set(),
  cached: 0,
  text: null,
};

/** A sampler's steps weigh as much as that many other nodes, so the bar moves with the time spent. */
function weight(graph: ApiGraph, id: string): number {
  const steps = nodeOf(graph, id)?.inputs['steps'];
  return typeof steps === 'number' && steps > 0 ? Math.min(steps, 200) : 1;
}

/**
 * The progress after an event of the same job. Events that say nothing about progress return the same
 * object.
 */
export function advance(
  progress: JobProgress,
  event: ComfyEvent,
  graph: ApiGraph,
  outputNodes: readonly string[],
): JobProgress {
  switch (event.type) {
    case 'execution_start':
      return NO_PROGRESS;
    case 'execution_cached':
      return settle(
        {
          ...progress,
          done: new Set([...progress.done, ...event.data.nodes]),
          cached: event.data.nodes.length,
        },
        graph,
        outputNodes,
      );
    case 'executing': {
      const id = event.data.display_node ?? event.data.node;
      if (id === null) {
        return progress;
      }
      const done =
        progress.nodeId !== null && progress.nodeId !== id
          ? addTo(progress.done, progress.nodeId)
          : progress.done;
      // A node that waits for lazy inputs or its own parts is named again.
      return settle(
        progress.nodeId === id ? progress : at({ ...progress, done }, graph, id),
        graph,
        outputNodes,
      );
    }
    case 'progress': {
      const id = event.data.node ?? progress.nodeId;
      // An expanded node such as 2.0.0.1 is not in the graph; its visible node is already the current one.
      const known = id !== null && nodeOf(graph, id) ? id : progress.nodeId;
      const node = known === null || known === progress.nodeId ? progress : at(progress, graph, known);
      return settle({ ...node, value: event.data.value, max: event.data.max }, graph, outputNodes);
    }
    case 'progress_state': {
      // The parts of an expanded node finish one by one; the node itself is listed under its own id.
      const visible = Object.entries(event.data.nodes).filter(([id]) => nodeOf(graph, id));
      const finished = visible.filter(([, { state }]) => state === 'finished').map(([id]) => id);
      // One node is at work at a time, or a part of it.
      const activity = Object.values(event.data.nodes).find((one) => one.activity)?.activity;
      const next = settle(
        { ...progress, activity, done: new Set([...progress.done, ...finished]) },
        graph,
        outputNodes,
      );
      // Jobs of other clients, and runs joined in the middle, send no `executing`.
      const running = visible.find(([id, { state }]) => state === 'running' && !next.done.has(id));
      return running && (next.nodeId === null || next.done.has(next.nodeId))
        ? settle(at(next, graph, running[0]), graph, outputNodes)
        : next;
    }
    case 'executed':
      // Parts of an expanded node say so too, before the node is done.
      return nodeOf(graph, event.data.node)
        ? settle({ ...progress, done: addTo(progress.done, event.data.node) }, graph, outputNodes)
        : progress;
    case 'text':
      return event.data.node === progress.nodeId ? { ...progress, text: event.data.text } : progress;
    default:
      return progress;
  }
}

/** The same progress with another node at work. */
function at(progress: JobProgress, graph: ApiGraph, nodeId: string): JobProgress {
  return {
    ...progress,
    nodeId,
    nodeTitle: nodeTitle(graph, nodeId),
    value: 0,
    max: 0,
    text: null,
  };
}

function addTo(done: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return new Set([...done, id]);
}

function settle(progress: JobProgress, graph: ApiGraph, outputNodes: readonly string[]): JobProgress {
  const { all, total } = weights(graph, outputNodes);
  let finished = 0;
  for (const [id, share] of all) {
    if (progress.done.has(id)) {
      finished += share;
    } else if (id === progress.nodeId && progress.max > 0) {
      finished += (share * Math.min(progress.value, progress.max)) / progress.max;
    }
  }
  const fraction = total > 0 ? finished / total : 0;
  return { ...progress, fraction: Math.max(progress.fraction, Math.min(1, fraction)) };
}

interface Weights {
  outputNodes: readonly string[];
  all: ReadonlyMap<string, number>;
  total: number;
}

/** Graphs are never altered, and each event of a run asks for the same one. */
const known = new WeakMap<ApiGraph, Weights>();

/** What each node weighs that a run up to these outputs needs. */
function weights(graph: ApiGraph, outputNodes: readonly string[]): Weights {
  const before = known.get(graph);
  if (before?.outputNodes === outputNodes) {
    return before;
  }
  const needed =
    outputNodes.length > 0 ? outputNodes.flatMap((id) => ancestors(graph, id)) : Object.keys(graph);
  const all = new Map(needed.map((id) => [id, weight(graph, id)]));
  const total = [...all.values()].reduce((sum, share) => sum + share, 0);
  const made = { outputNodes, all, total };
  known.set(graph, made);
  return made;
}
