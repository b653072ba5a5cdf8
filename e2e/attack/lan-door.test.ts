import net from 'node:net';
import { once } from 'node:events';

import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import type { Share } from '../../src/ports/share-wire';
import { ROUTES, type RouteSpec, SOCKET } from '../../src/server/routes';
import { type RawAnswer, rawHandshake, rawRequest, sendRaw } from '../support/raw-http';
import {
  type Guest,
  pairDevice,
  postJson,
  sharedFiles,
  type ShareStage,
  startShareStage,
} from '../support/share-stage';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY'];
const REFUSED = [400, 403, 404, 405];
/** For tests of many requests: a busy machine must not decide them. */
const PATIENT = { timeout: 120_000 };

let stage: ShareStage;
let share: Share;
let guest: Guest;
/** Another link, to which `guest` was never let in. */
let otherShare: Share;
let otherGuest: Guest;
let device: string;

beforeAll(async () => {
  stage = await startShareStage({ lan: { names: ['darkroom.test'] } });
  const rights = { voting: true, making: true, download: 'original' } as const;
  share = await stage.share({ items: sharedFiles(2), rights });
  guest = await stage.open(share);
  otherShare = await stage.share({ items: sharedFiles(2), rights });
  otherGuest = await stage.open(otherShare);
  device = await pairDevice(stage);
  // What follows is about cached pictures too.
  for (const { id } of guest.gallery.items) {
    await guest.get(`items/${id}/thumb`);
  }
});
afterAll(async () => {
  await stage.stop();
});
beforeEach(() => {
  stage.comfy.arrivals.length = 0;
});

function port(): number {
  return stage.darkroom.lanPort ?? 0;
}

function own(name = '127.0.0.1'): string {
  return `${name}:${port()}`;
}

function send(text: string): Promise<RawAnswer> {
  return sendRaw(port(), text);
}

/** Headers of a visitor who is at the right address. */
function as(cookie: string | null): string[] {
  return [`Host: ${own()}`, ...(cookie === null ? [] : [`Cookie: ${cookie}`])];
}

/** Everything that the visitors of the door are, with what they show. */
function visitors(): [string, string | null][] {
  return [
    ['nobody', null],
    ['a guest', guest.cookie],
    ['a guest of another link', otherGuest.cookie],
    [
      'who makes up cookies',
      `darkroom_device=${'A'.repeat(32)}; darkroom_guest_${share.id}=${'A'.repeat(32)}`,
    ],
  ];
}

function pathOf({ pattern }: RouteSpec, fill: (index: number) => string): string {
  return `/${pattern.map((part, index) => (part.startsWith('*') ? fill(index) : part)).join('/')}`;
}

/** A request for a route of a link: ids where the pattern has room for them. */
function requestsOf(spec: RouteSpec, link: Share, item: string): { method: string; path: string }[] {
  const path = pathOf(spec, (index) => (index === 1 ? link.id : item));
  return spec.methods.flatMap((method) => [
    { method, path },
    ...(method === 'GET' ? [{ method: 'HEAD', path }] : []),
  ]);
}

function write({ method, path }: { method: string; path: string }, headers: string[]): string {
  return method === SOCKET
    ? rawHandshake(path, headers)
    : rawRequest(path, [...headers, 'Content-Type: application/json', 'Content-Length: 2'], method, '{}');
}

const COMFY = ROUTES.filter(({ owner }) => owner === 'comfyui');
const GUESTS = ROUTES.filter(({ class: name }) =>
  ['share-gallery', 'share-pictures', 'share-feedback', 'share-events'].includes(name),
);
const HERE = ROUTES.filter(({ places }) => places.includes('lan'));

describe('what is allowed', () => {
  it('is counted: a new route is refused to outsiders until it is listed here', PATIENT, async () => {
    const counts = new Map<string, number>();
    for (const [who, cookie] of visitors()) {
      for (const spec of HERE) {
        for (const request of requestsOf(spec, share, guest.gallery.items[0]?.id ?? '')) {
          const { status, text } = await send(write(request, as(cookie)));
          // Admitted is what a handler answered, be it that the body makes no sense.
          const isRefused = status === 404 || status === 403 ? !text.includes('no_page') : false;
          if (!isRefused) {
            counts.set(who, (counts.get(who) ?? 0) + 1);
          }
        }
      }
    }
    // The page (two forms), each with HEAD, and opening. Files of the app and pairing codes of this name are not there.
    const outside = { page: 4, open: 1, icon: 2 };
    const everybody = outside.page + outside.open + outside.icon;
    // gallery, making, four pictures: GET and HEAD; two marks; comments; live.
    const inside = 6 * 2 + 2 + 1 + 1;
    expect(Object.fromEntries(counts)).toEqual({
      nobody: everybody,
      'a guest': everybody + inside,
      'a guest of another link': everybody,
      'who makes up cookies': everybody,
    });
    expect(stage.comfy.arrivals.filter(({ url }) => !url.startsWith('/view'))).toEqual([]);
  });

  it('gives a paired device what the app uses, and not what only the owner does', async () => {
    const outcomes = new Map<string, Set<string>>();
    for (const spec of COMFY) {
      const path = pathOf(spec, () => 'x');
      for (const method of spec.methods) {
        const { status } = await send(write({ method, path }, as(device)));
        const known = outcomes.get(spec.class) ?? new Set();
        outcomes.set(spec.class, known.add(status === 403 ? 'refused' : 'passed'));
      }
    }
    expect(Object.fromEntries([...outcomes].map(([name, found]) => [name, [...found].join()]))).toEqual({
      ...Object.fromEntries(
        ['events', 'pictures', 'jobs', 'catalogue', 'submit', 'steer', 'upload', 'documents', 'assets'].map(
          (name) => [name, 'passed'],
        ),
      ),
      accounts: 'refused',
      logs: 'refused',
    });
  });

  it('lets a link that was clicked in a chat open its page, and nothing else', async () => {
    const cross = ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'];
    const headers = [...as(guest.cookie), ...cross];
    expect((await send(rawRequest(`/${share.path}`, headers))).status).toBe(200);
    expect((await send(rawRequest(`/s/${share.id}/gallery`, headers))).status).toBe(403);
    const frame = cross.with(2, 'Sec-Fetch-Dest: iframe');
    expect((await send(rawRequest(`/${share.path}`, [...as(null), ...frame]))).status).toBe(403);
  });
});

describe('ComfyUI', () => {
  it('is out of reach: each of its routes is refused to everybody but a device', async () => {
    expect(COMFY.flatMap(({ methods }) => methods)).toHaveLength(112);
    for (const [who, cookie] of visitors()) {
      for (const spec of COMFY) {
        const path = pathOf(spec, () => 'x');
        for (const method of spec.methods) {
          const { status } = await send(write({ method, path }, as(cookie)));
          expect(status, `${who}: ${method} ${path}`).toBe(403);
        }
      }
    }
    expect(stage.comfy.arrivals).toEqual([]);
  });

  it('is out of reach by every route it has, whether we list that or not', PATIENT, async () => {
    // Its own list, API notes §2, written out: what is missing from ours must be refused all the same.
    const routes = [
      'GET / /index.html /extensions /extensions/pack/main.js /docs/guide.md /templates/a.json /i18n /features',
      'GET /ws /prompt /queue /history /history/x /object_info /object_info/x /system_stats /embeddings',
      'GET /models /models/loras /view /view_metadata/loras /userdata /userdata/a.json /v2/userdata /users',
      'GET /settings /settings/x /workflow_templates /workflow_templates/a/b.json /global_subgraphs',
      'GET /global_subgraphs/x /node_replacements /experiment/models /experiment/models/loras /interrupt',
      'GET /experiment/models/preview/loras/0/a.png /internal/logs /internal/logs/raw /internal/folder_paths',
      'GET /internal/files/output /internal/files/input /jobs /jobs/x /assets /assets/x /assets/x/content /tags',
      'GET /assets/tags/refine /assets/seed/status /manager/version /customnode/getlist',
      'HEAD /view /assets/hash/blake3:x',
      'POST /prompt /queue /history /interrupt /free /upload/image /upload/mask /users /settings /settings/x',
      'POST /userdata/a.json /userdata/a.json/move/b.json /jobs/cancel /jobs/x/cancel /assets /assets/from-hash',
      'POST /assets/prune /assets/seed /assets/seed/cancel /assets/x/tags /manager/reboot',
      'PUT /assets/x',
      'PATCH /internal/logs/subscribe',
      'DELETE /userdata/a.json /assets/x /assets/x/tags',
    ].flatMap((line) => {
      const [method = '', ...paths] = line.split(' ');
      return paths.flatMap((path) => [path, `/api${path}`].map((place) => ({ method, path: place })));
    });
    for (const [who, cookie] of visitors()) {
      for (const { method, path } of routes) {
        const { status, text } = await send(rawRequest(path, [...as(cookie), 'Content-Length: 0'], method));
        expect([403, 404, 405], `${who}: ${method} ${path}`).toContain(status);
        expect(text).not.toContain('static app');
      }
    }
    expect(stage.comfy.arrivals).toEqual([]);
  });

  it.each([
    '/view?filename=1.png',
    '/s/../view?filename=1.png',
    '/s/ID/../../view',
    '/s/ID/items/../../../view',
    '/s/%2e%2e/view',
    '/s/ID/items/..%2f..%2f..%2fview/thumb',
    '/s/ID/items/ITEM/thumb/../original',
    '/s/ID/items/ITEM%2foriginal',
    '/s%2fID%2fgallery',
    '/s/ID//gallery',
    '//s/ID/gallery',
    '/s\\ID\\gallery',
    '/s/ID/gallery%00',
    '/s/ID/gallery/',
    '/s/%2549D/gallery',
    '/S/ID/gallery',
    '/s/ID/items/ITEM/source',
    '/s/ID/items/ITEM',
    'http://evil.example/s/ID/gallery',
    '/guest.html',
    '/index.html',
    '/.hidden',
    '/assets/..%2f..%2fsecret.txt',
    '/darkroom/shares',
    '/darkroom/about',
    '/pair/../darkroom/devices',
  ])('and everything else is not found by the path %s', async (path) => {
    const target = path.replace('ID', share.id).replace('ITEM', guest.gallery.items[0]?.id ?? '');
    for (const method of METHODS) {
      const { status, text } = await send(rawRequest(target, as(guest.cookie), method));
      expect(REFUSED, method).toContain(status);
      expect(text).not.toContain('top secret');
    }
    expect(REFUSED).toContain((await send(rawHandshake(target, as(guest.cookie)))).status);
    expect(stage.comfy.arrivals).toEqual([]);
  });

  it.each(['/s/ID/GALLERY', '/s/ID/ga\uff4clery', '/s/ID/items', '/s/ID'])(
    'is not behind %s: there is the page, which is the same for everybody',
    async (path) => {
      const target = path.replace('ID', share.id);
      const answers = [null, guest.cookie].map((cookie) => send(rawRequest(target, as(cookie))));
      for (const { status, text } of await Promise.all(answers)) {
        expect(status).toBe(200);
        expect(text).toContain('Guest page');
      }
      expect(REFUSED).toContain((await send(rawRequest(target, as(guest.cookie), 'POST'))).status);
    },
  );

  it('never hears of a random request unless a listed route names it', PATIENT, async () => {
    const words = [...new Set(ROUTES.flatMap(({ pattern }) => pattern))].filter(
      (word) => !word.startsWith('*'),
    );
    const piece = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom(...words, share.id, otherShare.id, 'x', '..', '%2e%2e', '%2f', 'API'),
      },
      { weight: 1, arbitrary: fc.stringMatching(/^[!-~]{1,8}$/) },
    );
    const anyPath = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => `/${pieces.join('/')}`);
    const header = fc.constantFrom(
      'X-Forwarded-For: 127.0.0.1',
      'X-Forwarded-Host: localhost',
      'X-HTTP-Method-Override: GET',
      'X-Original-URL: /queue',
      'Connection: close, cookie',
      'Accept: text/html',
      'Authorization: Basic YTpi',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...METHODS),
        fc.oneof(anyPath, fc.constantFrom(...COMFY.map((spec) => pathOf(spec, () => 'x')))),
        fc.constantFrom(null, guest.cookie, otherGuest.cookie),
        fc.array(header, { maxLength: 2 }),
        fc.boolean(),
        async (method, path, cookie, lines, isSocket) => {
          const headers = [...as(cookie), ...lines];
          await send(isSocket ? rawHandshake(path, headers) : rawRequest(path, headers, method));
        },
      ),
      { numRuns: 1_000 },
    );
    expect(stage.comfy.arrivals).toEqual([]);
  });
});

describe('a page elsewhere', () => {
  /** What it would like to do with the cookies of whoever opens it. */
  const wishes = (): { method: string; path: string; cookie: string }[] => [
    { method: 'GET', path: `/s/${share.id}/gallery`, cookie: guest.cookie },
    { method: SOCKET, path: `/s/${share.id}/live`, cookie: guest.cookie },
    {
      method: 'PUT',
      path: `/s/${share.id}/items/${guest.gallery.items[0]?.id}/favourite`,
      cookie: guest.cookie,
    },
    { method: 'POST', path: '/s/open', cookie: guest.cookie },
    { method: 'POST', path: '/darkroom/shares', cookie: device },
    { method: 'DELETE', path: `/darkroom/shares/${share.id}`, cookie: device },
    { method: SOCKET, path: '/darkroom/shares/live', cookie: device },
    { method: SOCKET, path: '/ws', cookie: device },
    { method: 'POST', path: '/prompt', cookie: device },
    { method: 'POST', path: '/api/queue', cookie: device },
  ];

  it.each(['https://evil.example', 'null', 'http://127.0.0.1', 'http://localhost:PORT', 'file://', ''])(
    'of origin %j gets nothing, by HTTP or WebSocket',
    async (origin) => {
      for (const { cookie, ...request } of wishes()) {
        const headers = [...as(cookie), `Origin: ${origin.replace('PORT', String(port()))}`];
        expect((await send(write(request, headers))).status, request.path).toBe(403);
      }
      expect(stage.comfy.arrivals).toEqual([]);
    },
  );

  it.each(['evil.example', '192.0.2.7', '0.0.0.0', 'darkroom.test.evil.example', 'localhost.evil.example'])(
    'that rebinds its name %s gets nothing',
    async (name) => {
      for (const { cookie, ...request } of wishes()) {
        const headers = [`Host: ${own(name)}`, `Origin: http://${own(name)}`, `Cookie: ${cookie}`];
        expect((await send(write(request, headers))).status, request.path).toBe(403);
      }
      expect((await send(rawRequest(`/${share.path}`, [`Host: ${own(name)}`]))).status).toBe(403);
    },
  );

  it.each([
    ['none', []],
    ['two', ['Host: HOST', 'Host: evil.example']],
    ['a list', ['Host: HOST, evil.example']],
    ['one with another port', ['Host: 127.0.0.1:1']],
  ])('and a Host of %s are refused', async (_name, lines) => {
    const headers = lines.map((line) => line.replace('HOST', own()));
    const { status } = await send(rawRequest(`/${share.path}`, headers));
    expect([400, 403]).toContain(status);
  });

  it('cannot send a form in the name of a guest or a device', async () => {
    for (const type of [
      'application/x-www-form-urlencoded',
      'text/plain',
      'multipart/form-data; boundary=a',
    ]) {
      const headers = [...as(device), `Content-Type: ${type}`, 'Content-Length: 2'];
      expect((await send(rawRequest('/darkroom/shares', headers, 'POST', '{}'))).status, type).toBe(415);
      expect((await send(rawRequest('/s/open', headers, 'POST', '{}'))).status, type).toBe(415);
    }
  });

  it('but a name the owner gave is answered', async () => {
    const headers = [`Host: ${own('darkroom.test')}`, `Origin: http://${own('darkroom.test')}`];
    expect((await send(rawRequest(`/${share.path}`, headers))).status).toBe(200);
  });
});

describe("another link's guest", () => {
  it('gets nothing of this one: by its ids, its cookie, or both', async () => {
    const [item] = guest.gallery.items;
    const [otherItem] = otherGuest.gallery.items;
    const renamed = otherGuest.cookie.replace(otherShare.id, share.id);
    for (const spec of GUESTS) {
      for (const [cookie, link, id] of [
        [otherGuest.cookie, share, item?.id],
        [renamed, share, item?.id],
        [null, share, item?.id],
      ] as const) {
        for (const request of requestsOf(spec, link, id ?? '')) {
          expect((await send(write(request, as(cookie)))).status, request.path).toBe(404);
        }
      }
    }
    // An item of the other link, below a link that the guest may see.
    for (const spec of GUESTS.filter(({ pattern }) => pattern.includes('items'))) {
      for (const request of requestsOf(spec, share, otherItem?.id ?? '')) {
        expect((await send(write(request, as(guest.cookie)))).status, request.path).toBe(404);
      }
    }
  });

  it('learns nothing from ids that it guesses', async () => {
    const answers = [];
    for (const id of ['AAAAAAAAAAAAAAAA', otherShare.id, '__proto__', "' OR 1=1 --", '%27']) {
      const { status, text } = await send(
        rawRequest(`/s/${encodeURIComponent(id)}/gallery`, as(guest.cookie)),
      );
      answers.push(`${status} ${text.slice(text.indexOf('{'))}`);
    }
    expect(new Set(answers).size).toBe(1);
  });
});

describe('a password', () => {
  it('guards every route of its link, by every method', async () => {
    const locked = await stage.share({ items: sharedFiles(1), password: 'secret' });
    const inside = await stage.open(locked, 'secret');
    const item = inside.gallery.items[0]?.id ?? '';
    await inside.get(`items/${item}/thumb`);
    const bare = await postJson(`${stage.lan}/s/open`, { token: locked.path.split('/')[1] });
    expect(await bare.json()).toEqual({ reason: 'password' });
    expect(bare.headers.get('set-cookie')).toBeNull();
    for (const spec of GUESTS) {
      for (const request of requestsOf(spec, locked, item)) {
        for (const extra of [[], ['Range: bytes=0-1'], ['If-None-Match: *']]) {
          const { status } = await send(write(request, [...as(null), ...extra]));
          expect(status, `${request.method} ${request.path}`).toBe(404);
        }
      }
    }
  });

  it('cannot be found by force: attempts end soon, in parallel too', async () => {
    const locked = await stage.share({ password: 'secret' });
    const token = locked.path.split('/')[1];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        postJson(`${stage.lan}/s/open`, { token, password: `guess ${index}` }),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(5);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(15);
    expect((await postJson(`${stage.lan}/s/open`, { token, password: 'secret' })).status).toBe(429);
  });

  it('is not told by forwarding headers that it is somebody else who tries', async () => {
    // The opening of links is limited, too: those before have used it up.
    await stage.restart();
    const locked = await stage.share({ password: 'secret' });
    const token = locked.path.split('/')[1];
    const statuses: number[] = [];
    for (let index = 0; index < 7; index += 1) {
      const headers = { 'x-forwarded-for': `203.0.113.${index}`, 'x-real-ip': `203.0.113.${index}` };
      const answer = await postJson(`${stage.lan}/s/open`, { token, password: 'guess' }, { headers });
      statuses.push(answer.status);
    }
    expect(statuses.slice(5)).toEqual([429, 429]);
  });
});

describe('too much', () => {
  it('of requests is refused, and says how long to wait', async () => {
    const strict = await startShareStage({ lan: { requestLimit: { burst: 5, perSecond: 0.001 } } });
    const ask = (): Promise<Response> => fetch(`${strict.lan}/s/x`);
    for (let count = 0; count < 5; count += 1) {
      expect((await ask()).status).toBe(200);
    }
    const late = await ask();
    expect(late.status).toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
    // The owner's own door has no such limit.
    expect((await fetch(`${strict.owner}/darkroom/shares`)).status).toBe(200);
    await strict.stop();
  });

  it('of a body is refused before it is read', async () => {
    const sizes: [string, string, string][] = [
      ['POST', '/s/open', guest.cookie],
      ['POST', `/s/${share.id}/items/${guest.gallery.items[0]?.id}/comments`, guest.cookie],
      ['PUT', `/s/${share.id}/items/${guest.gallery.items[0]?.id}/favourite`, guest.cookie],
      ['POST', '/darkroom/shares', device],
    ];
    for (const [method, path, cookie] of sizes) {
      const headers = [...as(cookie), 'Content-Type: application/json', 'Content-Length: 50000000'];
      expect((await send(rawRequest(path, headers, method, '{'))).status, path).toBe(413);
    }
  });

  it('of a message on a socket closes it', async () => {
    for (const [path, cookie] of [
      [`/s/${share.id}/live`, guest.cookie],
      ['/darkroom/shares/live', device],
    ] as const) {
      for (const message of ['hello', 'x'.repeat(5_000)]) {
        const socket = new WebSocket(`${stage.lan.replace('http', 'ws')}${path}`, { headers: { cookie } });
        await once(socket, 'open');
        const closed = once(socket, 'close');
        socket.on('error', () => undefined);
        socket.send(message);
        expect([1008, 1009]).toContain((await closed)[0]);
      }
    }
  });

  it('of a picture is refused: a small file that claims to be huge', async () => {
    const bomb = await bombPng(60_000, 60_000);
    expect(bomb.length).toBeLessThan(1_000);
    stage.files.set('bomb.png', bomb);
    const items = [{ ref: { filename: 'bomb.png', subfolder: '', type: 'output' as const } }];
    const trap = await stage.open(await stage.share({ items }));
    const before = process.memoryUsage.rss();
    for (const size of ['thumb', 'preview', 'clean']) {
      expect((await trap.get(`items/${trap.gallery.items[0]?.id}/${size}`)).status).toBe(415);
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(500 * 1024 * 1024);
  });

  it(
    'of patience is not asked for: heads and bodies that drip are cut off',
    { timeout: 60_000 },
    async () => {
      const drip = async (text: string): Promise<void> => {
        const socket = net.connect(port(), '127.0.0.1');
        socket.on('error', () => undefined);
        socket.write(text);
        const timer = setInterval(() => socket.write('a'), 500);
        await once(socket.resume(), 'close');
        clearInterval(timer);
      };
      const body = rawRequest(
        '/s/open',
        [...as(null), 'Content-Type: application/json', 'Content-Length: 1000'],
        'POST',
      );
      await Promise.all([drip('GET / HTTP/1.1\r\nHost: x\r\nX-A: '), drip(body)]);
    },
  );

  it('of idle connections leaves room for guests, and they are closed', { timeout: 60_000 }, async () => {
    const idle = Array.from({ length: 500 }, () => net.connect(port(), '127.0.0.1'));
    const closed = idle.map(async (socket) => {
      socket.on('error', () => undefined);
      await once(socket.resume(), 'close');
    });
    await Promise.all(idle.map(async (socket) => socket.connecting && once(socket, 'connect')));
    const { status } = await send(rawRequest(`/s/${share.id}/gallery`, as(guest.cookie)));
    expect(status).toBe(200);
    await Promise.all(closed);
  });
});

describe('what a refusal tells', () => {
  it('has no path and no trace of the machine in it', async () => {
    stage.files.set('broken.png', Buffer.from('\x89PNG\r\n\x1a\nbroken', 'latin1'));
    const items = [{ ref: { filename: 'broken.png', subfolder: '', type: 'output' as const } }];
    const trap = await stage.open(await stage.share({ items }));
    const texts = [
      await (await trap.get(`items/${trap.gallery.items[0]?.id}/thumb`)).text(),
      (
        await send(
          rawRequest(
            '/s/open',
            [...as(null), 'Content-Type: application/json', 'Content-Length: 1'],
            'POST',
            '{',
          ),
        )
      ).text,
      (await send(rawRequest('/nothing', as(null)))).text,
      (await send(rawRequest('/s/x/gallery', as(null)))).text,
      (await send(rawRequest('/assets/nothing.js', as(null)))).text,
      (await send(rawRequest('/pair/nothing', as(null)))).text,
    ];
    for (const text of texts) {
      expect(text).not.toMatch(
        /node_modules|\/tmp\/|\bat .+:\d+:\d+|Error:|sqlite|127\.0\.0\.1:(?!PORT)\d+\/view/i,
      );
      expect(text).not.toContain(stage.dataDir);
      expect(text).not.toContain(stage.comfy.url);
    }
  });
});

/** A valid PNG head and almost nothing else. */
async function bombPng(width: number, height: number): Promise<Buffer> {
  const { pngChunk, PNG_SIGNATURE } = await import('../../src/comfy/png');
  const { deflateSync } = await import('node:zlib');
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    PNG_SIGNATURE,
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.alloc(1_000))),
    pngChunk('IEND', new Uint8Array()),
  ]);
}
