import { report } from '../base/report';
import type { GuestEvent, GuestGallery, GuestRefusal } from '../ports/share-wire';
import { type GuestAddress, publicPath } from './guest-address';
import { type GuestClient, RefusedError } from './guest-client';
import { listen, type LiveSocket } from './guest-live';
import { GuestShow } from './guest-show.svelte';

/** How far a guest has come. `wrong`: a password was given, and was not the one. */
export type LinkState =
  | { status: 'opening' }
  | { status: 'open'; show: GuestShow }
  | { status: 'refused'; refusal: GuestRefusal; wrong: boolean };

export interface LinkOptions {
  client: GuestClient;
  address: GuestAddress;
  /** Opens a socket; in tests, one of their own. */
  connect?: (url: string) => LiveSocket;
  /** The browser's history; in tests, one of their own. */
  history?: Pick<History, 'state' | 'replaceState'>;
  /** Fragment of the address, with its `#`. */
  hash?: () => string;
  /** Begins to load a picture. */
  load?: (url: string) => void;
}

/** How long to wait before asking a silent server again, ms; the last one for ever. */
const WAITS = [1000, 2000, 4000, 8000, 15_000];
/** Thumbnails asked for before there are tiles to show them: what any screen has room for, one for each connection. */
const AHEAD = 6;

/** What an entry of the browser's history keeps of a link that was opened in it. */
interface OpenedEntry {
  guest?: unknown;
}

/**
 * One link, from the door to the end: exchanges its secret, asks for the password, waits for a server that is
 * asleep, follows changes, and lets go of everything when the owner stops it.
 */
export class GuestLink {
  readonly #client: GuestClient;
  readonly #address: GuestAddress;
  readonly #connect: (url: string) => LiveSocket;
  readonly #history: Pick<History, 'state' | 'replaceState'>;
  readonly #hash: () => string;
  readonly #load: (url: string) => void;
  /** The secret, then the public id. */
  #key: string;
  #state = $state.raw<LinkState>({ status: 'opening' });
  #isAway = $state(false);
  #busy = $state(false);
  #silent = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #next: (() => Promise<void>) | null = null;
  #stopListening: (() => void) | null = null;
  #over = false;

  constructor({ client, address, connect, history: entries, hash, load }: LinkOptions) {
    this.#client = client;
    this.#address = address;
    this.#key = address.key;
    this.#connect = connect ?? ((url) => new WebSocket(url));
    this.#history = entries ?? history;
    this.#hash = hash ?? (() => location.hash);
    this.#load = load ?? ((url) => (new Image().src = url));
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Whether the server stopped answering while the pictures were open. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** Whether a password is being tried. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Begins, until the returned function is called. */
  start(): () => void {
    this.#over = false;
    const { guest } = (this.#history.state ?? {}) as OpenedEntry;
    void (guest === this.#key ? this.#enterAgain() : this.#enter());
    return () => this.#end();
  }

  /** Tries a password. */
  async enter(password: string): Promise<void> {
    this.#busy = true;
    await this.#enter(password);
    this.#busy = false;
  }

  /** Asks a server that is asleep at once. */
  wake(): void {
    const next = this.#next;
    if (next) {
      clearTimeout(this.#timer);
      this.#next = null;
      void next();
    }
  }

  async #enter(password?: string): Promise<void> {
    try {
      this.#opened(await this.#client.open(this.#key, password));
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal.reason === 'gone' && password === undefined) {
        // No secret, but perhaps the public id of a link this browser holds a cookie of.
        await this.#enterAgain();
      } else {
        this.#refused(refusal, password !== undefined, () => this.#enter(password));
      }
    }
  }

  /** After a reload the address names the link by its public id, and the cookie opens it. */
  async #enterAgain(): Promise<void> {
    try {
      this.#opened(await this.#client.gallery(this.#key));
    } catch (error) {
      this.#refused(refusalOf(error), false, () => this.#enterAgain());
    }
  }

  #opened(gallery: GuestGallery): void {
    if (this.#over) {
      return;
    }
    for (const { id, kind } of gallery.items.slice(0, AHEAD)) {
      if (kind !== 'video') {
        this.#load(this.#client.picture(gallery.id, id, 'thumb'));
      }
    }
    const path = publicPath(this.#address, gallery.id) + this.#hash();
    this.#history.replaceState({ ...(this.#history.state as object | null), guest: gallery.id }, '', path);
    this.#key = gallery.id;
    this.#silent = 0;
    this.#isAway = false;
    this.#state = { status: 'open', show: new GuestShow(this.#client, gallery) };
    this.#listen();
  }

  #refused(refusal: GuestRefusal, wrong: boolean, again: () => Promise<void>): void {
    if (this.#over) {
      return;
    }
    this.#letGo();
    this.#state = { status: 'refused', refusal, wrong: wrong && refusal.reason === 'password' };
    if (refusal.reason === 'asleep') {
      this.#later(again);
    }
  }

  #listen(): void {
    this.#stopListening = listen(this.#connect(this.#client.liveUrl(this.#key)), {
      opened: () => (this.#silent = 0),
      event: (event) => this.#hear(event),
      preview: (picture) => this.#show?.setPreview(picture),
      lost: () => this.#later(() => this.#check()),
    });
  }

  #hear(event: GuestEvent): void {
    const show = this.#show;
    if (event.type === 'ended') {
      this.#refused({ reason: event.reason }, false, () => Promise.resolve());
    } else if (event.type === 'items') {
      show?.update(event.gallery);
    } else if (event.type === 'comment') {
      show?.addComment(event.comment);
    } else if (event.type === 'queue') {
      show?.setQueue(event);
    }
  }

  /** The socket was lost: is the server away, or the link at its end? */
  async #check(): Promise<void> {
    try {
      const gallery = await this.#client.gallery(this.#key);
      if (!this.#over && this.#show) {
        this.#isAway = false;
        this.#show.update(gallery);
        this.#listen();
      }
    } catch (error) {
      const refusal = refusalOf(error);
      if (this.#over || !this.#show) {
        return;
      }
      if (refusal.reason === 'asleep') {
        this.#isAway = true;
        this.#later(() => this.#check());
      } else {
        this.#refused(refusal, false, () => Promise.resolve());
      }
    }
  }

  #later(run: () => Promise<void>): void {
    if (this.#over) {
      return;
    }
    const wait = WAITS[Math.min(this.#silent, WAITS.length - 1)] ?? 0;
    this.#silent += 1;
    clearTimeout(this.#timer);
    this.#next = run;
    this.#timer = setTimeout(() => this.wake(), wait);
  }

  get #show(): GuestShow | null {
    return this.#state.status === 'open' ? this.#state.show : null;
  }

  #letGo(): void {
    clearTimeout(this.#timer);
    this.#next = null;
    this.#stopListening?.();
    this.#stopListening = null;
    this.#isAway = false;
    this.#show?.close();
  }

  #end(): void {
    this.#over = true;
    this.#letGo();
  }
}

function refusalOf(error: unknown): GuestRefusal {
  if (error instanceof RefusedError) {
    return error.refusal;
  }
  report(error, 'guest.link');
  return { reason: 'asleep' };
}
