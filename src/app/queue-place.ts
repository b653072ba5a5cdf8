/**
 * How the queue stands beside a room: `none`: not at all; `open`: unless it was put away; `asked`: only when it was
 * asked for, because the room has panels of its own and there is little room for another one.
 */
export type QueuePlace = 'none' | 'open' | 'asked';

/** What the window is wide enough for. */
export interface WindowRoom {
  /** The queue beside pictures. */
  beside: boolean;
  /** The queue beside a room with panels of its own. */
  besidePanels: boolean;
  /** The same without any of them being in the way. */
  plenty: boolean;
}

/**
 * How the queue stands beside the room at a route.
 * @param route without its query.
 * @param atWork whether a picture is open in the editor.
 */
export function queuePlaceAt(route: string, atWork: boolean, room: WindowRoom): QueuePlace {
  if (!/^\/(gallery|edit|workflows)/.test(route) || !room.beside) {
    return 'none';
  }
  const hasPanels = atWork || route.startsWith('/workflows/');
  if (!hasPanels || room.plenty) {
    return 'open';
  }
  return room.besidePanels ? 'asked' : 'none';
}
