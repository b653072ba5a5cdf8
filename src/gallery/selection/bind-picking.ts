import { scrollSpeed } from './marquee';
import type { Selection } from './selection.svelte';

/** How long a finger rests before it selects, ms: sooner than the menu opens, so that this lies under it. */
const LONG_PRESS = 450;
/** A finger that moved so far scrolls, px. */
const SLOP = 10;
/** A mouse that moved so far draws an area, px. */
const LEAST_DRAG = 4;

const tileOf = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('[data-tile]') : null;
const keyOf = (target: EventTarget | null): string | null => tileOf(target)?.dataset['tile'] ?? null;
const isButton = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('button') !== null;

/**
 * Turns what mouse, finger and keyboard do with the grid into changes of the selection.
 * @param element the scrolling element of the grid.
 * @returns stops it.
 */
export function bindPicking(element: HTMLElement, selection: Selection): () => void {
  const off = new AbortController();
  const { signal } = off;
  const stops = [
    bindClicks(element, selection, signal),
    bindLongPress(element, selection, signal),
    bindMarquee(element, selection, signal),
  ];
  element.addEventListener('keydown', (event) => keydown(event, selection), { signal });
  return () => {
    off.abort();
    stops.forEach((stop) => stop());
  };
}

function keydown(event: KeyboardEvent, selection: Selection): void {
  const key = keyOf(event.target);
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isButton(event.target)) {
    return;
  }
  if (event.key === ' ' && key !== null) {
    event.preventDefault();
    if (event.shiftKey) {
      selection.extendTo(key);
    } else {
      selection.toggle(key);
    }
  }
}

/** The last press of a finger has selected something: the click it ends with means nothing. */
const pressed = new WeakSet<HTMLElement>();

function bindClicks(element: HTMLElement, selection: Selection, signal: AbortSignal): () => void {
  let hovered: string | null = null;
  const aim = (event: MouseEvent | KeyboardEvent): void => selection.aimAt(event.shiftKey ? hovered : null);

  element.addEventListener(
    'click',
    (event) => {
      const key = keyOf(event.target);
      // Without a pointer it is the Enter key, which opens.
      if (key === null || isButton(event.target) || event.detail === 0 || pressed.delete(element)) {
        return;
      }
      const isCheck = (event.target as Element).closest('[data-check]') !== null;
      if (event.shiftKey) {
        selection.extendTo(key);
      } else if (isCheck || event.ctrlKey || event.metaKey || selection.active) {
        selection.toggle(key);
      } else {
        return;
      }
      selection.room.grid.point(key);
      event.preventDefault();
      event.stopPropagation();
    },
    { signal, capture: true },
  );
  // Shift would select the words between this click and the one before.
  element.addEventListener('mousedown', (event) => event.shiftKey && event.preventDefault(), { signal });
  element.addEventListener(
    'pointermove',
    (event) => {
      hovered = event.pointerType === 'mouse' ? keyOf(event.target) : null;
      aim(event);
    },
    { signal },
  );
  element.addEventListener('pointerleave', () => selection.aimAt((hovered = null)), { signal });
  addEventListener('keydown', aim, { signal });
  addEventListener('keyup', aim, { signal });
  return () => selection.aimAt(null);
}

function bindLongPress(element: HTMLElement, selection: Selection, signal: AbortSignal): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let start: PointerEvent | null = null;
  const giveUp = (): void => {
    clearTimeout(timer);
    start = null;
  };
  element.addEventListener(
    'pointerdown',
    (event) => {
      giveUp();
      pressed.delete(element);
      const key = keyOf(event.target);
      if (event.pointerType !== 'mouse' && event.isPrimary && key !== null) {
        start = event;
        timer = setTimeout(() => {
          start = null;
          pressed.add(element);
          selection.press(key);
        }, LONG_PRESS);
      }
    },
    { signal },
  );
  element.addEventListener(
    'pointermove',
    (event) => {
      if (start && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > SLOP) {
        giveUp();
      }
    },
    { signal },
  );
  element.addEventListener('pointerup', giveUp, { signal });
  element.addEventListener('pointercancel', giveUp, { signal });
  // The menu stands beside the grid.
  element.parentElement?.addEventListener(
    'click',
    ({ target }) => {
      if (target instanceof Element && target.closest('[role="menuitem"]')) {
        selection.menuUsed();
      }
    },
    { signal, capture: true },
  );
  return giveUp;
}

interface Point {
  x: number;
  y: number;
}

function bindMarquee(element: HTMLElement, selection: Selection, signal: AbortSignal): () => void {
  const { grid } = selection.room;
  let from: Point | null = null;
  let pointer = { x: 0, y: 0, id: -1 };
  let does: 'select' | 'unselect' = 'select';
  let frame = 0;
  let last = 0;

  /** Of the whole grid, wherever it is scrolled to. */
  const pointOf = ({ x, y }: Point): Point => {
    const left = element.querySelector('[role="grid"]')?.getBoundingClientRect().left ?? 0;
    return { x: x - left, y: y - element.getBoundingClientRect().top + grid.scrollTop };
  };
  const show = (): void => {
    if (from) {
      const to = pointOf(pointer);
      const area = {
        left: Math.min(from.x, to.x),
        right: Math.max(from.x, to.x),
        top: Math.min(from.y, to.y),
        bottom: Math.max(from.y, to.y),
      };
      selection.draw({ area, does });
    }
  };
  const end = (): void => {
    cancelAnimationFrame(frame);
    frame = 0;
    from = null;
  };
  const scroll = (now: number): void => {
    const { top, height } = element.getBoundingClientRect();
    const speed = scrollSpeed(pointer.y - top, height);
    if (speed !== 0) {
      grid.goTo(grid.scrollTop + (speed * Math.min(50, now - last)) / 1000);
      show();
    }
    last = now;
    frame = requestAnimationFrame(scroll);
  };

  element.addEventListener(
    'pointerdown',
    (event) => {
      const onBar = event.target === element && event.offsetX >= element.clientWidth;
      const isEmpty = tileOf(event.target) === null && !isButton(event.target) && !onBar;
      if (event.pointerType === 'mouse' && event.button === 0 && isEmpty) {
        pointer = { x: event.clientX, y: event.clientY, id: event.pointerId };
        from = pointOf(pointer);
        does = event.ctrlKey || event.metaKey ? 'unselect' : 'select';
      }
    },
    { signal },
  );
  // Drawing over the words of the dates would select them.
  element.addEventListener('mousedown', (event) => from && event.preventDefault(), { signal });
  element.addEventListener(
    'pointermove',
    (event) => {
      if (!from || event.pointerId !== pointer.id) {
        return;
      }
      const moved = Math.hypot(event.clientX - pointer.x, event.clientY - pointer.y);
      if (frame === 0 && moved < LEAST_DRAG) {
        return;
      }
      pointer = { x: event.clientX, y: event.clientY, id: event.pointerId };
      if (frame === 0) {
        element.setPointerCapture(event.pointerId);
        last = performance.now();
        frame = requestAnimationFrame(scroll);
      }
      show();
    },
    { signal },
  );
  element.addEventListener(
    'pointerup',
    () => {
      if (frame !== 0) {
        selection.drop();
      }
      end();
    },
    { signal },
  );
  const giveUp = (): void => {
    end();
    selection.draw(null);
  };
  element.addEventListener('pointercancel', giveUp, { signal });
  // Before Escape clears what was selected before.
  addEventListener(
    'keydown',
    (event) => {
      if (event.key === 'Escape' && frame !== 0) {
        event.preventDefault();
        event.stopPropagation();
        giveUp();
      }
    },
    { signal, capture: true },
  );
  return giveUp;
}
