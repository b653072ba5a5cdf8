import type { ComfyEvent } from '../../comfy/events';

/** How long events of an unknown job are kept after the last of them, ms. */
const KEPT = 10_000;

/** Events of which only the newest counts: each repeats or replaces the one before. */
const LATEST_ONLY: ReadonlySet<ComfyEvent['type']> = new Set([
  'progress',
  'progress_state',
  'preview',
  'text',
]);

/**
 * Events of jobs that are not known yet: they overtake the answer to POST /prompt, and jobs of other
 * clients are known only after the next look at the queue (API reference 4.5).
 */
export class EarlyEvents {
  readonly #now: () => number;
  readonly #jobs = new Map<string, { last: number; events: ComfyEvent[] }>();

  /** `now` in ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  keep(id: string, event: ComfyEvent): void {
    const now = this.#now();
    for (const [other, { last }] of this.#jobs) {
      if (now - last > KEPT) {
        this.#jobs.delete(other);
      }
    }
    const before = this.#jobs.get(id)?.events ?? [];
    const kept = LATEST_ONLY.has(event.type) ? before.filter(({ type }) => type !== event.type) : before;
    this.#jobs.set(id, { last: now, events: [...kept, event] });
  }

  /** The kept events of a job in the order they came; they are kept no longer. */
  take(id: string): ComfyEvent[] {
    const events = this.#jobs.get(id)?.events ?? [];
    this.#jobs.delete(id);
    return events;
  }
}
