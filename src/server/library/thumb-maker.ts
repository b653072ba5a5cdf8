import { availableParallelism } from 'node:os';

import { makeTile } from '../pictures/make-picture';
import { WorkQueue } from '../pictures/work-queue';
import { DRAWN } from './file-format';
import type { FoundFile } from './library-messages';
import { openFound } from './open-found';
import type { ThumbStore } from './thumb-store';

/** Pictures made at once: Node has four threads for such work, and one must be left for reading files. */
const MAKINGS = 3;
/** The most that is read of a file whose path cannot be written as text, bytes. */
const MOST_BYTES = 200 * 1024 * 1024;
/** For how long a file that cannot be drawn is not tried again, ms, and how many such are remembered. */
const UNFIT_MS = 10 * 60_000;
const MOST_UNFIT = 10_000;

/** A thumbnail, or why there is none: no such file, or one that cannot be drawn here. */
export type Thumb = { got: 'bytes'; bytes: Uint8Array } | { got: 'nothing'; why: 'missing' | 'unfit' };

/** Thumbnails of the library: WebP, made when they are first asked for, then kept. */
export class ThumbMaker {
  readonly #store: ThumbStore;
  readonly #find: (key: string) => Promise<FoundFile[]>;
  readonly #queue = new WorkQueue(Math.min(availableParallelism(), MAKINGS));
  readonly #underway = new Map<string, Promise<Thumb>>();
  readonly #unfit = new Map<string, number>();
  #askedAt = 0;

  constructor(store: ThumbStore, find: (key: string) => Promise<FoundFile[]>) {
    this.#store = store;
    this.#find = find;
  }

  /** @throws QueueFull when too much is being made, LibraryBusy. */
  async get(key: string): Promise<Thumb> {
    this.#askedAt = Date.now();
    const kept = await this.#store.find(key);
    if (kept) {
      return { got: 'bytes', bytes: kept };
    }
    if ((this.#unfit.get(key) ?? 0) > Date.now()) {
      return { got: 'nothing', why: 'unfit' };
    }
    return this.#start(key, 'urgent');
  }

  /** When a thumbnail was last asked for, ms since the epoch; 0 before the first. */
  get askedAt(): number {
    return this.#askedAt;
  }

  /** Makes a thumbnail in advance, unless there is one; resolves with whether that took work. */
  async prepare(key: string): Promise<boolean> {
    if ((this.#unfit.get(key) ?? 0) > Date.now() || this.#underway.has(key) || (await this.#store.has(key))) {
      return false;
    }
    await this.#start(key, 'later');
    return true;
  }

  #start(key: string, when: 'urgent' | 'later'): Promise<Thumb> {
    const underway =
      this.#underway.get(key) ??
      this.#queue.run(() => this.#make(key), when).finally(() => this.#underway.delete(key));
    this.#underway.set(key, underway);
    return underway;
  }

  async #make(key: string): Promise<Thumb> {
    const opened = await openFound(await this.#find(key));
    if (!opened) {
      return { got: 'nothing', why: 'missing' };
    }
    const { handle, file, path } = opened;
    try {
      if (!DRAWN.has(file.format) || (typeof path !== 'string' && file.size > MOST_BYTES)) {
        return this.#refuse(key);
      }
      const bytes = await makeTile(typeof path === 'string' ? path : await handle.readFile());
      await this.#store.keep(key, bytes);
      return { got: 'bytes', bytes };
    } catch {
      // Damaged, or too many pixels.
      return this.#refuse(key);
    } finally {
      await handle.close();
    }
  }

  #refuse(key: string): Thumb {
    this.#unfit.delete(key);
    this.#unfit.set(key, Date.now() + UNFIT_MS);
    const [oldest] = this.#unfit.keys();
    if (this.#unfit.size > MOST_UNFIT && oldest !== undefined) {
      this.#unfit.delete(oldest);
    }
    return { got: 'nothing', why: 'unfit' };
  }
}
