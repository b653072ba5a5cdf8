import { untrack } from 'svelte';
import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import type { PictureSource } from '../../comfy/picture-source';
import type { JobStore } from '../../jobs/job-store.svelte';
import type { Size } from '../../ui/viewport';
import { StageView } from '../../ui/pictures/stage-view.svelte';
import { ComparedPicture } from './compared-picture.svelte';
import { DifferenceClient } from './difference-client';
import { DifferenceView } from './difference-view.svelte';
import { type Change, diffSetups } from './settings-diff';

export const MODES = ['slider', 'side', 'blink', 'difference'] as const;
/** How the pictures are shown. */
export type CompareMode = (typeof MODES)[number];

const UNKNOWN_SIZE: Size = { width: 1024, height: 1024 };

/** Two to four pictures under one zoom, two of which are compared in particular. */
export class CompareView {
  readonly stage = new StageView();
  readonly difference: DifferenceView;
  readonly #pictures: PictureSource;
  readonly #jobs: JobStore;
  readonly #client = new DifferenceClient();
  #all = $state.raw<readonly ComparedPicture[]>([]);
  #mode = $state<CompareMode>('slider');
  #pair = $state.raw<readonly [number, number]>([0, 1]);
  #shown = $state(0);
  #peek = $state(false);
  /** Where the slider stands, as a share of what is seen of the pictures. */
  #split = $state(0.5);

  readonly #changes = $derived.by((): Change[] | null | 'reading' => {
    const [a, b] = this.pair;
    return a?.setup && b?.setup ? diffSetups(a.setup, b.setup) : 'reading';
  });

  constructor(pictures: PictureSource, jobs: JobStore) {
    this.#pictures = pictures;
    this.#jobs = jobs;
    this.difference = new DifferenceView(this.#client);
  }

  get all(): readonly ComparedPicture[] {
    return this.#all;
  }

  get mode(): CompareMode {
    return this.#mode;
  }

  /** Places of the two that are compared in particular. */
  get places(): readonly [number, number] {
    return this.#pair;
  }

  get pair(): readonly [ComparedPicture | undefined, ComparedPicture | undefined] {
    return [this.#all[this.#pair[0]], this.#all[this.#pair[1]]];
  }

  /** Place of the picture that is seen while blinking. */
  get shown(): number {
    return this.#peek ? (this.#shown === this.#pair[0] ? this.#pair[1] : this.#pair[0]) : this.#shown;
  }

  get split(): number {
    return this.#split;
  }

  /** How the settings of the two differ; `null` when that is not known. */
  get changes(): Change[] | null | 'reading' {
    return this.#changes;
  }

  /** The size that all pictures are shown at, px: that of the largest. */
  get frame(): Size {
    const sizes = this.#all.flatMap(({ size, item }) => {
      const { width, height } = item?.job.summary ?? {};
      return size ?? (width && height ? { width, height } : []);
    });
    return (
      sizes.reduce<Size | null>(
        (largest, size) =>
          largest && largest.width * largest.height >= size.width * size.height ? largest : size,
        null,
      ) ?? UNKNOWN_SIZE
    );
  }

  /** Whether the pictures do not all have one size; `undefined` while some are not there. */
  get sizesDiffer(): boolean | undefined {
    const sizes = this.#all.map(({ size }) => size && `${size.width}x${size.height}`);
    return sizes.includes(null) ? undefined : new Set(sizes).size > 1;
  }

  /** Shows these files; those shown already stay. */
  open(files: readonly FileRef[]): void {
    const before = new Map(untrack(() => this.#all).map((picture) => [fileRefKey(picture.ref), picture]));
    this.#all = files.map((ref) => {
      const key = fileRefKey(ref);
      const known = before.get(key);
      before.delete(key);
      return known ?? new ComparedPicture(ref, this.#pictures, this.#jobs, this.#client);
    });
    before.forEach((picture) => picture.close());
    this.#pair = [0, 1];
    this.#shown = 0;
    if (files.length > 2) {
      this.#mode = 'side';
    }
  }

  setMode(mode: CompareMode): void {
    this.#mode = mode;
    this.#shown = this.#pair[0];
  }

  /** Compares two others in particular; choosing the other's place exchanges them. */
  choose(side: 0 | 1, place: number): void {
    const [a, b] = this.#pair;
    const other = side === 0 ? b : a;
    const free = place === other ? (side === 0 ? a : b) : other;
    this.#pair = side === 0 ? [place, free] : [free, place];
    this.#shown = this.#pair[0];
  }

  swap(): void {
    this.#pair = [this.#pair[1], this.#pair[0]];
  }

  /** Blinking: on to the next picture, or to the one before. */
  turn(step: 1 | -1): void {
    this.#mode = 'blink';
    this.#shown = (this.#shown + step + this.#all.length) % Math.max(1, this.#all.length);
  }

  /** While a key is held, the other of the two is seen. */
  setPeek(on: boolean): void {
    this.#peek = on;
  }

  setSplit(share: number): void {
    this.#split = Math.min(1, Math.max(0, share));
  }

  /** Keeps the stage, the settings and the difference in step with the pictures. To be called by a component. */
  follow(): void {
    $effect.pre(() => this.stage.setImage(this.frame));
    $effect(() => {
      for (const picture of this.#all) {
        const { item } = picture;
        // Items are made anew at every change of any job.
        const key = item?.key;
        if (this.#read.get(picture) !== (key ?? '')) {
          this.#read.set(picture, key ?? '');
          untrack(() => void picture.readSetup(item));
        }
      }
    });
    $effect(() => {
      const [a, b] = this.pair.map((picture) => picture?.file);
      const wanted = this.#mode === 'difference' && a?.status === 'ready' && b?.status === 'ready';
      const [one, two] = wanted ? [a.file, b.file] : [null, null];
      untrack(() => this.difference.show(one, two));
    });
    $effect(() => () => this.#close());
  }

  /** What each picture's settings were read from last. */
  readonly #read = new WeakMap<ComparedPicture, string>();

  #close(): void {
    this.#all.forEach((picture) => picture.close());
    this.difference.close();
    this.#client.close();
  }
}
