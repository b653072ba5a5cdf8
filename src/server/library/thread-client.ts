import { Worker } from 'node:worker_threads';

import type { LibraryNews } from '../../ports/library-wire';
import type { CallMessage, CallName, LibraryCalls, LibraryStart, ThreadMessage } from './library-messages';
import { RestartLimit } from './restart-limit';

/** How long an answer may take, ms: reading a drive that does not answer blocks the thread. */
const PATIENCE_MS = 30_000;
/** A thread that ended is started again after a while, ms. */
const RESTART_MS = 3_000;

type Answer<Name extends CallName> = ReturnType<LibraryCalls[Name]>;

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/** The library does not answer: its thread was ended, or waits for a drive. */
export class LibraryBusy extends Error {}

export interface ThreadListeners {
  onNews: (news: LibraryNews) => void;
  /** Told what whoever runs the server should know. */
  onNotice: (text: string) => void;
  /** Other programs have changed sidecars. */
  onSidecars: () => void;
}

/** The library's thread, from outside. */
export class ThreadClient {
  readonly #start: LibraryStart;
  readonly #onNews: (news: LibraryNews) => void;
  readonly #onNotice: (text: string) => void;
  readonly #onSidecars: () => void;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker;
  #last = 0;
  readonly #restarts = new RestartLimit();
  #isStopped = false;
  /** Between the end of one thread and the start of the next. */
  #isDown = false;

  constructor(start: LibraryStart, { onNews, onNotice, onSidecars }: ThreadListeners) {
    this.#start = start;
    this.#onNews = onNews;
    this.#onNotice = onNotice;
    this.#onSidecars = onSidecars;
    this.#worker = this.#open();
  }

  /** @throws LibraryBusy when there is no answer; an Error with what the thread says when it cannot do it. */
  call<Name extends CallName>(call: Name, ...args: Parameters<LibraryCalls[Name]>): Promise<Answer<Name>> {
    if (this.#isDown) {
      // Nobody would answer, and whoever asks again soon finds the next thread.
      return Promise.reject(new LibraryBusy('The library has stopped.'));
    }
    const id = (this.#last += 1);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new LibraryBusy('The library does not answer.'));
      }, PATIENCE_MS).unref();
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject, timer });
      this.#worker.postMessage({ id, call, args } satisfies CallMessage);
    });
  }

  /** Ends the thread, with its index closed if it can be. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#isDown) {
      return;
    }
    const worker = this.#worker;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    this.call('stop').catch(() => undefined);
    const timer = setTimeout(() => void worker.terminate(), 3_000).unref();
    await ended;
    clearTimeout(timer);
  }

  #open(): Worker {
    this.#isDown = false;
    this.#restarts.started();
    const worker = new Worker(new URL('./start-thread.js', import.meta.url), {
      workerData: this.#start,
      // It registers what it needs itself.
      execArgv: [],
      // By default the thread would keep up to 48 MB of what it read a moment ago.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
      name: 'library',
    });
    worker.on('message', (message: ThreadMessage) => {
      this.#hear(message);
    });
    worker.on('error', (error) => {
      this.#onNotice(`The library stopped: ${String(error)}.`);
    });
    worker.on('exit', () => {
      this.#isDown = true;
      this.#waiting.forEach(({ reject, timer }) => {
        clearTimeout(timer);
        reject(new LibraryBusy('The library has stopped.'));
      });
      this.#waiting.clear();
      if (!this.#isStopped && this.#restarts.ended()) {
        setTimeout(() => {
          this.#worker = this.#isStopped ? this.#worker : this.#open();
        }, RESTART_MS).unref();
      }
    });
    return worker;
  }

  #hear(message: ThreadMessage): void {
    switch (message.kind) {
      case 'news':
        this.#onNews(message.news);
        return;
      case 'sidecars':
        this.#onSidecars();
        return;
      case 'notice':
        this.#onNotice(message.text);
        return;
      default: {
        const waiting = this.#waiting.get(message.id);
        this.#waiting.delete(message.id);
        clearTimeout(waiting?.timer);
        if (message.kind === 'answer') {
          waiting?.resolve(message.value);
        } else {
          waiting?.reject(new Error(message.message));
        }
      }
    }
  }
}
