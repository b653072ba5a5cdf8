import net from 'node:net';
import type { Server } from 'node:http';

import { DarkroomError, systemCode } from './errors';

const LOOPBACK_HOSTS: Record<string, readonly string[]> = {
  localhost: ['127.0.0.1', '::1'],
  '127.0.0.1': ['127.0.0.1', '::1'],
  '::1': ['::1'],
  '[::1]': ['::1'],
};

/**
 * The addresses to listen on for a host. Browsers resolve `localhost` to either family, so the usual names
 * mean both.
 * @throws DarkroomError `bad_host` for anything but a loopback name: the owner's door is never open to other machines.
 */
export function loopbackAddresses(host: string): readonly string[] {
  const addresses = LOOPBACK_HOSTS[host.toLowerCase()];
  if (!addresses) {
    throw new DarkroomError(
      'bad_host',
      `Darkroom listens on this computer only (localhost, 127.0.0.1 or ::1), not on "${host}".`,
    );
  }
  return addresses;
}

/** A second address of a listening HTTP server. */
export interface SecondDoor {
  close(): Promise<void>;
}

/**
 * Makes an HTTP server that listens on one address answer on another, on the same port.
 * @returns null when this machine has no such address.
 * @throws the system's error (`EADDRINUSE`…) when the port is taken there.
 */
export async function openSecondDoor(
  server: Server,
  address: string,
  port: number,
): Promise<SecondDoor | null> {
  // The same options as http.Server uses for its own connections.
  const door = net.createServer(
    { allowHalfOpen: true, noDelay: true, highWaterMark: 64 * 1024 },
    (socket) => {
      server.emit('connection', socket);
    },
  );
  const opened = await new Promise<boolean>((resolve, reject) => {
    door.once('error', (error) => {
      const code = systemCode(error);
      if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') {
        resolve(false);
      } else {
        reject(error);
      }
    });
    door.listen({ host: address, port, ipv6Only: net.isIPv6(address) }, () => {
      resolve(true);
    });
  });
  if (!opened) {
    return null;
  }
  return {
    close: () =>
      new Promise((resolve) => {
        door.close(() => {
          resolve();
        });
      }),
  };
}
