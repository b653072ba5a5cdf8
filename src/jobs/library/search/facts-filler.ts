import { reporting } from '../../../base/report';
import { ComfyError } from '../../../comfy/errors';
import type { JobFacts } from '../job-facts';
import { breathe } from '../mirror-feed.svelte';
import { untilCalm } from '../../until-calm';

/** How many jobs are read at once: each may take a request and some work of the server. */
const AT_ONCE = 2;

export interface FactsFillerOptions {
  /** What a job's graph tells; `null` when nobody has it. */
  read: (id: string) => Promise<JobFacts | null>;
  filled: (id: string, facts: JobFacts) => void;
  /** Jobs looked at just now, which come first. */
  visible: () => Iterable<string>;
  /** Whether the page has time: while something is scrolled, nothing is read. */
  calm: () => boolean;
}

/** Reads what graphs tell of the jobs of which that is not known yet: in idle time, visible ones first. */
export class FactsFiller {
  readonly #options: FactsFillerOptions;
  readonly #missing = new Set<string>();
  #running = 0;
  /** The server did not answer: until `resume` nothing more is asked. */
  #paused = false;

  constructor(options: FactsFillerOptions) {
    this.#options = options;
  }

  /** Adds jobs; the first added are read first. */
  add(ids: Iterable<string>): void {
    for (const id of ids) {
      this.#missing.add(id);
    }
    this.#fill();
  }

  /** A job is gone, or its facts are known by now. */
  drop(id: string): void {
    this.#missing.delete(id);
  }

  /** The server answers again. */
  resume(): void {
    this.#paused = false;
    this.#fill();
  }

  /** Reads nothing more. */
  stop(): void {
    this.#missing.clear();
  }

  #fill(): void {
    while (this.#running < AT_ONCE && this.#missing.size > this.#running && !this.#paused) {
      this.#running += 1;
      void this.#run()
        .catch(reporting('search.facts'))
        .finally(() => {
          this.#running -= 1;
        });
    }
  }

  async #run(): Promise<void> {
    for (let id = await this.#next(); id !== undefined; id = await this.#next()) {
      try {
        const facts = await this.#options.read(id);
        if (facts) {
          this.#options.filled(id, facts);
        }
      } catch (error) {
        if (!(error instanceof ComfyError)) {
          throw error;
        }
        this.#paused = true;
        this.#missing.add(id);
      }
    }
  }

  async #next(): Promise<string | undefined> {
    await breathe();
    await untilCalm(this.#options.calm, () => this.#missing.size === 0);
    if (this.#paused) {
      return undefined;
    }
    const [first] = this.#missing;
    const id = [...this.#options.visible()].find((each) => this.#missing.has(each)) ?? first;
    if (id !== undefined) {
      this.#missing.delete(id);
    }
    return id;
  }
}
