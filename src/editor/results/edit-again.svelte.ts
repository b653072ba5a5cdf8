import type { FileRef } from '../../comfy/file-ref';
import type { ComfyContext } from '../../jobs/context';
import { replaceRoute, routes } from '../../ui/routes';
import type { Origin } from '../../workflows/darkroom-record';
import type { AreaPlan } from '../generate/area/area-plan.svelte';
import type { InpaintChoices } from '../generate/inpaint-choices.svelte';
import type { OutpaintPlan } from '../generate/outpaint/outpaint-plan.svelte';
import type { RecipeForm } from '../generate/recipe-form.svelte';
import type { EditorPicture, EditorStatus } from '../model/editor-types';
import { type MaskBringer, bringMasks } from '../generate/kept-masks';
import { readOrigin } from './origin';

/** What taking up an edit again needs of the room. */
export interface EditingRoom {
  /** The picture in work. */
  readonly ref: FileRef | null;
  readonly opening: boolean;
  /** Why the last picture could not be opened; null otherwise. */
  readonly openFailure: unknown;
  readonly session: MaskBringer & {
    readonly status: EditorStatus;
    readonly picture: EditorPicture | null;
    loadMask: (png: Uint8Array) => Promise<void>;
  };
  readonly form: Pick<RecipeForm, 'restore'>;
  readonly choices: Pick<InpaintChoices, 'restore'>;
  readonly outpaint: Pick<OutpaintPlan, 'restore'>;
  readonly area: Pick<AreaPlan, 'mode' | 'place'>;
  open: (ref: FileRef) => Promise<boolean>;
}

/** Takes up the edit the open picture was made by. */
export class EditAgain {
  readonly #room: EditingRoom;
  readonly #comfy: ComfyContext;
  #origin = $state.raw<Origin | null>(null);

  constructor(room: EditingRoom, comfy: ComfyContext) {
    this.#room = room;
    this.#comfy = comfy;
  }

  /** How this picture was made, when that can be taken up again. */
  get origin(): Origin | null {
    return this.#origin;
  }

  /** Its picture could not be opened. */
  get failed(): boolean {
    return this.#room.openFailure !== null;
  }

  /** Another picture is on its way. */
  reset(): void {
    this.#origin = null;
  }

  /** Finds out how the picture that is open was made. @param ref its file; a copy of that may be what is open. */
  async find(ref: FileRef): Promise<void> {
    const { ref: open } = this.#room;
    const origin = await readOrigin(this.#comfy, ref);
    if (this.#room.ref === open) {
      this.#origin = origin;
    }
  }

  /**
   * Opens what this picture was made from, with masks, area and form as they were then. Masks that are others
   * than the draft's come as one step that can be undone. Resolves with false when the picture could not be
   * opened, or when another picture was asked for meanwhile: that stays as it is.
   * @throws ComfyError or EditorError when the mask is not there any more.
   */
  async start(): Promise<boolean> {
    const origin = this.#origin;
    const { session, form, choices, outpaint, area } = this.#room;
    if (!origin) {
      return false;
    }
    const opened = this.#room.open(origin.parent);
    replaceRoute(routes.edit(origin.parent));
    const open = await opened;
    const { picture } = session;
    if (!open || !this.#isOpen(picture)) {
      return false;
    }
    form.restore(origin.recipe, origin.values);
    choices.restore(origin);
    outpaint.restore(origin.extend);
    if (area.mode === 'hand' && origin.area) {
      area.place(origin.area);
    }
    if (!(await bringMasks(session, origin.modifiers)) && this.#isOpen(picture)) {
      await this.#loadOnce(origin.mask);
    }
    return this.#isOpen(picture);
  }

  /**
   * Loads a mask of the server, unless the one on screen is the same: that one has its history and its
   * modifiers. Files of masks have their hash in the name.
   */
  async #loadOnce(ref: FileRef): Promise<void> {
    const { session } = this.#room;
    const { picture } = session;
    const { hash, empty } = await session.exportMask();
    if (empty || !ref.filename.includes(hash)) {
      const mask = await this.#comfy.client.view(ref, { channel: 'a' });
      const file = new Uint8Array(await mask.arrayBuffer());
      if (this.#isOpen(picture)) {
        await session.loadMask(file);
      }
    }
  }

  /** Whether the room still shows this very picture, with none on its way. */
  #isOpen(picture: EditorPicture | null): boolean {
    const { opening, session } = this.#room;
    return picture !== null && !opening && session.picture === picture && session.status === 'ready';
  }
}
