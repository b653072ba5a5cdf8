import { type Point, sideOf } from '../../ui/viewport';
import type { Camera } from './camera.svelte';
import type { Edits } from './edits.svelte';
import type { SessionCore } from './session-core.svelte';
import type { ToolOptions } from './tool-options.svelte';

const ARROWS: Partial<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** A press of a key whose modifiers mean something else. */
const PLAIN = { pressure: 0.5, straight: false, centre: false } as const;

/** What painting by keyboard works with. */
export interface KeyboardParts {
  core: SessionCore;
  camera: Camera;
  options: ToolOptions;
  edits: Edits;
  /** The cursor moved or disappeared; the tool in hand follows. */
  moved: (at: Point | null) => void;
}

/** Arrow keys move a cursor of their own; Space or Enter paints there, and draws a line while held down. */
export class KeyboardPainting {
  readonly #parts: KeyboardParts;
  #cursor = $state.raw<Point | null>(null);
  #stroke = false;

  constructor(parts: KeyboardParts) {
    this.#parts = parts;
  }

  /** Where the keyboard paints, image px; null while a pointer is used. */
  get cursor(): Point | null {
    return this.#cursor;
  }

  /** A painting key is down, or was pressed once for a tool that takes two presses. */
  get inStroke(): boolean {
    return this.#stroke;
  }

  /** Returns true when the key was one of these. */
  press(event: KeyboardEvent): boolean {
    const { core } = this.#parts;
    if (event.ctrlKey || event.metaKey || event.altKey || !core.ready) {
      return false;
    }
    const arrow = ARROWS[event.key];
    if (arrow) {
      this.#step(arrow, event.shiftKey);
      return true;
    }
    if (event.key === 'Enter' || (event.code === 'Space' && this.#cursor)) {
      if (!event.repeat) {
        this.#paint();
      }
      return true;
    }
    return false;
  }

  /** A key went up. True when it was painting. */
  release(event: KeyboardEvent): boolean {
    if (!this.#stroke || !(event.code === 'Space' || event.key === 'Enter')) {
      return false;
    }
    if (!this.#toggles) {
      this.end();
    }
    return true;
  }

  /** Makes the stroke in progress part of the mask. */
  end(): void {
    if (this.#stroke) {
      const { edits } = this.#parts;
      this.#stroke = false;
      edits.whenStill(() => {
        edits.end();
      });
    }
  }

  /** Something else ends the stroke. */
  forget(): void {
    this.#stroke = false;
  }

  /** Moves the cursor into the picture and into view; null hides it. */
  moveTo(at: Point | null): void {
    const { core, camera, moved } = this.#parts;
    const { picture } = core;
    this.#cursor =
      at && picture
        ? {
            x: Math.min(picture.width - 0.5, Math.max(0.5, at.x)),
            y: Math.min(picture.height - 0.5, Math.max(0.5, at.y)),
          }
        : null;
    if (this.#cursor) {
      camera.reveal(this.#cursor);
    }
    moved(this.#cursor);
  }

  /** The tool in hand starts with one key press and ends with another. */
  get #toggles(): boolean {
    return this.#parts.core.tool?.keyboard === 'toggle';
  }

  #step([x, y]: readonly [number, number], fine: boolean): void {
    const { camera, options } = this.#parts;
    const step = fine ? 1 : Math.max(1, Math.round(options.size / 4));
    const from = this.#cursor;
    // What the arrows say is what is seen.
    const side = sideOf(camera.viewport);
    this.moveTo(from ? { x: from.x + side * x * step, y: from.y + y * step } : camera.middle());
    if (this.#stroke) {
      this.#sample();
    }
  }

  #paint(): void {
    const { camera, edits } = this.#parts;
    if (edits.inGesture && this.#toggles) {
      this.end();
      return;
    }
    if (this.#stroke) {
      return;
    }
    this.moveTo(this.#cursor ?? camera.middle());
    this.#stroke = true;
    edits.whenStill(() => {
      if (this.#cursor) {
        const subtract = this.#parts.core.held.is('erase');
        edits.begin({ ...this.#cursor, ...PLAIN, device: 'mouse', subtract, intersect: false });
      }
    });
    this.#sample();
  }

  #sample(): void {
    const at = this.#cursor;
    if (at) {
      const { core, edits } = this.#parts;
      edits.whenStill(() => {
        edits.move([{ ...at, pressure: PLAIN.pressure }], PLAIN);
        core.stage?.drawNow();
      });
    }
  }
}
