import { report, reportingAs } from '../../base/report';
import { isAbort } from '../../comfy/errors';
import type { FileRef } from '../../comfy/file-ref';
import { summarizeGraph } from '../../comfy/graph-summary';
import type { PictureSource } from '../../comfy/picture-source';
import { readFromFile } from '../../jobs/file-graph';
import type { GalleryItem, JobStore } from '../../jobs/job-store.svelte';
import type { Size } from '../../ui/viewport';
import { readRecord } from '../../workflows/darkroom-record';
import type { DifferenceClient } from './difference-client';
import type { Setup } from './settings-diff';

/** How far the file of a picture is. `unreadable`: this browser does not decode it. */
export type LoadedFile =
  | { status: 'loading' | 'missing' | 'unreadable' }
  | { status: 'failed'; error: unknown }
  | { status: 'ready'; url: string; file: Blob; size: Size };

/** What pictures by place are called. */
export const LETTERS = ['A', 'B', 'C', 'D'] as const;

/** One of the pictures that are compared: its file, byte by byte, and how it was made. */
export class ComparedPicture {
  readonly ref: FileRef;
  readonly #pictures: PictureSource;
  readonly #jobs: JobStore;
  readonly #client: DifferenceClient;
  readonly #control = new AbortController();
  #file = $state.raw<LoadedFile>({ status: 'loading' });
  #setup = $state.raw<Omit<Setup, 'size'> | null>(null);

  constructor(ref: FileRef, pictures: PictureSource, jobs: JobStore, client: DifferenceClient) {
    this.ref = ref;
    this.#pictures = pictures;
    this.#jobs = jobs;
    this.#client = client;
    void this.load();
  }

  get file(): LoadedFile {
    return this.#file;
  }

  /** What the gallery knows the file as; absent for pictures that no job of the list made. */
  get item(): GalleryItem | undefined {
    return this.#jobs.items.byFile(this.ref);
  }

  /** Natural size, px, once the picture is there. */
  get size(): Size | null {
    return this.#file.status === 'ready' ? this.#file.size : null;
  }

  /** How it was made; `null` while that is being read. */
  get setup(): Setup | null {
    return this.#setup && { ...this.#setup, size: this.size };
  }

  /** Fetches the file; also once more, after it failed. */
  async load(): Promise<void> {
    const { signal } = this.#control;
    this.#file = { status: 'loading' };
    try {
      if (!(await this.#pictures.stat(this.ref, signal))) {
        this.#file = { status: 'missing' };
        return;
      }
      const file = await this.#pictures.read(this.ref, { signal });
      this.#file = await decoded(file);
      if (signal.aborted) {
        this.close();
      }
    } catch (error) {
      if (!isAbort(error) && !signal.aborted) {
        this.#file = { status: 'failed', error };
      }
    }
  }

  /** Reads how the picture was made, from its job if there is one, else from the file. */
  async readSetup(item: GalleryItem | undefined): Promise<void> {
    const { signal } = this.#control;
    const known = item && (await this.#jobs.graph(item.job.id).catch(reportingAs('compare.graph', null)));
    const job = known ?? (await readFromFile(this.#pictures, this.ref, signal));
    if (signal.aborted) {
      return;
    }
    const record = readRecord(job?.pngInfo['darkroom']);
    const summary = job
      ? summarizeGraph(job.graph, item?.output.nodeId ?? null)
      : (item?.job.summary ?? null);
    const setup = { graph: job?.graph ?? null, summary, record, masked: null };
    this.#setup = setup;
    if (record?.mask) {
      const masked = await this.#maskedBy(record.mask);
      if (!signal.aborted && this.#setup === setup) {
        this.#setup = { ...setup, masked };
      }
    }
  }

  close(): void {
    this.#control.abort();
    if (this.#file.status === 'ready') {
      URL.revokeObjectURL(this.#file.url);
    }
  }

  /** A mask that is gone, as after a clean-up, leaves one line unsaid. */
  #maskedBy(mask: FileRef): Promise<number | null> {
    return this.#pictures
      .read(mask, { signal: this.#control.signal })
      .then((file) => this.#client.masked(file))
      .catch(reportingAs('compare.mask', null));
  }
}

async function decoded(file: Blob): Promise<LoadedFile> {
  const url = URL.createObjectURL(file);
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch (error) {
    report(error, 'compare.decode');
    URL.revokeObjectURL(url);
    return { status: 'unreadable' };
  }
  return { status: 'ready', url, file, size: { width: image.naturalWidth, height: image.naturalHeight } };
}
