import { stringifyExact } from '../../comfy/exact-json';
import type { QueueEntry } from '../../comfy/schemas';
import type { PackedEntry } from './packed-graph';
import { graphOf } from './records';

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

/** The native writer is many times faster, and refuses numbers that it cannot write. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value);
    // eslint-disable-next-line local/no-silent-catch -- large numbers are no fault
  } catch {
    return stringifyExact(value);
  }
}
