import type { FileRef } from '../comfy/file-ref';
import type { ComfyContext } from '../jobs/context';
import { replaceRoute, routes } from '../ui/routes';
import type { Origin } from '../workflows/darkroom-record';
import type { EditorRoom } from './editor-room.svelte';
import { bringMasks } from './staging-masks';
import { readOrigin } from './staging-origin';

/** Takes up the edit the open picture was made by. */
export class EditAgain {
  readonly #room: EditorRoom;
  readonly #comfy: ComfyContext;
  #origin = $state.raw<Origin | null>(null);

  constructor(room: EditorRoom, comfy: ComfyContext) {
    this.#room = room;
    this.#comfy = comfy;
  }

  /** How this picture was made, when that can be taken up again. */
  get origin(): Origin | null {
    return this.#origin;
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
   * opened.
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
    await opened;
    if (this.#room.openFailure !== null || session.status !== 'ready') {
      return false;
    }
    form.restore(origin.recipe, origin.values);
    choices.restore(origin);
    outpaint.restore(origin.extend);
    if (area.mode === 'hand' && origin.area) {
      area.place(origin.area);
    }
    if (!(await bringMasks(session, origin.modifiers))) {
      await this.#loadOnce(origin.mask);
    }
    return true;
  }

  /**
   * Loads a mask of the server, unless the one on screen is the same: that one has its history and its
   * modifiers. Files of masks have their hash in the name.
   */
  async #loadOnce(ref: FileRef): Promise<void> {
    const { session } = this.#room;
    const { hash, empty } = await session.exportMask();
    if (empty || !ref.filename.includes(hash)) {
      const mask = await this.#comfy.client.view(ref, { channel: 'a' });
      await session.loadMask(new Uint8Array(await mask.arrayBuffer()));
    }
  }
}
