import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import type { JobRecord } from '../../jobs/state/job';
import type { GalleryItem, JobStore } from '../../jobs/job-store.svelte';
import { MERGE } from '../../workflows/darkroom-record';
import { keepDiscards, readDiscards } from './discards';

/** How a result is compared with the picture it was made from. */
export type CompareMode = 'plain' | 'blink' | 'slider' | 'difference';

/** Factors by which the difference view may amplify: powers of two, so that no level is rounded. */
export const GAINS = [1, 2, 4, 8, 16, 32] as const;

/**
 * The results of the picture being worked on, in the order they arrived; which of them is shown, and how.
 * Painting goes on below: a stroke removes whatever covers the mask.
 */
export class Staging {
  readonly #jobs: JobStore;
  readonly #base: () => FileRef | null;
  #discards = $state.raw<ReadonlySet<string>>(readDiscards());
  /** Failures that were dismissed, for as long as the page lives: see `failures`. */
  #dismissed = $state.raw<ReadonlySet<string>>(new Set());
  /** Results somebody looked at, or said they need not see now. */
  #looked = $state.raw<ReadonlySet<string>>(new Set());
  /** Results it was decided how to announce. */
  #announced: ReadonlySet<string> = new Set();
  #shown = $state<string | null>(null);
  #mode = $state<CompareMode>('plain');
  #held = $state(false);
  #flipped = $state(false);
  #split = $state(0.5);
  #gain = $state<number>(4);
  #underMask = $state(false);

  readonly #active = $derived.by(() =>
    [...this.#jobs.running, ...this.#jobs.pending].filter((job) => this.#isOurs(job)),
  );
  /** Jobs made from the picture being worked on that run or have ended, oldest first. */
  readonly #made = $derived.by(() => {
    const base = this.#base();
    return base ? this.#jobs.items.byParent(base).toReversed() : [];
  });
  readonly #results = $derived.by(() => [
    ...new Set(
      this.#made.flatMap((job) => this.#jobs.items.of(job)).filter(({ key }) => !this.#discards.has(key)),
    ),
  ]);
  readonly #failures = $derived(
    this.#made.filter((job) => this.#isBadNews(job) && !this.#dismissed.has(job.id)),
  );
  readonly #news = $derived(
    this.#results.filter((item) => !this.#looked.has(item.key) && this.#isNews(item.job)),
  );
  readonly #item = $derived(this.#results.find(({ key }) => key === this.#shown) ?? null);

  /** @param base the picture being worked on; reactive. */
  constructor(jobs: JobStore, base: () => FileRef | null) {
    this.#jobs = jobs;
    this.#base = base;
  }

  /** Jobs that are making something from the picture being worked on. */
  get active(): JobRecord[] {
    return this.#active;
  }

  /** Finished results that were not discarded, oldest first: they line up as they arrive. */
  get results(): GalleryItem[] {
    return this.#results;
  }

  /**
   * Results that jobs of this page brought while it watched and that nobody has looked at yet, oldest first.
   */
  get news(): GalleryItem[] {
    return this.#news;
  }

  /**
   * Shows a result that has just arrived, if the stage is free: nothing is being painted and no other result
   * is shown. Otherwise it stays in `news`, and a later call does not show it either: the picture must not
   * change under a hand because that paused. Call whenever `news` changes.
   * @param free nothing is being painted.
   */
  announce(free: boolean): void {
    const fresh = this.#news.filter(({ key }) => !this.#announced.has(key));
    this.#announced = new Set([...this.#announced, ...fresh.map(({ key }) => key)]);
    const first = fresh[0];
    if (first && free && this.#item === null) {
      this.show(first.key);
    }
  }

  /** Nobody wants to see the new results now; they stay in the strip. */
  dropNews(): void {
    this.#looked = new Set([...this.#looked, ...this.#news.map(({ key }) => key)]);
  }

  /**
   * Jobs of this picture without a result, oldest first: failed, lost, stopped by someone else, or finished
   * without a picture. Only those this page saw waiting or running: earlier failures are listed in the queue,
   * and would only be in the way here.
   */
  get failures(): JobRecord[] {
    return this.#failures;
  }

  /** The result that is shown; null: the original. */
  get shown(): GalleryItem | null {
    return this.#item;
  }

  /** The position of the shown result in the strip, from 1; 0 for the original. */
  get number(): number {
    const shown = this.#item?.key;
    return this.#results.findIndex(({ key }) => key === shown) + 1;
  }

  get mode(): CompareMode {
    return this.#mode;
  }

  /** What lies over the stage: the shown result, or the newest while the key is held over the original. */
  get front(): GalleryItem | null {
    return this.#item ?? (this.#held ? (this.#results.at(-1) ?? null) : null);
  }

  /** The original is visible now in place of the result: held down, or its turn in blinking. */
  get showsOriginal(): boolean {
    return this.#item !== null && (this.#held || (this.#mode === 'blink' && this.#flipped));
  }

  /** Position of the slider's divider: share of the picture's width that shows the original. */
  get split(): number {
    return this.#split;
  }

  /** What differences are multiplied by before they are shown. */
  get gain(): number {
    return this.#gain;
  }

  /** The mask is visible over the result, as while painting on it; otherwise nothing covers the result. */
  get underMask(): boolean {
    return this.#underMask;
  }

  /** Shows a result, or with null the original and its mask. */
  show(key: string | null): void {
    this.#shown = key;
    this.#underMask = false;
    this.#flipped = false;
    if (key === null) {
      this.#mode = 'plain';
    } else {
      this.#looked = new Set([...this.#looked, key]);
    }
  }

  /** Steps to the next (1) or previous (-1) in the strip, in a circle that includes the original. */
  step(direction: 1 | -1): void {
    const keys = [null, ...this.#results.map(({ key }) => key)];
    const at = keys.indexOf(this.#item?.key ?? null);
    const mode = this.#mode;
    this.show(keys[(at + direction + keys.length) % keys.length] ?? null);
    if (this.#shown !== null) {
      this.#mode = mode;
    }
  }

  /** Compares in this mode, or plainly when it is already the present one. */
  toggleMode(mode: CompareMode): void {
    if (!this.#item) {
      this.show(this.#results.at(-1)?.key ?? null);
    }
    this.#mode = this.#item && this.#mode !== mode ? mode : 'plain';
    this.#flipped = false;
    this.#underMask = false;
  }

  /** Switches between original and result while blinking. */
  flip(): void {
    this.#flipped = !this.#flipped;
  }

  /** Shows the original while held; with the original on show, the newest result. */
  hold(down: boolean): void {
    this.#held = down && this.#results.length > 0;
  }

  get held(): boolean {
    return this.#held;
  }

  /** @param share 0 to 1. */
  setSplit(share: number): void {
    this.#split = Math.min(1, Math.max(0, share));
  }

  setGain(gain: number): void {
    this.#gain = gain;
  }

  /** Shows the mask over the result, or hides it. Ends a comparison, which would cover it. */
  setUnderMask(underMask: boolean): void {
    this.#underMask = underMask && this.#item !== null;
    if (underMask) {
      this.#mode = 'plain';
    }
  }

  /** Removes a result from the strip; the picture stays in the gallery. */
  discard(key: string): void {
    if (this.#shown === key) {
      const at = this.#results.findIndex((item) => item.key === key);
      const next = this.#results[at + 1] ?? this.#results[at - 1];
      this.show(next?.key ?? null);
    }
    this.#keep(new Set([...this.#discards, key]));
  }

  /** Removes a failure from the strip; the job stays in the queue's list. */
  dismiss(id: string): void {
    this.#dismissed = new Set([...this.#dismissed, id]);
  }

  /**
   * Queues a failed job again, unchanged; the new one takes its place.
   * @throws ComfyError as `JobStore.runAgain`; the failure then stays.
   */
  async retry(id: string): Promise<void> {
    await this.#jobs.runAgain(id);
    this.dismiss(id);
  }

  /** Restores a discarded result. */
  restore(key: string): void {
    this.#keep(new Set([...this.#discards].filter((known) => known !== key)));
  }

  #keep(discards: ReadonlySet<string>): void {
    this.#discards = discards;
    keepDiscards(discards);
  }

  #isOurs(job: JobRecord): boolean {
    const base = this.#base();
    const parent = job.darkroom?.parent;
    return base !== null && parent != null && fileRefKey(parent) === fileRefKey(base);
  }

  /** A merge leads to the next picture by itself. */
  #isNews({ id, mine, darkroom }: JobRecord): boolean {
    return mine && darkroom?.recipe !== MERGE && this.#jobs.witnessed(id);
  }

  #isBadNews({ id, state, outputs }: JobRecord): boolean {
    const unwished = state === 'cancelled' && !this.#jobs.cancelledHere(id);
    const empty = state === 'completed' && outputs.length === 0;
    return (state === 'failed' || state === 'lost' || unwished || empty) && this.#jobs.witnessed(id);
  }
}
