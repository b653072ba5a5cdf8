import type { GridView } from '../grid/grid-view.svelte';

type GridLayout = GridView['layout'];

/** A part of the grid, px from its top left. */
export interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Where an item lies. Lengths in px. */
export interface ItemPlace {
  left: number;
  width: number;
  top: number;
  height: number;
}

/** Whether an item lies in an area, if only in part. */
export function isIn({ left, width, top, height }: ItemPlace, area: Area): boolean {
  return left < area.right && left + width > area.left && top < area.bottom && top + height > area.top;
}

/** The positions of the items that lie in an area: runs from the first up to, not including, the second number. */
export function runsIn(layout: GridLayout, area: Area): [first: number, end: number][] {
  const runs: [number, number][] = [];
  const [firstRow, endRow] = layout.rowsBetween(area.top, area.bottom);
  for (let row = firstRow; row < endRow; row++) {
    const top = layout.rowTop(row);
    const height = layout.rowHeight(row);
    const end = layout.rowFirst(row + 1);
    const isHit = (item: number): boolean =>
      isIn({ left: layout.itemLeft(item), width: layout.itemWidth(item), top, height }, area);
    let first = layout.rowFirst(row);
    while (first < end && !isHit(first)) {
      first += 1;
    }
    let behind = first;
    while (behind < end && isHit(behind)) {
      behind += 1;
    }
    if (behind > first) {
      const last = runs.at(-1);
      if (last?.[1] === first) {
        last[1] = behind;
      } else {
        runs.push([first, behind]);
      }
    }
  }
  return runs;
}

/** How near the edge of the view the scrolling begins, px. */
const EDGE = 56;
/** At the edge and beyond, px a second. */
const FASTEST = 2400;

/**
 * How fast to scroll while something is dragged at a height of a view, px a second; negative upwards.
 * @param y px below the top of the view.
 */
export function scrollSpeed(y: number, height: number): number {
  const edge = Math.min(EDGE, height / 4);
  const above = edge - y;
  const below = y - (height - edge);
  const depth = Math.max(above, below, 0) / edge;
  return Math.sign(below - above) * Math.min(1, depth) ** 2 * FASTEST;
}
