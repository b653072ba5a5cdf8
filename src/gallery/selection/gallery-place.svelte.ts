import { untrack } from 'svelte';
import * as v from 'valibot';
import { report } from '../../base/report';
import { randomUuid } from '../../comfy/uuid';
import type { WrittenSelection } from './key-selection';
import { canName, MOST_NAMED, type Place, readPlace, type SelectedAddress, withPlace } from './place-address';
import type { Selection } from './selection.svelte';

/** How long nothing has to change before the address follows, ms: browsers refuse to have it changed all the time. */
const REST = 400;
/** Nearer to the top than this, px, is the top: new pictures come in there. */
const AT_TOP = 48;
const STORED = 'darkroom.selection.';

const writtenSchema = v.object({
  some: v.array(v.string()),
  all: v.optional(v.object({ newest: v.string(), except: v.array(v.string()) })),
});

/**
 * Keeps in the address of the grid where it is scrolled to, what is selected and how it is laid out, and brings that
 * back when the address is opened again. A selection too large for an address is kept for the tab, under a name that
 * the address holds.
 */
export class GalleryPlace {
  readonly #selection: Selection;
  /** What the address asked for and is not shown yet. */
  #at: string | null = null;
  #selected: SelectedAddress = null;
  #restored = $state(false);
  #token: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Has the address follow at once. */
  #flush: () => void = () => undefined;

  constructor(selection: Selection) {
    this.#selection = selection;
    const place = readPlace(queryOf(location.hash));
    const { room } = selection;
    untrack(() => {
      // Under an open picture, that one is where the grid will be.
      this.#at = room.openKey === null ? place.at : null;
      this.#selected = place.selected;
      if (place.mode) {
        room.settings.setMode(place.mode);
      }
    });
    this.#token = place.selected && 'stored' in place.selected ? place.selected.stored : null;
    this.#restored = this.#at === null && this.#selected === null;
  }

  /** Brings back what the address says, then has it follow, until the component that called it is gone. */
  follow(): void {
    $effect(() => this.#restore());
    $effect(() => this.#followView());
    $effect(() => {
      // Whoever reloads at once is to find what they left.
      const flush = (): void => this.#flush();
      addEventListener('pagehide', flush);
      return () => {
        removeEventListener('pagehide', flush);
        clearTimeout(this.#timer);
      };
    });
  }

  #restore(): void {
    const { room } = this.#selection;
    const isSearched = new URLSearchParams(queryOf(location.hash)).get('q') !== null;
    const isShown = !isSearched || room.search?.ready === true;
    if (this.#restored || room.openKey !== null || !room.grid.element || !isShown) {
      return;
    }
    const complete = room.jobs.loaded;
    const written = this.#written();
    const keys = written.all ? [written.all.newest, ...written.some] : written.some;
    const isThere = (key: string): boolean => room.items.find(key) !== undefined;
    // Of all there are, none may be missing; single ones need not wait for the others.
    const isEnough = !written.all && keys.every(isThere) && (this.#at === null || isThere(this.#at));
    if (!complete && !isEnough) {
      return;
    }
    const at = this.#at;
    untrack(() => {
      this.#selected = null;
      this.#at = null;
      if (keys.length > 0 && !this.#selection.active) {
        this.#selection.read(written);
      }
      // Whoever has scrolled meanwhile is where they want to be.
      if (at !== null && room.grid.scrollTop < AT_TOP) {
        void room.grid.lookAt(at);
      }
      this.#restored = true;
    });
  }

  #written(): WrittenSelection {
    const selected = this.#selected;
    if (selected === null) {
      return { some: [] };
    }
    if ('keys' in selected) {
      return { some: [...selected.keys] };
    }
    try {
      const text = sessionStorage.getItem(STORED + selected.stored);
      const { some, all } = v.parse(writtenSchema, JSON.parse(text ?? '{"some":[]}'));
      return { some, ...(all && { all }) };
    } catch (error) {
      report(error, 'gallery.read-selection');
      return { some: [] };
    }
  }

  #followView(): void {
    const { grid, openKey, settings } = this.#selection.room;
    void this.#selection.rev;
    const at = grid.scrollTop > AT_TOP ? grid.topKey : null;
    const { mode } = settings;
    clearTimeout(this.#timer);
    this.#flush = () => undefined;
    if (this.#restored && openKey === null && grid.element) {
      this.#flush = () => {
        clearTimeout(this.#timer);
        this.#write({ at, mode, selected: this.#selectedAddress() });
      };
      this.#timer = setTimeout(this.#flush, REST);
    }
  }

  #selectedAddress(): SelectedAddress {
    const count = untrack(() => this.#selection.count);
    const written = count > 0 ? this.#selection.write() : null;
    if (!written) {
      return null;
    }
    if (count <= MOST_NAMED && !written.all && canName(written.some)) {
      return { keys: written.some };
    }
    try {
      this.#token ??= randomUuid().slice(0, 6);
      sessionStorage.setItem(STORED + this.#token, JSON.stringify(written));
      return { stored: this.#token };
    } catch (error) {
      // Too much, or forbidden: it lasts as long as the page.
      report(error, 'gallery.write-selection');
      return null;
    }
  }

  /** In place of the present address, and unknown to the router: nothing else is shown. */
  #write(place: Place): void {
    const [path] = location.hash.split('?');
    if (path !== '#/gallery') {
      return;
    }
    const query = withPlace(queryOf(location.hash), place);
    const address = query === '' ? path : `${path}?${query}`;
    if (address !== location.hash) {
      history.replaceState(history.state, '', address);
    }
  }
}

function queryOf(hash: string): string {
  return hash.split('?')[1] ?? '';
}
