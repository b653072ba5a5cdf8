import { ComfyError } from '../../comfy/errors';

/** Whether the server answers. `off` carries the address that was tried, if a proxy named it. */
export type Connection = { state: 'connecting' | 'connected' } | { state: 'off'; address: string | null };

/** Whether the server is up, judging by the latest answers or the lack of them. */
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

  /** A request failed. Anything but a `ComfyError` is a bug of ours and says nothing about the server. */
  failed(error: unknown): void {
    if (!(error instanceof ComfyError)) {
      return;
    }
    if (error.kind === 'http' && this.#now.state === 'connected') {
      // It did answer, so leave the verdict to the next look.
      return;
    }
    const address = error.address ?? (this.#now.state === 'off' ? this.#now.address : null);
    if (this.#now.state !== 'off' || this.#now.address !== address) {
      this.#now = { state: 'off', address };
    }
  }
}

/** Rethrows everything but a `ComfyError`: the connection's state already shows that the server failed. */
export function onlyComfy(error: unknown): void {
  if (!(error instanceof ComfyError)) {
    throw error;
  }
}
