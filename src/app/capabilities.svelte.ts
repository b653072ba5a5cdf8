import { createSubscriber } from 'svelte/reactivity';
import * as v from 'valibot';
import type { ServerCapabilities } from '../comfy/capabilities';
import type { ComfyClient } from '../comfy/client';
import { featuresSchema } from '../comfy/schemas';
import type { ComfySocket } from '../comfy/socket';
import { browser } from '../base/browser';
import { reporting } from '../base/report';
import type { Capabilities } from '../ports/page';

/**
 * What the server and this browser can do, known once per connection. The socket's greeting brings the
 * feature flags, the answers to what the app asks anyway tell the rest; only a new connection asks for the
 * version once more, because the server behind it may be another.
 */
export class ConnectionCapabilities implements Capabilities {
  readonly browser = browser;
  readonly #client: ComfyClient;
  readonly #socket: ComfySocket;
  readonly #subscribe: () => void;

  constructor(client: ComfyClient, socket: ComfySocket) {
    this.#client = client;
    this.#socket = socket;
    this.#subscribe = createSubscriber((update) => client.server.onChange(update));
  }

  get server(): ServerCapabilities {
    this.#subscribe();
    return this.#client.server.current;
  }

  /** Keeps up with the connection until the returned function is called. */
  follow(): () => void {
    let wasOpen = this.#socket.state === 'open';
    const stopStates = this.#socket.onState((state) => {
      if (state !== 'open') {
        return;
      }
      if (wasOpen) {
        this.#client.server.reset();
        void this.#client.systemStats().catch(reporting('capabilities.stats'));
      }
      wasOpen = true;
    });
    const stopEvents = this.#socket.onEvent((event) => {
      if (event.type === 'feature_flags') {
        this.#client.server.takeFlags(v.parse(featuresSchema, event.data));
      }
    });
    return () => {
      stopStates();
      stopEvents();
    };
  }
}
