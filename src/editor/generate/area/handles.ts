/** A box whose shorter side is smaller on the screen leaves no room to paint beside its handles. CSS px. */
export const ROOMY = 150;

/**
 * Whether a box's handles let pointers through to the mask until asked for.
 * @param side the shorter side of the box, CSS px.
 * @param automatic nobody placed the box: it appears by itself where somebody paints.
 */
export function handlesWait(side: number, automatic: boolean): boolean {
  return automatic || side < ROOMY;
}
