import type { ByteCodec } from '../mask/history';
import type { MaskTiles } from '../mask/mask-tiles';
import { type PngProblem, PngError } from '../mask/png-read';
import type { MaskPngVariant } from '../mask/png-write';
import { type EditorJobs, type JobName, type JobReply, runJob } from './jobs';

/** Tiles in one message: 2 MB are copied in about a millisecond. */
const TILES_A_MESSAGE = 32;

interface Waiting {
  resolve: (output: EditorJobs[JobName]['out']) => void;
  reject: (error: Error) => void;
}

/** The editor's worker: heavy work beside the page. Where workers cannot start, the work is done in place. */
export class WorkerClient {
  #worker: Worker | null = null;
  #failed = false;
  #nextId = 1;
  readonly #waiting = new Map<number, Waiting>();

  /** For the history: packs and unpacks tiles. */
  readonly codec: ByteCodec = {
    deflate: async (bytes) => (await this.#run('deflate', { bytes }, [bytes.buffer as ArrayBuffer])).bytes,
    // The packed bytes stay here until the unpacked ones have arrived.
    inflate: async (bytes) => (await this.#run('inflate', { bytes }, [])).bytes,
  };

  /** The mask as PNG, with the hash of its contents. The tiles must not change meanwhile. */
  async encode(tiles: MaskTiles, variant: MaskPngVariant): Promise<EditorJobs['encode']['out']> {
    const worker = this.#start();
    if (!worker) {
      return runJob('encode', { tiles, variant });
    }
    const id = this.#nextId++;
    for (let at = 0; at < tiles.mixed.length; at += TILES_A_MESSAGE) {
      worker.postMessage({ id, name: 'tiles', mixed: tiles.mixed.slice(at, at + TILES_A_MESSAGE) });
      await breathe();
    }
    return this.#send('encode', { tiles: { ...tiles, mixed: [] }, variant }, [], id);
  }

  /** The mask a PNG's alpha stands for. @throws PngError */
  decode(png: Uint8Array): Promise<MaskTiles> {
    return this.#run('decode', { png }, []);
  }

  /** Ends the worker; what is under way is rejected. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#failed = true;
    this.#rejectAll(new Error('the editor was closed'));
  }

  async #run<Name extends JobName>(
    name: Name,
    input: EditorJobs[Name]['in'],
    transfer: Transferable[],
  ): Promise<EditorJobs[Name]['out']> {
    return this.#start() ? this.#send(name, input, transfer, this.#nextId++) : runJob(name, input);
  }

  #send<Name extends JobName>(
    name: Name,
    input: EditorJobs[Name]['in'],
    transfer: Transferable[],
    id: number,
  ): Promise<EditorJobs[Name]['out']> {
    const worker = this.#worker;
    if (!worker) {
      return Promise.reject(new Error('the worker has ended'));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve, reject });
      worker.postMessage({ id, name, input }, transfer);
    });
  }

  #start(): Worker | null {
    if (!this.#worker && !this.#failed) {
      try {
        this.#worker = new Worker(new URL('./editor-worker.ts', import.meta.url), { type: 'module' });
      } catch {
        this.#failed = true;
        return null;
      }
      this.#worker.addEventListener('message', ({ data }: MessageEvent<JobReply>) => {
        this.#settle(data);
      });
      this.#worker.addEventListener('error', (event) => {
        this.#worker?.terminate();
        this.#worker = null;
        this.#failed = true;
        this.#rejectAll(new Error(event.message || 'the worker did not start'));
      });
    }
    return this.#worker;
  }

  #settle(reply: JobReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.ok) {
      waiting?.resolve(reply.output);
    } else {
      const { problem, message } = reply.error;
      const detail = message.slice(message.indexOf(': ') + 2);
      waiting?.reject(problem ? new PngError(problem as PngProblem, detail) : new Error(message));
    }
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) {
      reject(error);
    }
    this.#waiting.clear();
  }
}

/** Lets the page do something else first. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
