import { report } from '../../../base/report';
import { isAbort } from '../../../comfy/errors';
import type { GalleryItem } from '../../../jobs/job-store.svelte';
import type { Weight } from '../file-sizes';
import { openTarget } from './save-target';

/** How far a download has come. */
export type DownloadState =
  { step: 'weighing' | 'ready' | 'running' | 'saved' } | { step: 'failed'; error: unknown };

/** What the contents of a file to be saved are made of. */
export interface DownloadPlan {
  name: string;
  type: string;
  /** Resolves with what is then piped to the disk. */
  open: (
    items: readonly GalleryItem[],
    signal: AbortSignal,
    tell: { done: (item: GalleryItem) => void; failed: (name: string) => void },
  ) => Promise<ReadableStream<Uint8Array>>;
}

export interface DownloadOptions {
  items: readonly GalleryItem[];
  /** Absent where the size is estimated, not asked for. */
  weigh?: (signal: AbortSignal, onprogress: (weight: Weight, asked: number) => void) => Promise<Weight>;
  target?: typeof openTarget;
}

/** Saves what is selected as one file: says first how large it will be, then how far it is, and what was left out. */
export class Download {
  readonly items: readonly GalleryItem[];
  readonly #options: DownloadOptions;
  readonly #target: typeof openTarget;
  #state = $state.raw<DownloadState>({ step: 'weighing' });
  #weight = $state.raw<Weight | null>(null);
  #asked = $state(0);
  #done = $state(0);
  #failed = $state.raw<readonly string[]>([]);
  #off = new AbortController();

  constructor(options: DownloadOptions) {
    this.#options = options;
    this.#state = { step: options.weigh ? 'weighing' : 'ready' };
    this.items = options.items;
    this.#target = options.target ?? openTarget;
  }

  get state(): DownloadState {
    return this.#state;
  }

  /** What the files weigh, as far as it is known. */
  get weight(): Weight | null {
    return this.#weight;
  }

  /** Files whose size has been asked for. */
  get asked(): number {
    return this.#asked;
  }

  /** Pictures dealt with. */
  get done(): number {
    return this.#done;
  }

  /** Names of the files that could not be had. */
  get failed(): readonly string[] {
    return this.#failed;
  }

  /** Asks for the sizes; returns the way to stop. */
  weigh(): () => void {
    const off = new AbortController();
    this.#options
      .weigh?.(off.signal, (weight, asked) => {
        this.#weight = weight;
        this.#asked = asked;
      })
      .then((weight) => (this.#weight = weight))
      .catch((error: unknown) => report(error, 'selection.weigh'))
      .finally(() => {
        if (this.#state.step === 'weighing') {
          this.#state = { step: 'ready' };
        }
      });
    return () => off.abort();
  }

  /** Asks where to save, and saves. Has to be called from a click: the browser's dialog opens for nothing else. */
  async run(plan: DownloadPlan): Promise<void> {
    this.#off = new AbortController();
    const { signal } = this.#off;
    const before = this.#state;
    try {
      const target = await this.#target(plan.name, plan.type);
      if (!target) {
        return;
      }
      this.#done = 0;
      this.#failed = [];
      this.#state = { step: 'running' };
      const stream = await plan.open(this.items, signal, {
        done: () => (this.#done += 1),
        failed: (name) => (this.#failed = [...this.#failed, name]),
      });
      await target.take(stream, signal);
      this.#state = { step: 'saved' };
    } catch (error) {
      if (signal.aborted || isAbort(error)) {
        this.#state = before.step === 'weighing' ? before : { step: 'ready' };
      } else {
        report(error, 'selection.save');
        this.#state = { step: 'failed', error };
      }
    }
  }

  /** Stops what is under way. */
  cancel(): void {
    this.#off.abort();
  }
}
