import type { Point } from '../../ui/viewport';
import type { MaskDocument } from '../mask/mask-document';
import type { ToolId } from '../model/editor-types';
import type { ToolHost, ToolWorker, Unfinished } from '../tools/tool';
import type { Camera } from './camera.svelte';
import type { SessionCore } from './session-core.svelte';
import type { ToolOptions } from './tool-options.svelte';

/** What the tool in hand works with. */
export interface ToolParts {
  core: SessionCore;
  camera: Camera;
  options: ToolOptions;
  worker: ToolWorker;
  /** Changes the mask, once a stroke under way has ended. */
  edit: (change: (document: MaskDocument) => boolean) => void;
  /** See `ToolHost.pendingChanged`. */
  pendingChanged: () => void;
  /** Gives up all painting under way. */
  cancelAll: () => void;
  /** Shows that slow work is under way, and a failure of it. */
  busy: (work: Promise<void>) => void;
  /** A tool was chosen, perhaps the same one. */
  chosen: () => void;
}

/** Which tool is in hand, and the shape it has begun but not finished. */
export class ToolInHand {
  readonly #parts: ToolParts;
  #unfinished = $state<'none' | 'begun' | 'complete'>('none');

  constructor(parts: ToolParts) {
    this.#parts = parts;
    const { core } = parts;
    core.settingsChanged = () => {
      if (core.ready && core.tool?.changed && this.host) {
        core.tool.changed(this.host);
      }
    };
  }

  get id(): ToolId {
    return this.#parts.core.toolId;
  }

  choose(tool: ToolId): void {
    const { core, cancelAll, chosen } = this.#parts;
    if (tool !== core.toolId) {
      cancelAll();
      core.tool?.leave?.(false);
      core.toolId = tool;
      this.enter();
      core.stage?.overlayChanged();
      this.sync();
    }
    chosen();
  }

  /**
   * Whether the tool has begun something that is not yet part of the mask, such as a polygon: undo takes back
   * its newest part. `complete`: `finish` can turn it into mask.
   */
  get unfinished(): 'none' | 'begun' | 'complete' {
    return this.#unfinished;
  }

  /** Turns what is begun into mask, if it is complete. */
  finish(): void {
    this.#withUnfinished((work, host) => {
      work.finish(host);
    });
  }

  /** Discards what is begun. */
  drop(): void {
    this.#withUnfinished((work, host) => {
      work.drop(host);
    });
  }

  /** Takes back work that is not done yet, or the newest part of what is begun; false when there is neither. */
  takeBack(): boolean {
    const { host } = this;
    if (host && this.#parts.core.tool?.recall?.(host)) {
      return true;
    }
    return this.#withUnfinished((work, host) => {
      work.back(host);
    });
  }

  /** The pointer or the keyboard cursor moved without painting; null when it has left. Image px. */
  hover(at: Point | null): void {
    const { host } = this;
    if (host) {
      this.#parts.core.tool?.hover?.(at, host);
    }
  }

  /** Offers a key press to the tool; true when it took it. */
  key(event: KeyboardEvent): boolean {
    const { host } = this;
    return host !== null && this.#parts.core.tool?.key?.(event, host) === true;
  }

  /** Tells the tool that it was chosen or that a picture was opened. */
  enter(): void {
    const { core } = this.#parts;
    const { host } = this;
    if (host && core.ready) {
      core.tool?.enter?.(host);
    }
  }

  /** Call whenever what the tool has begun may have changed. */
  sync(): void {
    const unfinished = this.#parts.core.tool?.unfinished;
    this.#unfinished = !unfinished ? 'none' : unfinished.complete ? 'complete' : 'begun';
  }

  /** What the tool may use; null without a picture. */
  get host(): ToolHost | null {
    const { core, camera, options, worker, edit, busy, pendingChanged } = this.#parts;
    const { document, picture, pixels, turn } = core;
    if (!document || !picture) {
      return null;
    }
    // Where the picture is transparent, the colours beneath are the only ones to go by.
    const seen = pixels === null || pixels === picture.clear ? picture.source : pixels;
    return {
      document,
      mask: { id: core.workerId(document.active.id), grid: document.grid },
      get paint() {
        return core.paintLayer(document, options.settings.paint.inMask, turn);
      },
      picture,
      pixels: seen,
      worker,
      settings: options.settings,
      get scale() {
        return camera.viewport.scale;
      },
      get visible() {
        const box = camera.visible() ?? { x: 0, y: 0, width: document.width, height: document.height };
        return { x0: box.x, y0: box.y, x1: box.x + box.width, y1: box.y + box.height };
      },
      requestFrame: () => {
        core.stage?.requestFrame();
      },
      overlayChanged: () => {
        core.stage?.overlayChanged();
        this.sync();
      },
      floatChanged: (rect) => {
        core.stage?.floatChanged(rect);
      },
      pendingChanged: () => {
        if (core.document === document) {
          pendingChanged();
        }
      },
      edit: (change) => {
        // A result computed for this picture must not land on the next one.
        edit((doc) => doc === document && change(doc));
      },
      set: (change) => {
        options.set(change);
      },
      busy,
    };
  }

  #withUnfinished(work: (unfinished: Unfinished, host: ToolHost) => void): boolean {
    const unfinished = this.#parts.core.tool?.unfinished;
    const { host } = this;
    if (!unfinished || !host) {
      return false;
    }
    work(unfinished, host);
    return true;
  }
}
