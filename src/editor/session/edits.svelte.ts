import type { PixelRect } from '../mask/rect';
import type { MaskDocument } from '../mask/mask-document';
import { withMask } from '../mask/mask-stack';
import type { Gesture, GestureKeys, GestureSample, GestureStart } from '../tools/tool';
import type { SessionCore } from './session-core.svelte';
import type { ToolInHand } from './tool-in-hand.svelte';

/** A jump across many steps lets the page breathe this often, ms. */
const BREATH = 12;

/** What `Edits` needs from the session. */
export interface EditsHost {
  /** The tool that strokes are painted with, and what it has begun. */
  readonly tool: Pick<ToolInHand, 'host' | 'takeBack'>;
  /** A stroke is about to begin: its effect must be visible. */
  beforeStroke: () => void;
  /** Pointers and keys must forget the stroke they are in; none of it becomes mask. */
  abandon: () => void;
  /** A step cannot be undone (or redone): its tiles are lost. */
  lost: (doc: MaskDocument, direction: 'undo' | 'redo', error: unknown) => void;
}

/**
 * Applies every change to the mask in order: strokes, changes of the whole mask, undo and redo. Input that
 * arrives while an undo waits for its tiles waits too; results a worker computed during a stroke are applied
 * after the stroke.
 */
export class Edits {
  readonly #core: SessionCore;
  readonly #host: EditsHost;
  #painting = $state(false);
  #gesture: Gesture | null = null;
  /** Pointer input that arrived while an undo was waiting for its tiles. */
  #waiting: (() => void)[] = [];
  /** Changes waiting for the end of a stroke. */
  #late: ((doc: MaskDocument) => boolean)[] = [];
  #jumping = false;
  /** Callers waiting for the end of a stroke or an undo. */
  #resting: (() => void)[] = [];

  constructor(core: SessionCore, host: EditsHost) {
    this.#core = core;
    this.#host = host;
  }

  /** A stroke is being painted: nothing on the page should move. */
  get painting(): boolean {
    return this.#painting;
  }

  /** Like `painting`, for code that runs every frame and must not be reactive. */
  get inGesture(): boolean {
    return this.#gesture !== null;
  }

  /** Resolves when no stroke is in progress and nothing waits for one. */
  async rest(): Promise<void> {
    while (this.#gesture || this.#core.document?.moving || this.#waiting.length > 0) {
      await new Promise<void>((resolve) => this.#resting.push(resolve));
    }
  }

  /** Several steps are being undone or redone at once. */
  get jumping(): boolean {
    return this.#jumping;
  }

  // Strokes ----------------------------------------------------------------------------------------------

  /** Begins a stroke with the tool in hand; ends one that is in progress. */
  begin(start: GestureStart): void {
    const { host } = this.#host.tool;
    const { tool, ready } = this.#core;
    if (!host || !tool || !ready) {
      return;
    }
    this.end();
    this.#host.beforeStroke();
    // Nobody should paint on what they cannot see.
    if (!host.document.active.visible) {
      const { stack, active } = host.document;
      host.document.restack('mask-show', withMask(stack, active.id, { visible: true }));
    }
    this.#gesture = tool.begin(start, host);
    this.#painting = this.#gesture !== null;
  }

  move(samples: readonly GestureSample[], keys: GestureKeys): void {
    this.#gesture?.move(samples, keys);
  }

  /** One frame's work: samples become dabs, dabs become mask. Drawing follows in the stage. */
  frame(): void {
    this.#gesture?.frame();
  }

  end(): void {
    const gesture = this.#gesture;
    if (gesture) {
      this.#gesture = null;
      gesture.end();
      this.#painting = false;
      this.#doLate();
    }
  }

  /** Discards the stroke in progress. */
  cancel(): void {
    const gesture = this.#gesture;
    this.#gesture = null;
    gesture?.cancel();
    this.#painting = false;
    this.#doLate();
  }

  /** Discards all painting in progress, by pointer or key, and everything waiting for an undo. */
  cancelAll(): void {
    this.#waiting = [];
    this.#host.abandon();
    this.cancel();
  }

  // The whole mask ---------------------------------------------------------------------------------------

  /** Changes the mask once earlier work is done; discards a stroke in progress. */
  edit(change: (doc: MaskDocument) => boolean): void {
    this.#host.abandon();
    this.whenStill(() => {
      this.cancel();
    });
    this.whenStill(() => {
      if (this.#core.document && this.#core.ready) {
        change(this.#core.document);
      }
    });
  }

  clear(): void {
    this.edit((doc) => doc.clear());
  }

  selectAll(): void {
    this.edit((doc) => doc.selectAll());
  }

  invert(): void {
    this.edit((doc) => doc.invert());
  }

  /** Changes the mask at once, or after the stroke in progress: a late result must not spoil it. */
  editLater(change: (doc: MaskDocument) => boolean): void {
    if (this.#gesture) {
      this.#late.push(change);
    } else {
      this.edit(change);
    }
  }

  /**
   * Undoes or redoes a step. During a stroke, undo discards the stroke instead; with an unfinished shape, it
   * takes back the newest part of it.
   */
  step(direction: 'undo' | 'redo'): void {
    const doc = this.#core.document;
    if (!doc) {
      return;
    }
    if (this.painting) {
      if (direction === 'undo') {
        this.cancelAll();
      }
      return;
    }
    if (direction === 'undo' && this.#host.tool.takeBack()) {
      return;
    }
    const result = doc[direction]();
    if (result instanceof Promise) {
      void result
        .catch((error: unknown) => {
          this.#host.lost(doc, direction, error);
        })
        .then(() => {
          this.#doWaiting();
        });
    }
  }

  /**
   * Undoes or redoes until a step is the last one done; 0 undoes everything. Draws frames on the way, and
   * stops early when something else is done meanwhile.
   * @returns where the last step changed the mask, image px; null when there was none.
   */
  async jumpTo(id: number): Promise<PixelRect | null> {
    const doc = this.#core.document;
    if (!doc || this.#jumping) {
      return null;
    }
    this.cancelAll();
    this.#jumping = true;
    const newest = doc.history.list().at(-1)?.id;
    let box: PixelRect | null = null;
    let since = performance.now();
    try {
      while (doc === this.#core.document && !doc.painting) {
        const steps = doc.history.list();
        const present = steps.filter(({ done }) => done).length;
        const wanted = id === 0 ? 0 : steps.findIndex((step) => step.id === id) + 1;
        const direction = wanted < present ? 'undo' : 'redo';
        if (wanted === present || (wanted === 0 && id !== 0) || steps.at(-1)?.id !== newest) {
          break;
        }
        box = steps[direction === 'undo' ? present - 1 : present]?.box ?? null;
        if (!(await this.#walk(doc, direction))) {
          break;
        }
        if (performance.now() - since > BREATH) {
          await new Promise((resolve) => setTimeout(resolve));
          since = performance.now();
        }
      }
    } finally {
      this.#jumping = false;
      this.#doWaiting();
    }
    return doc === this.#core.document ? box : null;
  }

  /** Does pointer work now, or once an undo waiting for its tiles is done; always in order. */
  whenStill(work: () => void): void {
    if (this.#core.document?.moving || this.#waiting.length > 0) {
      this.#waiting.push(work);
    } else {
      work();
    }
  }

  async #walk(doc: MaskDocument, direction: 'undo' | 'redo'): Promise<boolean> {
    try {
      return await doc[direction]();
    } catch (error) {
      this.#host.lost(doc, direction, error);
      return false;
    }
  }

  #doLate(): void {
    const late = this.#late;
    this.#late = [];
    for (const change of late) {
      this.edit(change);
    }
    this.#wake();
  }

  #doWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const work of waiting) {
      this.whenStill(work);
    }
    this.#wake();
  }

  #wake(): void {
    const resting = this.#resting;
    this.#resting = [];
    for (const wake of resting) {
      wake();
    }
  }
}
