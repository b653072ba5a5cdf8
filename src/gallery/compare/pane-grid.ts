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

/** A box in CSS px. */
interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Where a picture of this shape lies whole, and as large as it can be, in the middle of a box. */
export function within(box: Box, { width, height }: { width: number; height: number }): Box {
  const scale = Math.min(box.width / width, box.height / height);
  // Nearly the same shape is the same: half a px would move the picture against the others.
  const [w, h] = [width * scale, height * scale];
  return box.width - w < 1 && box.height - h < 1
    ? box
    : { left: box.left + (box.width - w) / 2, top: box.top + (box.height - h) / 2, width: w, height: h };
}
