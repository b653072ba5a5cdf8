import { browser } from '../../base/browser';
import { parseExact } from '../../comfy/exact-json';
import { readHistory } from '../../comfy/history-entry';
import type { JobGraph } from '../state/job';
import { knownGraph } from '../state/records';
import { at } from './job-rows';

/** Where the text of a job is among the unpacked bytes. */
export type Span = readonly [from: number, to: number];

/**
 * Graphs of some jobs, as the text of their entries in the history. Written as objects they take ten times the time
 * and thirty times the room: jobs that follow one another hardly differ.
 */
export interface GraphPack {
  ids: string[];
  /** One for each id. */
  spans: Span[];
  bytes: Uint8Array<ArrayBuffer>;
  /** Not in browsers that cannot. */
  deflated: boolean;
}

/** The text of a job's entry in the history. */
export type Part = readonly [id: string, text: Uint8Array<ArrayBuffer>];

/**
 * Packs entries of the history.
 * @param deflated whether to make them small, which takes its time.
 */
export async function packParts(
  parts: readonly Part[],
  deflated = browser.compressionStreams,
): Promise<GraphPack> {
  let end = 0;
  const spans = parts.map(([, { length }]): Span => [end, (end += length)]);
  const bytes = new Uint8Array(end);
  parts.forEach(([, part], i) => bytes.set(part, spans[i]?.[0]));
  return packSpans({ ids: parts.map(([id]) => id), spans, bytes }, deflated);
}

/** The same for bytes that are put together already. */
export async function packSpans(
  pack: Omit<GraphPack, 'deflated'>,
  deflated = browser.compressionStreams,
): Promise<GraphPack> {
  const bytes = deflated ? await through(pack.bytes, new CompressionStream('deflate-raw')) : pack.bytes;
  return { ...pack, bytes, deflated };
}

/** The graph of one job; `null` when it is not in there. */
export async function graphIn(pack: GraphPack, id: string): Promise<JobGraph | null> {
  const span = pack.spans[pack.ids.indexOf(id)];
  if (!span) {
    return null;
  }
  const text = new TextDecoder().decode((await inflate(pack)).subarray(...span));
  return knownGraph(readHistory([id, parseExact(text)]).prompt);
}

/** Of a pack what concerns some of its jobs; it holds all it held. */
export function chooseGraphs(pack: GraphPack, wanted: ReadonlySet<string>): GraphPack {
  const positions = pack.ids.flatMap((id, i) => (wanted.has(id) ? [i] : []));
  return positions.length === pack.ids.length
    ? pack
    : { ...pack, ids: at(pack.ids, positions), spans: at(pack.spans, positions) };
}

/** Packs anew what a pack still names, without what it names no longer. */
export async function repack(pack: GraphPack): Promise<GraphPack> {
  const bytes = await inflate(pack);
  return packParts(
    pack.ids.map((id, i): Part => [id, bytes.subarray(...(pack.spans[i] ?? [0, 0]))]),
    pack.deflated,
  );
}

async function inflate({ bytes, deflated }: GraphPack): Promise<Uint8Array<ArrayBuffer>> {
  return deflated ? through(bytes, new DecompressionStream('deflate-raw')) : bytes;
}

/** Without a blob, which the browser would keep elsewhere. */
async function through(
  bytes: Uint8Array<ArrayBuffer>,
  { writable, readable }: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = writable.getWriter();
  const [read] = await Promise.all([
    new Response(readable).arrayBuffer(),
    writer.write(bytes),
    writer.close(),
  ]);
  return new Uint8Array(read);
}
