import { report } from '../base/report';
import { type ComfyEvent, parseBinaryFrame, parseTextFrame } from './events';

/** State of the connection. `waiting`: the next attempt is scheduled. */
export type SocketState = 'idle' | 'connecting' | 'open' | 'waiting' | 'closed';

/** The part of the WebSocket interface that is used; it fits browsers and the `ws` package. */
export interface SocketLike {
  binaryType: string;
  readonly readyState: number;
  send(data: string): void;
  close(): void;
  onopen: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
}

export interface ComfySocketOptions {
  /** Address for a client id, with the id in its query. */
  url: (clientId: string) => string;
  /** One per tab: two sockets with one id make the server lose both (API reference 4.2). */
  clientId: string;
  open?: (url: string) => SocketLike;
  /** 0 ≤ n < 1, for jitter. */
  random?: () => number;
}

/** Longest pause between two attempts, ms; with jitter, a returning server is noticed within 5 s. */
const MAX_DELAY = 3000;
const FIRST_DELAY = 250;
/** How long to wait for the first message, ms: a proxy can accept the handshake for a dead server. */
const OPEN_TIMEOUT = 5000;
/** How long a close may take to be confirmed before the next socket is opened anyway. */
const CLOSE_TIMEOUT = 1000;
/** Once a job is accepted, some message must arrive within this time, ms, or the socket is deaf. */
const ANSWER_TIMEOUT = 2000;
/** Silence that is suspicious while a job runs, ms; doubles up to the maximum, for slow model loads. */
const FIRST_SILENCE = 10_000;
const MAX_SILENCE = 60_000;
/** A connection that lasted this long, ms, was sound: after its loss the pauses start from the shortest. */
const STEADY = 3000;

type Timer = ReturnType<typeof setTimeout> | undefined;

/** The pause before attempt number `attempt` (from 0), ms: doubles up to a limit; jitter removes up to half. */
export function reconnectDelay(attempt: number, random: number): number {
  return Math.min(MAX_DELAY, FIRST_DELAY * 2 ** Math.min(attempt, 10)) * (0.5 + random * 0.5);
}

/**
 * The event socket. It sends its feature flags first, reconnects with growing pauses, never opens two
 * sockets with one id, and treats silence as suspicious, because a socket can be deaf without closing
 * (API reference 4.2, upstream #16010). The server replays nothing, so listeners must re-sync over HTTP on
 * every `open`.
 */
export class ComfySocket {
  readonly #options: Required<ComfySocketOptions>;
  readonly #eventListeners = new Set<(event: ComfyEvent) => void>();
  readonly #stateListeners = new Set<(state: SocketState) => void>();
  #socket: SocketLike | null = null;
  /** Closing, but not closed yet. No other socket may be opened until it is. */
  #closing: SocketLike | null = null;
  #state: SocketState = 'idle';
  #attempt = 0;
  #openedAt = 0;
  #received = 0;
  /** Somebody is waiting: reconnect without a pause. */
  #hurry = false;
  #retryTimer: Timer;
  #closeTimer: Timer;
  #openTimer: Timer;
  #silenceTimer: Timer;
  #answerTimer: Timer;
  #silence = FIRST_SILENCE;
  #busy = false;

  constructor(options: ComfySocketOptions) {
    this.#options = {
      open: (url) => new WebSocket(url),
      random: Math.random,
      ...options,
    };
  }

  get state(): SocketState {
    return this.#state;
  }

  get clientId(): string {
    return this.#options.clientId;
  }

  /** Messages received so far, over all connections; see `expectAnswer`. */
  get received(): number {
    return this.#received;
  }

  /** Calls back for every event; returns the way to stop. */
  onEvent(listener: (event: ComfyEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  /** Calls back for every change of state; returns the way to stop. */
  onState(listener: (state: SocketState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** Opens the socket and keeps it open until `close`. */
  connect(): void {
    if (this.#state === 'idle' || this.#state === 'closed') {
      this.#attempt = 0;
      this.#setState('waiting');
      this.retryNow();
    }
  }

  /** Reconnects now instead of waiting, for example when the page becomes visible. */
  retryNow(): void {
    if (this.#state !== 'waiting') {
      return;
    }
    if (this.#closing) {
      this.#hurry = true;
      return;
    }
    clearTimeout(this.#retryTimer);
    this.#open();
  }

  /** Closes for good. */
  close(): void {
    clearTimeout(this.#retryTimer);
    this.#closeSocket('closed');
  }

  /** Tells the watchdog whether one of our jobs is running: only then is silence suspicious. */
  setBusy(busy: boolean): void {
    if (this.#busy !== busy) {
      this.#busy = busy;
      this.#silence = FIRST_SILENCE;
      this.#watchSilence();
    }
  }

  /**
   * Call after something the server announces to every socket, such as an accepted job: if no message
   * arrives soon, the socket is deaf and is replaced. `since` is what `received` was before the request was
   * sent, because the message may overtake the HTTP answer (API reference 4.5).
   */
  expectAnswer(since = this.#received): void {
    if (this.#state === 'open' && this.#received === since && this.#answerTimer === undefined) {
      this.#answerTimer = setTimeout(() => this.#reopen(), ANSWER_TIMEOUT);
    }
  }

  #open(): void {
    this.#hurry = false;
    this.#setState('connecting');
    let socket: SocketLike;
    try {
      socket = this.#options.open(this.#options.url(this.#options.clientId));
    } catch (error) {
      report(error, 'comfy.socket-open');
      this.#scheduleRetry();
      return;
    }
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      // Only the first message counts (API reference 4.1); without it previews come without ids.
      socket.send(JSON.stringify({ type: 'feature_flags', data: { supports_preview_metadata: true } }));
    };
    socket.onmessage = (message: { data: unknown }) => this.#receive(message.data);
    socket.onclose = () => {
      this.#detach();
      this.#scheduleRetry();
    };
    socket.onerror = () => undefined;
    this.#openTimer = setTimeout(() => this.#reopen(), OPEN_TIMEOUT);
  }

  #receive(data: unknown): void {
    this.#received += 1;
    clearTimeout(this.#answerTimer);
    this.#answerTimer = undefined;
    const event =
      typeof data === 'string'
        ? parseTextFrame(data)
        : data instanceof ArrayBuffer
          ? parseBinaryFrame(data)
          : null;
    if (this.#state !== 'open') {
      // The greeting proves that ComfyUI accepted the handshake, not just a proxy.
      clearTimeout(this.#openTimer);
      this.#openedAt = Date.now();
      this.#setState('open');
    }
    this.#watchSilence();
    if (event) {
      this.#eventListeners.forEach((listener) => listener(event));
    }
  }

  #reopen(): void {
    this.#closeSocket('waiting');
  }

  /** Closes the current socket. The next attempt waits until that is confirmed or has taken too long. */
  #closeSocket(next: 'waiting' | 'closed'): void {
    const socket = this.#detach();
    if (!socket) {
      this.#setState(next);
      return;
    }
    this.#closing = socket;
    this.#setState(next);
    const confirmed = (): void => {
      socket.onclose = null;
      clearTimeout(this.#closeTimer);
      this.#closing = null;
      this.#scheduleRetry();
    };
    this.#closeTimer = setTimeout(confirmed, CLOSE_TIMEOUT);
    socket.onclose = confirmed;
    socket.close();
  }

  #scheduleRetry(): void {
    if (this.#state === 'closed') {
      return;
    }
    if (this.#hurry) {
      this.#open();
      return;
    }
    this.#setState('waiting');
    const delay = reconnectDelay(this.#attempt, this.#options.random());
    this.#attempt += 1;
    this.#retryTimer = setTimeout(() => this.#open(), delay);
  }

  #detach(): SocketLike | null {
    clearTimeout(this.#openTimer);
    clearTimeout(this.#silenceTimer);
    clearTimeout(this.#answerTimer);
    this.#answerTimer = undefined;
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onopen = null;
      socket.onmessage = null;
      socket.onclose = null;
    }
    // A server that greets and hangs up at once must not be hammered.
    if (this.#openedAt > 0 && Date.now() - this.#openedAt >= STEADY) {
      this.#attempt = 0;
    }
    this.#openedAt = 0;
    return socket;
  }

  #watchSilence(): void {
    clearTimeout(this.#silenceTimer);
    if (this.#busy && this.#state === 'open') {
      this.#silenceTimer = setTimeout(() => {
        this.#silence = Math.min(MAX_SILENCE, this.#silence * 2);
        this.#reopen();
      }, this.#silence);
    }
  }

  #setState(state: SocketState): void {
    if (this.#state !== state) {
      this.#state = state;
      this.#stateListeners.forEach((listener) => listener(state));
    }
  }
}
