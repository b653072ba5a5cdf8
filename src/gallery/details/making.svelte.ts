import { type ExactJson, parseExact } from '../../comfy/exact-json';
import type { FileRef } from '../../comfy/file-ref';
import type { ApiGraph } from '../../comfy/graph';
import { type GraphSummary, summarizeGraph } from '../../comfy/graph-summary';
import type { PictureSource } from '../../comfy/picture-source';
import { readPngText } from '../../comfy/png';
import { apiGraphSchema } from '../../comfy/schemas';
import * as v from 'valibot';
import { report, reportingAs } from '../../base/report';
import type { JobGraph } from '../../jobs/state/job';
import type { GalleryItem, JobStore } from '../../jobs/job-store.svelte';

/** ComfyUI writes its text chunks before the pixels (API reference 8), so the head of a file has them. */
const HEAD_BYTES = 256 * 1024;

/**
 * Whether it is known how a picture was made: `known` from the job, `fromFile` from the file itself when
 * the job is forgotten.
 */
export type MakingState = 'reading' | 'known' | 'fromFile' | 'unknown';

/** How one picture was made: its graph, and what people ask of it. */
export class Making {
  readonly #pictures: PictureSource;
  readonly #jobs: JobStore;
  #state = $state<MakingState>('reading');
  #job = $state.raw<JobGraph | null>(null);
  #summary = $state.raw<GraphSummary | null>(null);
  #bytes = $state<number | null>(null);

  constructor(pictures: PictureSource, jobs: JobStore) {
    this.#pictures = pictures;
    this.#jobs = jobs;
  }

  get state(): MakingState {
    return this.#state;
  }

  get job(): JobGraph | null {
    return this.#job;
  }

  /** Read backwards from the node that made this very file. */
  get summary(): GraphSummary | null {
    return this.#summary;
  }

  /** Size of the file, bytes; `null` when not known. */
  get bytes(): number | null {
    return this.#bytes;
  }

  /** Reads about an item until the returned function is called. */
  follow(item: GalleryItem | undefined): (() => void) | undefined {
    if (!item) {
      return undefined;
    }
    this.#state = 'reading';
    this.#job = null;
    this.#summary = item.job.summary;
    this.#bytes = null;
    const control = new AbortController();
    void this.#read(item, control.signal);
    return () => control.abort();
  }

  async #read(item: GalleryItem, signal: AbortSignal): Promise<void> {
    const { ref, nodeId } = item.output;
    const size = this.#pictures.stat(ref, signal).catch(reportingAs('details.stat', null));
    const known = await this.#jobs.graph(item.job.id).catch(reportingAs('details.graph', null));
    const job = known ?? (await readFromFile(this.#pictures, ref, signal));
    if (!signal.aborted) {
      this.#job = job;
      this.#summary = job ? summarizeGraph(job.graph, nodeId) : item.job.summary;
      this.#state = known ? 'known' : job ? 'fromFile' : 'unknown';
    }
    const found = await size;
    if (!signal.aborted) {
      this.#bytes = found?.bytes ?? null;
    }
  }
}

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
