import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';

import sharp from 'sharp';
import { WebSocket } from 'ws';

import { DEFAULT_RIGHTS, type GuestGallery, type Share } from '../../../src/ports/share-wire';
import { postJson, sharedFiles } from '../../support/share-stage';
import { makeStaticApp } from '../../support/static-app';
import { startStubComfy, type StubComfy } from '../../support/stub-comfy';
import type { Bench, Measurement } from '../measurement';

const CHILD = fileURLToPath(new URL('../../support/darkroom-child.ts', import.meta.url));
const PICTURES = 100;
const GUESTS = 200;
const PAIRS = 300;
const UPLOAD_BYTES = 100_000_000;

interface Server {
  child: ChildProcess;
  owner: string;
  lan: string;
}

/** Measures the server of share links, in a process of its own, in front of a ComfyUI that answers at once. */
export async function measureShareServer(bench: Bench): Promise<Measurement[]> {
  const app = makeStaticApp();
  const comfy = await startStubComfy();
  await servePictures(comfy);
  const child = fork(CHILD, [comfy.url, app.directory, app.data], {
    execArgv: ['--import', 'tsx', '--expose-gc'],
  });
  try {
    const [ports] = (await once(child, 'message')) as [{ port: number; lanPort: number }];
    const server: Server = {
      child,
      owner: `http://127.0.0.1:${ports.port}`,
      lan: `http://127.0.0.1:${ports.lanPort}`,
    };
    bench.say('proxy');
    const overhead = await proxyOverhead(server, comfy.url);
    bench.say('upload');
    const growth = await uploadGrowth(server);
    bench.say('thumbnails');
    const thumbs = await thumbsPerSecond(server);
    bench.say(`${GUESTS} guests`);
    const rss = await rssWithGuests(server);
    return [
      { name: 'server.thumbs.per-second', value: thumbs, unit: '1/s' },
      { name: 'server.proxy.overhead.p50', value: overhead, unit: 'ms' },
      { name: 'server.rss.MB@200-guests', value: rss, unit: 'MB' },
      { name: 'server.upload.rss-growth.MB', value: growth, unit: 'MB' },
    ];
  } finally {
    child.kill('SIGKILL');
    await comfy.stop();
    app.remove();
  }
}

/** Noise of the size that most models make: nothing compresses worse. */
async function servePictures(comfy: StubComfy): Promise<void> {
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const;
  const picture = await sharp({
    create: { width: 1024, height: 1024, channels: 3, background: 'red', noise },
  })
    .png()
    .toBuffer();
  const other = comfy.handler;
  comfy.handler = (incoming, response) => {
    if (incoming.url?.startsWith('/view')) {
      response.writeHead(200, { 'Content-Length': picture.length }).end(picture);
    } else {
      other(incoming, response);
    }
  };
}

async function makeLink({ owner }: Server, count: number, liveQueue: boolean): Promise<Share> {
  const draft = {
    title: 'Bench',
    scope: { kind: 'list' },
    items: sharedFiles(count, { size: [1024, 1024] }),
    expiresAt: null,
    rights: { ...DEFAULT_RIGHTS, liveQueue },
  };
  return (await (await postJson(`${owner}/darkroom/shares`, draft)).json()) as Share;
}

async function enter({ lan }: Server, share: Share): Promise<{ gallery: GuestGallery; cookie: string }> {
  const answer = await postJson(`${lan}/s/open`, { token: share.path.split('/')[1] });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  return { gallery: (await answer.json()) as GuestGallery, cookie };
}

async function thumbsPerSecond(server: Server): Promise<number> {
  const startedAt = performance.now();
  const share = await makeLink(server, PICTURES, false);
  const { gallery, cookie } = await enter(server, share);
  await Promise.all(
    gallery.items.map(async ({ id }) => {
      const answer = await fetch(`${server.lan}/s/${share.id}/items/${id}/thumb`, { headers: { cookie } });
      if (answer.status !== 200) {
        throw new Error(`a thumbnail answered ${answer.status}`);
      }
      await answer.arrayBuffer();
    }),
  );
  return PICTURES / ((performance.now() - startedAt) / 1000);
}

/** What passing a small request on costs, against asking ComfyUI itself; measured alternately. */
async function proxyOverhead({ owner }: Server, comfyUrl: string): Promise<number> {
  const agent = new Agent({ keepAlive: true });
  const once = (url: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const startedAt = performance.now();
      const sent = request(url, { agent }, (answer) => {
        answer.resume().once('end', () => {
          resolve(performance.now() - startedAt);
        });
      });
      sent.on('error', reject).end();
    });
  const direct: number[] = [];
  const passed: number[] = [];
  for (let count = 0; count < PAIRS; count += 1) {
    direct.push(await once(`${comfyUrl}/queue`));
    passed.push(await once(`${owner}/queue`));
  }
  agent.destroy();
  return median(passed) - median(direct);
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function peak({ child }: Server, message: 'reset' | 'peak'): Promise<number> {
  child.send(message);
  const [answer] = (await once(child, 'message')) as [{ peak: number }];
  return answer.peak / 1e6;
}

async function uploadGrowth(server: Server): Promise<number> {
  const before = await peak(server, 'reset');
  const body = new ReadableStream({
    start: () => undefined,
    pull(controller) {
      sent += CHUNK.length;
      controller.enqueue(CHUNK);
      if (sent >= UPLOAD_BYTES) {
        controller.close();
      }
    },
  });
  let sent = 0;
  const init = { method: 'POST', body, duplex: 'half' } as RequestInit;
  const answer = await fetch(`${server.owner}/upload/image`, init);
  await answer.arrayBuffer();
  return (await peak(server, 'peak')) - before;
}

const CHUNK = new Uint8Array(64 * 1024);

async function rssWithGuests(server: Server): Promise<number> {
  const share = await makeLink(server, PICTURES, true);
  const { cookie } = await enter(server, share);
  await peak(server, 'reset');
  const sockets: WebSocket[] = [];
  for (let guest = 0; guest < GUESTS; guest += 1) {
    // A cookie may hold eight sockets; opening is limited to what people do.
    const url = `${server.lan.replace('http', 'ws')}/s/${share.id}/live`;
    const socket = new WebSocket(url, { headers: { cookie: await cookieOf(server, share, guest, cookie) } });
    await once(socket, 'open');
    sockets.push(socket);
  }
  const highest = await peak(server, 'peak');
  sockets.forEach((socket) => {
    socket.terminate();
  });
  return highest;
}

const cookies: string[] = [];

async function cookieOf(server: Server, share: Share, guest: number, first: string): Promise<string> {
  const index = Math.floor(guest / 8);
  cookies[0] ??= first;
  cookies[index] ??= (await enter(server, share)).cookie;
  return cookies[index];
}
