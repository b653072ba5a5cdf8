import type { ComfyClient } from '../../comfy/client';
import { entriesOf } from '../../comfy/queue-items';
import { packEntry } from '../state/pack-entry';
import type { PackedEntry } from '../state/packed-graph';

/** Sent to the worker first: the server's address, and the jobs of its queue that are asked for. */
export interface WordsQuestion {
  baseUrl: string;
  wanted: ReadonlySet<string>;
}

/** Sent to the worker then, each time for some more of them. */
export interface MoreWords {
  more: true;
}

/** What the worker answers each time: some jobs, none when there are no more; or what went wrong. */
export type WordsAnswer = { entries: PackedEntry[] } | { problem: string; isServer: boolean };

/** A page takes in so many jobs between two frames. */
const AT_ONCE = 25;

/**
 * Jobs of a queue in the order in which the server has them, some at a time: no more of its answer is read than was
 * asked for.
 * @throws ComfyError when the server does not answer, or in another shape.
 */
export async function* readWordsOf(
  client: ComfyClient,
  wanted: ReadonlySet<string>,
): AsyncGenerator<PackedEntry[]> {
  let part: PackedEntry[] = [];
  for await (const entry of entriesOf(await client.queueAnswer(), wanted)) {
    part.push(packEntry(entry));
    if (part.length === AT_ONCE) {
      yield part;
      part = [];
    }
  }
  if (part.length > 0) {
    yield part;
  }
}
