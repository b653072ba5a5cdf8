import { SvelteSet } from 'svelte/reactivity';
import { report, reporting } from '../base/report';
import { describeError } from '../i18n/describe-error';
import { formatNumber, formatTime, t } from '../i18n/index.svelte';
import type { JobStore } from '../jobs/job-store.svelte';
import { isPutOff } from '../jobs/put-off';
import type { Pause, RunningJob } from '../jobs/shelf/pause.svelte';
import type { ShelfJob } from '../jobs/shelf/shelf-db';
import type { Steering, TakenOut } from '../jobs/shelf/steering.svelte';
import { isSelection, type JobRecord, type JobState } from '../jobs/state/job';
import { type Fixed, fixedBy } from '../jobs/state/movable';
import { saveFile } from '../ui/save-file';
import { complain, say, UNDO_TIME } from '../ui/toasts.svelte';

/** Everything that can be done with waiting and held jobs, each verb telling how it went. */
export class QueueDesk {
  readonly #jobs: JobStore;
  #steering = $state.raw<Steering | null>(null);
  #pause = $state.raw<Pause | null>(null);
  readonly #selected = new SvelteSet<string>();
  #selecting = $state(false);
  #told = $state('');
  readonly #held = $derived(
    this.#steering?.held.filter(({ id }) => isOnShelf(this.#jobs.job(id)?.state)) ?? [],
  );
  /** Steps with the keyboard come one after the other, each from where the one before led. */
  #steps: Promise<unknown> = Promise.resolve();

  constructor(jobs: JobStore) {
    this.#jobs = jobs;
    void Promise.all([jobs.steering(), jobs.pausing()])
      .then(([steering, pause]) => {
        this.#steering = steering;
        this.#pause = pause;
      })
      .catch(reporting('queue.steering'));
  }

  /** Whether jobs can be steered yet. */
  get ready(): boolean {
    return this.#steering !== null;
  }

  /** Jobs on the hold shelf, in the order they go back; one that is on its way to the queue is listed there. */
  get held(): readonly ShelfJob[] {
    return this.#held;
  }

  get paused(): boolean {
    return this.#pause?.on ?? false;
  }

  /** When the queue goes on by itself, ms since the epoch. */
  get startsAt(): number | null {
    return this.#pause?.startsAt ?? null;
  }

  /** Whether graphics memory is freed once the running job has ended. */
  get freesMemory(): boolean {
    return this.#pause?.freesAfter != null;
  }

  /** What was moved where, for those who do not see it. */
  get told(): string {
    return this.#told;
  }

  /** Why a job cannot be moved; `null` when it can. */
  fixed(job: JobRecord): Fixed | null {
    return fixedBy(job, this.#jobs.sender.browser);
  }

  // Selection

  get selecting(): boolean {
    return this.#selecting;
  }

  set selecting(on: boolean) {
    this.#selecting = on;
    this.#selected.clear();
  }

  /** Selected jobs that still wait, in their order. */
  get selection(): string[] {
    return this.#jobs.pending.flatMap(({ id }) => (this.#selected.has(id) ? [id] : []));
  }

  isSelected(ids: readonly string[]): boolean {
    return ids.every((id) => this.#selected.has(id));
  }

  select(ids: readonly string[], on: boolean): void {
    ids.forEach((id) => (on ? this.#selected.add(id) : this.#selected.delete(id)));
  }

  // Order

  /**
   * Puts waiting jobs before another one (`null`: at the end). Resolves with the ids they have then: an old server
   * gives them new ones.
   */
  async move(ids: readonly string[], before: string | null): Promise<readonly string[]> {
    let called: readonly string[] = ids;
    await this.#attempt(async (steering) => {
      called = await steering.move(ids, before);
      if (called.length < ids.length) {
        say(t('steering.alreadyStarted', { count: ids.length - called.length }));
      }
      this.#tell(
        called,
        this.#jobs.pending.map(({ id }) => id),
      );
    });
    return called;
  }

  /** Says where jobs of a list stand now. */
  #tell(ids: readonly string[], order: readonly string[]): void {
    const position = order.findIndex((id) => ids.includes(id)) + 1;
    if (position === 0) {
      return;
    }
    const told = t('steering.movedTo', { position, total: order.length });
    // The same words once more would not be read out.
    this.#told = told === this.#told ? `${told}\u00a0` : told;
  }

  /** Moves jobs that stand together by one place; resolves as `move` does. */
  step(ids: readonly string[], by: -1 | 1): Promise<readonly string[]> {
    const stepped = this.#steps.then(() => {
      const order = this.#jobs.pending.map(({ id }) => id);
      const { first, last, atEnd } = stepFrom(order, ids, by);
      return atEnd ? ids : this.move(ids, by < 0 ? (order[first - 1] ?? null) : (order[last + 2] ?? null));
    });
    this.#steps = stepped;
    return stepped;
  }

  runNext(ids: readonly string[]): Promise<readonly string[]> {
    return this.move(ids, this.#jobs.pending.find(({ id }) => !ids.includes(id))?.id ?? null);
  }

  // The shelf

  hold(ids: readonly string[]): Promise<void> {
    return this.#attempt(async (steering) => {
      const taken = await steering.hold(ids);
      this.#offerUndo(taken, t('steering.held', { count: taken.ids.length }));
    });
  }

  /** Puts held jobs back, at the end of the queue or before all others. */
  resume(ids: readonly string[], where: 'front' | 'end' = 'end'): Promise<void> {
    return this.#attempt(async (steering) => {
      await steering.resume(ids, where === 'front' ? (this.#jobs.pending[0]?.id ?? null) : null);
      say(t('queue.restored', { count: ids.length }));
    });
  }

  /** Moves held jobs that stand together by one place, among those a pause has taken or among the others. */
  stepHeld(ids: readonly string[], by: -1 | 1): Promise<void> {
    return this.#attempt(async (steering) => {
      const order = shelfOf(steering, ids);
      const { first, last, atEnd } = stepFrom(order, ids, by);
      if (!atEnd) {
        await this.#arrange(steering, ids, (by < 0 ? order[first - 1] : order[last + 2]) ?? null);
      }
    });
  }

  /** Puts held jobs before another one of their list (`null`: at its end). */
  arrange(ids: readonly string[], before: string | null): Promise<void> {
    return this.#attempt((steering) => this.#arrange(steering, ids, before));
  }

  async #arrange(steering: Steering, ids: readonly string[], before: string | null): Promise<void> {
    if (before === null || !ids.includes(before)) {
      await steering.arrange(ids, before);
    }
    this.#tell(ids, shelfOf(steering, ids));
  }

  /** Saves all that waits or is held as a file. */
  exportAll(): Promise<void> {
    return this.#attempt(async (steering) => {
      const { queueFile } = await import('../jobs/shelf/queue-file');
      const all = this.#jobs.pending.map((job) => steering.pack(job));
      const waiting = all.filter((job) => job !== null);
      const left = all.length - waiting.length;
      const count = waiting.length + steering.held.length;
      const day = new Date().toISOString().slice(0, 10);
      const text = queueFile([...waiting, ...steering.held]);
      saveFile(new Blob([text], { type: 'application/json' }), `${t('steering.fileName')}-${day}.json`);
      const saved = t('steering.exported', { count });
      if (left > 0) {
        complain(`${saved} ${t('steering.notExported', { count: left })}`);
      } else {
        say(saved);
      }
    });
  }

  /** Puts the jobs of such a file on the shelf. */
  importFile(file: Blob): Promise<void> {
    return this.#attempt(async (steering) => {
      const { readQueueFile } = await import('../jobs/shelf/queue-file');
      const jobs = readQueueFile(await file.text(), Date.now(), this.#jobs.sender.toJson());
      if (!jobs) {
        complain(t('steering.notAQueue'));
        return;
      }
      await steering.add(jobs);
      say(t('steering.imported', { count: jobs.length }));
    });
  }

  discard(ids: readonly string[]): Promise<void> {
    return this.#attempt(async (steering) => {
      const undo = await steering.discard(ids);
      say(t('steering.discarded', { count: ids.length }), {
        label: t('common.undo'),
        run: () => void this.#attempt(undo),
      });
    });
  }

  // Cancelling

  /** Takes waiting jobs out, with the way back; those of others, which cannot come back, only when `others` says so. */
  cancel(ids: readonly string[], others = false): Promise<void> {
    return this.#attempt(async (steering) => {
      const taken = await steering.cancel(ids);
      const left = ids.filter((id) => this.#jobs.job(id)?.state === 'pending' && !taken.ids.includes(id));
      const foreign = left.filter((id) => this.#isFixed(id));
      // Before the others', any of which can fail.
      this.#offerUndo(
        taken,
        t('steering.cancelled', { count: taken.ids.length }),
        (kept) => void steering.forget(kept),
      );
      if (others) {
        for (const id of foreign) {
          await this.#jobs.queue.cancel(id);
        }
      }
      if (others && foreign.length > 0) {
        say(t('steering.othersCancelled', { count: foreign.length }));
      }
      if (!others && foreign.length > 0) {
        say(t('steering.othersStay', { count: foreign.length }), {
          label: t('steering.cancelOthers'),
          run: () => void this.cancel(foreign, true),
        });
      }
    });
  }

  clear(): Promise<void> {
    return this.cancel(this.#jobs.pending.map(({ id }) => id));
  }

  #isFixed(id: string): boolean {
    const job = this.#jobs.job(id);
    return job !== undefined && this.fixed(job) !== null;
  }

  // Pausing

  pause(running: RunningJob): Promise<void> {
    return this.#attempt(async () => {
      const taken = await this.#pause?.begin(running);
      say(t('steering.pausedWith', { count: taken?.ids.length ?? 0 }));
    });
  }

  goOn(): Promise<void> {
    return this.#attempt(async () => {
      const count = (await this.#pause?.end()) ?? 0;
      say(t('queue.restored', { count }));
    });
  }

  /** Pauses now and goes on at a time of day; today's if it is still to come. */
  startAt(hours: number, minutes: number, now = new Date()): Promise<void> {
    const at = new Date(now);
    at.setHours(hours, minutes, 0, 0);
    if (at <= now) {
      at.setDate(at.getDate() + 1);
    }
    return this.#attempt(async () => {
      if (!this.paused) {
        await this.#pause?.begin('finish');
      }
      this.#pause?.startAt(at.getTime());
      const time = formatTime(at.getTime(), { hour: '2-digit', minute: '2-digit' });
      say(t('steering.startsAt', { time }));
    });
  }

  freeAfterRunning(): Promise<void> {
    return this.#attempt(async () => {
      const waits = await this.#pause?.freeAfterRunning();
      if (waits) {
        say(t('steering.freesMemory'));
      } else {
        await this.#jobs.client.free({ models: true, memory: true });
        say(t('steering.freed'));
      }
    });
  }

  keepMemory(): void {
    this.#pause?.keepMemory();
  }

  // What was lost

  /** Jobs of this browser that the server has forgotten, and whose graphs are still known. */
  get lost(): JobRecord[] {
    return this.#jobs.lost
      .filter(
        (job) => !isSelection(job) && this.fixed(job) === null && this.#jobs.nodesAtHand(job.id) !== null,
      )
      .toReversed();
  }

  restoreLost(): Promise<void> {
    return this.#attempt(async (steering) => {
      const packed = this.lost.flatMap((job) => steering.pack(job) ?? []);
      await steering.restore(packed);
      say(t(this.paused ? 'steering.held' : 'queue.restored', { count: packed.length }));
    });
  }

  #offerUndo(taken: TakenOut, words: string, passed?: (ids: readonly string[]) => void): void {
    if (taken.ids.length === 0) {
      if (taken.started.length > 0) {
        say(t('steering.alreadyStarted', { count: taken.started.length }));
      }
      return;
    }
    const timer = passed && setTimeout(() => passed(taken.ids), UNDO_TIME * 2);
    say(words, {
      label: t('common.undo'),
      run: () => {
        clearTimeout(timer);
        void this.#attempt(async () => {
          await taken.putBack();
          const count = taken.ids.filter((id) => !isPutOff(this.#jobs, id)).length;
          if (count > 0) {
            say(t('queue.restored', { count }));
          }
        });
      },
    });
  }

  async #attempt(action: (steering: Steering) => Promise<void>): Promise<void> {
    try {
      await action(await this.#jobs.steering());
    } catch (error) {
      report(error, 'queue.steer');
      complain(describeError(error), {
        label: t('common.retry'),
        run: () => void this.#attempt(action),
      });
    }
  }
}

/** The list that held jobs are in, by id: what a pause has taken, or the others. */
function shelfOf(steering: Steering, ids: readonly string[]): string[] {
  const isPaused = steering.held.find(({ id }) => ids.includes(id))?.paused;
  return steering.held.flatMap(({ id, paused }) => (paused === isPaused ? [id] : []));
}

/** Where jobs stand that are to go one place up or down, and whether they are there already, or nowhere. */
function stepFrom(
  order: readonly string[],
  ids: readonly string[],
  by: -1 | 1,
): { first: number; last: number; atEnd: boolean } {
  const places = ids.map((id) => order.indexOf(id)).filter((place) => place >= 0);
  const [first, last] = [Math.min(...places), Math.max(...places)];
  const atEnd = places.length === 0 || (by < 0 ? first <= 0 : last >= order.length - 1);
  return { first, last, atEnd };
}

/** `3`, or for several jobs in one row `3–6`. */
export function placesOf(position: number, count: number): string {
  return count === 1
    ? formatNumber(position)
    : `${formatNumber(position)}–${formatNumber(position + count - 1)}`;
}

/** Whether a job on the shelf is nowhere else: the queue may tell of one before the answer to its sending comes. */
function isOnShelf(state: JobState | undefined): boolean {
  return state === undefined || state === 'held' || state === 'lost';
}
