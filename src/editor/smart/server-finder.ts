import { reporting } from '../../base/report';
import type { ComfyClient } from '../../comfy/client';
import { type FileRef, toAnnotated } from '../../comfy/file-ref';
import { runWatchOf } from '../../jobs/estimate/run-watch-of';
import type { JobStore } from '../../jobs/job-store.svelte';
import { errorSentence, type JobRecord, type Output, SELECTION } from '../../jobs/state/job';
import { collectOutputs } from '../../jobs/state/outputs';
import type { NodeInfos } from '../../workflows/recipe';
import {
  missingForSelection,
  type SelectionNeed,
  selectionGraph,
  selectionModels,
  type SelectionWish,
} from '../../workflows/selection/selection-graph';
import { bytesOf } from '../tools/picture-feed';
import { fileHash } from '../upload/file-hash';
import { FindFailure, type FindRequest, type FindStep, type FindWait, type ObjectFinder } from './finder';

/** Answers that are remembered: their masks are small, and pointing at things goes back and forth. */
const MOST_ANSWERS = 32;
/** The history may name a job's files a moment after the job has ended: so often and so long it is asked, ms. */
const PATIENCE = { tries: 10, pause: 200 };

/** What the finder needs. */
export interface FinderParts {
  client: Pick<ComfyClient, 'historyItem' | 'stat' | 'uploadImage' | 'view'>;
  jobs: JobStore;
  /** The node classes of the server; empty until they are known. Reactive. */
  infos: () => NodeInfos;
}

/** A picture by its content. */
interface Content {
  file: Blob;
  hash: string;
}

/**
 * Has the server look for objects, with a job before all others that wait. A picture is sent once for each content,
 * and none when the server has it; an answer is remembered for the same picture and prompts. A finished job is
 * forgotten, here and on the server.
 */
export class ServerFinder implements ObjectFinder {
  readonly #parts: FinderParts;
  /** Contents of files by the object that holds them, and of the one address that was read last. */
  readonly #contents = new WeakMap<Blob, Promise<Content>>();
  #address: { url: string; content: Promise<Content> } | null = null;
  readonly #sent = new Map<string, FileRef>();
  readonly #answers = new Map<string, readonly Blob[]>();

  constructor(parts: FinderParts) {
    this.#parts = parts;
  }

  missing(wish: SelectionWish): readonly SelectionNeed[] | null {
    const infos = this.#parts.infos();
    return infos.size === 0 ? null : missingForSelection(wish, infos);
  }

  waits(id: string): FindWait | null {
    const { jobs } = this.#parts;
    const [running] = jobs.running;
    return !running || jobs.running.some((job) => job.id === id)
      ? null
      : { left: runWatchOf(jobs).left(running)?.likely ?? null };
  }

  async find(
    { pixels, wish, threshold, refine }: FindRequest,
    signal: AbortSignal,
    onStep: (step: FindStep) => void,
  ): Promise<readonly Blob[]> {
    const content = await this.#contentOf(pixels);
    signal.throwIfAborted();
    const [model = ''] = selectionModels(wish, this.#parts.infos());
    const key = JSON.stringify([content.hash, model, wish, threshold, refine]);
    const known = this.#answers.get(key);
    if (known) {
      return known;
    }
    const image = await this.#send(content, signal);
    signal.throwIfAborted();
    const options = { image: toAnnotated(image), threshold, refine };
    const { graph, result } = selectionGraph(wish, model, options);
    const masks = await this.#run(graph, result, signal, onStep);
    this.#answers.set(key, masks);
    const [oldest = ''] = this.#answers.keys();
    if (this.#answers.size > MOST_ANSWERS) {
      this.#answers.delete(oldest);
    }
    return masks;
  }

  async #contentOf(pixels: Blob | string): Promise<Content> {
    if (typeof pixels === 'string') {
      if (this.#address?.url !== pixels) {
        this.#address = { url: pixels, content: bytesOf(pixels).then(contentOf) };
      }
      const address = this.#address;
      try {
        return await address.content;
      } catch (error) {
        if (this.#address === address) {
          this.#address = null;
        }
        throw error;
      }
    }
    const content = this.#contents.get(pixels) ?? contentOf(pixels);
    this.#contents.set(pixels, content);
    return content;
  }

  /** Brings a picture to the server, under a name that stands for its content, unless it is there already. */
  async #send({ file, hash }: Content, signal: AbortSignal): Promise<FileRef> {
    const { client } = this.#parts;
    const expected: FileRef = {
      filename: `darkroom-select-${hash}.${ENDINGS[file.type] ?? 'png'}`,
      subfolder: 'clipspace',
      type: 'input',
    };
    const known = this.#sent.get(hash) ?? expected;
    const there = await client.stat(known, signal);
    if (there && (there.bytes === null || there.bytes === file.size)) {
      this.#sent.set(hash, known);
      return known;
    }
    const ref = await client.uploadImage(file, { ...expected, overwrite: true, signal });
    this.#sent.set(hash, ref);
    return ref;
  }

  async #run(
    graph: Parameters<JobStore['submit']>[0]['graph'],
    node: string,
    signal: AbortSignal,
    onStep: (step: FindStep) => void,
  ): Promise<readonly Blob[]> {
    const { jobs, client } = this.#parts;
    const job = { graph, pngInfo: { darkroom: { recipe: SELECTION } } };
    const id = await jobs.submit(job, { front: true });
    const cancel = (): void => {
      jobs.queue.cancel(id).catch(reporting('select.cancel'));
    };
    if (signal.aborted) {
      cancel();
    } else {
      signal.addEventListener('abort', cancel, { once: true });
      onStep({ name: 'queued', id });
    }
    const ended = jobs.ended(id);
    try {
      const record = await unlessAborted(ended, signal);
      throwIfFailed(record);
      onStep({ name: 'reading' });
      const made = await this.#outputs(record, node, signal);
      return await Promise.all(made.map(({ ref }) => client.view(ref, { signal })));
    } finally {
      signal.removeEventListener('abort', cancel);
      // Not before its files are known: the history is where the server tells of them.
      ended.then(() => jobs.forget([id]).commit()).catch(reporting('select.forget'));
    }
  }

  /** The masks a job made, as soon as anybody tells of them; none when nothing was found. */
  async #outputs(record: JobRecord, node: string, signal: AbortSignal): Promise<Output[]> {
    const mine = (outputs: readonly Output[]): Output[] => outputs.filter(({ nodeId }) => nodeId === node);
    for (let left = PATIENCE.tries; left > 0; left--) {
      const item = await this.#parts.client.historyItem(record.id, signal);
      if (item) {
        return mine(collectOutputs(item.outputs));
      }
      if (mine(record.outputs).length > 0) {
        return mine(record.outputs);
      }
      await new Promise((resolve) => setTimeout(resolve, PATIENCE.pause));
    }
    throw new FindFailure('lost');
  }
}

const ENDINGS: Partial<Record<string, string>> = { 'image/jpeg': 'jpg', 'image/bmp': 'bmp' };

async function contentOf(file: Blob): Promise<Content> {
  return { hash: await fileHash(file), file: /gif|webp/.test(file.type) ? await still(file) : file };
}

/** The first picture of a file that may hold several, of which LoadImage would make as many masks. */
async function still(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.convertToBlob({ type: 'image/png' });
}

function throwIfFailed(job: JobRecord): void {
  switch (job.state) {
    case 'failed':
      throw new FindFailure('failed', job.error ? errorSentence(job.error) : '');
    case 'cancelled':
      throw new FindFailure('cancelled');
    case 'lost':
      throw new FindFailure('lost');
    default:
  }
}

/** @throws the signal's reason as soon as it is aborted. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) {
      stop();
    }
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}
