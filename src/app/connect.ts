import { ComfyClient } from '../comfy/client';
import { type PictureSource, serverPictures } from '../comfy/picture-source';
import { ComfySocket } from '../comfy/socket';
import { browser } from '../base/browser';
import { reporting } from '../base/report';
import { JobStore } from '../jobs/job-store.svelte';
import { knowContents } from '../jobs/know-contents';
import { openMirror } from '../jobs/library/mirror';
import { TabLeader } from '../jobs/library/tab-leader';
import type { Page, PageHost } from '../ports/page';
import { readAbout } from './about';
import { ConnectionCapabilities } from './capabilities.svelte';
import { tabClientId } from './client-id';
import { rememberMissing } from './missing-routes';

/** How long the page waits to learn which server it has before it opens anyway, ms. */
const FIRST_ANSWER = 1500;

/** The ComfyUI server behind this page, and the services built on it. */
export interface Server {
  client: ComfyClient;
  socket: ComfySocket;
  jobs: JobStore;
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
  // The demo listens at a new address each time and forgets its files, so all demos share one mirror.
  const mirrored = isDemo ? 'demo' : (about?.comfyUrl ?? baseUrl);
  rememberMissing(client.server, mirrored);
  const pictures = serverPictures(client);
  if (about?.library) {
    let opening: Promise<void> | null = null;
    pictures.readyLibrary = () => (opening ??= openLibrary(pictures, baseUrl, mirrored));
  }
  const mirror = await openMirror(mirrored);
  // Only our own servers have the route.
  const host: PageHost = about ? 'darkroom' : 'comfyui';
  const comfyAddress = about?.comfyUrl ?? new URL(baseUrl).origin;
  const jobs = new JobStore({
    client,
    socket,
    mirror,
    host,
    ...(about && { library: { base: baseUrl, kept: mirrored, address: comfyAddress } }),
    leader: electLeader(mirrored),
    openShelf: async () => (await import('../jobs/shelf/shelf-db')).openShelf(mirrored),
    forgetUnknown: () => client.server.current.isDemo === true,
    sources: () => {
      const { isDemo } = client.server.current;
      return isDemo === null ? null : !isDemo;
    },
  });
  knowContents(client, jobs.items);
  return {
    client,
    socket,
    jobs,
    page: {
      host,
      comfyAddress,
      pictures,
      capabilities: new ConnectionCapabilities(client, socket),
    },
  };
}

/** One tab for each mirror reads long histories and writes; `undefined` where tabs cannot talk to each other. */
function electLeader(mirrored: string): TabLeader | undefined {
  if (!browser.broadcastChannel) {
    return undefined;
  }
  const leader = new TabLeader({ open: () => new BroadcastChannel(`darkroom-jobs ${mirrored}`) });
  // Leaving a page does not run its components' clean-up.
  window.addEventListener('pagehide', () => leader.resign());
  return leader;
}

/** Puts in place what this browser knows of the library: not needed as long as all thumbnails are kept. */
function openLibrary(pictures: PictureSource, base: string, kept: string): Promise<void> {
  return import('../jobs/sources/early-library')
    .then(({ openEarlyLibrary }) => openEarlyLibrary(pictures, { base, kept }))
    .catch(reporting('connect.library'));
}

/** Whether the demo engine answers, as far as a first look tells. */
async function askDemo(client: ComfyClient): Promise<boolean> {
  await client.systemStats(AbortSignal.timeout(FIRST_ANSWER)).catch(reporting('connect.first-look'));
  return client.server.current.isDemo === true;
}
