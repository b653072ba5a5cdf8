import type { Deletion } from '../../comfy/assets';
import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import { isOnDevice } from '../../comfy/device-ref';
import { treePlaceOf } from '../../comfy/tree-ref';
import type { GalleryItem, JobStore } from '../../jobs/job-store.svelte';
import type { OutputLibrary } from '../../jobs/library/output-library.svelte';
import { isFinished } from '../../jobs/state/job';
import type { Capabilities } from '../../ports/page';
import type { Pending } from '../../ui/undoable';

/** What a deletion needs of the room. */
export interface DeletionParts {
  items: Pick<OutputLibrary, 'setGone'>;
  jobs: Pick<JobStore, 'forget'>;
  /** Has the server delete a file. @throws ComfyError when it does not answer, or refuses. */
  remove: (ref: FileRef) => Promise<Deletion>;
  /** Says that the server left so many files where they are. */
  kept: (count: number) => void;
}

/** Whether the server deletes a file with its asset, which it announces. Reactive. */
export function deletesFiles({ server }: Pick<Capabilities, 'server'>): boolean {
  return server.assetDeletion === true && server.assets === true;
}

/** Pictures whose files a server can delete: those that are in its output folder, and still what they were. */
export function deletable(items: readonly GalleryItem[]): GalleryItem[] {
  return items.filter(
    ({ output, replaced }) =>
      output.ref.type === 'output' && !replaced && !isOnDevice(output.ref) && !treePlaceOf(output.ref),
  );
}

/**
 * Pictures that leave the gallery at once, and whose files the server deletes when the undo has passed. Jobs of which
 * nothing is left are forgotten with them. What could not be deleted comes back.
 */
export class ServerDeletion implements Pending {
  readonly #items: readonly GalleryItem[];
  readonly #parts: DeletionParts;
  readonly #deleted = new Set<string>();
  /** Files that are still to be deleted, each once. */
  #left: FileRef[];

  constructor(items: readonly GalleryItem[], parts: DeletionParts) {
    this.#items = items;
    this.#parts = parts;
    const refs = items.map(({ output }) => output.ref);
    this.#left = [...new Map(refs.map((ref) => [fileRefKey(ref), ref])).values()];
    parts.items.setGone(this.#left, true);
  }

  undo(): void {
    this.#parts.items.setGone(this.#left, false);
  }

  /** May be called again after it failed, and goes on with what is left. */
  async commit(): Promise<void> {
    const { items, remove, kept } = this.#parts;
    const stayed: FileRef[] = [];
    items.setGone(this.#left, true);
    try {
      for (const ref of [...this.#left]) {
        const became = await remove(ref);
        this.#left = this.#left.slice(1);
        if (became === 'deleted') {
          this.#deleted.add(fileRefKey(ref));
        } else {
          stayed.push(ref);
        }
      }
    } finally {
      if (stayed.length > 0) {
        items.setGone(stayed, false);
        kept(stayed.length);
      }
      await this.#forgetEmpty();
    }
  }

  async #forgetEmpty(): Promise<void> {
    const jobs = new Map(this.#items.map(({ job }) => [job.id, job]));
    const empty = [...jobs.values()].filter(
      ({ state, outputs }) =>
        isFinished(state) &&
        outputs.every(({ ref }) => ref.type !== 'output' || this.#deleted.has(fileRefKey(ref))),
    );
    if (empty.length > 0) {
      await this.#parts.jobs.forget(empty.map(({ id }) => id)).commit();
    }
  }
}
