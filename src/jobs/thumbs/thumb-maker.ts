import { browser } from '../../base/browser';
import type { MadeThumb } from './make-thumb';
import { UndecodableError } from './undecodable-error';

/** Sent to the worker. */
export interface WorkerQuestion {
  id: number;
  picture: Blob;
}

/** What the worker sends back. */
export type WorkerAnswer = { id: number; made: MadeThumb } | { id: number; problem: string };

interface Open {
  picture: Blob;
  resolve: (made: MadeThumb) => void;
  reject: (error: Error) => void;
}

/** Makes thumbnails off the main thread, and on it in browsers that cannot draw in a worker. */
export class ThumbMaker {
  readonly #open = new Map<number, Open>();
  #worker: Worker | null | undefined;
  #nextId = 0;

  /** @throws UndecodableError */
  make(picture: Blob): Promise<MadeThumb> {
    const worker = this.#start();
    if (!worker) {
      return makeHere(picture);
    }
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#open.set(id, { picture, resolve, reject });
      worker.postMessage({ id, picture } satisfies WorkerQuestion);
    });
  }

  #start(): Worker | null {
    if (this.#worker === undefined) {
      this.#worker = canDrawInWorkers() ? this.#newWorker() : null;
    }
    return this.#worker;
  }

  #newWorker(): Worker {
    const worker = new Worker(new URL('./thumb-worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<WorkerAnswer>) => {
      const open = this.#open.get(data.id);
      this.#open.delete(data.id);
      if ('made' in data) {
        open?.resolve(data.made);
      } else {
        open?.reject(new UndecodableError(data.problem));
      }
    };
    // The script did not load, or broke: what is asked is done here from now on.
    worker.onerror = () => {
      worker.terminate();
      this.#worker = null;
      const rest = [...this.#open.values()];
      this.#open.clear();
      rest.forEach(({ picture, resolve, reject }) => void makeHere(picture).then(resolve, reject));
    };
    return worker;
  }
}

function canDrawInWorkers(): boolean {
  return browser.worker && browser.offscreenCanvas;
}

async function makeHere(picture: Blob): Promise<MadeThumb> {
  const { makeThumb } = await import('./make-thumb');
  try {
    return await makeThumb(picture);
  } catch (error) {
    throw new UndecodableError('the browser cannot decode the picture', { cause: error });
  }
}
