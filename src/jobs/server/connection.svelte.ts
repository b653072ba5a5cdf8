import { ComfyError } from '../../comfy/errors';
import type { PageHost } from '../../ports/page';

/**
 * Whether the server answers. `off` says which server is missing, and the address of ComfyUI if a proxy named
 * the one it tried.
 */
export type Connection =
  { state: 'connecting' | 'connected' } | { state: 'off'; missing: PageHost; address: string | null };

/** Whether the server is up, judging by the latest answers or the lack of them. */
export class ConnectionState {
  readonly #host: PageHost;
  #now = $state.raw<Connection>({ state: 'connecting' });

  /** @param host what serves the page, and so is missing when nothing answers at all. */
  constructor(host: PageHost = 'comfyui') {
    this.#host = host;
  }

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
    const before = this.#now.state === 'off' ? this.#now : null;
    const missing = error.isSilence ? this.#host : 'comfyui';
    const address = error.address ?? before?.address ?? null;
    if (before?.missing !== missing || before.address !== address) {
      this.#now = { state: 'off', missing, address };
    }
  }
}

/** Waits for code that comes from where the page does: without that, there is no server to speak of either. */
export async function arrived<T>(module: Promise<T>): Promise<T> {
  try {
    return await module;
  } catch (cause) {
    throw new ComfyError('unreachable', 'the server does not answer', { cause });
  }
}

/** Rethrows everything but a `ComfyError`: the connection's state already shows that the server failed. */
export function onlyComfy(error: unknown): void {
  if (!(error instanceof ComfyError)) {
    throw error;
  }
}
