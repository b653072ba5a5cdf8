import net from 'node:net';

/** What came back for bytes sent as they are. */
export interface RawAnswer {
  /** Status of the first answer; 0 when there was none. */
  status: number;
  /** Everything received, as latin-1 text. */
  text: string;
}

/** A server that says nothing for so long has not let anything in; it counts as status 0. */
const SILENCE_MS = 15_000;

/**
 * Sends bytes that no HTTP client would and reads until the server closes, or until an answer's head has
 * arrived when it keeps the connection open (an accepted WebSocket).
 */
export function sendRaw(port: number, text: string, host = '127.0.0.1'): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, host);
    let received = '';
    const settle = (): void => {
      const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(received)?.[1] ?? 0);
      resolve({ status, text: received });
      socket.destroy();
    };
    socket.on('connect', () => socket.write(text, 'latin1'));
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (received.startsWith('HTTP/1.1 101')) {
        settle();
      }
    });
    socket.on('end', settle);
    socket.setTimeout(SILENCE_MS, settle);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') {
        settle();
      } else {
        reject(error);
      }
    });
  });
}

/** Writes a request head line by line; `Connection: close` is added so that the answer ends. */
export function rawRequest(target: string, headers: readonly string[], method = 'GET', body = ''): string {
  const lines = [`${method} ${target} HTTP/1.1`, ...headers];
  if (!headers.some((line) => /^connection:/i.test(line))) {
    lines.push('Connection: close');
  }
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** Head of a WebSocket handshake for `target` with these further header lines. */
export function rawHandshake(target: string, headers: readonly string[]): string {
  return rawRequest(target, [
    ...headers,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ]);
}
