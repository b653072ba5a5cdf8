import type { Attachment } from 'svelte/attachments';
import { nearestScroller } from './nearest-scroller';

/** Where dragged rows would come to stand: before a row, or (`null`) behind the last one. */
export type DropPlace = { before: string | null };

export interface RowDragOptions {
  /** The rows that are dragged with the one whose handle is pulled, by their `data-row`; none when it cannot be moved. */
  begin: (row: string) => readonly string[];
  /** Shows where the rows would go; `null` when the drag is over. */
  show: (place: DropPlace | null, dragged: readonly string[]) => void;
  drop: (dragged: readonly string[], place: DropPlace) => void;
}

/** The list scrolls while the pointer is so close to its edge, px. */
const EDGE = 48;
/** As fast as that at the very edge, px a frame. */
const SPEED = 14;
/** A press that moved less is a click, px. */
const SLOP = 4;

/**
 * Lets rows (`data-row`) be pulled to another place by their handles (`data-handle`), with a mouse, a pen or a finger.
 * The list scrolls when the pointer comes close to its edge, and Escape gives up.
 */
export function dragRows(options: RowDragOptions): Attachment<HTMLElement> {
  return (list) => {
    const listeners = new AbortController();
    const { signal } = listeners;
    let drag: { pointer: number; from: number; dragged: readonly string[]; moves: boolean } | null = null;
    let place: DropPlace | null = null;
    let y = 0;
    let frame = 0;

    const aim = (): void => {
      if (!drag) {
        return;
      }
      const { dragged } = drag;
      const rows = [...list.querySelectorAll<HTMLElement>('[data-row]')].filter(
        (row) => !dragged.includes(row.dataset['row'] ?? ''),
      );
      place = { before: firstBelow(rows, y)?.dataset['row'] ?? null };
      options.show(place, dragged);
    };
    const roll = (): void => {
      const element = nearestScroller(list);
      if (!drag?.moves || !element) {
        return;
      }
      const { top, bottom } = element.getBoundingClientRect();
      const near = y < top + EDGE ? y - top - EDGE : y > bottom - EDGE ? y - bottom + EDGE : 0;
      if (near !== 0) {
        element.scrollTop += (Math.max(-EDGE, Math.min(EDGE, near)) / EDGE) * SPEED;
        aim();
      }
      frame = requestAnimationFrame(roll);
    };
    const end = (): void => {
      cancelAnimationFrame(frame);
      drag = null;
      place = null;
      options.show(null, []);
    };

    list.addEventListener(
      'pointerdown',
      (event) => {
        if (drag) {
          // Another finger.
          return;
        }
        const handle =
          event.target instanceof Element ? event.target.closest<HTMLElement>('[data-handle]') : null;
        const row = handle?.closest<HTMLElement>('[data-row]')?.dataset['row'];
        const dragged = row === undefined || event.button !== 0 ? [] : options.begin(row);
        if (handle && dragged.length > 0) {
          handle.setPointerCapture(event.pointerId);
          drag = { pointer: event.pointerId, from: event.clientY, dragged, moves: false };
        }
      },
      { signal },
    );
    list.addEventListener(
      'pointermove',
      (event) => {
        if (!drag || event.pointerId !== drag.pointer) {
          return;
        }
        y = event.clientY;
        if (!drag.moves && Math.abs(y - drag.from) > SLOP) {
          drag.moves = true;
          frame = requestAnimationFrame(roll);
        }
        if (drag.moves) {
          aim();
        }
      },
      { signal },
    );
    list.addEventListener(
      'pointerup',
      (event) => {
        if (event.pointerId !== drag?.pointer) {
          return;
        }
        const [done, at] = [drag, place];
        end();
        if (done.moves && at) {
          options.drop(done.dragged, at);
        }
      },
      { signal },
    );
    list.addEventListener('pointercancel', (event) => event.pointerId === drag?.pointer && end(), { signal });
    // Nothing but rows is dragged: else the words it passes are marked.
    window.addEventListener('selectstart', (event) => drag && event.preventDefault(), { signal });
    window.addEventListener(
      'keydown',
      (event) => {
        if (drag && event.key === 'Escape') {
          event.stopPropagation();
          end();
        }
      },
      { signal, capture: true },
    );
    return () => {
      end();
      listeners.abort();
    };
  };
}

/** The first of these rows whose middle is below a height of the view, px. They stand in order, so few are measured. */
function firstBelow(rows: readonly HTMLElement[], y: number): HTMLElement | undefined {
  let [from, to] = [0, rows.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const { top, height } = (rows[middle] as HTMLElement).getBoundingClientRect();
    [from, to] = y < top + height / 2 ? [from, middle] : [middle + 1, to];
  }
  return rows[from];
}
