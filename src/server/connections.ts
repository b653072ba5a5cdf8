import type { Server } from 'node:http';
import type { Socket } from 'node:net';

import { network } from './shares/attempts';

export interface ConnectionLimits {
  /** Connections in all. */
  total: number;
  /** Connections from one IP address or, with IPv6, from one network, within which anyone can pick; a trusted proxy, which speaks for many, is exempt. */
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
    const from = network(address);
    const count = (counts.get(from) ?? 0) + 1;
    if (total >= limits.total || (count > limits.perAddress && !limits.exempt(address))) {
      socket.destroy();
      return;
    }
    total += 1;
    counts.set(from, count);
    socket.once('close', () => {
      total -= 1;
      const left = (counts.get(from) ?? 1) - 1;
      if (left > 0) {
        counts.set(from, left);
      } else {
        counts.delete(from);
      }
    });
  });
}
