import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { parseExact } from '../../comfy/exact-json';
import { randomUuid } from '../../comfy/uuid';
import type { DemoFaults } from '../faults';
import { pythonJson } from '../python/json';
import { previewFrame, previewWithMetadataFrame } from './frames';

/** A client id, or `null` for every socket. */
export type Recipient = string | null;

/** What the hub sends a socket when it opens. */
export interface Greeting {
  status(): unknown;
  /** Node shown as running, if the client owns the running prompt. */
  currentNode(sid: string): string | null;
  /** Answer to a client's feature flags; `null`: the server is too old to answer. */
  features(): unknown;
}

/** A preview picture ready to send. */
export interface Preview {
  jpeg: Uint8Array;
  metadata: Record<string, unknown>;
}

const MOST_INBOUND_BYTES = 4 * 1024 * 1024;

type Message = { to: Recipient; payload: string | Uint8Array };

/**
 * The sockets by client id, and the stream of events to them. Events are sent in order, and only after the HTTP
 * response of the request that caused them (API notes §4.5).
 */
export class SocketHub {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_INBOUND_BYTES,
    perMessageDeflate: { threshold: 1024 },
  });
  readonly #greeting: Greeting;
  readonly #faults: DemoFaults;
  readonly #sockets = new Map<string, WebSocket>();
  readonly #flags = new Map<string, unknown>();
  /** Every open socket, including those no longer in the table. */
  readonly #open = new Set<WebSocket>();
  #outbox: Message[] = [];

  constructor(greeting: Greeting, faults: DemoFaults) {
    this.#greeting = greeting;
    this.#faults = faults;
  }

  /** Completes a handshake. An empty id is replaced by a new one, sent in the first frame. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, clientId: string): void {
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      this.#welcome(ws, clientId || randomUuid().replaceAll('-', ''));
    });
  }

  #welcome(ws: WebSocket, sid: string): void {
    this.#open.add(ws);
    this.#sockets.set(sid, ws);
    this.#flags.set(sid, {});
    let first = true;
    ws.on('message', (data: Buffer, isBinary) => {
      if (!isBinary && this.#hear(sid, data.toString('utf8'), first)) {
        first = false;
      }
    });
    ws.on('error', () => ws.terminate());
    ws.on('close', () => {
      this.#open.delete(ws);
      // The entry is removed by id, whichever socket holds it now: ComfyUI's reconnect bug (API notes §4.2).
      if (this.#faults.reconnectDeaf || this.#sockets.get(sid) === ws) {
        this.#sockets.delete(sid);
        this.#flags.delete(sid);
      }
    });
    ws.send(pythonJson({ type: 'status', data: { status: this.#greeting.status(), sid } }));
    const node = this.#greeting.currentNode(sid);
    if (node !== null) {
      ws.send(pythonJson({ type: 'executing', data: { node } }));
    }
  }

  /** Whether the message counts as the first one; only JSON objects do. */
  #hear(sid: string, text: string, first: boolean): boolean {
    let message: unknown;
    try {
      message = parseExact(text);
    } catch {
      return false;
    }
    if (typeof message !== 'object' || message === null || Array.isArray(message)) {
      return false;
    }
    const answer = this.#greeting.features();
    if (first && answer !== null && 'type' in message && message.type === 'feature_flags') {
      this.#flags.set(sid, 'data' in message ? message.data : {});
      this.send('feature_flags', answer, sid);
    }
    return true;
  }

  /** Whether the client accepts previews with metadata; `null` (everybody) does not. */
  takesMetadata(sid: Recipient): boolean {
    const flags = sid === null ? undefined : this.#flags.get(sid);
    return (
      typeof flags === 'object' &&
      flags !== null &&
      'supports_preview_metadata' in flags &&
      flags.supports_preview_metadata === true
    );
  }

  /** Queues a text event; dropped if no socket has the id. */
  send(type: string, data: unknown, to: Recipient): void {
    this.#post({ to, payload: pythonJson({ type, data }) });
  }

  /** Queues a preview in the form with metadata (type 4) or without (type 1). */
  sendPreview({ jpeg, metadata }: Preview, to: Recipient, withMetadata: boolean): void {
    this.#post({ to, payload: withMetadata ? previewWithMetadataFrame(jpeg, metadata) : previewFrame(jpeg) });
  }

  /** Queues a ready binary frame. */
  sendBinary(payload: Uint8Array, to: Recipient): void {
    this.#post({ to, payload });
  }

  #post(message: Message): void {
    if (this.#outbox.push(message) === 1) {
      setImmediate(() => this.#flush());
    }
  }

  #flush(): void {
    const messages = this.#outbox;
    this.#outbox = [];
    for (const { to, payload } of messages) {
      const receivers = to === null ? [...this.#sockets.values()] : [this.#sockets.get(to)];
      for (const ws of receivers) {
        if (ws?.readyState === ws?.OPEN) {
          ws?.send(payload);
        }
      }
    }
  }

  /** Cuts every connection without a closing handshake, as a network failure would. */
  dropAll(): void {
    for (const ws of this.#open) {
      ws.terminate();
    }
  }
}
