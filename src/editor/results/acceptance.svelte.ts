import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import type { ComfyContext } from '../../jobs/context';
import { jobEnded } from '../../jobs/job-ended.svelte';
import type { JobRecord } from '../../jobs/state/job';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import { goTo, routes } from '../../ui/routes';
import { MERGE, recordFor, writeRecord } from '../../workflows/darkroom-record';
import { recipeInput } from '../../workflows/recipe';
import { extensionOf } from './compare/result-record';
import type { StagingRun } from '../generate/staging-run.svelte';
import type { EditorPicture, EditorStatus, MaskExport } from '../model/editor-types';
import type { StagePointers } from '../session/stage-pointers.svelte';
import { LineageStore } from './lineage';
import { mergeGraph } from './merge-graph';

/**
 * How accepting a result inside the mask ended. `left`: abandoned by the person, who cancelled it or opened
 * another picture. `failed`: the server produced nothing.
 */
export type MergeEnd = 'accepted' | 'left' | 'failed';

/** What accepting results needs from the room. */
export interface AcceptingRoom {
  /** The picture being worked on. */
  readonly ref: FileRef | null;
  readonly opening: boolean;
  readonly session: {
    readonly status: EditorStatus;
    readonly picture: EditorPicture | null;
    readonly mask: { readonly empty: boolean };
    readonly pointers: Pick<StagePointers, 'hold'>;
    exportMask: () => Promise<MaskExport>;
    loadMask: (png: Uint8Array) => Promise<void>;
  };
  readonly choices: { readonly now: { readonly keepMask: boolean } };
  readonly run: Pick<StagingRun, 'queue'>;
  /** Opens another picture in place of this one; see `EditorRoom.open`. */
  open: (ref: FileRef, options: { keepView: boolean }) => Promise<boolean>;
}

/** Continues with results, and goes back from them: which picture is worked on, and which mask goes along. */
export class Acceptance {
  readonly #room: AcceptingRoom;
  readonly #comfy: ComfyContext;
  readonly #lineage = new LineageStore();
  /** The previous picture's mask, while it can be restored onto this one. */
  #lastMask = $state.raw<MaskExport | null>(null);
  /** The job that merges a result with the original. */
  #mergeId = $state<string | null>(null);
  /** Grows with every step of the lineage. */
  #steps = $state(0);

  readonly #parent = $derived.by<FileRef | null>(() => {
    const { ref } = this.#room;
    const known = this.#steps >= 0 && ref && this.#lineage.parentOf(ref);
    return ref && (known || (this.#comfy.jobs.items.byFile(ref)?.job.darkroom?.parent ?? null));
  });

  constructor(room: AcceptingRoom, comfy: ComfyContext) {
    this.#room = room;
    this.#comfy = comfy;
  }

  /** The picture this one was made from, if known: the way back from an accepted result. */
  get parent(): FileRef | null {
    return this.#parent;
  }

  /** This picture was accepted in this browser, over the one it was made from. */
  get accepted(): boolean {
    const { ref } = this.#room;
    return this.#steps >= 0 && ref !== null && this.#lineage.parentOf(ref) !== null;
  }

  /** The job that accepts a result inside the mask, while it waits or runs. */
  get merging(): JobRecord | null {
    return (this.#mergeId !== null && this.#comfy.jobs.job(this.#mergeId)) || null;
  }

  /** It cannot start yet: the server does one thing at a time, and another job is running. */
  get mergeWaits(): boolean {
    return this.merging?.state === 'pending' && this.#comfy.jobs.running.length > 0;
  }

  /** The previous picture's mask can be restored. */
  get canRestoreMask(): boolean {
    const { picture } = this.#room.session;
    const mask = this.#lastMask;
    return mask !== null && picture?.width === mask.width && picture.height === mask.height;
  }

  /** Another picture is opening. */
  reset(): void {
    this.#lastMask = null;
    this.#mergeId = null;
  }

  /**
   * Continues with a result: it becomes the picture to work on, and remembers what it was made from. Resolves
   * with false when it could not be opened, or another picture was asked for meanwhile.
   */
  async accept(ref: FileRef): Promise<boolean> {
    const { ref: parent, opening, session, choices } = this.#room;
    if (!parent || opening || session.status !== 'ready') {
      return false;
    }
    return this.#keepingStrokes(async () => {
      const mask = session.mask.empty ? null : await session.exportMask();
      if (!this.#isOpen(parent) || !(await this.#go(ref))) {
        return false;
      }
      // The server's picture may have been stored again under another name to be worked on.
      this.#lineage.add({ child: this.#room.ref ?? ref, parent });
      this.#steps++;
      if (mask) {
        this.#lastMask = mask;
        if (choices.now.keepMask) {
          await this.restoreMask();
        }
      }
      return true;
    });
  }

  /**
   * Accepts a result only inside the mask: the server merges it with the original, and the outcome becomes
   * the picture to work on.
   * @throws ComfyError when the server did not take the job.
   */
  async acceptInMask(item: GalleryItem): Promise<MergeEnd> {
    const { ref: original, opening, session, run } = this.#room;
    const { picture } = session;
    if (!original || opening || !picture || session.mask.empty || !(await this.canMerge(item))) {
      return 'left';
    }
    if (!this.#isOpen(original) || session.picture !== picture) {
      return 'left';
    }
    const [id] = await run.queue(
      picture,
      (source) => {
        const record = recordFor(MERGE, recipeInput(source, picture), {}, { parent: original });
        const graph = mergeGraph(source, item.output.ref, picture);
        return [{ graph, pngInfo: { darkroom: writeRecord(record) } }];
      },
      { front: true },
    );
    if (id === undefined) {
      return 'left';
    }
    const job = await this.#merged(id);
    const made = job.outputs[0]?.ref;
    if (made === undefined) {
      return job.state === 'cancelled' && this.#comfy.jobs.cancelledHere(id) ? 'left' : 'failed';
    }
    return this.#isOpen(original) && (await this.accept(made)) ? 'accepted' : 'left';
  }

  /** Watches a merge until it has ended. */
  async #merged(id: string): Promise<JobRecord> {
    this.#mergeId = id;
    try {
      return await jobEnded(this.#comfy.jobs, id);
    } finally {
      if (this.#mergeId === id) {
        this.#mergeId = null;
      }
    }
  }

  /** Whether a result has the picture's size, so that they can be merged. */
  async canMerge(item: GalleryItem): Promise<boolean> {
    return (await extensionOf(this.#comfy.jobs, item.job.id)) === null;
  }

  /** Undoes an acceptance: back to the picture this one was made from, with its mask. */
  async back(): Promise<void> {
    const parent = this.#parent;
    if (parent) {
      await this.#keepingStrokes(() => this.#go(parent));
    }
  }

  /** Restores the previous picture's mask onto this one, as one step that can be undone. */
  async restoreMask(): Promise<void> {
    const mask = this.canRestoreMask ? this.#lastMask : null;
    const file = await mask?.blob.arrayBuffer();
    if (file && this.#lastMask === mask) {
      await this.#room.session.loadMask(new Uint8Array(file));
      if (this.#lastMask === mask) {
        this.#lastMask = null;
      }
    }
  }

  /** Opens another picture in the same view. Resolves with whether it is open then. */
  async #go(ref: FileRef): Promise<boolean> {
    const opened = this.#room.open(ref, { keepView: true });
    goTo(routes.edit(ref));
    return opened;
  }

  /**
   * What is painted while another picture opens in the same place is meant for that one. In another place,
   * with another size, nobody can tell.
   */
  async #keepingStrokes(open: () => Promise<boolean>): Promise<boolean> {
    const { session } = this.#room;
    const { picture: before } = session;
    const release = session.pointers.hold();
    let opened = false;
    try {
      return (opened = await open());
    } finally {
      const { picture: now } = session;
      release(opened && before?.width === now?.width && before?.height === now?.height);
    }
  }

  #isOpen(ref: FileRef): boolean {
    const { ref: open, opening } = this.#room;
    return open !== null && !opening && fileRefKey(open) === fileRefKey(ref);
  }
}
