import type { BrushCursor } from '../stage/overlay';
import { listenToStage } from '../stage/stage-input';
import { StageView } from '../stage/stage-view';
import type { ViewState } from './view-state.svelte';
import type { Camera } from './camera.svelte';
import type { Edits } from './edits.svelte';
import type { KeyboardPainting } from './keyboard-painting.svelte';
import type { SessionCore } from './session-core.svelte';
import type { SessionKeys } from './session-keys';
import type { StagePointers } from './stage-pointers.svelte';
import type { ToolOptions } from './tool-options.svelte';

/** What the stage shows and reports to. */
export interface StageParts {
  core: SessionCore;
  camera: Camera;
  options: ToolOptions;
  view: ViewState;
  edits: Edits;
  keyboard: KeyboardPainting;
  pointers: StagePointers;
  keys: Pick<SessionKeys, 'down' | 'up'>;
}

/** Mounts a session's stage in an element of the page and maintains its cursors. */
export class StageMount {
  readonly #parts: StageParts;

  constructor(parts: StageParts) {
    this.#parts = parts;
  }

  /**
   * Mounts the stage in the element, which it fills.
   * @returns unmounts it.
   */
  attach(container: HTMLElement): () => void {
    const { core, camera, edits, pointers } = this.#parts;
    const stage = this.#newStage(container);
    core.stage = stage;
    core.container = container;
    const unlisten = this.#listen(container);
    const off = new AbortController();
    core.pointed.listen(window, off.signal);
    camera.place();
    this.showPointer();
    return () => {
      unlisten();
      off.abort();
      edits.cancelAll();
      stage.destroy();
      if (core.stage === stage) {
        core.stage = null;
        core.container = null;
        pointers.leave();
      }
    };
  }

  /** The browser's own cursor: hidden under the brush rings, a hand for moving; it waits for a picture. */
  showPointer(): void {
    const { core, pointers } = this.#parts;
    if (core.container) {
      const cursor = pointers.moving ? 'grabbing' : core.moves ? 'grab' : 'none';
      core.container.style.cursor = this.#waits ? 'progress' : cursor;
    }
    core.stage?.cursorChanged();
  }

  /** A held key went down or up, or the picture started or stopped following the pointer. */
  heldChanged(): void {
    const { core, view } = this.#parts;
    view.hide(core.held.is('peek'));
    this.showPointer();
  }

  #newStage(container: HTMLElement): StageView {
    const { core, camera, options, view, edits } = this.#parts;
    return new StageView(
      container,
      () => ({
        document: core.document,
        pyramid: core.pyramid,
        viewMode: view.mode,
        tint: { color: options.maskColor, opacity: options.maskOpacity },
        look: view.settings,
        hidden: view.hidden,
        painting: edits.inGesture,
        paintOpacity: options.settings.paint.layer,
        cursor: this.#cursor(),
        tool: core.tool,
      }),
      {
        resized: (before, after) => {
          camera.resized(before, after);
        },
        frame: () => {
          edits.frame();
        },
      },
    );
  }

  #listen(container: HTMLElement): () => void {
    const { core, keyboard, pointers, keys } = this.#parts;
    return listenToStage(container, {
      pointer: pointers.handle,
      wheel: pointers.turnWheel,
      keyDown: (event) => keys.down(event),
      keyUp: (event) => keys.up(event),
      blur: () => {
        core.held.clear();
        keyboard.end();
        this.heldChanged();
      },
    });
  }

  /** The picture to paint on is not there yet. */
  get #waits(): boolean {
    const { core, pointers } = this.#parts;
    return pointers.waiting || core.status === 'opening';
  }

  #cursor(): BrushCursor | null {
    const { core, camera, options, keyboard, pointers } = this.#parts;
    if (!core.ready || this.#waits || pointers.moving || core.moves) {
      return null;
    }
    const { cursor } = keyboard;
    const at = cursor ?? (pointers.hover && camera.toImage(pointers.hover));
    const size = core.tool?.cursor === 'brush' ? options.size : 0;
    const { edge: hardness, tip } = options;
    return at && { ...at, size, tip, hardness, keyboard: cursor !== null };
  }
}
