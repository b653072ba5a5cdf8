import { browser } from '../../base/browser';
import { type Compared, DifferenceEngine } from './difference-engine';
import type { PixelBox } from './pixel-difference';

type Verb = 'compare' | 'paint' | 'box' | 'masked';

/** Sent to the worker: which method of the engine, with what. */
export interface EngineQuestion {
  id: number;
  verb: Verb;
  args: unknown[];
}

/** What the worker sends back. */
export type EngineAnswer = { id: number; value: unknown } | { id: number; problem: string };

interface Open {
  question: EngineQuestion;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** The engine in a worker of its own, and on the page in browsers that cannot draw in one. */
export class DifferenceClient {
  readonly #open = new Map<number, Open>();
  #worker: Worker | null;
  #engine: DifferenceEngine | null = null;
  #nextId = 0;

  constructor() {
    this.#worker = browser.worker && browser.offscreenCanvas ? this.#start() : null;
  }

  /** Compares two pictures; what is asked afterwards is about them. @throws when one cannot be decoded. */
  compare(a: Blob, b: Blob): Promise<Compared> {
    return this.#ask('compare', [a, b]);
  }

  /** The heat map, transparent where the difference is not above the threshold, 0–255. */
  paint(threshold: number): Promise<ImageBitmap | null> {
    return this.#ask('paint', [threshold]);
  }

  /** The smallest box around what differs, px. */
  box(threshold: number): Promise<PixelBox | null> {
    return this.#ask('box', [threshold]);
  }

  /** The share of a picture, 0–1, that a mask file covers. @throws when it cannot be decoded. */
  masked(mask: Blob): Promise<number> {
    return this.#ask('masked', [mask]);
  }

  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
  }

  #ask<T>(verb: Verb, args: unknown[]): Promise<T> {
    const question = { id: this.#nextId++, verb, args };
    return new Promise<unknown>((resolve, reject) => {
      if (this.#worker) {
        this.#open.set(question.id, { question, resolve, reject });
        this.#worker.postMessage(question);
      } else {
        this.#here(question).then(resolve, reject);
      }
    }) as Promise<T>;
  }

  async #here({ verb, args }: EngineQuestion): Promise<unknown> {
    this.#engine ??= new DifferenceEngine();
    const run = this.#engine[verb].bind(this.#engine) as (...args: unknown[]) => unknown;
    return await run(...args);
  }

  #start(): Worker {
    const worker = new Worker(new URL('./difference-worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<EngineAnswer>) => {
      const open = this.#open.get(data.id);
      this.#open.delete(data.id);
      if ('value' in data) {
        open?.resolve(data.value);
      } else {
        open?.reject(new Error(data.problem));
      }
    };
    // The script did not load, or broke: what is asked is done here from now on.
    worker.onerror = () => {
      this.close();
      const rest = [...this.#open.values()];
      this.#open.clear();
      rest.forEach(({ question, resolve, reject }) => void this.#here(question).then(resolve, reject));
    };
    return worker;
  }
}
