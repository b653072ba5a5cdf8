import type { ComfyClient } from '../../comfy/client';
import type { QueueEntry } from '../../comfy/schemas';
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
 * Jobs of a queue in the order they will run, some at a time, each packed only when it is asked for.
 * @throws ComfyError when the server does not answer, or in another shape.
 */
export async function* readWordsOf(
  client: ComfyClient,
  wanted: ReadonlySet<string>,
): AsyncGenerator<PackedEntry[]> {
  const { running, pending } = await client.queue();
  const entries = [...running, ...pending].filter(({ id }) => wanted.has(id));
  for (const part of partsOf(entries)) {
    yield part.map(packEntry);
  }
}

function* partsOf(entries: readonly QueueEntry[]): Generator<QueueEntry[]> {
  for (let at = 0; at < entries.length; at += AT_ONCE) {
    yield entries.slice(at, at + AT_ONCE);
  }
}
