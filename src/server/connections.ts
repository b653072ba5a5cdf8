import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionLimits {
  /** Connections in all. */
  total: number;
  /** Connections from one IP address; a trusted proxy, which speaks for many, is exempt. */
  perAddress: number;
  exempt: (address: string) => boolean;
}

/**
 * Limits the connections of a server, whichever of its addresses they arrive on. What is over the limit is closed
 * at once: it costs neither memory nor a place that somebody else could use.
 */
export function limitConnections(server: Server, limits: ConnectionLimits): void {
  const counts = new Map<string, number>();
  let total = 0;
  server.prependListener('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (counts.get(address) ?? 0) + 1;
    if (total >= limits.total || (count > limits.perAddress && !limits.exempt(address))) {
      socket.destroy();
      return;
    }
    total += 1;
    counts.set(address, count);
    socket.once('close', () => {
      total -= 1;
      const left = (counts.get(address) ?? 1) - 1;
      if (left > 0) {
        counts.set(address, left);
      } else {
        counts.delete(address);
      }
    });
  });
}
