import type { MipChain } from '../mask/mips';
import type { PixelRect } from '../mask/rect';
import { Ants } from './ants';
import type { ScreenView } from './device-view';

/** How long the outline waits for the next change, ms. */
const SETTLE = 120;
/** Between two steps: 8 a second. ms. */
const STEP = 125;
/** Steps until the stripes look as they did at first. */
const STEPS = 8;
/** Time per slice of the search, ms. */
const SLICE = 5;

/** What the clock asks its stage. */
export interface AntsStage {
  view: () => ScreenView;
  /** Whether ants are to be shown at all. */
  wanted: () => boolean;
  /**
   * A stroke is being painted, or the mask on screen is not up to date: ants stand still, and none are
   * searched for.
   */
  busy: () => boolean;
  /** Device px of the screen to redraw. */
  damage: (rect: PixelRect) => void;
}

/**
 * When ants are searched for and when they march. While mask or view change there are none; a moment later
 * the outline is found in short slices; then it marches, or stands still for people who prefer reduced
 * motion.
 */
export class AntsClock {
  readonly #stage: AntsStage;
  #ants: Ants | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = 0;
  #step = 0;

  constructor(stage: AntsStage) {
    this.#stage = stage;
  }

  /** Another mask, or none. */
  show(mips: MipChain | null): void {
    this.#ants?.close();
    this.#ants = mips && new Ants(mips);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.moved();
  }

  /** The view or its look changed. */
  moved(): void {
    if (this.#ants) {
      this.#hide();
      this.#ants.reset();
      this.#wake();
    }
  }

  /** The mask changed inside the rectangle, image px. */
  changed(rect: PixelRect): void {
    if (this.#ants) {
      this.#hide();
      this.#ants.invalidate(rect);
      this.#wake();
    }
  }

  draw(context: CanvasRenderingContext2D, screen: ScreenView): void {
    if (this.#stage.wanted()) {
      this.#ants?.draw(context, screen, this.#step / STEPS);
    }
  }

  bytes(): number {
    return this.#ants?.bytes() ?? 0;
  }

  #hide(): void {
    const box = this.#ants?.box;
    if (box) {
      this.#stage.damage(box);
    }
  }

  #wake(): void {
    this.#due = performance.now() + SETTLE;
    if (this.#timer === undefined && this.#stage.wanted()) {
      this.#timer = setTimeout(this.#tick, SETTLE);
    }
  }

  readonly #tick = (): void => {
    this.#timer = undefined;
    const ants = this.#ants;
    if (!ants || !this.#stage.wanted()) {
      return;
    }
    const wait = this.#due - performance.now();
    if (this.#stage.busy() || wait > 1) {
      this.#timer = setTimeout(this.#tick, Math.max(wait, STEP / 2));
      return;
    }
    if (!ants.ready) {
      const end = performance.now() + SLICE;
      if (!ants.build(this.#stage.view(), () => performance.now() < end)) {
        this.#timer = setTimeout(this.#tick, 16);
        return;
      }
    } else {
      this.#step = (this.#step + 1) % STEPS;
    }
    if (ants.box) {
      this.#stage.damage(ants.box);
      if (!matchMedia('(prefers-reduced-motion: reduce)').matches) {
        this.#timer = setTimeout(this.#tick, STEP);
      }
    }
  };
}
