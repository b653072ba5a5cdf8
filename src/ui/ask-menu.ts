import type { Attachment } from 'svelte/attachments';

/** Where a context menu was asked for, in client px. */
export interface MenuPlace {
  x: number;
  y: number;
}

/** How long a finger rests before it means the menu, ms. */
const LONG_PRESS = 500;
/** A finger that moved so far drags, px. */
const SLOP = 10;

/**
 * Listens for everything that asks for a context menu: the right button, the Menu key, Shift+F10, and a
 * finger that rests, which iOS does not tell by itself.
 * @param open returns whether there is a menu for the element; if not, the browser shows its own.
 */
export function asksForMenu(open: (place: MenuPlace, target: Element) => boolean): Attachment<HTMLElement> {
  return (node) => {
    const listeners = new AbortController();
    const { signal } = listeners;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let start: PointerEvent | null = null;
    /** The press has opened the menu: its end is no click. */
    let swallow = false;

    const ask = (place: MenuPlace, target: EventTarget | null): boolean =>
      target instanceof Element && open(place, target);
    const giveUp = (): void => {
      clearTimeout(timer);
      start = null;
    };
    const pressed = (event: PointerEvent): void => {
      giveUp();
      swallow = false;
      if (event.pointerType !== 'mouse' && event.isPrimary) {
        start = event;
        timer = setTimeout(() => {
          start = null;
          swallow = ask({ x: event.clientX, y: event.clientY }, event.target);
        }, LONG_PRESS);
      } else if (event.pointerType !== 'mouse') {
        // A second finger pinches.
        giveUp();
      }
    };
    const moved = (event: PointerEvent): void => {
      if (start && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > SLOP) {
        giveUp();
      }
    };

    node.addEventListener('pointerdown', pressed, { signal });
    node.addEventListener('pointermove', moved, { signal });
    node.addEventListener('pointerup', giveUp, { signal });
    node.addEventListener('pointercancel', giveUp, { signal });
    node.addEventListener(
      'click',
      (event) => {
        if (swallow) {
          swallow = false;
          event.preventDefault();
          event.stopPropagation();
        }
      },
      { signal, capture: true },
    );
    node.addEventListener(
      'contextmenu',
      (event) => {
        // Android tells of a resting finger too; whichever comes first opens the menu.
        const isLate = swallow;
        giveUp();
        if (isLate || ask({ x: event.clientX, y: event.clientY }, event.target)) {
          swallow = isLate || event.pointerType === 'touch';
          event.preventDefault();
        }
      },
      { signal },
    );
    node.addEventListener(
      'keydown',
      (event) => {
        const asks = event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
        if (asks && event.target instanceof Element) {
          const { left, top, width, height } = event.target.getBoundingClientRect();
          if (ask({ x: left + Math.min(width / 2, 32), y: top + Math.min(height / 2, 32) }, event.target)) {
            event.preventDefault();
          }
        }
      },
      { signal },
    );
    return () => {
      giveUp();
      listeners.abort();
    };
  };
}
