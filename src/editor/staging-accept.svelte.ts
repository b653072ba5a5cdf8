import { type FileRef, fileRefKey } from '../comfy/file-ref';
import type { ComfyContext } from '../jobs/context';
import type { GalleryItem } from '../jobs/job-store.svelte';
import { goTo, routes } from '../ui/routes';
import { MERGE, recordFor, writeRecord } from '../workflows/darkroom-record';
import { recipeInput } from '../workflows/recipe';
import { extensionOf } from './compare/result-record';
import type { EditorRoom } from './editor-room.svelte';
import type { MaskExport } from './editor-types';
import { jobEnded } from './staging-jobs.svelte';
import { LineageStore } from './staging-lineage';
import { mergeGraph } from './staging-merge';

/** Goes on with results, and back from them: which picture is worked on, and what mask goes along. */
export class Acceptance {
  readonly #room: EditorRoom;
  readonly #comfy: ComfyContext;
  readonly #lineage = new LineageStore();
  /** The mask of the picture before, while it can be brought back onto this one. */
  #lastMask = $state.raw<MaskExport | null>(null);

  readonly #parent = $derived.by<FileRef | null>(() => {
    const { ref } = this.#room;
    return (
      ref && (this.#lineage.parentOf(ref) ?? this.#comfy.jobs.findByFile(ref)?.job.darkroom?.parent ?? null)
    );
  });

  constructor(room: EditorRoom, comfy: ComfyContext) {
    this.#room = room;
    this.#comfy = comfy;
  }

  /** The picture this one was made from, if that is known: the way back from an accepted result. */
  get parent(): FileRef | null {
    return this.#parent;
  }

  /** A mask of the picture before waits to be brought back. */
  get canRestoreMask(): boolean {
    const { picture } = this.#room.session;
    const mask = this.#lastMask;
    return mask !== null && picture?.width === mask.width && picture.height === mask.height;
  }

  /** Another picture is on its way. */
  reset(): void {
    this.#lastMask = null;
  }

  /** Goes on with a result: it becomes the picture to work on, and remembers what it was made from. */
  async accept(ref: FileRef): Promise<void> {
    const { ref: parent, session, choices } = this.#room;
    if (!parent || session.status !== 'ready') {
      return;
    }
    const mask = session.isEmpty ? null : await session.exportMask();
    this.#lineage.add({ child: ref, parent });
    await this.#go(ref);
    if (mask && this.#isOpen(ref)) {
      this.#lastMask = mask;
      if (choices.now.keepMask) {
        await this.restoreMask();
      }
    }
  }

  /**
   * Takes a result only where the mask is: the server merges it with the original, and what comes of it
   * becomes the picture to work on. Resolves with the accepted file, or null when it did not come to that.
   * @throws ComfyError when the server did not take the job.
   */
  async acceptInMask(item: GalleryItem): Promise<FileRef | null> {
    const { ref: original, session, run } = this.#room;
    const { picture } = session;
    if (!original || !picture || session.isEmpty || !(await this.canMerge(item))) {
      return null;
    }
    const [id] = await run.queue(
      picture,
      (source) => {
        const record = recordFor(MERGE, recipeInput(source, picture), {}, { parent: original });
        const graph = mergeGraph(source, item.output.ref);
        return [{ graph, pngInfo: { darkroom: writeRecord(record) } }];
      },
      { front: true },
    );
    const job = id === undefined ? null : await jobEnded(this.#comfy.jobs, id);
    const made = job?.outputs[0]?.ref ?? null;
    if (made && this.#isOpen(original)) {
      await this.accept(made);
      return made;
    }
    return null;
  }

  /** Whether a result has the picture's size, so that it can be merged with it. */
  async canMerge(item: GalleryItem): Promise<boolean> {
    return (await extensionOf(this.#comfy.jobs, item.job.id)) === null;
  }

  /** Undoes an acceptance: back to the picture this one was made from, with the mask it had. */
  async back(): Promise<void> {
    if (this.#parent) {
      await this.#go(this.#parent);
    }
  }

  /** Brings the mask of the picture before onto this one, as one step that can be undone. */
  async restoreMask(): Promise<void> {
    const mask = this.canRestoreMask ? this.#lastMask : null;
    if (mask) {
      await this.#room.session.loadMask(new Uint8Array(await mask.blob.arrayBuffer()));
      this.#lastMask = null;
    }
  }

  /** The same view on another picture. */
  async #go(ref: FileRef): Promise<void> {
    const opened = this.#room.open(ref, { keepView: true });
    goTo(routes.edit(ref));
    await opened;
  }

  #isOpen(ref: FileRef): boolean {
    const { ref: open } = this.#room;
    return open !== null && fileRefKey(open) === fileRefKey(ref);
  }
}
