import { type ExactJson, parseExact, stringifyExact } from '../../comfy/exact-json';
import type { ApiGraph } from '../../comfy/graph';
import type { QueueEntry } from '../../comfy/schemas';
import type { JobGraph } from './job';
import { graphOf } from './records';

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

/** Makes light of a job of the queue. */
export function packEntry(entry: QueueEntry): PackedEntry {
  const { graph, pngInfo } = graphOf(entry);
  const { darkroom } = pngInfo;
  const kept = darkroom === undefined ? {} : { darkroom };
  const extraData = { ...entry.extraData, extra_pnginfo: kept };
  return {
    entry: { ...entry, extraData },
    job: { graph, packedInfo: new TextEncoder().encode(jsonOf(pngInfo)) },
  };
}

/** The graph as it was before it was packed, every number as exact. */
export function unpack({ graph, packedInfo }: PackedGraph): JobGraph {
  const pngInfo = parseExact(new TextDecoder().decode(packedInfo)) as Record<string, ExactJson>;
  return { graph, pngInfo };
}

/** The native writer is many times faster, and refuses numbers that it cannot write. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value);
    // eslint-disable-next-line local/no-silent-catch -- large numbers are no fault
  } catch {
    return stringifyExact(value);
  }
}
