import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import { type GraphSummary, summarizeGraph } from '../../comfy/graph-summary';
import type { PictureSource } from '../../comfy/picture-source';
import { reportingAs } from '../../base/report';
import { readFromFile } from '../../jobs/file-graph';
import type { JobGraph } from '../../jobs/state/job';
import type { GalleryItem, JobStore } from '../../jobs/job-store.svelte';
import { readRecord } from '../../workflows/darkroom-record';

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
  /** What is read about. */
  #of: GalleryItem['output'] | null = null;
  #summary = $state.raw<GraphSummary | null>(null);
  #bytes = $state<number | null>(null);
  #originalPrompt = $state<string | null>(null);

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

  /** The graph together with the file it made; `null` until it is known. */
  get known(): { ref: FileRef; nodeId: string; job: JobGraph } | null {
    return this.#job && this.#of && { ref: this.#of.ref, nodeId: this.#of.nodeId, job: this.#job };
  }

  /** Read backwards from the node that made this very file. */
  get summary(): GraphSummary | null {
    return this.#summary;
  }

  /** What the picture was made with that an edit began from; `null` for others, and until it is known. */
  get originalPrompt(): string | null {
    return this.#originalPrompt;
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
    this.#of = item.output;
    this.#summary = item.job.summary;
    this.#bytes = null;
    this.#originalPrompt = null;
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
    const parent = (item.job.darkroom ?? readRecord(job?.pngInfo['darkroom']))?.parent ?? null;
    const original = await originalPrompt(this.#pictures, this.#jobs.items, parent, signal);
    if (!signal.aborted) {
      this.#originalPrompt = original;
    }
  }
}

/** How many edits of edits are followed back. */
const MAX_EDITS = 20;

/**
 * The prompt of the picture that a row of edits began with, or of the earliest edit that has one: an edit of a
 * small part has a short one of its own.
 * @param parent what the last edit was made from.
 */
export async function originalPrompt(
  pictures: PictureSource,
  items: Pick<JobStore['items'], 'byFile'>,
  parent: FileRef | null,
  signal: AbortSignal,
): Promise<string | null> {
  let prompt: string | null = null;
  const seen = new Set<string>();
  let file = parent;
  while (file && seen.size < MAX_EDITS && !seen.has(fileRefKey(file)) && !signal.aborted) {
    seen.add(fileRefKey(file));
    const known = items.byFile(file)?.job;
    const read = known ? null : await readFromFile(pictures, file, signal);
    const summary: GraphSummary | null = known ? known.summary : read && summarizeGraph(read.graph, null);
    prompt = summary?.prompt ?? prompt;
    file = (known ? known.darkroom : readRecord(read?.pngInfo['darkroom']))?.parent ?? null;
  }
  return prompt;
}
