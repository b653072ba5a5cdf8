import { report, reporting } from '../../base/report';
import { readObject, Stored } from '../../base/stored';
import { ComfyError } from '../../comfy/errors';
import { randomUuid } from '../../comfy/uuid';
import type { JobStore } from '../job-store.svelte';
import type { JobGraph } from '../state/job';
import { fixedBy } from '../state/movable';
import { PauseWish } from '../server/pause-wish';
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
 * Pauses a queue that has no pause: what waits is taken onto the shelf, as is what this browser queues meanwhile, and
 * put back when it goes on. Jobs that cannot be moved stay and run.
 */
export class Pause {
  readonly #jobs: JobStore;
  readonly #steering: Steering;
  readonly #now: () => number;
  readonly #start: Stored<number | null>;
  readonly #wish: PauseWish;
  readonly #unfollow: () => void;
  #wished = $state(false);
  #kept = $state(0);
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
    this.#wish = new PauseWish(storage);
    this.#wished = this.#wish.on;
    this.#startsAt = this.#start.load();
    const unfollow = [
      this.#wish.onChange(() => (this.#wished = this.#wish.on)),
      this.#start.onChange(() => {
        this.#startsAt = this.#start.load();
        this.#watchClock();
      }),
    ];
    this.#unfollow = () => unfollow.forEach((end) => end());
    this.#watchClock();
  }

  /** Whether the queue is paused, in whichever tab of this browser. */
  get on(): boolean {
    return this.#wished || this.#steering.paused;
  }

  /** How many jobs were asked for in this tab while it was paused, and are on the shelf instead. */
  get kept(): number {
    return this.#kept;
  }

  /** Puts a new job onto the shelf until the queue goes on; resolves with its id. */
  async keep(job: JobGraph, { first = false } = {}): Promise<string> {
    const packed = this.#steering.packNew(job);
    await this.#steering.add([{ ...packed, paused: true }], { first });
    this.#kept += 1;
    return packed.id;
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
    this.#setWish(true);
    const taken = await this.#steering.hold(
      this.#jobs.pending.map(({ id }) => id),
      { paused: true },
    );
    if (running === 'rerun') {
      await Promise.all(this.#jobs.running.map(({ id }) => this.#rerunLater(id)));
    }
    return taken;
  }

  /**
   * Puts back what a pause took out; resolves with how many jobs that are.
   * @throws ComfyError when the server does not answer, and the queue stays paused, or when it refused a job, which
   * then stays on hold alone.
   */
  async end(): Promise<number> {
    const tried = new Set<string>();
    this.#setWish(false);
    try {
      // Jobs may still join while the others are being sent.
      for (let ids = this.#waiting(tried); ids.length > 0; ids = this.#waiting(tried)) {
        ids.forEach((id) => tried.add(id));
        await this.#steering.resume(ids);
      }
    } catch (error) {
      if (error instanceof ComfyError && error.kind === 'unreachable') {
        this.#setWish(true);
        throw error;
      }
      this.startAt(null);
      throw error;
    }
    this.startAt(null);
    return tried.size;
  }

  #waiting(except: ReadonlySet<string>): string[] {
    return this.#steering.held.flatMap(({ id, paused }) => (paused && !except.has(id) ? [id] : []));
  }

  #setWish(on: boolean): void {
    this.#wished = on;
    this.#wish.set(on);
  }

  /** Goes on by itself at a time (ms since the epoch), or once a page of Darkroom is open and the server
   * answers after it; `null`: not. */
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
    this.#unfollow();
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
      void this.end().catch((error: unknown) => {
        report(error, 'pause.start');
        if (this.#startsAt !== null) {
          // The server was off at the time: it begins once it is back.
          this.#timer = setTimeout(() => this.#watchClock(), LOOK_AT_CLOCK);
        }
      });
    }
  }
}
