/** How panes are laid out: so many beside each other, and so many rows of them. */
export interface PaneGrid {
  columns: number;
  rows: number;
}

/**
 * The layout in which pictures of this aspect ratio are largest in a view of this size, px; of several, the one
 * that leaves the fewest panes empty.
 */
export function paneGrid(count: number, width: number, height: number, aspect: number): PaneGrid {
  let best: PaneGrid = { columns: count, rows: 1 };
  let largest = 0;
  for (let columns = count; columns >= 1; columns--) {
    const rows = Math.ceil(count / columns);
    const shown = Math.min(width / columns, (height / rows) * aspect);
    const isFuller = columns * rows < best.columns * best.rows;
    if (shown > largest * 1.001 || (isFuller && shown > largest * 0.999)) {
      largest = shown;
      best = { columns, rows };
    }
  }
  return best;
}
