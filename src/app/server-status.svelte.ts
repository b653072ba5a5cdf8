import { createSubscriber } from 'svelte/reactivity';
import type { ComfySocket } from '../comfy/socket';
import type { JobStore } from '../jobs/job-store.svelte';

/** State of the connection, as the status line words it. */
export type LinkState = 'connecting' | 'connected' | 'reconnecting' | 'off';

/**
 * Combines HTTP and socket: connected only when both are. Without the socket, what is shown may be a few
 * seconds old, and the status line says so.
 */
export class ServerStatus {
  readonly #jobs: JobStore;
  readonly #socket: ComfySocket;
  readonly #subscribe: () => void;

  constructor(jobs: JobStore, socket: ComfySocket) {
    this.#jobs = jobs;
    this.#socket = socket;
    this.#subscribe = createSubscriber((update) => socket.onState(update));
  }

  get link(): LinkState {
    this.#subscribe();
    const { state } = this.#jobs.connection;
    if (state !== 'connected') {
      return state;
    }
    return this.#socket.state === 'open' ? 'connected' : 'reconnecting';
  }
}
