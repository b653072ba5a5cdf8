import * as v from 'valibot';
import { ComfyClient } from '../comfy/client';
import { serverPictures } from '../comfy/picture-source';
import { ComfySocket } from '../comfy/socket';
import { browser } from '../base/browser';
import { report, reporting } from '../base/report';
import { JobStore } from '../jobs/job-store.svelte';
import { openMirror } from '../jobs/library/mirror';
import { TabLeader } from '../jobs/library/tab-leader';
import type { Page } from '../ports/page';
import { ConnectionCapabilities } from './capabilities.svelte';
import { tabClientId } from './client-id';

/** What our own server tells about itself; other hosts of the app do not have the route. */
const aboutSchema = v.object({ comfyUrl: v.string() });

/** How long the page waits for the server to say what it is before it opens without knowing, ms. */
const FIRST_ANSWER = 1500;

/** The ComfyUI server behind this page, and all that is built on it. */
export interface Server {
  client: ComfyClient;
  socket: ComfySocket;
  jobs: JobStore;
  /** Where ComfyUI is expected, as people know it. */
  address: string;
  page: Page & { capabilities: ConnectionCapabilities };
}

/**
 * Builds the services of the page. Addresses are relative to the page's own folder, so the app works
 * behind our server, the dev proxy and ComfyUI's `--front-end-root` alike.
 */
export async function connect(): Promise<Server> {
  const baseUrl = new URL('.', document.baseURI).href.replace(/\/$/, '');
  const client = new ComfyClient({ baseUrl });
  const [about, isDemo] = await Promise.all([readAbout(baseUrl), askDemo(client)]);
  const socket = new ComfySocket({
    clientId: tabClientId(sessionStorage, window),
    url: (clientId) => client.socketUrl(clientId),
  });
  // The demo listens at another address every time and forgets its files; one mirror serves all of them.
  const mirrored = isDemo ? 'demo' : (about?.comfyUrl ?? baseUrl);
  const mirror = await openMirror(mirrored);
  return {
    client,
    socket,
    jobs: new JobStore({
      client,
      socket,
      mirror,
      leader: electLeader(mirrored),
      forgetUnknown: () => client.server.current.isDemo === true,
    }),
    address: about?.comfyUrl ?? new URL(baseUrl).origin,
    page: { pictures: serverPictures(client), capabilities: new ConnectionCapabilities(client, socket) },
  };
}

/** One tab for each mirror reads long histories and writes; `undefined` where tabs cannot talk to each other. */
function electLeader(mirrored: string): TabLeader | undefined {
  if (!browser.broadcastChannel) {
    return undefined;
  }
  const leader = new TabLeader({ open: () => new BroadcastChannel(`darkroom-jobs ${mirrored}`) });
  // A page that is left runs no clean-up of its components.
  window.addEventListener('pagehide', () => leader.resign());
  return leader;
}

/** Whether the demo engine answers, as far as a first look tells. */
async function askDemo(client: ComfyClient): Promise<boolean> {
  await client.systemStats(AbortSignal.timeout(FIRST_ANSWER)).catch(reporting('connect.first-look'));
  return client.server.current.isDemo === true;
}

async function readAbout(baseUrl: string): Promise<v.InferOutput<typeof aboutSchema> | null> {
  try {
    const response = await fetch(`${baseUrl}/darkroom/about`, { cache: 'no-store' });
    const parsed = v.safeParse(aboutSchema, await response.json());
    return parsed.success ? parsed.output : null;
  } catch (error) {
    report(error, 'connect.about');
    return null;
  }
}
