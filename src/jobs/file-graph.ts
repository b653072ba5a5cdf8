import * as v from 'valibot';
import { report } from '../base/report';
import { type ExactJson, parseExact } from '../comfy/exact-json';
import type { FileRef } from '../comfy/file-ref';
import type { ApiGraph } from '../comfy/graph';
import type { PictureSource } from '../comfy/picture-source';
import { readPngText } from '../comfy/png';
import { apiGraphSchema } from '../comfy/schemas';
import type { JobGraph } from './state/job';

/** ComfyUI writes its text chunks before the pixels (API reference 8), so the head of a file has them. */
const HEAD_BYTES = 256 * 1024;

/** The graph a PNG tells of; `null` when it tells none, or cannot be read. */
export async function readFromFile(
  pictures: PictureSource,
  ref: FileRef,
  signal: AbortSignal,
): Promise<JobGraph | null> {
  if (!/\.png$/i.test(ref.filename)) {
    return null;
  }
  try {
    const head = await pictures.read(ref, { signal, range: [0, HEAD_BYTES - 1] });
    const texts = await readPngText(new Uint8Array(await head.arrayBuffer()));
    const { prompt, ...rest } = texts;
    const graph = v.safeParse(apiGraphSchema, prompt === undefined ? null : parseExact(prompt));
    return graph.success ? { graph: withInputs(graph.output), pngInfo: readAll(rest) } : null;
  } catch (error) {
    // Gone, unreachable, or written by another program: nothing is known either way.
    report(error, 'details.read-file');
    return null;
  }
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
