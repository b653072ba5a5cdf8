import type { FileRef } from '../../comfy/file-ref';
import { goTo, replaceRoute } from '../../ui/routes';
import { complain } from '../../ui/toasts.svelte';
import { errandRoute, type MaskErrand, returnMask } from '../../workflows/mask-errand';
import type { StagingRun } from '../generate/staging-run.svelte';
import { describeEditorError } from '../model/describe-editor-error';
import type { EditorPicture, EditorStatus } from '../model/editor-types';
import type { EditAgain } from '../results/edit-again.svelte';
import type { Staging } from '../results/staging.svelte';

/** What an errand needs from the room. */
export interface ErrandRoom {
  readonly ref: FileRef | null;
  readonly session: {
    readonly status: EditorStatus;
    readonly picture: EditorPicture | null;
    readonly mask: { readonly empty: boolean };
  };
  readonly run: Pick<StagingRun, 'step' | 'failure' | 'bringMasked'>;
  readonly again: Pick<EditAgain, 'loadOnce'>;
  readonly staging: Pick<Staging, 'show'>;
}

/**
 * Masks painted for forms of the Workflows room. While an errand is under way nothing is generated here: the
 * mask goes to the server combined with its picture, and that file into the form.
 */
export class MaskErrands {
  readonly #room: ErrandRoom;
  #now = $state.raw<MaskErrand | null>(null);

  constructor(room: ErrandRoom) {
    this.#room = room;
  }

  /** What the open picture is painted for; `null` for nothing but the editor's own purposes. */
  get now(): MaskErrand | null {
    return this.#now;
  }

  /** Whether `finish` would send a mask. */
  get ready(): boolean {
    const { session, run } = this.#room;
    return session.status === 'ready' && !session.mask.empty && run.step === 'idle';
  }

  get run(): ErrandRoom['run'] {
    return this.#room.run;
  }

  /** Whether nothing is painted that could be sent. */
  get empty(): boolean {
    return this.#room.session.mask.empty;
  }

  /** Takes an errand on, or ends the last one, as the address says. */
  begin(errand: MaskErrand | null): void {
    this.#now = errand;
    if (errand) {
      this.#room.staging.show(null);
    }
  }

  drop(): void {
    this.#now = null;
  }

  /** Loads the mask the form has now, once the picture is open, unless it is the one on screen. */
  async bringMask(): Promise<void> {
    const errand = this.#now;
    const { ref, again } = this.#room;
    if (!errand?.mask || !ref) {
      return;
    }
    // From here on the draft has it: after a reload, what was painted since must not be replaced.
    this.#now = { ...errand, mask: null };
    replaceRoute(errandRoute(ref, this.#now));
    try {
      await again.loadOnce(errand.mask);
    } catch (error) {
      complain(describeEditorError(error));
    }
  }

  /** Sends the mask and goes back to the form; a failure stays here, see `run.failure`. */
  async finish(): Promise<void> {
    const errand = this.#now;
    const { picture } = this.#room.session;
    if (!errand || !picture || !this.ready) {
      return;
    }
    const file = await this.#room.run.bringMasked(picture);
    if (file && this.#now === errand) {
      returnMask(errand, file, picture.ref);
      this.leave();
    }
  }

  /** Goes back to the form without a mask. */
  leave(): void {
    const form = this.#now?.form;
    this.#now = null;
    if (form) {
      goTo(form);
    }
  }
}
