import type { Duplex } from 'node:stream';

/** WebSockets that paired devices hold open, so that revoking a device also ends what it already has. */
export class DeviceSockets {
  readonly #open = new Map<string, Set<Duplex>>();

  add(device: string, socket: Duplex): void {
    const there = this.#open.get(device) ?? new Set();
    this.#open.set(device, there);
    there.add(socket);
    socket.once('close', () => {
      there.delete(socket);
      if (there.size === 0 && this.#open.get(device) === there) {
        this.#open.delete(device);
      }
    });
  }

  cut(device: string): void {
    for (const socket of this.#open.get(device) ?? []) {
      socket.destroy();
    }
  }
}
