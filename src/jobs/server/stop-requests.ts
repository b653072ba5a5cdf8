import { Stored } from '../../base/stored';

/** Requests that still wait for the history to tell their job's end; it normally does so within seconds. */
const KEPT = 200;

/**
 * Jobs this browser asked the server to stop. The history does not say who interrupted a job, so the request
 * has to be remembered, in every tab and across a reload, until the history has told the end.
 */
export class StopRequests {
  readonly #stored: Stored<string[]>;
  /** Requests of this page, should the browser store nothing. */
  readonly #here = new Set<string>();

  /** @param storage this browser's by default. */
  constructor(storage?: () => Storage) {
    this.#stored = new Stored('darkroom.stop-requests', {
      read: (stored) =>
        Array.isArray(stored) ? stored.filter((id): id is string => typeof id === 'string') : [],
      ...(storage && { storage }),
    });
  }

  has(id: string): boolean {
    return this.#here.has(id) || this.#stored.load().includes(id);
  }

  /** Notes a request, whether or not its answer arrives: the server may have acted on it all the same. */
  add(id: string): void {
    this.#here.add(id);
    const others = this.#stored.load().filter((other) => other !== id);
    this.#stored.save([...others, id].slice(-KEPT));
  }
}
