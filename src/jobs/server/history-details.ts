import { ComfyError } from '../../comfy/errors';
import { reporting } from '../../base/report';
import { breathe } from '../library/mirror-feed.svelte';
import { untilCalm } from '../until-calm';

/** How many jobs are asked for at once: each answer is put together on the server's one event loop. */
const AT_ONCE = 2;

export interface HistoryDetailsOptions {
  /** Reads one job and takes it in; resolves with false when the server does not have it any more. */
  read: (id: string) => Promise<boolean>;
  /** Whether there is something better to do: the server samples, or another tab reads. */
  busy: () => boolean;
}

/**
 * After this many jobs in a row that the server no longer has, the rest is not asked for. It was restarted, or its
 * history is full, and either loses the oldest first.
 */
const MOST_MISSES = 20;

/**
 * Reads the rest of jobs of which only a sketch is known: two at a time, in idle time, those that are looked at
 * first. While the server is busy only jobs are read that somebody waits for or looks at.
 */
export class HistoryDetails {
  readonly #options: HistoryDetailsOptions;
  readonly #missing = new Set<string>();
  /** Jobs somebody waits for, and the end of the wait. */
  readonly #wanted = new Map<string, { done: Promise<void>; end: () => void }>();
  readonly #reading = new Set<string>();
  #misses = 0;
  #running = 0;
  /** The server did not answer: until `resume` nothing more is asked. */
  #paused = false;
  #stopped = false;
  /** Jobs looked at just now. */
  visible: () => Iterable<string> = () => [];
  /** Whether the page has time: while something is scrolled, only jobs are read that somebody waits for. */
  calm: () => boolean = () => true;

  constructor(options: HistoryDetailsOptions) {
    this.#options = options;
  }

  /** How many jobs are still to be read. */
  get left(): number {
    return this.#missing.size;
  }

  /** Adds jobs; the first added are read first. */
  add(ids: Iterable<string>): void {
    for (const id of ids) {
      this.#missing.add(id);
    }
    this.#begin();
  }

  /** All of a job is known by now, or it is gone. */
  drop(id: string): void {
    this.#missing.delete(id);
    this.#wanted.get(id)?.end();
  }

  /** Has a job read before others; resolves when it was, or cannot be. A job that was not added needs none. */
  want(id: string): Promise<void> {
    const known = this.#wanted.get(id);
    if (known) {
      return known.done;
    }
    if (this.#paused || this.#stopped || !(this.#missing.has(id) || this.#reading.has(id))) {
      return Promise.resolve();
    }
    let end = (): void => undefined;
    const done = new Promise<void>((resolve) => {
      end = () => {
        this.#wanted.delete(id);
        resolve();
      };
    });
    this.#wanted.set(id, { done, end });
    this.#begin();
    return done;
  }

  /** Goes on after a pause, or when there was something better to do. */
  resume(): void {
    this.#paused = false;
    this.#misses = 0;
    this.#begin();
  }

  /** Reads until the returned function is called. */
  start(): () => void {
    this.#stopped = false;
    this.#begin();
    return () => {
      this.#stopped = true;
      this.#endWaits();
    };
  }

  #begin(): void {
    while (this.#running < AT_ONCE && this.#running < this.#missing.size && !this.#paused && !this.#stopped) {
      this.#running += 1;
      void this.#run()
        .catch(reporting('history.details'))
        .finally(() => (this.#running -= 1));
    }
  }

  async #run(): Promise<void> {
    for (let id = await this.#next(); id !== undefined; id = await this.#next()) {
      try {
        this.#reading.add(id);
        this.#misses = (await this.#options.read(id)) ? 0 : this.#misses + 1;
        this.drop(id);
        if (this.#misses >= MOST_MISSES) {
          this.#missing.clear();
          this.#endWaits();
        }
      } catch (error) {
        if (!(error instanceof ComfyError)) {
          throw error;
        }
        // Behind all others: an entry that makes the server fail must not keep the rest from being read.
        this.#missing.add(id);
        this.#paused = true;
        this.#endWaits();
      } finally {
        this.#reading.delete(id);
      }
    }
  }

  async #next(): Promise<string | undefined> {
    await breathe();
    await untilCalm(
      () => this.calm(),
      () => this.#stopped || this.#firstWanted() !== undefined,
    );
    if (this.#paused || this.#stopped) {
      return undefined;
    }
    const id =
      this.#firstWanted() ?? this.#firstVisible() ?? (this.#options.busy() ? undefined : this.#oldest());
    if (id !== undefined) {
      this.#missing.delete(id);
    }
    return id;
  }

  #firstWanted(): string | undefined {
    return [...this.#wanted.keys()].find((each) => this.#missing.has(each));
  }

  #firstVisible(): string | undefined {
    for (const id of this.visible()) {
      if (this.#missing.has(id)) {
        return id;
      }
    }
    return undefined;
  }

  #oldest(): string | undefined {
    const [first] = this.#missing;
    return first;
  }

  #endWaits(): void {
    [...this.#wanted.values()].forEach(({ end }) => end());
  }
}
