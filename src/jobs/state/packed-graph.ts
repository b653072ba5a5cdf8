import { type ExactJson, parseExact } from '../../comfy/exact-json';
import type { ApiGraph } from '../../comfy/graph';
import type { QueueEntry } from '../../comfy/schemas';
import type { JobGraph } from './job';

/**
 * A job's graph whose metadata for the PNG are the bytes of their JSON: the editor's workflow among them is often far
 * larger than the graph, and of thousands of waiting jobs hardly one is ever asked for it.
 */
export interface PackedGraph {
  graph: ApiGraph;
  packedInfo: Uint8Array<ArrayBuffer>;
}

/** A job of the queue, packed. */
export interface PackedEntry {
  /** Of the metadata for the PNG it has only what this app wrote itself. */
  entry: QueueEntry;
  job: PackedGraph;
}

/** The graph as it was before it was packed, every number as exact. */
export function unpack({ graph, packedInfo }: PackedGraph): JobGraph {
  const pngInfo = parseExact(new TextDecoder().decode(packedInfo)) as Record<string, ExactJson>;
  return { graph, pngInfo };
}
