import { type Contact, Contacts, distance, hasStrayed, pinchStep } from '../../ui/contacts';
import type { Point } from '../../ui/viewport';

export type PointerDevice = 'mouse' | 'pen' | 'touch';

/** A pointer event as the policy sees it. */
export interface PointerInput {
  kind: 'down' | 'move' | 'up' | 'cancel' | 'leave';
  id: number;
  device: PointerDevice;
  /** CSS px from the stage's top left corner. */
  x: number;
  y: number;
  /** ms, any origin. */
  time: number;
  /** As in PointerEvent: the button that changed (0 left, 1 middle, 2 right, 5 pen eraser; -1 none). */
  button: number;
  /** As in PointerEvent: all that are down (1 left, 2 right, 4 middle, 32 pen eraser). */
  buttons: number;
  alt: boolean;
  shift: boolean;
  /** Ctrl or ⌘. */
  ctrl?: boolean;
}

/** What the person has chosen, at the time of the event. */
export interface PointerContext {
  /** The primary pointer moves the picture: hand tool, or the pan key is held. */
  panning: boolean;
  /** The primary pointer erases while a key is held. */
  erasing: boolean;
}

/** What to do about an event. Distances in CSS px. */
export type PointerAction =
  | {
      type: 'stroke-begin';
      id: number;
      device: PointerDevice;
      x: number;
      y: number;
      erase: boolean;
      straight: boolean;
    }
  | { type: 'stroke-move'; id: number }
  | { type: 'stroke-end'; id: number }
  | { type: 'stroke-cancel' }
  /** The touch stroke finished a moment ago was a palm: take it back. */
  | { type: 'stroke-revert' }
  | { type: 'view-begin' }
  /** `turn`: radians clockwise, when two fingers turn. */
  | { type: 'view-move'; centre: Point; dx: number; dy: number; factor: number; turn?: number }
  | { type: 'view-end' }
  /** Drag to change the brush: right for size, up for hardness. */
  | { type: 'adjust-begin'; x: number; y: number }
  | { type: 'adjust-move'; dx: number; dy: number }
  | { type: 'adjust-end' }
  | { type: 'hover'; x: number; y: number; device: PointerDevice }
  | { type: 'hover-end' }
  | { type: 'undo' }
  | { type: 'redo' };

/** A second finger this soon after the first means a gesture, not a stroke. ms. */
export const PINCH_WINDOW = 150;
/** A touch stroke that ended this shortly before the pen came down was a palm. ms. */
export const PALM_WINDOW = 250;
/** Touches this soon after the pen was near are the hand that holds it. ms. */
export const PEN_NEAR = 300;
/** Fingers down and up within this time are a tap. ms. */
export const TAP_TIME = 300;
/** Fingers that move less are not moving. CSS px. */
export const TAP_SLOP = 10;
/** Fingers that turn less than this only zoom and move. Radians. */
export const TURN_SLOP = (10 * Math.PI) / 180;

type Mode =
  | { name: 'idle' }
  | { name: 'stroke'; id: number; device: PointerDevice; begun: number; mask: number }
  | { name: 'drag'; id: number; device: PointerDevice; x: number; y: number; mask: number; moving: boolean }
  | { name: 'adjust'; id: number; x: number; y: number }
  | {
      name: 'pinch';
      first: number;
      second: number;
      begun: number;
      fingers: number;
      moving: boolean;
      twist: Twist;
    };

/** How far two fingers have turned around each other, radians; beyond the slop the view turns with them. */
interface Twist {
  total: number;
  turning: boolean;
}

/**
 * Decides what mouse, pen and fingers mean. From the first contact of a pen on, fingers only move the
 * picture. Pure: time comes with the events, nothing is read from outside.
 */
export class PointerPolicy {
  #mode: Mode = { name: 'idle' };
  readonly #fingers = new Contacts();
  #penMode = false;
  #penSeen = -Infinity;
  #touchStrokeEnded = -Infinity;

  /** A pen has touched the surface: fingers no longer paint. */
  get penMode(): boolean {
    return this.#penMode;
  }

  get painting(): boolean {
    return this.#mode.name === 'stroke';
  }

  /** Lets fingers paint again. */
  forgetPen(): void {
    this.#penMode = false;
  }

  handle(input: PointerInput, context: PointerContext): PointerAction[] {
    if (input.device === 'pen') {
      this.#penSeen = input.time;
    }
    switch (input.kind) {
      case 'down':
        return input.device === 'touch' ? this.#touchDown(input, context) : this.#down(input, context);
      case 'move':
        return input.device === 'touch' ? this.#touchMove(input) : this.#move(input);
      case 'up':
      case 'cancel':
        return input.device === 'touch' ? this.#touchUp(input) : this.#up(input);
      case 'leave':
        return input.device !== 'touch' && this.#mode.name === 'idle' ? [{ type: 'hover-end' }] : [];
    }
  }

  /**
   * Ends whatever is in progress and discards the stroke: the window lost its focus, or the stage is going
   * away.
   */
  abort(): PointerAction[] {
    const actions = this.#leaveMode(true);
    this.#fingers.clear();
    return actions;
  }

  #down(input: PointerInput, context: PointerContext): PointerAction[] {
    if (input.device === 'pen') {
      return [...this.#penArrives(input), ...this.#begin(input, context)];
    }
    return this.#mode.name === 'idle' ? this.#begin(input, context) : [];
  }

  /** The pen takes precedence over fingers: what they were doing ends, and the hand beside it is ignored. */
  #penArrives(input: PointerInput): PointerAction[] {
    this.#penMode = true;
    const actions: PointerAction[] = [];
    const mode = this.#mode;
    const touching =
      mode.name === 'pinch' || ((mode.name === 'stroke' || mode.name === 'drag') && mode.device === 'touch');
    if (touching) {
      actions.push(...this.#leaveMode(true));
    }
    for (const finger of this.#fingers) {
      finger.ignored = true;
    }
    if (input.time - this.#touchStrokeEnded < PALM_WINDOW) {
      actions.push({ type: 'stroke-revert' });
    }
    this.#touchStrokeEnded = -Infinity;
    return actions;
  }

  #begin(input: PointerInput, context: PointerContext): PointerAction[] {
    if (this.#mode.name !== 'idle') {
      return [];
    }
    const { id, device, button, buttons, x, y } = input;
    const eraserEnd = button === 5 || (buttons & 32) !== 0;
    const barrel = device === 'pen' && button === 2;
    if (button === 1 || barrel || (context.panning && (button === 0 || eraserEnd))) {
      const mask = button === 1 ? 4 : barrel ? 2 : eraserEnd ? 32 : 1;
      this.#mode = { name: 'drag', id, device, x, y, mask, moving: true };
      return [{ type: 'view-begin' }];
    }
    if (button === 2 && input.alt) {
      this.#mode = { name: 'adjust', id, x, y };
      return [{ type: 'adjust-begin', x, y }];
    }
    if (button === 0 || eraserEnd || (button === 2 && !context.panning)) {
      const mask = button === 2 ? 2 : eraserEnd ? 32 : 1;
      this.#mode = { name: 'stroke', id, device, begun: input.time, mask };
      const erase = eraserEnd || button === 2 || context.erasing;
      return [{ type: 'stroke-begin', id, device, x, y, erase, straight: input.shift }];
    }
    return [];
  }

  #move(input: PointerInput): PointerAction[] {
    const mode = this.#mode;
    if (mode.name === 'idle') {
      return [{ type: 'hover', x: input.x, y: input.y, device: input.device }];
    }
    if (mode.name === 'pinch' || mode.id !== input.id) {
      return [];
    }
    // The release of one of several buttons, or one outside the window, arrives as a move.
    if (mode.name !== 'adjust' && (input.buttons & mode.mask) === 0) {
      return this.#leaveMode(false, input.time);
    }
    if (mode.name === 'stroke') {
      return [{ type: 'stroke-move', id: mode.id }];
    }
    const dx = input.x - mode.x;
    const dy = input.y - mode.y;
    mode.x = input.x;
    mode.y = input.y;
    if (mode.name === 'adjust') {
      return [{ type: 'adjust-move', dx, dy }];
    }
    return [{ type: 'view-move', centre: { x: input.x, y: input.y }, dx, dy, factor: 1 }];
  }

  #up(input: PointerInput): PointerAction[] {
    const mode = this.#mode;
    if (mode.name === 'idle' || mode.name === 'pinch' || mode.id !== input.id) {
      return [];
    }
    return this.#leaveMode(input.kind === 'cancel', input.time);
  }

  #touchDown(input: PointerInput, context: PointerContext): PointerAction[] {
    const { id, x, y, time } = input;
    const finger = this.#fingers.down(id, input);
    const mode = this.#mode;
    const busyElsewhere =
      mode.name === 'adjust' || ((mode.name === 'stroke' || mode.name === 'drag') && mode.device !== 'touch');
    if (busyElsewhere || time - this.#penSeen < PEN_NEAR) {
      finger.ignored = true;
      return [];
    }
    switch (mode.name) {
      case 'idle':
        if (this.#penMode || context.panning) {
          this.#mode = { name: 'drag', id, device: 'touch', x, y, mask: 1, moving: false };
          return [];
        }
        this.#mode = { name: 'stroke', id, device: 'touch', begun: time, mask: 1 };
        return [
          { type: 'stroke-begin', id, device: 'touch', x, y, erase: context.erasing, straight: input.shift },
        ];
      case 'stroke':
        if (time - mode.begun > PINCH_WINDOW) {
          finger.ignored = true;
          return [];
        }
        this.#mode = {
          name: 'pinch',
          first: mode.id,
          second: id,
          begun: mode.begun,
          fingers: 2,
          moving: false,
          twist: { total: 0, turning: false },
        };
        return [{ type: 'stroke-cancel' }];
      case 'drag': {
        const begun = mode.moving ? -Infinity : time;
        this.#mode = {
          name: 'pinch',
          first: mode.id,
          second: id,
          begun,
          fingers: 2,
          moving: mode.moving,
          twist: { total: 0, turning: false },
        };
        return [];
      }
      case 'pinch':
        mode.fingers++;
        finger.ignored = true;
        return [];
    }
  }

  #touchMove(input: PointerInput): PointerAction[] {
    const before = this.#fingers.move(input.id, input);
    const finger = this.#fingers.get(input.id);
    const mode = this.#mode;
    if (!before || !finger || finger.ignored) {
      return [];
    }
    if (mode.name === 'stroke') {
      return mode.id === input.id ? [{ type: 'stroke-move', id: mode.id }] : [];
    }
    if (mode.name === 'drag' && mode.id === input.id) {
      return this.#dragFinger(mode, finger);
    }
    if (mode.name === 'pinch' && (input.id === mode.first || input.id === mode.second)) {
      return this.#pinchFinger(mode, input.id, finger, before);
    }
    return [];
  }

  #dragFinger(mode: Mode & { name: 'drag' }, finger: Contact): PointerAction[] {
    const actions: PointerAction[] = [];
    if (!mode.moving) {
      if (!hasStrayed(finger, TAP_SLOP)) {
        return [];
      }
      // From here on, so that the picture does not jump by the slop.
      mode.moving = true;
      mode.x = finger.x;
      mode.y = finger.y;
      actions.push({ type: 'view-begin' });
    }
    const dx = finger.x - mode.x;
    const dy = finger.y - mode.y;
    mode.x = finger.x;
    mode.y = finger.y;
    return [...actions, { type: 'view-move', centre: { x: finger.x, y: finger.y }, dx, dy, factor: 1 }];
  }

  #pinchFinger(mode: Mode & { name: 'pinch' }, id: number, finger: Contact, before: Point): PointerAction[] {
    const other = this.#fingers.get(id === mode.first ? mode.second : mode.first);
    if (!other) {
      return [];
    }
    if (!mode.moving) {
      if (!hasStrayed(finger, TAP_SLOP)) {
        return [];
      }
      mode.moving = true;
      return [{ type: 'view-begin' }];
    }
    const turn = twisted(mode.twist, other, before, finger);
    return [{ type: 'view-move', ...pinchStep(other, before, finger), ...(turn === 0 ? {} : { turn }) }];
  }

  #touchUp(input: PointerInput): PointerAction[] {
    const finger = this.#fingers.up(input.id);
    const mode = this.#mode;
    if (!finger) {
      return [];
    }
    if (mode.name === 'pinch') {
      return this.#pinchUp(mode, input, finger);
    }
    if ((mode.name === 'stroke' || mode.name === 'drag') && mode.id === input.id) {
      return this.#leaveMode(input.kind === 'cancel', input.time);
    }
    return [];
  }

  #pinchUp(mode: Mode & { name: 'pinch' }, input: PointerInput, finger: Contact): PointerAction[] {
    const quick = input.time - mode.begun <= TAP_TIME;
    if (mode.moving || input.kind === 'cancel' || !quick) {
      if (finger.ignored) {
        return [];
      }
      const actions: PointerAction[] = mode.moving ? [{ type: 'view-end' }] : [];
      this.#mode = { name: 'idle' };
      // The remaining finger neither paints nor moves: it is on its way up.
      for (const left of this.#fingers) {
        left.ignored = true;
      }
      return actions;
    }
    if (this.#fingers.size > 0) {
      return [];
    }
    this.#mode = { name: 'idle' };
    if (mode.fingers === 2) {
      return [{ type: 'undo' }];
    }
    return mode.fingers === 3 ? [{ type: 'redo' }] : [];
  }

  #leaveMode(cancelled: boolean, time = -Infinity): PointerAction[] {
    const mode = this.#mode;
    this.#mode = { name: 'idle' };
    switch (mode.name) {
      case 'stroke':
        if (cancelled) {
          return [{ type: 'stroke-cancel' }];
        }
        if (mode.device === 'touch') {
          this.#touchStrokeEnded = time;
        }
        return [{ type: 'stroke-end', id: mode.id }];
      case 'drag':
      case 'pinch':
        return mode.moving ? [{ type: 'view-end' }] : [];
      case 'adjust':
        return [{ type: 'adjust-end' }];
      case 'idle':
        return [];
    }
  }
}

/** How far the view turns with a finger that moved around the other one; 0 within the slop. */
function twisted(twist: Twist, other: Point, before: Point, after: Point): number {
  // Fingers close together have no direction.
  if (Math.min(distance(other, before), distance(other, after)) < 2 * TAP_SLOP) {
    return 0;
  }
  const change =
    Math.atan2(after.y - other.y, after.x - other.x) - Math.atan2(before.y - other.y, before.x - other.x);
  const turn = Math.atan2(Math.sin(change), Math.cos(change));
  if (twist.turning) {
    return turn;
  }
  twist.total += turn;
  twist.turning = Math.abs(twist.total) > TURN_SLOP;
  return 0;
}
