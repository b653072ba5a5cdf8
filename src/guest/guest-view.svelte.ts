import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { GuestItem } from '../ports/share-wire';
import { StageView } from '../ui/pictures/stage-view.svelte';
import { Swipe } from '../ui/pictures/swipe.svelte';
import type { Size } from '../ui/viewport';
import { itemAt } from './guest-address';

/** How long the slide show stays at a picture, ms. */
const STAY = 5000;
/** How long bars stay over the slide show after somebody stirs, ms. */
const STIR = 2500;
const UNKNOWN: Size = { width: 1024, height: 1024 };

/** The picture a guest looks at, its neighbours, and how it lies in view. The address names it. */
export class GuestView {
  readonly #all: () => readonly GuestItem[];
  readonly #shown: () => readonly GuestItem[];
  readonly stage = new StageView();
  readonly swipe = new Swipe({
    has: (direction) => this.beside(direction) !== undefined,
    go: (direction) => this.go(direction),
  });
  /** Sizes of pictures the server did not know, px. */
  readonly #sizes = new SvelteMap<string, Size>();
  #openId = $state<string | null>(null);
  #isPlaying = $state(false);
  #isStirred = $state(false);
  #stirTimer: ReturnType<typeof setTimeout> | undefined;

  /** What is stepped through: what the gallery shows, unless the open picture is none of it. */
  readonly #list = $derived.by(() => {
    const shown = this.#shown();
    return this.#openId === null || shown.some(({ id }) => id === this.#openId) ? shown : this.#all();
  });
  readonly #index = $derived(this.#list.findIndex(({ id }) => id === this.#openId));

  /**
   * @param all every picture of the link.
   * @param shown those the gallery shows, such as favourites.
   */
  constructor(all: () => readonly GuestItem[], shown: () => readonly GuestItem[]) {
    this.#all = all;
    this.#shown = shown;
  }

  get item(): GuestItem | undefined {
    return this.#list[this.#index];
  }

  /** Position in the list from 0; −1 when no picture is open. */
  get index(): number {
    return this.#index;
  }

  get total(): number {
    return this.#list.length;
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  /** Whether nothing but the picture is to be seen. */
  get isBare(): boolean {
    return this.#isPlaying && !this.#isStirred;
  }

  /** The picture after (1) or before (−1) the open one. */
  beside(direction: 1 | -1): GuestItem | undefined {
    return this.#index < 0 ? undefined : this.#list[this.#index + direction];
  }

  sizeOf({ id, width, height }: GuestItem): Size {
    return width > 0 && height > 0 ? { width, height } : (this.#sizes.get(id) ?? UNKNOWN);
  }

  /** A picture arrived, and its size with it. */
  seen(item: GuestItem, size: Size): void {
    if (!(item.width > 0 && item.height > 0)) {
      this.#sizes.set(item.id, size);
    }
  }

  /** Opens a picture, one step above the gallery in the browser's history. */
  open(item: GuestItem): void {
    history.pushState({ ...(history.state as object | null), aboveGallery: true }, '', `#${item.id}`);
    this.#openId = item.id;
  }

  go(direction: 1 | -1): void {
    this.#show(this.beside(direction));
  }

  toFirst(): void {
    this.#show(this.#list[0]);
  }

  toLast(): void {
    this.#show(this.#list.at(-1));
  }

  /** Back to the gallery. */
  close(): void {
    this.stop();
    const state = (history.state ?? {}) as { aboveGallery?: boolean };
    if (state.aboveGallery) {
      history.back();
    } else {
      history.replaceState(state, '', location.pathname);
      this.#openId = null;
    }
  }

  /** Starts or stops the slide show. */
  toggle(): void {
    if (this.#isPlaying) {
      this.stop();
    } else {
      const [first] = this.#list;
      if (this.#index < 0 && first) {
        this.open(first);
      }
      this.#isPlaying = true;
      this.#isStirred = false;
    }
  }

  stop(): void {
    this.#isPlaying = false;
    clearTimeout(this.#stirTimer);
  }

  /** Somebody moves, touches or types: shows the bars for a while. */
  stir(): void {
    if (this.#isPlaying) {
      this.#isStirred = true;
      clearTimeout(this.#stirTimer);
      this.#stirTimer = setTimeout(() => (this.#isStirred = false), STIR);
    }
  }

  /**
   * Waits at the open picture, which has arrived; then goes on, from the last one to the first. While the page is
   * hidden nobody has seen it: the wait begins anew when somebody looks again.
   */
  stay(): (() => void) | undefined {
    if (!this.#isPlaying || this.#list.length < 2) {
      return undefined;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = (): void => {
      clearTimeout(timer);
      if (document.visibilityState === 'visible') {
        timer = setTimeout(() => this.#show(this.beside(1) ?? this.#list[0]), STAY);
      }
    };
    wait();
    document.addEventListener('visibilitychange', wait);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', wait);
    };
  }

  /** Opens what the address names, now and whenever it changes, until the component is gone. */
  follow(): void {
    const read = (): void => {
      const item = this.#all()[itemAt(location.hash, this.#all())];
      this.#openId = item?.id ?? null;
      if (item && location.hash !== `#${item.id}`) {
        history.replaceState(history.state, '', `#${item.id}`);
      } else if (!item) {
        this.stop();
      }
    };
    untrack(read);
    $effect(() => {
      addEventListener('popstate', read);
      return () => {
        removeEventListener('popstate', read);
        clearTimeout(this.#stirTimer);
      };
    });
  }

  #show(item: GuestItem | undefined): void {
    if (item) {
      history.replaceState(history.state, '', `#${item.id}`);
      this.#openId = item.id;
    }
  }
}
