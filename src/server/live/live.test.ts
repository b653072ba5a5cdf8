import { once } from 'node:events';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { sharedFiles, type ShareStage, startShareStage } from '../../../e2e/support/share-stage';
import type { GuestEvent, GuestGallery } from '../../ports/share-wire';

let stage: ShareStage;
/** Generous: a busy machine must not decide a test. */
const poll = <T>(look: () => T): ReturnType<typeof expect.poll<T>> => expect.poll(look, { timeout: 20_000 });
const sockets: WebSocket[] = [];
/** What ComfyUI answers, by path. */
let answers: Record<string, unknown>;

beforeEach(async () => {
  stage = await startShareStage();
  answers = { '/queue': queueOf(null, 0), '/history': {} };
  stage.comfy.onSocket = (far) => {
    status(far, 0);
  };
  const pictures = stage.comfy.handler;
  stage.comfy.handler = (request, response) => {
    const answer = answers[(request.url ?? '').split('?')[0] ?? ''];
    if (answer === undefined) {
      pictures(request, response);
    } else {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
    }
  };
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) {
    socket.terminate();
  }
  await stage.stop();
});

function entry(number: number, id: string): unknown[] {
  const graph = { '1': { class_type: 'KSampler', inputs: {} }, '2': { class_type: 'SaveImage', inputs: {} } };
  return [number, id, graph, {}, ['2']];
}

function queueOf(running: string | null, pending: number): unknown {
  return {
    queue_running: running === null ? [] : [entry(0, running)],
    queue_pending: Array.from({ length: pending }, (_, index) => entry(index + 1, `waiting-${index}`)),
  };
}

function historyEntry(filename: string, at: number | null, type = 'output'): unknown {
  return {
    prompt: entry(0, filename),
    outputs: { '2': { images: [{ filename, subfolder: '', type }] } },
    status: {
      status_str: 'success',
      completed: true,
      messages: at === null ? [] : [['execution_success', { prompt_id: filename, timestamp: at }]],
    },
  };
}

async function connect(
  url: string,
  cookie = '',
): Promise<{ socket: WebSocket; said: (GuestEvent | Buffer)[] }> {
  const socket = new WebSocket(url.replace('http', 'ws'), { headers: { cookie } });
  sockets.push(socket);
  const said: (GuestEvent | Buffer)[] = [];
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    said.push(isBinary ? data : (JSON.parse(data.toString()) as GuestEvent));
  });
  await once(socket, 'open');
  return { socket, said };
}

/** ComfyUI's end of the server's own socket. */
async function ownSocket(): Promise<WebSocket> {
  const isOwn = ({ url, upgrade }: { url: string; upgrade: boolean }): boolean =>
    upgrade && url.includes('clientId=darkroom-');
  await poll(() => stage.comfy.arrivals.some(isOwn)).toBe(true);
  const handshakes = stage.comfy.arrivals.filter(({ upgrade }) => upgrade);
  const socket = stage.comfy.sockets[handshakes.findLastIndex(isOwn)];
  if (!socket) {
    throw new Error('no socket');
  }
  return socket;
}

function say(socket: WebSocket | undefined, type: string, data: unknown): void {
  socket?.send(JSON.stringify({ type, data }));
}

function status(socket: WebSocket, remaining: number): void {
  say(socket, 'status', { status: { exec_info: { queue_remaining: remaining } } });
}

function namesOf(gallery: GuestGallery): number {
  return gallery.items.length;
}

describe('a link to everything new', () => {
  it('shows what is made from then on, newest first, however it is queued', async () => {
    const share = await stage.share({ scope: { kind: 'new' }, items: [] });
    const guest = await stage.open(share);
    const live = await connect(`${stage.lan}/s/${share.id}/live`, guest.cookie);
    const comfy = await ownSocket();
    const now = Date.now();
    answers['/history'] = {
      old: historyEntry('old.png', share.createdAt - 1),
      one: historyEntry('one.png', now + 1),
      draft: historyEntry('draft.png', now + 1, 'temp'),
      two: historyEntry('two.png', now + 2),
      sound: historyEntry('sound.wav', now + 3),
    };
    status(comfy, 0);
    await poll(async () => namesOf((await (await guest.get('gallery')).json()) as GuestGallery)).toBe(2);
    const feedback = (await (await fetch(`${stage.owner}/darkroom/shares/${share.id}/feedback`)).json()) as {
      files: Record<string, { filename: string }>;
    };
    const { items } = (await (await guest.get('gallery')).json()) as GuestGallery;
    expect(items.map(({ id }) => feedback.files[id]?.filename)).toEqual(['two.png', 'one.png']);
    await poll(() => live.said.some((event) => 'type' in event && event.type === 'items')).toBe(true);
    // Nothing is added twice.
    status(comfy, 0);
    answers['/history'] = { ...(answers['/history'] as object), three: historyEntry('three.png', now + 4) };
    status(comfy, 0);
    await poll(async () => namesOf((await (await guest.get('gallery')).json()) as GuestGallery)).toBe(3);
  });

  it('catches up with what was made while Darkroom was off', async () => {
    const share = await stage.share({ scope: { kind: 'new' }, items: [] });
    answers['/history'] = { late: historyEntry('late.png', Date.now() + 1) };
    await stage.restart();
    await poll(async () => namesOf((await stage.open(share)).gallery)).toBe(1);
  });

  it('of an old server, which tells no times, shows what was not there before', async () => {
    answers['/history'] = { before: historyEntry('before.png', null) };
    const share = await stage.share({ scope: { kind: 'new' }, items: [] });
    const guest = await stage.open(share);
    const comfy = await ownSocket();
    await poll(
      () => stage.comfy.arrivals.filter(({ url }) => url.startsWith('/history')).length,
    ).toBeGreaterThan(0);
    answers['/history'] = {
      before: historyEntry('before.png', null),
      after: historyEntry('after.png', null),
    };
    status(comfy, 0);
    await poll(async () => namesOf((await (await guest.get('gallery')).json()) as GuestGallery)).toBe(1);
  });
});

describe('the live queue', () => {
  it('reaches guests who may see it, through one socket for all of them', async () => {
    const share = await stage.share({ items: sharedFiles(1), rights: { liveQueue: true } });
    const blind = await stage.share({ items: sharedFiles(1) });
    const other = await stage.open(blind);
    const otherLive = await connect(`${stage.lan}/s/${blind.id}/live`, other.cookie);
    const guests = await Promise.all([stage.open(share), stage.open(share), stage.open(share)]);
    const lives = await Promise.all(
      guests.map(({ cookie }) => connect(`${stage.lan}/s/${share.id}/live`, cookie)),
    );
    const comfy = await ownSocket();
    answers['/queue'] = queueOf('job', 2);
    status(comfy, 3);
    const last = (): unknown => lives.map(({ said }) => said.filter((event) => 'type' in event).at(-1));
    const running = { progress: null, elapsed: expect.any(Number) as number };
    await poll(last).toEqual(new Array(3).fill({ type: 'queue', pending: 2, running }));

    // Progress is told to the app alone, which is read along.
    const app = await connect(`${stage.owner}/ws?clientId=app`);
    const appSocket = stage.comfy.sockets.at(-1);
    const nodes = { '1': { value: 5, max: 10, state: 'running' } };
    say(appSocket, 'progress_state', { prompt_id: 'job', nodes });
    const half = { type: 'queue', pending: 2, running: { progress: 0.25, elapsed: running.elapsed } };
    await poll(last).toEqual(new Array(3).fill(half));
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 1, 2, 3]);
    appSocket?.send(Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 1]), jpeg]));
    await poll(() => lives.map(({ said }) => said.at(-1))).toEqual([jpeg, jpeg, jpeg]);
    expect(lives[0]?.said.at(-2)).toEqual({ type: 'preview' });
    await poll(() => app.said.length).toBe(3);

    expect(otherLive.said).toEqual([]);
    const own = stage.comfy.arrivals.filter(({ url, upgrade }) => upgrade && url.includes('darkroom-'));
    expect(own).toHaveLength(1);
  });

  it('costs nothing once the last guest has gone', async () => {
    const share = await stage.share({ items: sharedFiles(1), rights: { liveQueue: true } });
    const guest = await stage.open(share);
    const live = await connect(`${stage.lan}/s/${share.id}/live`, guest.cookie);
    const comfy = await ownSocket();
    const closed = once(comfy, 'close');
    live.socket.close();
    await closed;
  });
});

it('passes every byte of a socket on that it reads along', async () => {
  const texts = ['', 'short', 'x'.repeat(70_000), '{"type":"progress"}', '\u{1f600}'];
  stage.comfy.onSocket = (far) => {
    texts.forEach((text) => {
      far.send(text);
    });
    far.send(Buffer.from([0, 0, 0, 9]));
  };
  const socket = new WebSocket(`${stage.owner.replace('http', 'ws')}/ws?clientId=app`);
  sockets.push(socket);
  const got: string[] = [];
  socket.on('message', (data: Buffer) => got.push(data.toString()));
  await poll(() => got.length).toBe(texts.length + 1);
  expect(got.slice(0, -1)).toEqual(texts);
});
