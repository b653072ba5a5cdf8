/** Which pictures of a strip are in the document: from, and up to but without, these positions. */
export interface FilmWindow {
  from: number;
  to: number;
}

/** Pictures beyond the edges that are there before they are scrolled to. */
const AHEAD = 4;

/** The part of a strip of `count` pictures, `cell` px apart, that is seen through a window, px. */
export function filmWindow(count: number, cell: number, left: number, width: number): FilmWindow {
  const from = Math.max(0, Math.floor(left / cell) - AHEAD);
  const to = Math.min(count, Math.ceil((left + width) / cell) + AHEAD);
  return { from: Math.min(from, to), to };
}

/** Where a strip is scrolled to, px, for a picture to lie in its middle. */
export function scrollFor(index: number, cell: number, width: number): number {
  return Math.max(0, index * cell + cell / 2 - width / 2);
}
