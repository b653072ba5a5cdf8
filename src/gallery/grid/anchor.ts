import type { GridLayout } from '../../ui/pictures/layout';

/** An item on screen and how far its row's top is above the top of the view, px. */
export interface Anchor {
  key: string;
  offset: number;
}

/**
 * The items in view, from the top: what must stay where it is when the layout changes. More than one, so
 * that the others hold when some are removed.
 */
export function anchorsAt(
  layout: GridLayout,
  keyOf: (index: number) => string | undefined,
  scrollTop: number,
  viewHeight: number,
): Anchor[] {
  const anchors: Anchor[] = [];
  const [first, end] = layout.rowsBetween(scrollTop, scrollTop + viewHeight);
  for (let row = first; row < end; row++) {
    if (layout.isHeading(row)) {
      continue;
    }
    const offset = scrollTop - layout.rowTop(row);
    for (let i = layout.rowFirst(row); i < layout.rowFirst(row + 1); i++) {
      const key = keyOf(i);
      if (key !== undefined) {
        anchors.push({ key, offset });
      }
    }
  }
  return anchors;
}

/**
 * The scroll position at which the first anchor still there stands where it stood, px; `null` when none is
 * there any more.
 */
export function scrollForAnchors(
  layout: GridLayout,
  indexOf: (key: string) => number | undefined,
  anchors: readonly Anchor[],
): number | null {
  for (const { key, offset } of anchors) {
    const index = indexOf(key);
    if (index !== undefined) {
      return Math.max(0, layout.rowTop(layout.itemRow(index)) + offset);
    }
  }
  return null;
}

/**
 * The least scrolling that brings a row into view with some air around it, px. The first row comes with its
 * heading.
 */
export function scrollIntoView(
  layout: GridLayout,
  row: number,
  scrollTop: number,
  viewHeight: number,
  air: number,
): number {
  const headed = row > 0 && layout.isHeading(row - 1) ? row - 1 : row;
  const top = layout.rowTop(headed) - (headed === row ? air : 0);
  const bottom = layout.rowTop(row) + layout.rowHeight(row) + air;
  const lowest = Math.max(0, layout.height - viewHeight);
  if (top < scrollTop || bottom - top > viewHeight) {
    return Math.min(lowest, Math.max(0, top));
  }
  return bottom > scrollTop + viewHeight ? Math.min(lowest, Math.max(0, bottom - viewHeight)) : scrollTop;
}
