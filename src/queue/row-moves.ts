/** Where a row can be moved from the keyboard. */
export type RowMove = 'up' | 'down' | 'first' | 'last';

/** Moves a row. */
export type RowMoves = (to: RowMove) => void;

/** Keys that move the row in focus, together with Alt. */
export const MOVE_KEYS: Readonly<Record<string, RowMove>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'first',
  End: 'last',
};
