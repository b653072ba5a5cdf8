/** A task of a `TaskPool`: gets a signal that tells it to stop. */
export type Task<T> = (signal: AbortSignal) => Promise<T>;

interface Waiting {
  lane: string;
  rank: () => number;
  start: () => void;
}

/**
 * Runs tasks with a limit per lane, the most wanted first. What is wanted is asked when a place becomes
 * free, so an order that changes while scrolling counts. Tasks are given up through their signal.
 */
export class TaskPool<Lane extends string> {
  readonly #limits: Map<string, number>;
  readonly #running = new Map<string, number>();
  readonly #waiting = new Set<Waiting>();

  constructor(limits: Record<Lane, number>) {
    this.#limits = new Map(Object.entries<number>(limits));
  }

  /** Changes how many tasks of a lane may run at once; those running go on. */
  setLimit(lane: Lane, limit: number): void {
    this.#limits.set(lane, limit);
    this.#startNext();
  }

  /**
   * Runs a task when its lane has room; lower ranks go first, equal ones in the order they came. Rejects
   * with the signal's reason as soon as it is aborted, waiting or running.
   */
  run<T>(lane: Lane, rank: () => number, signal: AbortSignal, task: Task<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal.aborted) {
        reject(asError(signal.reason));
        return;
      }
      const entry: Waiting = {
        lane,
        rank,
        start: () => {
          this.#count(lane, 1);
          void task(signal)
            .then(resolve, reject)
            .finally(() => {
              signal.removeEventListener('abort', giveUp);
              this.#count(lane, -1);
              this.#startNext();
            });
        },
      };
      const giveUp = (): void => {
        this.#waiting.delete(entry);
        reject(asError(signal.reason));
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(entry);
      this.#startNext();
    });
  }

  #count(lane: string, change: number): void {
    this.#running.set(lane, (this.#running.get(lane) ?? 0) + change);
  }

  #startNext(): void {
    for (const [lane, limit] of this.#limits) {
      while ((this.#running.get(lane) ?? 0) < limit) {
        const next = this.#mostWanted(lane);
        if (!next) {
          break;
        }
        this.#waiting.delete(next);
        next.start();
      }
    }
  }

  #mostWanted(lane: string): Waiting | null {
    let best: Waiting | null = null;
    let bestRank = Infinity;
    for (const entry of this.#waiting) {
      const rank = entry.lane === lane ? entry.rank() : Infinity;
      if (rank < bestRank || (best === null && entry.lane === lane)) {
        best = entry;
        bestRank = rank;
      }
    }
    return best;
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new DOMException('given up', 'AbortError');
}
