import { untrack } from 'svelte';
import { folderPath, isInputPath } from '../../comfy/folder-path';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import { libraryPort } from '../../ports/library.svelte';
import type { GalleryRoom } from '../gallery-room.svelte';
import { isInLibrary } from '../library/delete-commands.svelte';
import { moveBook } from '../library/move-book.svelte';
import { EdgeScroll } from './edge-scroll';

/** A mouse that moved so far drags, px. */
const LEAST_DRAG = 6;

interface Dragged {
  items: readonly GalleryItem[];
  /** Where the pointer is, px of the window. */
  x: number;
  y: number;
  /** The folder they would go to; `null` where they would go nowhere. */
  over: string | null;
}

/** Pictures that are being dragged by the mouse to a folder of the tree. */
class FileDrag {
  #now = $state.raw<Dragged | null>(null);
  /** What lies below the pointer is another folder after each step. */
  readonly #scroll = new EdgeScroll(
    () => document.querySelector<HTMLElement>('[data-scrolls-for-drags]'),
    () => this.#now && this.#look(this.#now.items, this.#now),
  );

  /** `null` while nothing is dragged. Reactive. */
  get now(): Dragged | null {
    return this.#now;
  }

  /** Path of the folder below the pointer that would take them. Reactive. */
  get over(): string | null {
    return this.#now?.over ?? null;
  }

  show(items: readonly GalleryItem[], place: Pick<Dragged, 'x' | 'y'>): void {
    this.#look(items, place);
    this.#scroll.hold(place.x, place.y);
  }

  #look(items: readonly GalleryItem[], { x, y }: Pick<Dragged, 'x' | 'y'>): void {
    const target = document
      .elementFromPoint(x, y)
      ?.closest<HTMLElement>('[role="treeitem"][data-folder]:not([data-on-device])');
    const path = target?.dataset['folder'];
    const isElsewhere =
      path !== undefined &&
      items.some(({ output }) => folderPath(output.ref) !== path) &&
      items.every(({ output }) => (output.ref.type === 'input') === isInputPath(path));
    this.#now = { items, x, y, over: isElsewhere ? path : null };
  }

  end(): void {
    this.#scroll.stop();
    this.#now = null;
  }
}

export const fileDrag = new FileDrag();

/** While the component that called it is there, pictures of the grid can be dragged to folders. */
export function followDrags(room: GalleryRoom): void {
  const element = $derived(libraryPort.verbs ? room.grid.element : null);
  $effect(() => (element ? untrack(() => bindDrags(element, room)) : undefined));
}

/** What is dragged by a tile: everything selected if it is, else what the tile stands for. */
function draggedBy(key: string, room: GalleryRoom): GalleryItem[] {
  const item = room.stacks.find(key);
  const items = room.selection?.has(key) ? room.selection.items() : item ? room.stacks.behind(item) : [];
  return items.filter(isInLibrary);
}

function bindDrags(element: HTMLElement, room: GalleryRoom): () => void {
  const off = new AbortController();
  const { signal } = off;
  let press: { key: string; x: number; y: number; id: number } | null = null;
  /** A click that ends a drag means nothing. */
  let dragged = false;

  const giveUp = (): void => {
    press = null;
    element.style.cursor = '';
    fileDrag.end();
  };
  element.addEventListener(
    'pointerdown',
    (event) => {
      dragged = false;
      const { target, clientX, clientY, pointerId } = event;
      const link = target instanceof Element ? target.closest('[data-key]') : null;
      const key = link?.closest<HTMLElement>('[data-tile]')?.dataset['tile'];
      if (event.pointerType === 'mouse' && event.button === 0 && key !== undefined && !event.shiftKey) {
        press = { key, x: clientX, y: clientY, id: pointerId };
      }
    },
    { signal },
  );
  element.addEventListener(
    'pointermove',
    (event) => {
      if (event.pointerId !== press?.id) {
        return;
      }
      const place = { x: event.clientX, y: event.clientY };
      if (!fileDrag.now) {
        const items =
          Math.hypot(place.x - press.x, place.y - press.y) < LEAST_DRAG ? [] : draggedBy(press.key, room);
        if (items.length === 0) {
          return;
        }
        dragged = true;
        element.setPointerCapture(event.pointerId);
        fileDrag.show(items, place);
      } else {
        fileDrag.show(fileDrag.now.items, place);
      }
      element.style.cursor = 'grabbing';
    },
    { signal },
  );
  element.addEventListener(
    'pointerup',
    () => {
      const { now } = fileDrag;
      giveUp();
      if (now && now.over !== null) {
        if (now.items.some(({ key }) => room.selection?.has(key))) {
          room.selection?.clear();
        }
        void moveBook.moveFiles(
          now.items.map(({ output }) => output.ref),
          now.over,
        );
      }
    },
    { signal },
  );
  element.addEventListener('pointercancel', giveUp, { signal });
  element.addEventListener(
    'click',
    (event) => {
      if (dragged) {
        dragged = false;
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    },
    { signal, capture: true },
  );
  // Before Escape clears the selection.
  addEventListener(
    'keydown',
    (event) => {
      if (event.key === 'Escape' && fileDrag.now) {
        event.preventDefault();
        event.stopImmediatePropagation();
        giveUp();
      }
    },
    { signal, capture: true },
  );
  return () => {
    off.abort();
    giveUp();
  };
}
