import { reportingAs } from '../../base/report';
import type { FileRef } from '../../comfy/file-ref';
import type { ApiGraph } from '../../comfy/graph';
import { type PictureSource, serverPictures } from '../../comfy/picture-source';
import type { ComfyContext } from '../../jobs/context';
import { readFromFile } from '../../jobs/file-graph';
import type { JobGraph } from '../../jobs/state/job';
import type { EditorWorkflow } from '../../workflows/convert/editor-graph';
import type { ConvertProblem } from '../../workflows/convert/problems';
import { readGraphFile, type SourceFault } from '../../workflows/convert/read-source';
import { toApiGraph } from '../../workflows/convert/to-api';
import { readRecord } from '../../workflows/darkroom-record';
import { withTyped } from '../../workflows/prompt/typed-prompts';
import type { NodeInfos } from '../../workflows/recipe';
import { canSample } from '../../workflows/surgery/find-parts';

/** The graph that made a picture, as far as a recipe can be made of it; prompts as they were typed. */
export interface PictureGraph {
  graph: ApiGraph;
  /** The node that saved the picture; null when only its file is known. */
  output: string | null;
  /** Files to use in place of those the graph names. */
  files: Readonly<Record<string, string>>;
}

/** Why what a picture holds cannot become a graph. */
export type UnreadWorkflow =
  /** It is damaged, or no graph. */
  | { fault: SourceFault }
  /** What this server or the file lacks to turn the editor's workflow into one. */
  | { problems: readonly ConvertProblem[] };

/** What was found out of how a picture was made. */
interface Found {
  made: PictureGraph | null;
  unread: UnreadWorkflow | null;
}

/** How many edits without a model are looked through to the picture they were made of. */
const MAX_PARENTS = 8;
/** Text chunks of a PNG stand before its pixels; a workflow with pictures in it is still smaller than this, bytes. */
const PNG_HEAD = 4 * 1024 * 1024;

const NOTHING: Found = { made: null, unread: null };

/** Finds the graph that made the open picture: from its job, or else from the file itself. */
export class PictureSetup {
  readonly #comfy: ComfyContext;
  readonly #pictures: PictureSource;
  readonly #infos: (signal: AbortSignal) => Promise<NodeInfos>;
  #found = $state.raw<Found>(NOTHING);
  #reader: AbortController | null = null;

  /** @param infos the server's node classes, asked for only where a workflow has to be converted. */
  constructor(
    comfy: ComfyContext,
    infos: (signal: AbortSignal) => Promise<NodeInfos> = (signal) => comfy.client.objectInfo(signal),
  ) {
    this.#comfy = comfy;
    this.#infos = infos;
    this.#pictures = serverPictures(comfy.client);
  }

  /** The graph; null while it is not known, and when the picture has none. */
  get made(): PictureGraph | null {
    return this.#found.made;
  }

  /** Why there is no graph although the picture holds a workflow; null where it holds none. */
  get unread(): UnreadWorkflow | null {
    return this.#found.unread;
  }

  /** Another picture is opening. */
  reset(): void {
    this.#reader?.abort();
    this.#reader = null;
    this.#found = NOTHING;
  }

  /**
   * Finds out how a picture was made. Where that only pasted or blurred something, how the one before was made.
   * What is known of the previous picture stays until then.
   */
  async find(ref: FileRef): Promise<void> {
    this.#reader?.abort();
    const reader = new AbortController();
    this.#reader = reader;
    const found = await this.#read(ref, reader.signal);
    if (!reader.signal.aborted) {
      this.#found = found;
    }
  }

  /** Takes another file of the server in place of one that it lacks. */
  replace(file: string, other: string): void {
    const { made } = this.#found;
    if (made) {
      this.#found = { ...this.#found, made: { ...made, files: { ...made.files, [file]: other } } };
    }
  }

  async #read(ref: FileRef, signal: AbortSignal): Promise<Found> {
    let at: FileRef | null = ref;
    let first: PictureGraph | null = null;
    for (let i = 0; at !== null && i < MAX_PARENTS && !signal.aborted; i++) {
      const item = this.#comfy.jobs.items.byFile(at);
      const job: JobGraph | UnreadWorkflow | null =
        (item && (await this.#comfy.jobs.graph(item.job.id).catch(reportingAs('setup.graph', null)))) ??
        (await readFromFile(this.#pictures, at, signal)) ??
        (await this.#readWhole(at, signal));
      if (!job) {
        break;
      }
      if (!('graph' in job)) {
        return { made: first, unread: first ? null : job };
      }
      const record = readRecord(job.pngInfo['darkroom']);
      const graph = withTyped(job.graph, record?.prompts ?? []);
      const made = { graph, output: item?.output.nodeId ?? null, files: {} };
      if (canSample(made.graph, made.output)) {
        return { made, unread: null };
      }
      first ??= made;
      at = record?.parent ?? null;
    }
    return { made: first, unread: null };
  }

  /**
   * Other formats than PNG keep the graph at their end. Files saved by ComfyUI's editor itself have the workflow
   * alone, which is converted as far as this server knows its nodes.
   */
  async #readWhole(ref: FileRef, signal: AbortSignal): Promise<JobGraph | UnreadWorkflow | null> {
    const ending = /\.(png|webp|jpe?g)$/i.exec(ref.filename)?.[1]?.toLowerCase();
    if (!ending) {
      return null;
    }
    const part = ending === 'png' ? { range: [0, PNG_HEAD - 1] as [number, number] } : {};
    const file = await this.#pictures.read(ref, { signal, ...part }).catch(reportingAs('setup.file', null));
    const read = file && (await readGraphFile(new Uint8Array(await file.arrayBuffer())));
    if (!read?.ok) {
      return read && read.fault.kind !== 'no-metadata' ? { fault: read.fault } : null;
    }
    const { api, editor } = read.found;
    return api ? { graph: api, pngInfo: {} } : editor && (await this.#convert(editor, signal));
  }

  async #convert(editor: EditorWorkflow, signal: AbortSignal): Promise<JobGraph | UnreadWorkflow | null> {
    const infos = await this.#infos(signal).catch(reportingAs('setup.infos', null));
    const made = infos && toApiGraph(editor, infos, { texts: 'keep' });
    return made?.ok ? { graph: made.graph, pngInfo: {} } : made && { problems: made.problems };
  }
}
