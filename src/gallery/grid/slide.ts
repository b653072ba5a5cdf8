/** Where a tile stands in the grid, px. */
export interface Place {
  left: number;
  top: number;
}

const DURATION = 200;
const EASING = 'cubic-bezier(0.2, 0, 0, 1)';

/** Lets tiles move from where they were to where they are; those that are new fade in. */
export function slideTiles(
  root: Element,
  before: ReadonlyMap<string, Place>,
  after: ReadonlyMap<string, Place>,
): void {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  for (const tile of root.querySelectorAll<HTMLElement>('[data-tile]')) {
    const key = tile.dataset['tile'] ?? '';
    const from = before.get(key);
    const to = after.get(key);
    if (!from) {
      tile.animate([{ opacity: 0 }, { opacity: 1 }], { duration: DURATION, easing: EASING });
    } else if (to && !still && (from.left !== to.left || from.top !== to.top)) {
      const transform = `translate(${from.left - to.left}px, ${from.top - to.top}px)`;
      tile.animate([{ transform }, { transform: 'none' }], { duration: DURATION, easing: EASING });
    }
  }
}
