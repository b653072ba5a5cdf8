import { ComfyError } from '../../comfy/errors';

/** Whether the server is there. `off` carries the address that was tried, where a proxy could tell it. */
export type Connection = { state: 'connecting' | 'connected' } | { state: 'off'; address: string | null };

/** What the last answers, or their absence, say about the server. */
export class ConnectionState {
  #now = $state.raw<Connection>({ state: 'connecting' });

  get now(): Connection {
    return this.#now;
  }

  /** The server answered; returns whether that is news. */
  answered(): boolean {
    if (this.#now.state === 'connected') {
      return false;
    }
    this.#now = { state: 'connected' };
    return true;
  }

  /** A request failed. Errors that are not ComfyUI's, such as bugs, say nothing about it. */
  failed(error: unknown): void {
    if (!(error instanceof ComfyError)) {
      return;
    }
    if (error.kind === 'http' && this.#now.state === 'connected') {
      // It answered, if badly: the next look will tell.
      return;
    }
    const address = error.address ?? (this.#now.state === 'off' ? this.#now.address : null);
    if (this.#now.state !== 'off' || this.#now.address !== address) {
      this.#now = { state: 'off', address };
    }
  }
}

/** Lets a bug through, and nothing else: failures of the server are told by the connection's state. */
export function onlyComfy(error: unknown): void {
  if (!(error instanceof ComfyError)) {
    throw error;
  }
}
