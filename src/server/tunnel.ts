import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** How long one side may take to close after the other has, in ms. */
const LINGER_MS = 2_000;
/** Interval of TCP keep-alive probes in ms: the only way to notice a peer that vanished silently. */
const PROBE_MS = 30_000;

/** The browser's side of a tunnel, before it was answered. */
export interface NearSide {
  socket: Duplex;
  /** What the browser has already sent after its handshake. */
  head: Buffer;
}

/** ComfyUI's side, after it accepted the handshake. */
export interface FarSide {
  answer: IncomingMessage;
  socket: Duplex;
  head: Buffer;
}

/**
 * Passes the accepted handshake to the browser and connects the two byte streams, with back-pressure. When one
 * side ends, its last data is still delivered before the other side is ended; when one fails, the other is
 * destroyed. There is no idle timeout: ComfyUI sends no pings (ComfyUI API notes §4.1).
 * @returns a function that destroys both sides.
 */
export function joinSockets(near: NearSide, far: FarSide): () => void {
  const cut = (): void => {
    near.socket.destroy();
    far.socket.destroy();
  };
  for (const socket of [near.socket, far.socket]) {
    if (socket instanceof Socket) {
      socket.setTimeout(0);
      socket.setNoDelay(true);
      socket.setKeepAlive(true, PROBE_MS);
    }
    socket.on('error', cut);
  }
  near.socket.write(rawHead(101, far.answer.statusMessage ?? '', far.answer.rawHeaders));
  near.socket.write(far.head);
  far.socket.write(near.head);
  flow(near.socket, far.socket);
  flow(far.socket, near.socket);
  return cut;
}

/** Copies `from` into `to`, and ends `to` when `from` has ended or closed. */
function flow(from: Duplex, to: Duplex): void {
  from.pipe(to);
  from.once('end', () => {
    finish(to);
  });
  from.once('close', () => {
    finish(to);
  });
}

/** Flushes the buffer and ends the socket; a peer that does not close in return is cut off after a while. */
function finish(socket: Duplex): void {
  if (socket.destroyed) {
    return;
  }
  socket.end();
  socket.resume();
  const timer = setTimeout(() => {
    socket.destroy();
  }, LINGER_MS);
  socket.once('close', () => {
    clearTimeout(timer);
  });
}

function rawHead(status: number, text: string, rawHeaders: readonly string[]): string {
  let lines = `HTTP/1.1 ${status} ${text}\r\n`;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    lines += `${rawHeaders[index] ?? ''}: ${rawHeaders[index + 1] ?? ''}\r\n`;
  }
  return `${lines}\r\n`;
}

/** Answers a handshake that was not accepted, and closes the connection. */
export function writeRawResponse(
  socket: Duplex,
  status: number,
  text: string,
  body: string,
  contentType = 'application/json; charset=utf-8',
): void {
  if (socket.destroyed || !socket.writable) {
    return;
  }
  const headers = ['Content-Type', contentType, 'Content-Length', String(Buffer.byteLength(body))];
  headers.push('X-Content-Type-Options', 'nosniff', 'Connection', 'close');
  socket.on('error', () => {
    socket.destroy();
  });
  socket.once('finish', () => {
    socket.resume();
  });
  socket.end(rawHead(status, text, headers) + body);
}
