import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import { byNewest, type JobRecord } from '../state/job';
import type { JobChanges } from '../state/job-table.svelte';
import { KeyedSignal } from '../state/keyed-signal.svelte';
import type { ItemList } from './item-list';
import { ChildIndex } from './lineage';
import { type Claim, type GalleryItem, OutputIndex, type Splice } from './output-index';

/**
 * The gallery's list as rooms read it: every saved file, newest first. Reading it makes an effect depend on
 * the list as a whole; what is cheap to read is cheap to read again.
 */
export class OutputLibrary implements ItemList {
  #madeTag: (claim: Claim) => string | undefined = () => undefined;
  #isHeld: (ref: FileRef) => boolean = () => false;
  readonly #index = new OutputIndex(
    (claim) => this.#madeTag(claim),
    (ref) => this.#isHeld(ref),
  );
  readonly #edits = new Map<string, Map<string, JobRecord>>();
  readonly #children = new ChildIndex();
  readonly #childSignal = new KeyedSignal();
  readonly #parentSignal = new KeyedSignal();
  readonly #listeners = new Set<(splices: readonly Splice[]) => void>();
  #rev = $state(0);
  readonly sort = 'newest';

  get length(): number {
    void this.#rev;
    return this.#index.items.length;
  }

  /** The item at a position; negative ones count from the end. */
  at(position: number): GalleryItem | undefined {
    void this.#rev;
    return this.#index.items.at(position);
  }

  /** Items `from … to − 1`. */
  slice(from: number, to?: number): GalleryItem[] {
    void this.#rev;
    return this.#index.items.slice(from, to);
  }

  /** Position of an item; −1 when it is not listed. */
  indexOf(item: GalleryItem): number {
    void this.#rev;
    return this.#index.indexOf(item);
  }

  /** The item under a key `<job id>/<output index>`, also of a job that only repeated it. */
  find(key: string): GalleryItem | undefined {
    void this.#rev;
    return this.#index.find(key);
  }

  /** The item whose file this is now: lets an edit find its parent. */
  byFile(ref: FileRef): GalleryItem | undefined {
    void this.#rev;
    return this.#index.byFile(ref);
  }

  /** Whether a job says that it made this file, also while the file is gone. Not reactive. */
  isMade(ref: FileRef): boolean {
    return this.#index.isMade(ref);
  }

  /** Whether a file is known to be on the disk no longer. */
  isGone(ref: FileRef): boolean {
    void this.#rev;
    return this.#index.isGone(ref);
  }

  /** The items of a job's files, in the job's order. */
  of(job: JobRecord): GalleryItem[] {
    void this.#rev;
    return job.outputs.flatMap(({ index }) => this.#index.find(`${job.id}/${index}`) ?? []);
  }

  /** Listed jobs that loaded this picture to make another, oldest first. Reactive for this picture alone. */
  madeFrom(ref: FileRef): JobRecord[] {
    const key = fileRefKey(ref);
    this.#childSignal.track(key);
    return this.#children.of(key).sort((a, b) => byNewest(b, a));
  }

  /** Listed jobs of ours that edited this picture, newest first. Reactive for this picture alone. */
  byParent(ref: FileRef): JobRecord[] {
    const key = fileRefKey(ref);
    this.#parentSignal.track(key);
    return [...(this.#edits.get(key)?.values() ?? [])].sort(byNewest);
  }

  /** Calls back with what happens to the list, in order; returns the way to stop. */
  onSplice(listener: (splices: readonly Splice[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The list of everything is never replaced by another. */
  onReset(): () => void {
    return () => undefined;
  }

  /** Says where the ETag is known that a claim's file had when its thumbnail was made. */
  knowTags(madeTag: (claim: Claim) => string | undefined): void {
    this.#madeTag = madeTag;
    this.recheck('all');
  }

  /** Says which files a library has; see `OutputIndex`. What it has from then on is told by `setGone`. */
  knowHeld(isHeld: (ref: FileRef) => boolean): void {
    this.#isHeld = isHeld;
    this.recheck('all');
  }

  /** Compares claims on one file again; see `OutputIndex.recheck`. */
  recheck(items: readonly GalleryItem[] | 'all'): void {
    this.#announce(this.#index.recheck(items));
  }

  /** Notes the ETag under which an item's file was read just now; see `OutputIndex.setSeenTag`. */
  setSeenTag(item: GalleryItem, tag: string): void {
    this.#announce(this.#index.setSeenTag(item, tag));
  }

  /** Takes files that are on the disk no longer off the list, or puts them back; see `OutputIndex.setGone`. */
  setGone(files: readonly FileRef[], gone: boolean): void {
    this.#announce(this.#index.setGone(files, gone));
  }

  /** Takes in what changed on the job lists. */
  change({ removed, added }: JobChanges): void {
    this.#announce(this.#index.change(removed, added));
    removed.forEach((job) => this.#setChild(job, false));
    added.forEach((job) => this.#setChild(job, true));
  }

  #announce(splices: readonly Splice[]): void {
    if (splices.length > 0) {
      this.#rev += 1;
      this.#listeners.forEach((listener) => listener(splices));
    }
  }

  #setChild(job: JobRecord, listed: boolean): void {
    this.#children.set(job, listed).forEach((key) => this.#childSignal.notify(key));
    const parent = job.darkroom?.parent;
    if (!parent) {
      return;
    }
    const key = fileRefKey(parent);
    const children = this.#edits.get(key) ?? new Map<string, JobRecord>();
    if (listed) {
      children.set(job.id, job);
      this.#edits.set(key, children);
    } else if (children.delete(job.id) && children.size === 0) {
      this.#edits.delete(key);
    }
    this.#parentSignal.notify(key);
  }
}
