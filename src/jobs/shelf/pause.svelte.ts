import { reporting } from '../../base/report';
import { readObject, Stored } from '../../base/stored';
import { randomUuid } from '../../comfy/uuid';
import type { JobStore } from '../job-store.svelte';
import { fixedBy } from '../state/movable';
import type { Steering, TakenOut } from './steering.svelte';

/** What becomes of the running job when the queue is paused at once. */
export type RunningJob = 'finish' | 'rerun';

/** The longest the clock is not looked at, ms: a computer that slept must not miss its time by much. */
const LOOK_AT_CLOCK = 20_000;

export interface PauseOptions {
  jobs: JobStore;
  steering: Steering;
  /** ms since the epoch. */
  now?: () => number;
  storage?: () => Storage;
}

/**
 * Pauses a queue that has no pause: what waits is taken onto the shelf, and put back when it goes on. Jobs that
 * cannot be moved stay and run, as do those queued meanwhile.
 */
export class Pause {
  readonly #jobs: JobStore;
  readonly #steering: Steering;
  readonly #now: () => number;
  readonly #start: Stored<number | null>;
  #startsAt = $state<number | null>(null);
  #freesAfter = $state<string | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Running jobs that have a copy on the shelf; each resolves once it is known whether the copy is needed. */
  readonly #reruns = new Map<string, Promise<void>>();

  constructor({ jobs, steering, now = Date.now, storage }: PauseOptions) {
    this.#jobs = jobs;
    this.#steering = steering;
    this.#now = now;
    this.#start = new Stored('darkroom.queue-start', {
      read: (stored) => {
        const { at } = readObject(stored);
        return typeof at === 'number' ? at : null;
      },
      stringify: (at) => JSON.stringify({ at }),
      ...(storage && { storage }),
    });
    this.#startsAt = this.#start.load();
    this.#watchClock();
  }

  /** Whether jobs wait on the shelf for the queue to go on. */
  get on(): boolean {
    return this.#steering.paused;
  }

  /** When the queue goes on by itself, ms since the epoch. */
  get startsAt(): number | null {
    return this.on ? this.#startsAt : null;
  }

  /** The job after which graphics memory is freed. */
  get freesAfter(): string | null {
    return this.#freesAfter;
  }

  /**
   * Takes out what waits. `rerun` also interrupts the running job and lets it run anew, as another job, when the queue
   * goes on; one that this browser may not move runs on.
   * @throws ComfyError when the server does not answer.
   */
  async begin(running: RunningJob): Promise<TakenOut> {
    const taken = await this.#steering.hold(
      this.#jobs.pending.map(({ id }) => id),
      { paused: true },
    );
    if (running === 'rerun') {
      await Promise.all(this.#jobs.running.map(({ id }) => this.#rerunLater(id)));
    }
    return taken;
  }

  /** Puts back what a pause took out. @throws ComfyError when the server does not answer. */
  async end(): Promise<number> {
    this.startAt(null);
    const ids = this.#steering.held.filter(({ paused }) => paused).map(({ id }) => id);
    await this.#steering.resume(ids);
    return ids.length;
  }

  /** Goes on by itself at a time (ms since the epoch), as long as a page of Darkroom is open then; `null`: not. */
  startAt(at: number | null): void {
    this.#startsAt = at;
    this.#start.save(at);
    this.#watchClock();
  }

  /**
   * Pauses, and frees graphics memory once the running job has ended; `false` when nothing runs.
   * @throws ComfyError when the server does not answer.
   */
  async freeAfterRunning(): Promise<boolean> {
    const [running] = this.#jobs.running;
    if (!running) {
      return false;
    }
    await this.begin('finish');
    this.#freesAfter = running.id;
    void this.#freeAfter(running.id).catch(reporting('pause.free'));
    return true;
  }

  /** Does not free graphics memory after all. */
  keepMemory(): void {
    this.#freesAfter = null;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async #freeAfter(id: string): Promise<void> {
    await this.#jobs.ended(id);
    if (this.#freesAfter === id) {
      this.#freesAfter = null;
      await this.#jobs.client.free({ models: true, memory: true });
    }
  }

  async #rerunLater(id: string): Promise<void> {
    const record = this.#jobs.job(id);
    if (!record || fixedBy(record, this.#jobs.sender.browser) !== null) {
      return;
    }
    // Asked for again after the server did not answer, it must not be copied again.
    if (!this.#reruns.has(id)) {
      // Under another id: the history has this run under its own.
      const copy = this.#steering.pack(record, randomUuid());
      if (!copy) {
        return;
      }
      await this.#steering.add([{ ...copy, paused: true, number: null }], { first: true });
      this.#reruns.set(id, this.#dropIfDone(id, copy.id).catch(reporting('pause.rerun')));
    }
    await this.#jobs.queue.cancel(id);
    await this.#reruns.get(id);
  }

  async #dropIfDone(id: string, copy: string): Promise<void> {
    const { state } = await this.#jobs.ended(id);
    if (state === 'completed') {
      // The interruption came too late, or never, and the job is done.
      await this.#steering.discard([copy]);
    }
  }

  #watchClock(): void {
    clearTimeout(this.#timer);
    if (this.#startsAt === null) {
      return;
    }
    const wait = this.#startsAt - this.#now();
    if (wait > 0) {
      this.#timer = setTimeout(() => this.#watchClock(), Math.min(wait, LOOK_AT_CLOCK));
    } else {
      // Each tab comes here; the first takes the jobs off the shelf, and the others find none.
      void this.end().catch(reporting('pause.start'));
    }
  }
}
