/**
 * How a mask combines with those below it: the larger value, what is left without it, or the smaller value.
 */
export type MaskMode = 'add' | 'subtract' | 'intersect';

/** What is done to a painted mask without touching it. See `modifiers.ts` for the order and the laws. */
export interface MaskModifiers {
  /** px, -256 to 256; negative shrinks. */
  readonly grow: number;
  /** px, 0 to 256. */
  readonly feather: number;
  /** 1 to 255: values from it on count as 255, others as 0; null keeps soft values. */
  readonly threshold: number | null;
}

/** One named mask of a document, without its pixels. Plain JSON. */
export interface MaskFacts {
  readonly id: string;
  /** The name a person gave it; empty to name it by its position. */
  readonly name: string;
  readonly mode: MaskMode;
  readonly visible: boolean;
  readonly modifiers: MaskModifiers;
  /** The colour it is shown in, `#rrggbb`; absent: the one set for masks in general. */
  readonly color?: string;
}

/**
 * All masks of a document, bottom first, and which of them is painted on. Plain JSON; never changed in place.
 */
export interface MaskStack {
  readonly masks: readonly MaskFacts[];
  readonly active: string;
}

export const NO_MODIFIERS: MaskModifiers = { grow: 0, feather: 0, threshold: null };

/** Whether the modifiers leave every mask as it is. */
export function isPlain({ grow, feather, threshold }: MaskModifiers): boolean {
  return grow === 0 && feather === 0 && threshold === null;
}

export function sameModifiers(a: MaskModifiers, b: MaskModifiers): boolean {
  return a.grow === b.grow && a.feather === b.feather && a.threshold === b.threshold;
}

/**
 * Modifiers that turn the inverted mask into the inverse of what these make of the mask. Shrinking is growing
 * the unpainted part, a threshold moves to the other side of the middle, and feathering is the same both
 * ways, except for rounding (1 of 255).
 */
export function inverseModifiers({ grow, feather, threshold }: MaskModifiers): MaskModifiers {
  return { grow: grow === 0 ? 0 : -grow, feather, threshold: threshold === null ? null : 256 - threshold };
}

export function newMask(id: string, name = ''): MaskFacts {
  return { id, name, mode: 'add', visible: true, modifiers: NO_MODIFIERS };
}

/** A document with one empty mask. */
export function singleMask(id: string): MaskStack {
  return { masks: [newMask(id)], active: id };
}

export function maskById(stack: MaskStack, id: string): MaskFacts | null {
  return stack.masks.find((mask) => mask.id === id) ?? null;
}

/** The stack with one mask changed. */
export function withMask(stack: MaskStack, id: string, patch: Partial<Omit<MaskFacts, 'id'>>): MaskStack {
  return { ...stack, masks: stack.masks.map((mask) => (mask.id === id ? { ...mask, ...patch } : mask)) };
}

/** The stack with a mask added above the one painted on, which it replaces as that. */
export function withAdded(stack: MaskStack, mask: MaskFacts): MaskStack {
  const at = stack.masks.findIndex(({ id }) => id === stack.active) + 1;
  return { masks: stack.masks.toSpliced(at, 0, mask), active: mask.id };
}

/** The stack without a mask; the last one stays. */
export function withRemoved(stack: MaskStack, id: string): MaskStack {
  const at = stack.masks.findIndex((mask) => mask.id === id);
  if (at < 0 || stack.masks.length === 1) {
    return stack;
  }
  const masks = stack.masks.toSpliced(at, 1);
  const next = masks[Math.min(at, masks.length - 1)];
  return { masks, active: stack.active === id && next ? next.id : stack.active };
}

/** The stack with a mask at another position, 0 = bottom. */
export function withMoved(stack: MaskStack, id: string, to: number): MaskStack {
  const at = stack.masks.findIndex((mask) => mask.id === id);
  const mask = stack.masks[at];
  return mask ? { ...stack, masks: stack.masks.toSpliced(at, 1).toSpliced(to, 0, mask) } : stack;
}

/**
 * The id of the one mask that is the whole composite as it is, so that nothing has to be computed; null when
 * several masks or modifiers are involved.
 */
export function onlyPlainMask(stack: MaskStack): string | null {
  const shown = stack.masks.filter(({ visible }) => visible);
  const [mask] = shown;
  return mask && shown.length === 1 && mask.mode === 'add' && isPlain(mask.modifiers) ? mask.id : null;
}
