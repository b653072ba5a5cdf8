import { reportingAs } from '../../base/report';
import type { FileRef } from '../../comfy/file-ref';
import type { ApiGraph } from '../../comfy/graph';
import { type PictureSource, serverPictures } from '../../comfy/picture-source';
import type { ComfyContext } from '../../jobs/context';
import { readFromFile } from '../../jobs/file-graph';
import type { JobGraph } from '../../jobs/state/job';
import { readGraphFile } from '../../workflows/convert/read-source';
import { readRecord } from '../../workflows/darkroom-record';
import { withTyped } from '../../workflows/prompt/typed-prompts';
import { canSample } from '../../workflows/surgery/find-parts';

/** The graph that made a picture, as far as a recipe can be made of it; prompts as they were typed. */
export interface PictureGraph {
  graph: ApiGraph;
  /** The node that saved the picture; null when only its file is known. */
  output: string | null;
  /** Files to use in place of those the graph names. */
  files: Readonly<Record<string, string>>;
}

/** How many edits without a model are looked through to the picture they were made of. */
const MAX_PARENTS = 8;

/** Finds the graph that made the open picture: from its job, or else from the file itself. */
export class PictureSetup {
  readonly #comfy: ComfyContext;
  readonly #pictures: PictureSource;
  #made = $state.raw<PictureGraph | null>(null);
  #reader: AbortController | null = null;

  constructor(comfy: ComfyContext) {
    this.#comfy = comfy;
    this.#pictures = serverPictures(comfy.client);
  }

  /** The graph; null while it is not known, and when the picture has none. */
  get made(): PictureGraph | null {
    return this.#made;
  }

  /** Another picture is opening. */
  reset(): void {
    this.#reader?.abort();
    this.#reader = null;
    this.#made = null;
  }

  /**
   * Finds out how a picture was made. Where that only pasted or blurred something, how the one before was made.
   * What is known of the previous picture stays until then.
   */
  async find(ref: FileRef): Promise<void> {
    this.#reader?.abort();
    const reader = new AbortController();
    this.#reader = reader;
    const made = await this.#read(ref, reader.signal);
    if (!reader.signal.aborted) {
      this.#made = made;
    }
  }

  /** Takes another file of the server in place of one that it lacks. */
  replace(file: string, other: string): void {
    if (this.#made) {
      this.#made = { ...this.#made, files: { ...this.#made.files, [file]: other } };
    }
  }

  async #read(ref: FileRef, signal: AbortSignal): Promise<PictureGraph | null> {
    let at: FileRef | null = ref;
    let first: PictureGraph | null = null;
    for (let i = 0; at !== null && i < MAX_PARENTS && !signal.aborted; i++) {
      const item = this.#comfy.jobs.items.byFile(at);
      const job: JobGraph | null =
        (item && (await this.#comfy.jobs.graph(item.job.id).catch(reportingAs('setup.graph', null)))) ??
        (await readFromFile(this.#pictures, at, signal)) ??
        (await this.#readWhole(at, signal));
      if (!job) {
        break;
      }
      const record = readRecord(job.pngInfo['darkroom']);
      const graph = withTyped(job.graph, record?.prompts ?? []);
      const made = { graph, output: item?.output.nodeId ?? null, files: {} };
      if (canSample(made.graph, made.output)) {
        return made;
      }
      first ??= made;
      at = record?.parent ?? null;
    }
    return first;
  }

  /** Other formats than PNG keep the graph at their end. */
  async #readWhole(ref: FileRef, signal: AbortSignal): Promise<JobGraph | null> {
    if (!/\.(webp|jpe?g)$/i.test(ref.filename)) {
      return null;
    }
    const file = await this.#pictures.read(ref, { signal }).catch(reportingAs('setup.file', null));
    const read = file && (await readGraphFile(new Uint8Array(await file.arrayBuffer())));
    return read?.ok && read.found.api ? { graph: read.found.api, pngInfo: {} } : null;
  }
}
