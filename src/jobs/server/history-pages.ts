import { browser } from '../../base/browser';
import { ComfyError } from '../../comfy/errors';
import type { MirrorEntry } from '../library/job-mirror';
import { type PageNames, PageReader, type PageWish } from './page-reader';

/** Sent to the worker: a page as it came, or which part of one is asked for. */
export type PageQuestion = { id: number } & ({ bytes: ArrayBuffer } | { page: number; wish: PageWish });

/** What the worker answers, under the number of the question. */
export type PageAnswer = { id: number } & (
  { names: PageNames } | { entries: MirrorEntry[] } | { problem: string }
);

/** Reads pages of a long history where nobody works; see `PageReader`. */
export interface HistoryPages {
  /** @throws ComfyError `invalid` when it is no page of the history. */
  names(bytes: ArrayBuffer): Promise<PageNames>;
  entries(page: number, wish: PageWish): Promise<MirrorEntry[]>;
  close(): void;
}

/** Opens a worker, or what stands in for it where there are none. */
export function openPages(): HistoryPages {
  return browser.worker ? new WorkerPages() : pagesHere();
}

function pagesHere(): HistoryPages {
  const reader = new PageReader(false);
  return {
    // oxlint-disable-next-line typescript/require-await -- what it throws is to reject
    names: async (bytes) => {
      try {
        return reader.names(bytes);
      } catch (cause) {
        throw unreadable(String(cause));
      }
    },
    entries: (page, wish) => reader.entries(page, wish),
    close: () => undefined,
  };
}

const FAILED = 'the worker failed';

/** In a worker, or here once it has failed: one that did not start never answers. */
class WorkerPages implements HistoryPages {
  readonly #worker = new Worker(new URL('./page-worker.ts', import.meta.url), { type: 'module' });
  readonly #waiting = new Map<number, (answer: PageAnswer) => void>();
  #here: HistoryPages | null = null;
  #last = 0;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<PageAnswer>) => {
      this.#waiting.get(data.id)?.(data);
      this.#waiting.delete(data.id);
    };
    // Also when its code does not arrive, because the server is gone or has another build by now.
    this.#worker.onerror = () => {
      this.#here = pagesHere();
      this.#waiting.forEach((answer, id) => answer({ id, problem: FAILED }));
      this.#waiting.clear();
    };
  }

  async names(bytes: ArrayBuffer): Promise<PageNames> {
    if (this.#here) {
      const { page, ids } = await this.#here.names(bytes);
      // Below 0, for the worker's pages have these numbers too.
      return { page: -page, ids };
    }
    const answer = await this.#ask({ bytes }, [bytes]);
    return 'names' in answer ? answer.names : { page: 0, ids: [] };
  }

  async entries(page: number, wish: PageWish): Promise<MirrorEntry[]> {
    if (this.#here && page < 0) {
      return this.#here.entries(-page, wish);
    }
    const answer = await this.#ask({ page, wish });
    return 'entries' in answer ? answer.entries : [];
  }

  close(): void {
    this.#worker.terminate();
  }

  async #ask(
    question: { bytes: ArrayBuffer } | { page: number; wish: PageWish },
    moved: Transferable[] = [],
  ): Promise<PageAnswer> {
    if (this.#here) {
      throw unreadable(FAILED);
    }
    const id = (this.#last += 1);
    const answer = await new Promise<PageAnswer>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#worker.postMessage({ id, ...question }, moved);
    });
    if ('problem' in answer) {
      throw unreadable(answer.problem);
    }
    return answer;
  }
}

function unreadable(body: string): ComfyError {
  return new ComfyError('invalid', 'the history could not be read', { path: '/history', body });
}
