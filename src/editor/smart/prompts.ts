import type { Point } from '../../ui/viewport';
import type { SelectionWish } from '../../workflows/selection/selection-graph';
import type { MaskSize } from '../mask/coverage';
import type { MaskGrid } from '../mask/mask-grid';
import type { WishName } from './named-wishes';

/** One object that was found. */
export interface FoundObject {
  /** Its mask, a picture of the picture's size: white is selected. */
  file: Blob;
  /** The same, coarse: for looking and pointing at it. */
  coarse: MaskGrid;
}

/** One thing a person asked for, and what came of it. */
export interface Prompt {
  readonly id: number;
  readonly wish: SelectionWish;
  /** What the button says that asked for it; null where somebody pointed or typed. */
  readonly name: WishName | null;
  /** Nothing while it is looked for; `found` then holds what the last search brought. */
  readonly answered: boolean;
  readonly found: readonly FoundObject[];
  /** Positions in `found` of what is not wanted. */
  readonly dropped: ReadonlySet<number>;
}

export type Prompts = readonly Prompt[];

/** An object on offer. */
export interface Offered {
  prompt: number;
  index: number;
  object: FoundObject;
  kept: boolean;
}

/** From this value on, 0 to 255, a pixel belongs to an object. */
const INSIDE = 128;
const NONE: ReadonlySet<number> = new Set();

let made = 0;

/**
 * Asks for one thing more. Typed words take the place of earlier ones, what a button names that of the same, a face that
 * of its parts and they that of it; every box stays.
 * @param name what a button says that asks for it.
 */
export function withWish(prompts: Prompts, wish: SelectionWish, name: WishName | null = null): Prompts {
  const prompt: Prompt = { id: ++made, wish, name, answered: false, found: [], dropped: NONE };
  return [...prompts.filter((one) => !replaces(prompt, one)), prompt];
}

/** Whether only the later one of two is meant. By name, as different models find what buttons name. */
function replaces(later: Prompt, earlier: Prompt): boolean {
  const names = [later.name, earlier.name];
  if (names.some((name) => name !== null)) {
    return later.name === earlier.name || (names.includes('face') && names.some(isInFace));
  }
  return later.wish.kind !== 'box' && later.wish.kind === earlier.wish.kind;
}

function isInFace(name: WishName | null): boolean {
  return name === 'eyes' || name === 'lips';
}

/**
 * Adds a point, image px, to the object that is pointed at; the first one begins it. Null: a point that is not on
 * the object says nothing before one that is.
 */
export function withPoint(prompts: Prompts, point: Point, negative: boolean): Prompts | null {
  const before = prompts.find(({ wish }) => wish.kind === 'points');
  if (before?.wish.kind !== 'points') {
    return negative ? null : withWish(prompts, { kind: 'points', positive: [point], negative: [] });
  }
  const wish: SelectionWish = negative
    ? { ...before.wish, negative: [...before.wish.negative, point] }
    : { ...before.wish, positive: [...before.wish.positive, point] };
  return prompts.map((one) => (one === before ? { ...one, wish, answered: false } : one));
}

/** The same prompts asked anew, with other settings; what was found stays in sight meanwhile. */
export function askedAnew(prompts: Prompts): Prompts {
  return prompts.map((one) => ({ ...one, answered: false }));
}

/** What was found for a prompt, all of it wanted. */
export function withAnswer(prompts: Prompts, id: number, found: readonly FoundObject[]): Prompts {
  return prompts.map((one) => (one.id === id ? { ...one, answered: true, found, dropped: NONE } : one));
}

/** Keeps an object that was dropped, or drops it. */
export function toggled(prompts: Prompts, id: number, index: number): Prompts {
  return prompts.map((one) => {
    if (one.id !== id) {
      return one;
    }
    const dropped = new Set(one.dropped);
    if (!dropped.delete(index)) {
      dropped.add(index);
    }
    return { ...one, dropped };
  });
}

/** Everything on offer, in the order in which it was asked for. */
export function offered(prompts: Prompts): Offered[] {
  return prompts.flatMap(({ id, found, dropped }) =>
    found.map((object, index) => ({ prompt: id, index, object, kept: !dropped.has(index) })),
  );
}

/**
 * The object that a click on a point, image px of a picture of `size`, keeps or drops. What points made is not
 * among them: a click there is one more point.
 */
export function objectAt(prompts: Prompts, { x, y }: Point, { width, height }: MaskSize): Offered | null {
  const named = prompts.filter(({ wish, answered }) => wish.kind !== 'points' && answered);
  return (
    offered(named).findLast(({ object: { coarse } }) => {
      const column = Math.floor((x * coarse.width) / width);
      const row = Math.floor((y * coarse.height) / height);
      return coarse.valueAt(column, row) >= INSIDE;
    }) ?? null
  );
}
