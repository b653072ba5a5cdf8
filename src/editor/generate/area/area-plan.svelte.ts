import type { AreaRect, Extension, PixelSize } from '../../../workflows/recipe';
import {
  areaOfBounds,
  autoArea,
  fitArea,
  separateAreas,
  workingSize,
  type WorkingSize,
} from '../../../workflows/inpaint-area';
import { canvasSize, NO_EXTENSION } from '../../../workflows/outpaint';
import { type PixelRect, intersectRect, unionRect } from '../../mask/rect';
import type { OutpaintPlan } from '../outpaint/outpaint-plan.svelte';
import type { AreaMode, InpaintChoices } from '../inpaint-choices.svelte';

/** The number of pixels models do best with, used when the size is left to us. */
const COMFORTABLE = 1024 * 1024;
/** `workingSide` for the area's own size. */
export const OWN_SIZE = 0;

/** What the area is placed around. */
export interface AreaSubject {
  readonly picture: PixelSize | null;
  readonly mask: {
    /** Image px; null when nothing is painted. */
    bounds: () => PixelRect | null;
    /** Around each part that touches no other, image px. */
    islands: () => readonly PixelRect[];
    /** Share of the mask, 0 to 1, inside a rectangle of image px; null when nothing is painted. */
    shareWithin: (rect: PixelRect) => number | null;
  };
}

/**
 * Which part of the picture the model sees, and how large. In px of the canvas: the picture with its
 * extension.
 */
export class AreaPlan {
  readonly #subject: AreaSubject;
  readonly #choices: InpaintChoices;
  readonly #outpaint: OutpaintPlan;
  #bounds = $state.raw<PixelRect | null>(null);
  #islands = $state.raw<readonly PixelRect[]>([]);
  #hand = $state.raw<AreaRect | null>(null);
  /** Share of the mask outside a box placed by hand, as of the last `refresh`. */
  #outside = $state(0);
  readonly #box = $derived.by<AreaRect | null>(() => {
    const facts = this.#facts();
    return facts && boxFor(facts, this.#bounds);
  });
  readonly #apart = $derived.by<readonly AreaRect[]>(() => {
    const facts = this.#facts();
    return facts ? apartIn(facts, this.#islands) : [];
  });

  constructor(subject: AreaSubject, choices: InpaintChoices, outpaint: OutpaintPlan) {
    this.#subject = subject;
    this.#choices = choices;
    this.#outpaint = outpaint;
  }

  get mode(): AreaMode {
    return this.#choices.now.areaMode;
  }

  /** The size of the canvas; null without a picture. */
  get canvas(): PixelSize | null {
    return this.#outpaint.canvas;
  }

  /** What the model will see; null: the whole canvas. */
  get box(): AreaRect | null {
    return this.#box;
  }

  /**
   * Areas for the parts of the mask that lie far apart, so that one around all would be mostly what is kept.
   * Empty where there are none, or where the area is not automatic. As of the last `refresh`.
   */
  get apart(): readonly AreaRect[] {
    return this.#apart;
  }

  /** The areas the model will see one after another instead of the box; empty: the box. */
  get parts(): readonly AreaRect[] {
    return this.#choices.now.islands ? this.#apart : [];
  }

  /** Parts that lie far apart get an area each, or one for all. */
  separate(islands: boolean): void {
    this.#choices.set({ islands });
  }

  /** The size the box is sampled at, and how much larger (above 1) or smaller that is. */
  get working(): WorkingSize | null {
    const facts = this.#facts();
    return facts && workingFor(facts, this.#box);
  }

  /** Switching to by hand starts from the automatic box. */
  setMode(areaMode: AreaMode): void {
    this.refresh();
    if (areaMode === 'hand') {
      const facts = this.#facts();
      this.#hand ??= facts && automatic(facts, this.#bounds);
    }
    this.#choices.set({ areaMode });
  }

  /** Places the box; from then on it stays there. */
  place(box: AreaRect): void {
    this.#hand = this.canvas && fitArea(box, this.canvas);
    if (this.mode !== 'hand') {
      this.#choices.set({ areaMode: 'hand' });
    }
  }

  /**
   * Share of the mask, 0 to 1, left out by a box placed by hand and so not repainted; exactly 1 when none of
   * it lies inside. As of the last `refresh`.
   */
  get outside(): number {
    return this.mode === 'hand' ? this.#outside : 0;
  }

  /** Nothing in the box would be repainted: neither part of the mask nor of an extension. */
  get leavesNothing(): boolean {
    const { extension } = this.#outpaint;
    const { picture } = this.#subject;
    const box = this.#box;
    const touches = extension && picture && box && touchesMargin(box, picture, extension);
    return this.outside === 1 && !touches;
  }

  /** Enlarges a box placed by hand until it holds the whole mask and its edge. */
  enlarge(): void {
    this.refresh();
    const canvas = this.canvas;
    const { picture } = this.#subject;
    const fresh = picture && freshBox(this.#bounds, picture, this.#outpaint.extension);
    if (!canvas || !fresh || !this.#hand) {
      return;
    }
    const { denoiseMask, compositeMask } = this.#choices.now;
    const reach = Math.max(...[denoiseMask, compositeMask].map(({ grow, feather }) => grow + feather), 0);
    const wide = intersectRect(
      {
        x0: fresh.x - reach,
        y0: fresh.y - reach,
        x1: fresh.x + fresh.width + reach,
        y1: fresh.y + fresh.height + reach,
      },
      { x0: 0, y0: 0, x1: canvas.width, y1: canvas.height },
    );
    const both = unionRect(boundsOf(fitArea(this.#hand, canvas)), wide);
    if (both) {
      this.place(areaOfBounds(both));
      this.refresh();
    }
  }

  /** The box as placed by hand; null when nobody did. Kept while not in use. */
  get hand(): AreaRect | null {
    return this.#hand;
  }

  /** Restores a box once placed by hand. Whether it is used is a separate choice. */
  restore(hand: AreaRect | null): void {
    this.#hand = hand;
  }

  /** Reads the mask again. Walks over the mask's tiles: not during a stroke. */
  refresh(): void {
    this.#bounds = this.#subject.mask.bounds();
    this.#islands = this.mode === 'auto' ? this.#subject.mask.islands() : [];
    this.#outside = this.mode === 'hand' && this.#bounds !== null ? this.#measureOutside() : 0;
  }

  #measureOutside(): number {
    const box = this.#box;
    const { left, top } = this.#outpaint.extension ?? NO_EXTENSION;
    const inside =
      box && this.#subject.mask.shareWithin(boundsOf({ ...box, x: box.x - left, y: box.y - top }));
    return inside === null ? 0 : 1 - inside;
  }

  /** Another picture: a box placed by hand does not carry over. */
  reset(): void {
    this.#hand = null;
    this.#bounds = null;
    this.#islands = [];
    this.#outside = 0;
  }

  /**
   * Area and working size as a recipe takes them, for the present choices.
   * @returns computes them for the bounds of a mask (image px; null for an empty one) and of its islands, which
   *   may come later.
   */
  planned(): (bounds: PixelRect | null, islands?: readonly PixelRect[]) => PlannedArea {
    const facts = this.#facts();
    const apart = this.#choices.now.islands;
    const { mode, workingSide } = facts ?? {};
    const plain = mode === 'whole' && workingSide === null;
    const sized = (area: AreaRect | null): AreaPart => {
      const working = facts && !plain ? workingFor(facts, area) : null;
      return { area, working: working && { width: working.width, height: working.height } };
    };
    return (bounds, islands = []) => {
      const area = facts && boxFor(facts, bounds);
      return { ...sized(area), parts: facts && apart ? apartIn(facts, islands).map(sized) : [] };
    };
  }

  /** What the area depends on besides the mask; null without a picture. */
  #facts(): AreaFacts | null {
    const canvas = this.canvas;
    const { picture } = this.#subject;
    if (!canvas || !picture) {
      return null;
    }
    const { areaMode: mode, workingSide, denoiseMask } = this.#choices.now;
    const { extension } = this.#outpaint;
    const reach = Math.max(0, denoiseMask.grow) + denoiseMask.feather;
    return { canvas, picture, extension, mode, workingSide, reach, hand: this.#hand };
  }
}

/** Area and working size as a recipe takes them. */
export interface AreaPart {
  /** px of the canvas; null: the whole canvas. */
  area: AreaRect | null;
  /** px; null: its own size. */
  working: PixelSize | null;
}

/** The area, and those that take its place where parts of the mask lie far apart. */
export interface PlannedArea extends AreaPart {
  parts: readonly AreaPart[];
}

interface AreaFacts {
  canvas: PixelSize;
  picture: PixelSize;
  extension: Extension | null;
  mode: AreaMode;
  /** As in `Choices`. */
  workingSide: number | null;
  /** How far beyond the mask is repainted, px. */
  reach: number;
  hand: AreaRect | null;
}

function workingFor({ canvas, mode, workingSide: side }: AreaFacts, area: AreaRect | null): WorkingSize {
  const seen = area ?? { x: 0, y: 0, ...canvas };
  if (side === OWN_SIZE || (side === null && mode === 'whole')) {
    return workingSize(seen, { scale: 1 });
  }
  return workingSize(seen, side === null ? { pixels: COMFORTABLE } : { side });
}

function boxFor(facts: AreaFacts, bounds: PixelRect | null): AreaRect | null {
  const { canvas, mode, hand } = facts;
  if (mode === 'whole') {
    return null;
  }
  return mode === 'hand' && hand ? fitArea(hand, canvas) : automatic(facts, bounds);
}

/** Areas for islands of the mask that lie far apart; none while the picture is being extended. */
function apartIn({ canvas, extension, mode, reach }: AreaFacts, islands: readonly PixelRect[]): AreaRect[] {
  return mode === 'auto' && !extension ? separateAreas(islands.map(areaOfBounds), canvas, { reach }) : [];
}

/** Around everything new: the mask and the extension. Null while there is nothing new. */
function automatic(
  { canvas, picture, extension, reach }: AreaFacts,
  bounds: PixelRect | null,
): AreaRect | null {
  const fresh = freshBox(bounds, picture, extension);
  return fresh && autoArea(fresh, canvas, { reach });
}

/** Whether a box of canvas px contains part of an extension, or of the strip that blends into it. */
function touchesMargin(box: AreaRect, picture: PixelSize, extension: Extension): boolean {
  const { left, top, right, bottom, overlap } = extension;
  const over = (side: number): number => (side > 0 ? side + overlap : 0);
  const { width, height } = canvasSize(picture, extension);
  return (
    box.x < over(left) ||
    box.y < over(top) ||
    box.x + box.width > width - over(right) ||
    box.y + box.height > height - over(bottom)
  );
}

function boundsOf({ x, y, width, height }: AreaRect): PixelRect {
  return { x0: x, y0: y, x1: x + width, y1: y + height };
}

/** The smallest box of canvas px around the mask (image px) and the extension; null for neither. */
export function freshBox(
  mask: PixelRect | null,
  picture: PixelSize,
  extension: Extension | null,
): AreaRect | null {
  const { left, top, right, bottom, overlap } = extension ?? NO_EXTENSION;
  const { width, height } = canvasSize(picture, extension);
  const whole = { x0: 0, y0: 0, x1: width, y1: height };
  let box = mask && { x0: mask.x0 + left, y0: mask.y0 + top, x1: mask.x1 + left, y1: mask.y1 + top };
  if (left > 0) {
    box = unionRect(box, { ...whole, x1: Math.min(width, left + overlap) });
  }
  if (right > 0) {
    box = unionRect(box, { ...whole, x0: Math.max(0, width - right - overlap) });
  }
  if (top > 0) {
    box = unionRect(box, { ...whole, y1: Math.min(height, top + overlap) });
  }
  if (bottom > 0) {
    box = unionRect(box, { ...whole, y0: Math.max(0, height - bottom - overlap) });
  }
  return box && areaOfBounds(box);
}
