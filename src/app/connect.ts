import * as v from 'valibot';
import { ComfyClient } from '../comfy/client';
import { ComfySocket } from '../comfy/socket';
import { JobStore } from '../jobs/job-store.svelte';
import { openMirror } from '../jobs/mirror';
import { tabClientId } from './client-id';

/** What our own server tells about itself; other hosts of the app do not have the route. */
const aboutSchema = v.object({ comfyUrl: v.string(), demo: v.optional(v.boolean(), false) });

/** The ComfyUI server behind this page, and all that is built on it. */
export interface Server {
  client: ComfyClient;
  socket: ComfySocket;
  jobs: JobStore;
  /** Where ComfyUI is expected, as people know it. */
  address: string;
  /** Learned from `/system_stats`: whether the demo engine answers. */
  isDemo: boolean;
}

/**
 * Builds the services of the page. Addresses are relative to the page's own folder, so the app works
 * behind our server, the dev proxy and ComfyUI's `--front-end-root` alike.
 */
export async function connect(): Promise<Server> {
  const baseUrl = new URL('.', document.baseURI).href.replace(/\/$/, '');
  const about = await readAbout(baseUrl);
  const client = new ComfyClient({ baseUrl });
  const socket = new ComfySocket({
    clientId: tabClientId(sessionStorage, window),
    url: (clientId) => client.socketUrl(clientId),
  });
  const mirror = await openMirror(about?.demo ? 'demo' : (about?.comfyUrl ?? baseUrl));
  const server: Server = {
    client,
    socket,
    jobs: new JobStore({ client, socket, mirror, forgetUnknown: () => server.isDemo }),
    address: about?.comfyUrl ?? new URL(baseUrl).origin,
    isDemo: false,
  };
  return server;
}

async function readAbout(baseUrl: string): Promise<v.InferOutput<typeof aboutSchema> | null> {
  try {
    const response = await fetch(`${baseUrl}/darkroom/about`, { cache: 'no-store' });
    const parsed = v.safeParse(aboutSchema, await response.json());
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}
