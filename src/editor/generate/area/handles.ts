/** A box whose shorter side is less on the screen leaves no room to paint beside its handles. CSS px. */
export const ROOMY = 150;

/**
 * Whether handles of a box let pointers through to the mask until they are asked for.
 * @param side the shorter side of the box, CSS px.
 * @param automatic nobody placed the box: it comes by itself where somebody paints.
 */
export function handlesWait(side: number, automatic: boolean): boolean {
  return automatic || side < ROOMY;
}
