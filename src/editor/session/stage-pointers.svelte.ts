import type { Point } from '../../ui/viewport';
import type { BrushSettings } from '../model/editor-types';
import {
  type PointerAction,
  type PointerContext,
  type PointerInput,
  PointerPolicy,
} from '../input/pointer-policy';
import { WheelSteps, WheelZoom, wheelMeaning, wheelPixels } from '../input/wheel';
import type { StageSample, StageWheel } from '../stage/stage-input';
import { SIZE_RANGE, clamp01 } from '../tools/tool-settings';
import type { GestureKeys, GestureSample } from '../tools/tool';
import { TurnGesture, settledTurn } from '../input/turn-gesture';
import type { ViewState } from './view-state.svelte';
import type { Camera } from './camera.svelte';
import type { Edits } from './edits.svelte';
import type { KeyboardPainting } from './keyboard-painting.svelte';
import type { SessionCore } from './session-core.svelte';
import type { ToolOptions } from './tool-options.svelte';

/** What pointers over the stage work with. */
export interface PointerParts {
  core: SessionCore;
  camera: Camera;
  options: ToolOptions;
  view: ViewState;
  edits: Edits;
  keyboard: KeyboardPainting;
  /** The pointer moved without being down, or left; the tool in hand follows. */
  hovered: (image: Point | null) => void;
  /** The keys held during a pointer event may differ from those known. */
  heldChanged: () => void;
}

/** A pointer event that is handled later. */
interface HeldInput {
  input: PointerInput;
  samples: readonly StageSample[];
}

/** Mouse, fingers, pens and wheel over the stage: what they do to the mask and to the view. */
export class StagePointers {
  readonly #parts: PointerParts;
  readonly #policy = new PointerPolicy();
  readonly #wheel = new WheelZoom();
  readonly #wheelSteps = new WheelSteps();
  #penMode = $state(false);
  #hover: Point | null = null;
  #moving = false;
  /** The view is being rotated by a drag. */
  #turning: TurnGesture | null = null;
  /** Fingers have rotated the view. */
  #fingersTurned = false;
  /** Size and hardness while they are being dragged. */
  #adjust: BrushSettings | null = null;
  /** Input that waits for the picture about to be shown; null when none is expected. */
  #held: HeldInput[] | null = null;
  /** Keys held at the newest pointer event. */
  #keys: GestureKeys = { straight: false, centre: false };

  constructor(parts: PointerParts) {
    this.#parts = parts;
  }

  /** A pen has been used: fingers move the picture and do not paint. */
  get penMode(): boolean {
    return this.#penMode;
  }

  /** Lets fingers paint again after a pen was used. */
  allowTouchPainting(): void {
    this.#policy.forgetPen();
    this.#penMode = false;
  }

  /** Where the pointer is over the stage, CSS px; null when it is elsewhere, or a finger. */
  get hover(): Point | null {
    return this.#hover;
  }

  /** The picture follows the pointer. */
  get moving(): boolean {
    return this.#moving;
  }

  /** What is painted now waits for the next picture, see `hold`. */
  get waiting(): boolean {
    return this.#held !== null;
  }

  /**
   * Keeps what is painted from now on for the picture about to be shown in place of this one.
   * @returns ends it: with true, what was painted meanwhile is painted now, at the same place of the stage;
   *   with false it is dropped. Has no effect after a later call of `hold`.
   */
  hold(): (paint: boolean) => void {
    const held: HeldInput[] = [];
    this.#held = held;
    this.#parts.heldChanged();
    return (paint) => {
      if (this.#held === held) {
        this.#held = null;
        this.#parts.heldChanged();
        (paint ? held : []).forEach(({ input, samples }) => this.handle(input, samples));
      }
    };
  }

  /** Handles pointer events of the stage. */
  readonly handle = (input: PointerInput, samples: readonly StageSample[]): void => {
    const { core, heldChanged } = this.#parts;
    if (this.#held) {
      this.#held.push({ input, samples });
      return;
    }
    if (!core.ready) {
      return;
    }
    const { alt, shift, ctrl = false } = input;
    if (core.held.sync({ altKey: alt, shiftKey: shift, ctrlKey: ctrl, metaKey: ctrl })) {
      heldChanged();
    }
    const context: PointerContext = { panning: core.moves, erasing: core.held.is('erase') };
    this.#keys = { straight: shift, centre: ctrl };
    for (const action of this.#policy.handle(input, context)) {
      this.#act(action, samples);
    }
    this.#penMode = this.#policy.penMode;
  };

  /** Handles wheel events of the stage. */
  readonly turnWheel = (wheel: StageWheel): void => {
    const { camera, options, view, edits } = this.#parts;
    // What waits to be painted belongs where it was seen.
    if (edits.painting || this.#held?.some(({ input }) => input.kind === 'down')) {
      return;
    }
    const { x, y } = wheelPixels(wheel);
    const at = { x: wheel.x, y: wheel.y };
    switch (wheelMeaning(wheel, view.settings.wheel === 'move')) {
      case 'step': {
        const steps = this.#wheelSteps.take(wheel);
        for (let i = 0; i < Math.abs(steps); i++) {
          options.step(steps > 0 ? 1 : -1);
        }
        return;
      }
      case 'sideways':
        camera.panBy(-(x || y), 0);
        return;
      case 'move':
        camera.panBy(-x, -y);
        return;
      case 'zoom':
        // Over elements on top of the stage there is no ring to move along.
        this.#hover &&= at;
        camera.zoomSticky(this.#wheel.factor(wheel, wheel.pinch), at);
    }
  };

  /**
   * Shift or Ctrl was pressed or released while the pointer rests: the shape being dragged becomes a square,
   * a line, …
   */
  keysChanged({ key, shiftKey, ctrlKey, metaKey }: KeyboardEvent): void {
    const { core, edits, keyboard } = this.#parts;
    if (edits.inGesture && !keyboard.inStroke && /^(?:Shift|Control|Meta)$/.test(key)) {
      this.#keys = { straight: shiftKey, centre: ctrlKey || metaKey };
      edits.move([], this.#keys);
      core.stage?.requestFrame();
    }
  }

  /** Discards whatever is in progress. */
  abort(): void {
    for (const action of this.#policy.abort()) {
      this.#act(action, []);
    }
  }

  /** The stage is gone. */
  leave(): void {
    this.#hover = null;
  }

  #act(action: PointerAction, samples: readonly StageSample[]): void {
    const { camera, options, edits, keyboard, heldChanged } = this.#parts;
    switch (action.type) {
      case 'stroke-begin':
        this.#beginStroke(action, samples);
        return;
      case 'stroke-move':
        this.#follow(samples);
        edits.whenStill(() => {
          this.#sample(samples);
          this.#parts.core.stage?.requestFrame();
        });
        return;
      case 'stroke-end':
        edits.whenStill(() => {
          edits.end();
        });
        return;
      case 'stroke-cancel':
        edits.whenStill(() => {
          edits.cancel();
        });
        return;
      case 'stroke-revert':
        edits.step('undo');
        return;
      case 'view-begin':
        this.#moving = true;
        this.#turning = this.#parts.core.held.is('turn') ? new TurnGesture(camera.angle) : null;
        heldChanged();
        return;
      case 'view-move':
        this.#moveView(action.centre, action.factor, action.dx, action.dy, action.turn ?? 0);
        return;
      case 'view-end':
        this.#moving = false;
        if (this.#fingersTurned) {
          camera.rotateTo(settledTurn(camera.angle));
        }
        this.#fingersTurned = false;
        heldChanged();
        return;
      case 'adjust-begin':
        // Without a brush in hand there is no ring to drag.
        this.#adjust = options.sized ? { ...options.brush, size: options.size } : null;
        this.#hover = { x: action.x, y: action.y };
        return;
      case 'adjust-move':
        this.#adjustBrush(action.dx, action.dy);
        return;
      case 'adjust-end':
        this.#adjust = null;
        return;
      case 'hover':
        keyboard.moveTo(null);
        this.#setHover({ x: action.x, y: action.y });
        return;
      case 'hover-end':
        this.#setHover(null);
        return;
      case 'undo':
      case 'redo':
        edits.step(action.type);
    }
  }

  #beginStroke(action: PointerAction & { type: 'stroke-begin' }, samples: readonly StageSample[]): void {
    const { core, camera, edits, keyboard } = this.#parts;
    keyboard.moveTo(null);
    this.#hover = action.device === 'touch' ? null : { x: action.x, y: action.y };
    edits.whenStill(() => {
      const [first] = samples;
      const erasing = core.held.is('erase');
      // The erase key with Shift keeps only what lies in the area; Shift then does not mean straight lines.
      const intersect = erasing && action.straight;
      edits.begin({
        ...this.#keys,
        ...camera.toImage(first ?? action),
        pressure: first?.pressure ?? 0.5,
        device: action.device,
        subtract: action.erase || erasing,
        intersect,
        straight: action.straight && !intersect,
      });
      this.#sample(samples);
      // The first dab is visible before the next frame.
      core.stage?.drawNow();
    });
  }

  #sample(samples: readonly StageSample[]): void {
    const { camera, edits } = this.#parts;
    const places: GestureSample[] = samples.map((sample) => ({
      ...camera.toImage(sample),
      pressure: sample.pressure,
    }));
    edits.move(places, this.#keys);
  }

  #follow(samples: readonly StageSample[]): void {
    const last = samples[samples.length - 1];
    if (last && this.#hover) {
      this.#setHover({ x: last.x, y: last.y });
    }
  }

  #setHover(at: Point | null): void {
    const { camera, hovered } = this.#parts;
    this.#hover = at;
    hovered(at && camera.toImage(at));
  }

  #moveView(centre: Point, factor: number, dx: number, dy: number, turn: number): void {
    const { core, camera } = this.#parts;
    const view = core.stage?.size;
    if (!view) {
      return;
    }
    this.#hover = this.#hover && centre;
    if (this.#turning) {
      camera.dragTo(this.#turning.move(centre, dx, dy, view, this.#keys.straight));
      return;
    }
    this.#fingersTurned ||= turn !== 0;
    camera.pinch(centre, factor, dx, dy, turn);
  }

  /** Right for larger, up for harder; the ring stays where the drag began. */
  #adjustBrush(dx: number, dy: number): void {
    const { camera, options } = this.#parts;
    const adjust = this.#adjust;
    if (adjust) {
      // Tracked apart from the settings, so that rounding there does not swallow slow movements.
      const size = adjust.size + (2 * dx) / camera.zoom;
      adjust.size = Math.min(SIZE_RANGE.max, Math.max(SIZE_RANGE.min, size));
      adjust.hardness = clamp01(adjust.hardness - dy * 0.005);
      options.setSize(adjust.size);
      if (options.softens) {
        options.setHardness(Math.round(adjust.hardness * 100) / 100);
      }
    }
  }
}
