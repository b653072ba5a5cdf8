import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { report, reporting } from '../base/report';
import { fileRefKey } from '../comfy/file-ref';
import type { AddressList, Feedback, OwnerEvent, Share, ShareChange, ShareDraft } from '../ports/share-wire';
import { type ShareClient, ShareError } from './share-client';

/**
 * Whether links can be made: `absent` where another server than Darkroom's holds the page, `storeless` where ours has no
 * database.
 */
export type BookState = 'waiting' | 'ready' | 'absent' | 'storeless' | 'silent';

/** As much of a WebSocket as is needed. */
export type BookSocket = Pick<WebSocket, 'close'> & {
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
};

export interface BookOptions {
  client: ShareClient;
  /** Whether the page comes from a server that may have links at all; it does when not given. */
  hosted?: boolean;
  /** Opens a socket; in tests, one of their own. */
  connect?: (url: string) => BookSocket;
  /** A guest said something, for whoever is doing something else. */
  onComment?: (share: Share, name: string, text: string) => void;
}

/** How long to wait before listening again, ms; the last one for ever. */
const WAITS = [1000, 2000, 4000, 8000, 15_000];

/** The links of this server, and what guests do with them, live. */
export class ShareBook {
  readonly client: ShareClient;
  readonly #connect: (url: string) => BookSocket;
  readonly #onComment: BookOptions['onComment'];
  #state = $state<BookState>('waiting');
  #shares = $state.raw<readonly Share[]>([]);
  #addresses = $state.raw<AddressList | null>(null);
  readonly #feedback = new SvelteMap<string, Feedback>();
  /** Links a guest has opened while this page looked on. */
  readonly #opened = new SvelteSet<string>();
  #socket: BookSocket | null = null;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  /** Votes by file, over all links that take any. */
  readonly #votes = $derived.by(() => {
    const votes = new Map<string, number>();
    for (const { id, rights } of this.#shares) {
      const { files = {}, votes: given = {} } = (rights.voting && this.#feedback.get(id)) || {};
      for (const [item, ref] of Object.entries(files)) {
        const count = given[item] ?? 0;
        if (count > 0) {
          const key = fileRefKey(ref);
          votes.set(key, (votes.get(key) ?? 0) + count);
        }
      }
    }
    return votes;
  });

  constructor({ client, hosted = true, connect, onComment }: BookOptions) {
    this.client = client;
    this.#connect = connect ?? ((url) => new WebSocket(url));
    this.#onComment = onComment;
    this.#state = hosted ? 'waiting' : 'absent';
  }

  get state(): BookState {
    return this.#state;
  }

  /** Newest first. */
  get shares(): readonly Share[] {
    return this.#shares;
  }

  /** Where guests find this server; `null` before it is known. */
  get addresses(): AddressList | null {
    return this.#addresses;
  }

  get votes(): ReadonlyMap<string, number> {
    return this.#votes;
  }

  /** What guests said of a link; `undefined` before it is known. */
  feedback(id: string): Feedback | undefined {
    return this.#feedback.get(id);
  }

  /** Whether a guest has opened a link while this page looked on. */
  wasOpened(id: string): boolean {
    return this.#opened.has(id);
  }

  find(id: string): Share | undefined {
    return this.#shares.find((share) => share.id === id);
  }

  /** Loads the links and listens to what guests do, until the returned function is called. */
  start(): () => void {
    this.#isOver = false;
    if (this.#state !== 'absent') {
      void this.load();
    }
    return () => {
      this.#isOver = true;
      clearTimeout(this.#timer);
      this.#socket?.close();
      this.#socket = null;
    };
  }

  /** Reads everything anew. */
  async load(): Promise<void> {
    try {
      const [shares, addresses] = await Promise.all([this.client.list(), this.client.addresses()]);
      this.#take(shares);
      this.#addresses = addresses;
      this.#state = 'ready';
      this.#listen();
      await Promise.all(shares.map(({ id }) => this.#loadFeedback(id)));
    } catch (error) {
      this.#state = stateAfter(error);
      if (this.#state !== 'absent' && this.#state !== 'storeless') {
        // Those two are said where links are made, and are no faults.
        report(error, 'sharing.load');
      }
      if (this.#state === 'silent') {
        this.#again();
      }
    }
  }

  /** @throws ShareError */
  async make(draft: ShareDraft): Promise<Share> {
    const share = await this.client.make(draft);
    this.#put(share);
    void this.#loadFeedback(share.id);
    return share;
  }

  /** @throws ShareError */
  async change(id: string, change: ShareChange): Promise<void> {
    this.#put(await this.client.change(id, change));
  }

  /** Stops a link: its guests are out at once. @throws ShareError */
  async stop(id: string): Promise<void> {
    await this.client.stop(id);
    this.#take(this.#shares.filter((share) => share.id !== id));
  }

  #take(shares: readonly Share[]): void {
    this.#shares = [...shares].sort((a, b) => b.createdAt - a.createdAt);
  }

  #put(share: Share): void {
    // The address comes only with the answer to making it, where the server does not keep it.
    const path = share.path || this.find(share.id)?.path || '';
    this.#take([{ ...share, path }, ...this.#shares.filter(({ id }) => id !== share.id)]);
  }

  async #loadFeedback(id: string): Promise<void> {
    try {
      this.#feedback.set(id, await this.client.feedback(id));
    } catch (error) {
      report(error, 'sharing.feedback');
    }
  }

  #listen(): void {
    if (this.#isOver || this.#socket) {
      return;
    }
    const socket = this.#connect(this.client.liveUrl);
    this.#socket = socket;
    socket.onmessage = ({ data }: MessageEvent) => {
      if (typeof data === 'string') {
        this.#failures = 0;
        this.#hear(JSON.parse(data) as OwnerEvent);
      }
    };
    socket.onclose = () => {
      if (this.#socket === socket) {
        this.#socket = null;
        this.#again();
      }
    };
  }

  #again(): void {
    if (!this.#isOver) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(
        () => void this.load().catch(reporting('sharing.load')),
        WAITS[Math.min(this.#failures, WAITS.length - 1)],
      );
      this.#failures += 1;
    }
  }

  #hear(event: OwnerEvent): void {
    if (event.type === 'shares-changed') {
      void this.client.list().then((shares) => this.#take(shares), reporting('sharing.list'));
      return;
    }
    const share = this.find(event.share);
    const known = this.#feedback.get(event.share);
    if (event.type === 'opened') {
      this.#opened.add(event.share);
      if (share) {
        this.#put({ ...share, views: event.views, lastSeenAt: event.at });
      }
    } else if (!known || (event.type !== 'comment' && known.files[event.item] === undefined)) {
      void this.#loadFeedback(event.share);
    } else if (event.type === 'comment') {
      if (!known.comments.some(({ id }) => id === event.comment.id)) {
        this.#feedback.set(event.share, { ...known, comments: [...known.comments, event.comment] });
      }
    } else {
      const counts = { ...known[event.type], [event.item]: event.count };
      this.#feedback.set(event.share, {
        ...known,
        [event.type]: counts,
        ...(event.type === 'votes' && { voters: event.voters }),
      });
    }
    if (event.type === 'comment' && share) {
      this.#onComment?.(share, event.comment.name, event.comment.text);
    }
  }
}

/** Only a server that does not answer, or has a fault, may know of links later. */
function stateAfter(error: unknown): BookState {
  const kind = error instanceof ShareError ? error.kind : 'silent';
  return kind === 'refused' ? 'silent' : kind;
}
