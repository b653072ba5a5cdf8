/**
 * Which lines of a tree drawn as rows go on below each row.
 * @param depths of the rows from top to bottom, 0 for the root; each at most one more than that of the row before.
 * @returns for each row and each level above its own, whether a later child of that level hangs below the row.
 */
export function linesBelow(depths: readonly number[]): boolean[][] {
  const lines: boolean[][] = [];
  let open: boolean[] = [];
  for (const depth of depths.toReversed()) {
    lines.push(Array.from({ length: depth }, (_, level) => open[level] === true));
    open = open.slice(0, depth);
    if (depth > 0) {
      open[depth - 1] = true;
    }
  }
  return lines.reverse();
}
