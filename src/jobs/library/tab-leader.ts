import { randomUuid } from '../../comfy/uuid';

/** The part of BroadcastChannel that is used. */
export interface Channel {
  postMessage(message: unknown): void;
  close(): void;
  onmessage: ((event: MessageEvent<unknown>) => void) | null;
}

type Message =
  | { type: 'who-leads' | 'resign'; from: string }
  | { type: 'lead'; from: string; since: number }
  | { type: 'app'; from: string; data: unknown };

export interface TabLeaderOptions {
  /** Opens the channel that all tabs share. */
  open: () => Channel;
  id?: string;
  /** ms since the epoch; decides between two tabs that both believe they lead. */
  now?: () => number;
  /** 0 ≤ n < 1, so that tabs opened together do not take over together. */
  random?: () => number;
}

/** How long a tab waits for the leader's answer before it takes over, ms. A busy page can need that long. */
const PATIENCE = 600;
/** Random extra wait, ms, so that the slower of two tabs hears the faster one. */
const SPREAD = 150;
/** How often a follower asks whether the leader is still there, ms. */
const ASK_EVERY = 900;

/**
 * Elects one tab of this browser for work that must be done only once. BroadcastChannel works over plain
 * http, where navigator.locks does not exist. A leader that is closed says so; a crashed one is noticed within
 * two seconds because followers keep asking. A leader in the background still answers, although its timers
 * are throttled.
 */
export class TabLeader {
  readonly #open: () => Channel;
  #channel: Channel | null = null;
  readonly #id: string;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #leads = new Set<(leads: boolean) => void>();
  readonly #messages = new Set<(data: unknown) => void>();
  #leadsSince: number | null = null;
  #decided = false;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #asking: ReturnType<typeof setInterval> | undefined;

  constructor({ open, id = randomUuid(), now = Date.now, random = Math.random }: TabLeaderOptions) {
    this.#open = open;
    this.#id = id;
    this.#now = now;
    this.#random = random;
  }

  /** Whether this tab leads. */
  get leads(): boolean {
    return this.#leadsSince !== null;
  }

  /** Whether it is known who leads; false until the first election is over. */
  get decided(): boolean {
    return this.#decided;
  }

  /** Takes part until the returned function is called. */
  start(): () => void {
    const channel = (this.#channel = this.#open());
    channel.onmessage = ({ data }) => this.#receive(data as Message);
    this.#ask();
    this.#asking = setInterval(() => this.#ask(), ASK_EVERY);
    return () => {
      clearInterval(this.#asking);
      clearTimeout(this.#patience);
      this.#patience = undefined;
      this.resign();
      channel.close();
      this.#channel = null;
    };
  }

  /** Lets another tab lead, as when the page is being left. This one asks again after a while. */
  resign(): void {
    if (this.#leadsSince !== null) {
      this.#say({ type: 'resign', from: this.#id });
      this.#setLeads(null);
    }
  }

  /** Calls back when the election is over, and when this tab begins or ceases to lead; returns the way to stop. */
  onChange(listener: (leads: boolean) => void): () => void {
    this.#leads.add(listener);
    return () => this.#leads.delete(listener);
  }

  /** Calls back for what other tabs `post`; returns the way to stop. */
  onMessage(listener: (data: unknown) => void): () => void {
    this.#messages.add(listener);
    return () => this.#messages.delete(listener);
  }

  /** Tells all other tabs something that can be cloned. */
  post(data: unknown): void {
    this.#say({ type: 'app', from: this.#id, data });
  }

  #say(message: Message): void {
    this.#channel?.postMessage(message);
  }

  #ask(): void {
    if (this.#leadsSince === null && this.#patience === undefined) {
      this.#say({ type: 'who-leads', from: this.#id });
      this.#patience = setTimeout(() => this.#takeOver(), PATIENCE + this.#random() * SPREAD);
    }
  }

  #takeOver(): void {
    this.#patience = undefined;
    const since = this.#now();
    this.#say({ type: 'lead', from: this.#id, since });
    this.#setLeads(since);
  }

  #setLeads(since: number | null): void {
    this.#leadsSince = since;
    this.#decided = true;
    this.#leads.forEach((listener) => listener(since !== null));
  }

  #receive(message: Message): void {
    switch (message.type) {
      case 'who-leads':
        if (this.#leadsSince !== null) {
          this.#say({ type: 'lead', from: this.#id, since: this.#leadsSince });
        }
        break;
      case 'lead':
        clearTimeout(this.#patience);
        this.#patience = undefined;
        this.#compareWith(message);
        break;
      case 'resign':
        if (this.#leadsSince !== null) {
          break;
        }
        clearTimeout(this.#patience);
        // All followers hear this at once: the quickest takes over, and the others yield.
        this.#patience = setTimeout(() => this.#takeOver(), this.#random() * SPREAD);
        break;
      case 'app':
        this.#messages.forEach((listener) => listener(message.data));
        break;
    }
  }

  /** Two can lead for a moment, for instance when one was frozen. The later one stays, as it replaced the other. */
  #compareWith({ since, from }: { since: number; from: string }): void {
    if (this.#leadsSince === null) {
      if (!this.#decided) {
        this.#setLeads(null);
      }
      return;
    }
    if (since > this.#leadsSince || (since === this.#leadsSince && from > this.#id)) {
      this.#setLeads(null);
    } else {
      this.#say({ type: 'lead', from: this.#id, since: this.#leadsSince });
    }
  }
}
