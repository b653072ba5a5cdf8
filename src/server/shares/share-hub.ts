import type { ServerResponse } from 'node:http';

import { WebSocket } from 'ws';

import type { GuestEvent, OwnerEvent } from '../../ports/share-wire';
import { quietly } from '../errors';
import type { GuestPass, Link, ShareStore } from './share-store';

/** How often links that somebody is being sent something of are looked at for their end, ms; another process may have stopped one. */
const SWEEP_MS = 1_000;
/** How often a ping shows whether a phone is still there, ms. */
const PING_MS = 30_000;
/** A socket that has so many bytes waiting gets no previews, ... */
const LAZY_BYTES = 256 * 1024;
/** ... and one with so many is closed. */
const DEAF_BYTES = 4 * 1024 * 1024;
/** Sockets that one guest may hold open: a few tabs. */
const PER_GUEST = 8;

interface GuestSocket {
  socket: WebSocket;
  pass: GuestPass;
}

/** Something on its way to a guest. */
interface Answer {
  response: ServerResponse;
  isDownload: boolean;
}

/** The open sockets of the owner's app and of guests, and the pictures on their way to those. */
export class ShareHub {
  readonly #store: ShareStore;
  readonly #owners = new Set<WebSocket>();
  readonly #guests = new Map<string, Set<GuestSocket>>();
  readonly #answers = new Map<string, Set<Answer>>();
  readonly #answered = new WeakSet<WebSocket>();
  readonly #timers: NodeJS.Timeout[];
  /** Called when a guest's socket was opened or closed. */
  onGuests: () => void = () => undefined;

  constructor(store: ShareStore) {
    this.#store = store;
    this.#timers = [
      setInterval(() => {
        quietly(() => {
          this.#sweep();
        });
      }, SWEEP_MS).unref(),
      setInterval(() => {
        this.#ping();
      }, PING_MS).unref(),
    ];
  }

  addOwner(socket: WebSocket): void {
    this.#watch(socket);
    this.#owners.add(socket);
    socket.once('close', () => this.#owners.delete(socket));
  }

  /** Takes a guest's socket; closes it if the guest has too many. */
  addGuest(socket: WebSocket, pass: GuestPass): void {
    const there = this.#guests.get(pass.share) ?? new Set();
    if ([...there].filter(({ pass: { guest } }) => guest === pass.guest).length >= PER_GUEST) {
      socket.close(1013);
      return;
    }
    this.#watch(socket);
    this.#guests.set(pass.share, there);
    const entry = { socket, pass };
    there.add(entry);
    socket.once('close', () => {
      there.delete(entry);
      if (there.size === 0 && this.#guests.get(pass.share) === there) {
        this.#guests.delete(pass.share);
      }
      this.onGuests();
    });
    this.onGuests();
  }

  /** Takes an answer that may last: it breaks off when the link ends. */
  addAnswer(share: string, answer: Answer): void {
    const there = this.#answers.get(share) ?? new Set();
    this.#answers.set(share, there);
    there.add(answer);
    answer.response.once('close', () => {
      there.delete(answer);
      if (there.size === 0 && this.#answers.get(share) === there) {
        this.#answers.delete(share);
      }
    });
  }

  /** Breaks off the downloads of a link: it no longer allows them. */
  cutDownloads(share: string): void {
    this.#cut(share, ({ isDownload }) => isDownload);
  }

  tellOwner(event: OwnerEvent): void {
    const text = JSON.stringify(event);
    for (const socket of this.#owners) {
      send(socket, text);
    }
  }

  /** Tells every guest of a link the same. */
  tellGuests(share: string, event: GuestEvent): void {
    const text = JSON.stringify(event);
    for (const { socket } of this.#guests.get(share) ?? []) {
      send(socket, text);
    }
  }

  /** Tells every guest of a link what it shows now: each has marks of their own. */
  tellItems(share: string): void {
    const link = this.#store.link(share);
    if (link?.state !== 'open') {
      return;
    }
    for (const { socket, pass } of this.#guests.get(share) ?? []) {
      const event: GuestEvent = { type: 'items', gallery: this.#store.gallery(link, pass.guest) };
      send(socket, JSON.stringify(event));
    }
  }

  /** Links that someone is looking at and that are open. */
  watched(): Link[] {
    return [...this.#guests.keys()].flatMap((share) => {
      const link = this.#store.link(share);
      return link?.state === 'open' ? [link] : [];
    });
  }

  /** Sends the queue to the guests who may see it. `preview` is a JPEG or PNG. */
  tellQueue(event: GuestEvent & { type: 'queue' | 'preview' }, preview?: Uint8Array): void {
    const text = JSON.stringify(event);
    for (const { id } of this.watched().filter(({ rights }) => rights.liveQueue)) {
      for (const { socket } of this.#guests.get(id) ?? []) {
        if (preview === undefined) {
          send(socket, text);
        } else if (socket.bufferedAmount < LAZY_BYTES) {
          send(socket, text);
          socket.send(preview);
        }
      }
    }
  }

  /** Puts every guest of a link out, at once. */
  end(share: string, reason: 'expired' | 'stopped'): void {
    const event: GuestEvent = { type: 'ended', reason };
    for (const { socket } of this.#guests.get(share) ?? []) {
      send(socket, JSON.stringify(event));
      dismiss(socket);
    }
    this.#cut(share);
  }

  /** Closes the sockets of a link's guests, who have to open it again: its password has changed. */
  reopen(share: string): void {
    for (const { socket } of this.#guests.get(share) ?? []) {
      dismiss(socket);
    }
    this.#cut(share);
  }

  close(): void {
    this.#timers.forEach(clearInterval);
    for (const socket of this.#all()) {
      socket.terminate();
    }
  }

  #cut(share: string, isMeant: (answer: Answer) => boolean = () => true): void {
    for (const answer of [...(this.#answers.get(share) ?? [])].filter(isMeant)) {
      answer.response.destroy();
    }
  }

  #all(): WebSocket[] {
    return [
      ...this.#owners,
      ...[...this.#guests.values()].flatMap((there) => [...there].map(({ socket }) => socket)),
    ];
  }

  #watch(socket: WebSocket): void {
    this.#answered.add(socket);
    socket.on('pong', () => this.#answered.add(socket));
    // Nobody has anything to say on these sockets.
    socket.on('message', () => {
      socket.close(1008);
    });
    socket.on('error', () => {
      socket.terminate();
    });
  }

  #sweep(): void {
    for (const share of new Set([...this.#guests.keys(), ...this.#answers.keys()])) {
      const state = this.#store.link(share)?.state ?? 'stopped';
      if (state !== 'open') {
        this.end(share, state);
      }
    }
  }

  #ping(): void {
    for (const socket of this.#all()) {
      if (!this.#answered.delete(socket)) {
        socket.terminate();
      } else if (socket.readyState === WebSocket.OPEN) {
        socket.ping();
      }
    }
  }
}

function send(socket: WebSocket, text: string): void {
  if (socket.bufferedAmount > DEAF_BYTES) {
    socket.terminate();
  } else if (socket.readyState === WebSocket.OPEN) {
    socket.send(text);
  }
}

/** Closes a socket without waiting for a phone that no longer answers. */
function dismiss(socket: WebSocket): void {
  socket.close(1000);
  setTimeout(() => {
    socket.terminate();
  }, 1_000).unref();
}
