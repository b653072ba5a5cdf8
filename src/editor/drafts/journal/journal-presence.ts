import { browser } from '../../../base/browser';

/** A page that has a document open. */
export interface Peer {
  page: string;
  /** Key of the picture. */
  picture: string;
  /** The document it writes; empty before it wrote anything. */
  doc: string;
}

type Message =
  | { kind: 'who'; page: string }
  | ({ kind: 'here' } & Peer)
  | { kind: 'bye'; page: string }
  | { kind: 'taken'; page: string; doc: string };

/** Pages answer within this time unless they are frozen, ms. */
const ANSWER_TIME = 300;
/** How often pages on the same picture are asked whether they are still there, ms. */
const ASK_EVERY = 4000;
/** A page not heard of for this long is gone, ms. */
const GONE_AFTER = 10_000;

export interface PresenceEvents {
  /** Other pages came or went. */
  changed?: () => void;
  /** Another page took over this document, or deleted it. */
  taken?: (doc: string) => void;
}

/**
 * Knows which other pages of this browser have documents open. They answer when asked, so a page whose timers
 * are throttled in the background counts like any other.
 */
export class JournalPresence {
  readonly #page: string;
  readonly #events: PresenceEvents;
  readonly #channel: BroadcastChannel | null;
  readonly #peers = new Map<string, Peer & { heard: number }>();
  #self: Peer | null = null;
  #closed = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param page unique to this page. */
  constructor(page: string, events: PresenceEvents = {}, name = 'darkroom-editor') {
    this.#page = page;
    this.#events = events;
    this.#channel = browser.broadcastChannel ? new BroadcastChannel(name) : null;
    this.#channel?.addEventListener('message', (event: MessageEvent<Message>) => {
      this.#heard(event.data);
    });
  }

  /** Announces what this page has open; null: nothing. */
  set(picture: string | null, doc = ''): void {
    const before = this.#self;
    this.#self = picture === null ? null : { page: this.#page, picture, doc };
    if (this.#self) {
      if (before?.picture !== picture || before.doc !== doc) {
        this.#send({ kind: 'here', ...this.#self });
      }
      this.#timer ??= setInterval(() => {
        this.#watch();
      }, ASK_EVERY);
    } else {
      clearInterval(this.#timer);
      this.#timer = undefined;
      if (before) {
        this.#send({ kind: 'bye', page: this.#page });
      }
    }
  }

  /** Other pages known to have a picture open. */
  on(picture: string): Peer[] {
    return [...this.#peers.values()].filter((peer) => peer.picture === picture);
  }

  /** Documents other pages have open, asked anew. */
  async used(): Promise<Set<string>> {
    if (!this.#channel || this.#closed) {
      return new Set();
    }
    const asked = Date.now();
    this.#send({ kind: 'who', page: this.#page });
    await new Promise((resolve) => setTimeout(resolve, ANSWER_TIME));
    this.#forget(asked);
    return new Set([...this.#peers.values()].map(({ doc }) => doc).filter((doc) => doc !== ''));
  }

  /** Asks who is there without waiting for the answers. */
  ask(): void {
    this.#send({ kind: 'who', page: this.#page });
  }

  /** Tells the others that this page took over a document, or deleted it. */
  take(doc: string): void {
    this.#send({ kind: 'taken', page: this.#page, doc });
  }

  close(): void {
    this.set(null);
    this.#closed = true;
    this.#channel?.close();
  }

  #send(message: Message): void {
    // Late work may still want to announce something: a closed channel throws.
    if (!this.#closed) {
      this.#channel?.postMessage(message);
    }
  }

  #heard(message: Message): void {
    switch (message.kind) {
      case 'who':
        if (this.#self) {
          this.#send({ kind: 'here', ...this.#self });
        }
        return;
      case 'here': {
        const { page, picture, doc } = message;
        const before = this.#peers.get(page);
        this.#peers.set(page, { page, picture, doc, heard: Date.now() });
        if (before?.picture !== picture) {
          // A new page does not know of this one yet.
          if (this.#self) {
            this.#send({ kind: 'here', ...this.#self });
          }
          this.#events.changed?.();
        }
        return;
      }
      case 'bye':
        if (this.#peers.delete(message.page)) {
          this.#events.changed?.();
        }
        return;
      case 'taken':
        this.#events.taken?.(message.doc);
    }
  }

  /** Notices pages that ended without a word. */
  #watch(): void {
    const picture = this.#self?.picture ?? '';
    if (this.on(picture).length > 0) {
      this.#forget(Date.now() - GONE_AFTER);
      this.ask();
    }
  }

  #forget(before: number): void {
    const gone = [...this.#peers.values()].filter(({ heard }) => heard < before);
    for (const { page } of gone) {
      this.#peers.delete(page);
    }
    if (gone.length > 0) {
      this.#events.changed?.();
    }
  }
}
