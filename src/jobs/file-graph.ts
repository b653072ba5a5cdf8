import * as v from 'valibot';
import { report } from '../base/report';
import { type ExactJson, parseExact } from '../comfy/exact-json';
import type { ComfyClient } from '../comfy/client';
import type { FileRef } from '../comfy/file-ref';
import type { ApiGraph } from '../comfy/graph';
import type { PartialFile } from '../comfy/metadata/media-head';
import { type PictureSource, serverPictures } from '../comfy/picture-source';
import { apiGraphSchema } from '../comfy/schemas';
import { deviceFilesIn } from './device/device-files';
import type { JobGraph, Output } from './state/job';
import { knownGraph } from './state/records';

/** Files that can carry the graph they were made with. */
const CARRIERS = /\.(a?png|webp|jpe?g|mp4|m4v|mov|webm|mkv)$/i;

/** The graph of a job that is nowhere else: of a file that was found, as the file tells it, else from the history. */
export async function graphElsewhere(
  client: ComfyClient,
  id: string,
  output: Output | undefined,
): Promise<JobGraph | null> {
  const pictures = serverPictures(client);
  const ref = output?.file ? output.ref : deviceFilesIn(pictures)?.refOf(id);
  if (ref) {
    return readFromFile(pictures, ref, new AbortController().signal);
  }
  const item = await client.historyItem(id);
  return item && knownGraph(item.prompt);
}

/**
 * The graph that a picture or video tells of; `null` when it tells none, or cannot be read. Only the parts of the
 * file that can hold it are read.
 */
export async function readFromFile(
  pictures: PictureSource,
  ref: FileRef,
  signal: AbortSignal,
): Promise<JobGraph | null> {
  if (!CARRIERS.test(ref.filename)) {
    return null;
  }
  try {
    return await graphIn({
      read: async (from, to) => {
        const part = await pictures.read(ref, { signal, range: [from, to - 1] });
        return new Uint8Array(await part.arrayBuffer());
      },
      size: async () => (await pictures.stat(ref, signal))?.bytes ?? null,
    });
  } catch (error) {
    // Gone, unreachable, or written by another program: nothing is known either way.
    report(error, 'details.read-file');
    return null;
  }
}

/**
 * The graph in the metadata of a file; `null` when there is none.
 * @throws SyntaxError when what is there is not JSON.
 */
export async function graphIn(file: PartialFile): Promise<JobGraph | null> {
  const [{ readMediaHead }, { readMediaText }] = await Promise.all([
    import('../comfy/metadata/media-head'),
    import('../comfy/media-text'),
  ]);
  const head = await readMediaHead(file);
  const { prompt, ...rest } = Object.fromEntries(head ? await readMediaText(head) : []);
  const graph = v.safeParse(apiGraphSchema, prompt === undefined ? null : parseExact(prompt));
  return graph.success ? { graph: withInputs(graph.output), pngInfo: readAll(rest) } : null;
}

/** A node without `inputs` would trip every reader. */
function withInputs(graph: ApiGraph): ApiGraph {
  return Object.fromEntries(
    Object.entries(graph).map(([id, node]) => [id, { ...node, inputs: node.inputs ?? {} }]),
  );
}

/** Further chunks, such as the editor's workflow, so that a new run carries them on. */
function readAll(texts: Record<string, string>): Record<string, ExactJson> {
  const info: Record<string, ExactJson> = {};
  for (const [key, text] of Object.entries(texts)) {
    try {
      info[key] = parseExact(text);
    } catch (error) {
      // Other programs write chunks that are not JSON; a run does not need them.
      report(error, 'details.read-chunk');
    }
  }
  return info;
}
