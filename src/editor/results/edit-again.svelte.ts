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

/** What taking up an edit again needs from the room. */
export interface EditingRoom {
  /** The picture being worked on. */
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

/** Takes up again the edit that made the open picture. */
export class EditAgain {
  readonly #room: EditingRoom;
  readonly #comfy: ComfyContext;
  #origin = $state.raw<Origin | null>(null);

  constructor(room: EditingRoom, comfy: ComfyContext) {
    this.#room = room;
    this.#comfy = comfy;
  }

  /** How this picture was made, when that edit can be taken up again. */
  get origin(): Origin | null {
    return this.#origin;
  }

  /** Its picture could not be opened. */
  get failed(): boolean {
    return this.#room.openFailure !== null;
  }

  /** Another picture is opening. */
  reset(): void {
    this.#origin = null;
  }

  /** Finds out how the open picture was made. @param ref its file; what is open may be a copy of it. */
  async find(ref: FileRef): Promise<void> {
    const { ref: open } = this.#room;
    const origin = await readOrigin(this.#comfy, ref);
    if (this.#room.ref === open) {
      this.#origin = origin;
    }
  }

  /**
   * Opens the picture this one was made from, with masks, area and form as they were. Masks that differ from
   * the draft's are loaded as one step that can be undone. Resolves with false when the picture could not be
   * opened, or when another was asked for meanwhile: that one is left alone.
   * @throws ComfyError or EditorError when the mask no longer exists.
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
      await this.loadOnce(origin.mask);
    }
    return this.#isOpen(picture);
  }

  /**
   * Loads a mask from the server, unless the one on screen is the same: that one has its history and its
   * modifiers. Mask files have their hash in the name.
   */
  async loadOnce(ref: FileRef): Promise<void> {
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

  /** Whether the room still shows this very picture, and no other is opening. */
  #isOpen(picture: EditorPicture | null): boolean {
    const { opening, session } = this.#room;
    return picture !== null && !opening && session.picture === picture && session.status === 'ready';
  }
}
