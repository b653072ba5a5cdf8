import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { join } from 'node:path';

import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import {
  type Guest,
  HIDDEN_PROMPT,
  pictureWithPrompt,
  postJson,
  sharedFiles,
  type ShareStage,
  startShareStage,
} from '../../e2e/support/share-stage';
import { rawRequest, sendRaw } from '../../e2e/support/raw-http';
import type {
  AddressList,
  Comment,
  Feedback,
  GuestGallery,
  GuestRefusal,
  OwnerEvent,
  Pairing,
  Share,
  ShareList,
} from '../ports/share-wire';
import { MAX_ITEMS } from './shares/share-input';

let stage: ShareStage;
/** Generous: a busy machine must not decide a test. */
const poll = <T>(look: () => T): ReturnType<typeof expect.poll<T>> => expect.poll(look, { timeout: 20_000 });
const sockets: WebSocket[] = [];

beforeEach(async () => {
  stage = await startShareStage();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) {
    socket.terminate();
  }
  await stage.stop();
});

async function getJson<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

function listed(): Promise<ShareList> {
  return getJson(`${stage.owner}/darkroom/shares`);
}

function patch(share: Share, change: object): Promise<Response> {
  return postJson(`${stage.owner}/darkroom/shares/${share.id}`, change, { method: 'PATCH' });
}

function tokenOf(share: Share): string {
  return share.path.split('/')[1] ?? '';
}

async function refusal(share: Share, password?: string): Promise<GuestRefusal & { status: number }> {
  const answer = await postJson(`${stage.lan}/s/open`, { token: tokenOf(share), password });
  return { ...((await answer.json()) as GuestRefusal), status: answer.status };
}

function put(guest: Guest, path: string, body: object, method = 'PUT'): Promise<Response> {
  return guest.get(path, {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
}

/** A socket, and everything it says. */
async function listen(url: string, cookie = ''): Promise<{ socket: WebSocket; said: unknown[] }> {
  const socket = new WebSocket(url.replace('http', 'ws'), { headers: { cookie } });
  sockets.push(socket);
  const said: unknown[] = [];
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    said.push(isBinary ? data : JSON.parse(data.toString()));
  });
  await once(socket, 'open');
  return { socket, said };
}

describe('a link', () => {
  it('is made, listed, changed and survives a restart', async () => {
    const share = await stage.share({ title: 'Cats', slug: 'cats', items: sharedFiles(2) });
    expect(share).toMatchObject({ title: 'Cats', slug: 'cats', count: 2, views: 0, hasPassword: false });
    expect(share.path).toMatch(/^s\/[\w-]{32}\/cats$/);
    const changed = await patch(share, {
      title: 'Dogs',
      slug: null,
      password: 'woof',
      rights: { making: true },
    });
    expect(await changed.json()).toMatchObject({
      title: 'Dogs',
      slug: null,
      hasPassword: true,
      rights: { making: true, favourites: true },
    });
    const before = await listed();
    await stage.restart();
    expect(await listed()).toEqual(before);
    expect((await refusal(share)).reason).toBe('password');
  });

  it.each([
    [{ title: '' }],
    [{ slug: 'a/b' }],
    [{ slug: 'gallery' }],
    [{ expiresAt: 'tomorrow' }],
    [{ scope: { kind: 'all' } }],
    [{ items: [{ ref: { filename: '../x.png', subfolder: '', type: 'output' } }] }],
    [{ items: [{ ref: { filename: 'x.png', subfolder: '../..', type: 'output' } }] }],
    [{ items: [{ ref: { filename: 'x.png', subfolder: '/etc', type: 'output' } }] }],
    [{ items: [{ ref: { filename: 'x.png', subfolder: '', type: 'models' } }] }],
    [{ rights: { download: 'everything' } }],
  ])('is not made of %j', async (draft) => {
    await expect(stage.share(draft as never)).rejects.toThrow(/400/);
  });

  it('leaves out what guests cannot be shown', async () => {
    const refs = ['a.png', 'b.svg', 'c.html', 'd.wav', 'e.mp4', 'f.gif'].map((filename) => ({
      ref: { filename, subfolder: '', type: 'output' as const },
    }));
    const { gallery } = await stage.open(await stage.share({ items: refs }));
    expect(gallery.items.map(({ kind }) => kind)).toEqual(['image', 'video', 'animation']);
  });

  it('that hides how pictures were made does not hand out the files that tell', async () => {
    const share = await stage.share({ rights: { download: 'original', making: false } });
    expect(share.rights.download).toBe('clean');
    const shown = await patch(share, { rights: { download: 'original', making: true } });
    expect(((await shown.json()) as Share).rights.download).toBe('original');
  });

  it('to everything new lets the oldest go when it holds as many as a link may', async () => {
    const share = await stage.share({ scope: { kind: 'new' }, items: [] });
    const store = stage.darkroom.sharing?.store;
    store?.setItems(share.id, sharedFiles(MAX_ITEMS));
    expect(store?.prepend(share.id, [{ ref: { filename: 'new.png', subfolder: '', type: 'output' } }])).toBe(
      true,
    );
    const names = store?.items(share.id).map(({ ref }) => ref.filename) ?? [];
    expect(names).toHaveLength(MAX_ITEMS);
    expect([names[0], names.at(-1)]).toEqual(['new.png', `${MAX_ITEMS - 1}.png`]);
  });

  it('keeps the ids of files that stay, and what was said of them', async () => {
    const share = await stage.share({ items: sharedFiles(3) });
    const guest = await stage.open(share);
    const [first, second] = guest.gallery.items;
    await put(guest, `items/${second?.id}/favourite`, { favourite: true });
    const reorder = await postJson(
      `${stage.owner}/darkroom/shares/${share.id}/items`,
      { items: sharedFiles(4).reverse().slice(0, 3) },
      { method: 'PUT' },
    );
    expect(((await reorder.json()) as Share).count).toBe(3);
    const { items } = (await (await guest.get('gallery')).json()) as GuestGallery;
    expect(items[2]).toMatchObject({ id: second?.id, favourite: true });
    expect(items.map(({ id }) => id)).not.toContain(first?.id);
    expect((await guest.get(`items/${first?.id}/thumb`)).status).toBe(404);
  });
});

describe('the page of a link', () => {
  it.each(['', '/any-slug'])('is the same for everybody, wherever it is shown: %j', async (rest) => {
    for (const token of ['nothing', tokenOf(await stage.share())]) {
      const answer = await fetch(`${stage.lan}/s/${token}${rest}`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
      expect(answer.headers.get('x-robots-tag')).toContain('noindex');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const html = await answer.text();
      const up = rest === '' ? '../' : '../../';
      expect(html).toContain(`src="${up}assets/index-abc123.js"`);
      expect(html).toContain(`data-root="${up}"`);
      const script = new URL(`${up}assets/index-abc123.js`, answer.url);
      expect((await fetch(script)).status).toBe(200);
    }
  });
});

describe('opening', () => {
  it('gives a cookie of this link alone, which lasts as long as the link', async () => {
    const share = await stage.share({ expiresAt: Date.now() + 3_600_000 });
    const { setCookie, gallery } = await stage.open(share);
    expect(gallery).toMatchObject({ id: share.id, title: 'Pictures', comments: [] });
    expect(gallery.items).toHaveLength(3);
    expect(setCookie).toContain(`Path=/s/${share.id};`);
    expect(setCookie).toContain('HttpOnly');
    expect(setCookie).toContain('SameSite=Strict');
    expect(setCookie).not.toContain('Secure');
    expect(Number(/Max-Age=(\d+)/.exec(setCookie)?.[1])).toBeGreaterThan(3_500);
    expect(Number(/Max-Age=(\d+)/.exec(setCookie)?.[1])).toBeLessThanOrEqual(3_600);
    expect((await listed()).shares[0]).toMatchObject({ views: 1, lastSeenAt: expect.any(Number) as number });
  });

  it('tells only who holds the token that the link is over', async () => {
    const expired = await stage.share({ expiresAt: 1 });
    const stopped = await stage.share();
    await fetch(`${stage.owner}/darkroom/shares/${stopped.id}`, { method: 'DELETE' });
    expect(await refusal(expired)).toEqual({ reason: 'expired', status: 410 });
    expect(await refusal(stopped)).toEqual({ reason: 'stopped', status: 410 });
    expect(await refusal({ ...stopped, path: 's/guess' })).toEqual({ reason: 'gone', status: 404 });
    expect((await listed()).shares.map(({ id }) => id)).toEqual([expired.id]);
  });

  it('asks for the password, and again after it was changed', async () => {
    const share = await stage.share({ password: 'pass' });
    expect(await refusal(share)).toEqual({ reason: 'password', status: 401 });
    expect(await refusal(share, 'wrong')).toEqual({ reason: 'password', status: 401 });
    const guest = await stage.open(share, 'pass');
    expect((await guest.get('gallery')).status).toBe(200);
    await patch(share, { password: 'other' });
    expect((await guest.get('gallery')).status).toBe(404);
    expect((await refusal(share, 'pass')).reason).toBe('password');
    await stage.open(share, 'other');
  });

  it('takes a password however its letters were composed', async () => {
    await stage.open(await stage.share({ password: 'caf\u00e9' }), 'cafe\u0301');
  });

  it('limits attempts', async () => {
    const share = await stage.share({ password: 'pass' });
    const reasons: string[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      reasons.push((await refusal(share, 'wrong')).reason);
    }
    expect(reasons).toEqual([...new Array<string>(5).fill('password'), 'too-many-attempts']);
    const late = await refusal(share, 'pass');
    expect(late).toMatchObject({ reason: 'too-many-attempts', status: 429 });
    expect(late.retryAfter).toBeGreaterThan(0);
    // Another link is not affected.
    await stage.open(await stage.share({ password: 'pass' }), 'pass');
  });
});

describe('pictures', () => {
  it('are made without what the file says of itself', async () => {
    const share = await stage.share({ items: sharedFiles(1) });
    const guest = await stage.open(share);
    const id = guest.gallery.items[0]?.id ?? '';
    for (const [size, format] of [
      ['thumb', 'webp'],
      ['preview', 'webp'],
      ['clean', 'png'],
    ] as const) {
      const answer = await guest.get(`items/${id}/${size}`);
      expect(answer.status, size).toBe(200);
      const bytes = Buffer.from(await answer.arrayBuffer());
      expect(await sharp(bytes).metadata()).toMatchObject({ format, width: 96, height: 64 });
      expect(bytes.includes(HIDDEN_PROMPT), size).toBe(false);
      expect(answer.headers.get('content-type')).toBe(`image/${format}`);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-security-policy')).toContain('sandbox');
      expect(answer.headers.get('x-robots-tag')).toContain('noindex');
      expect(answer.headers.get('etag')).toBeTruthy();
      expect(answer.headers.get('cache-control')).toBe('private, no-cache');
    }
    expect((await guest.get(`items/${id}/original`)).status).toBe(403);
    expect((await guest.get(`items/${id}/making`)).status).toBe(403);
  });

  it('come as they are where the link says so', async () => {
    const share = await stage.share({
      items: sharedFiles(1, { making: { prompt: 'a cat', seed: '18446744073709551615' } }),
      rights: { making: true, download: 'original' },
    });
    const guest = await stage.open(share);
    const id = guest.gallery.items[0]?.id ?? '';
    const answer = await guest.get(`items/${id}/original`);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(await pictureWithPrompt());
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="1.png"/);
    expect(await (await guest.get(`items/${id}/making`)).json()).toEqual({
      prompt: 'a cat',
      seed: '18446744073709551615',
    });
  });

  it('cost ComfyUI one request each, and none once they are kept, even when it is off', async () => {
    const share = await stage.share({ items: sharedFiles(2) });
    const guest = await stage.open(share);
    const look = async (): Promise<number[]> => {
      const asked = guest.gallery.items.flatMap(({ id }) =>
        ['thumb', 'preview', 'clean'].map((size) => guest.get(`items/${id}/${size}`)),
      );
      return (await Promise.all(asked)).map(({ status }) => status);
    };
    expect(await look()).toEqual(new Array(6).fill(200));
    expect(stage.comfy.arrivals.filter(({ url }) => url.startsWith('/view'))).toHaveLength(2);
    await stage.restart();
    await stage.comfy.stop();
    stage.comfy.arrivals.length = 0;
    expect(await look()).toEqual(new Array(6).fill(200));
    expect(stage.comfy.arrivals).toEqual([]);
  });

  it('are revalidated, sent in part, and as heads', async () => {
    const guest = await stage.open(await stage.share({ items: sharedFiles(1) }));
    const path = `items/${guest.gallery.items[0]?.id}/clean`;
    const whole = await guest.get(path);
    const bytes = Buffer.from(await whole.arrayBuffer());
    const etag = whole.headers.get('etag') ?? '';
    // Not by fetch, which adds `no-cache` to conditional requests.
    const lines = [`Host: ${new URL(stage.lan).host}`, `Cookie: ${guest.cookie}`, `If-None-Match: ${etag}`];
    const target = `/s/${guest.gallery.id}/${path}`;
    expect((await sendRaw(Number(new URL(stage.lan).port), rawRequest(target, lines))).status).toBe(304);
    const part = await guest.get(path, { headers: { range: 'bytes=8-15' } });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(8, 16));
    const head = await guest.get(path, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.headers.get('content-length')).toBe(String(bytes.length));
  });

  it('are told apart by their bytes: what could run scripts is not sent at all', async () => {
    stage.files.set('1.png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'));
    stage.files.set('2.png', Buffer.from('<!doctype html><script>1</script>'));
    stage.files.set('3.png', null);
    const share = await stage.share({ rights: { making: true, download: 'original' } });
    const guest = await stage.open(share);
    const statuses = guest.gallery.items.map(async ({ id }) =>
      Promise.all(
        ['thumb', 'preview', 'clean', 'original'].map(
          async (size) => (await guest.get(`items/${id}/${size}`)).status,
        ),
      ),
    );
    expect(await Promise.all(statuses)).toEqual([
      new Array(4).fill(415),
      new Array(4).fill(415),
      new Array(4).fill(404),
    ]);
  });

  it('are measured where the owner did not say their size', async () => {
    stage.files.set('1.png', await pictureWithPrompt(300, 200));
    const share = await stage.share({ items: [{ ref: sharedFiles(1)[0]?.ref as never }] });
    const guest = await stage.open(share);
    const live = await listen(`${stage.lan}/s/${share.id}/live`, guest.cookie);
    await guest.get(`items/${guest.gallery.items[0]?.id}/thumb`);
    await poll(
      async () => ((await (await guest.get('gallery')).json()) as GuestGallery).items[0],
    ).toMatchObject({ width: 300, height: 200 });
    live.socket.terminate();
  });

  describe('whose name ComfyUI gave to another', () => {
    /** As when the cache had no room for them. */
    async function loseCopies(): Promise<void> {
      await stage.darkroom.stop();
      rmSync(join(stage.dataDir, 'pictures'), { recursive: true });
      await stage.restart();
    }

    it.each(['after they were looked at', 'before'])('are not shown: %s', async (when) => {
      const share = await stage.share({ items: sharedFiles(1) });
      const guest = await stage.open(share);
      const [item] = guest.gallery.items;
      await poll(() => stage.darkroom.sharing?.store.unrecognised(share.id)).toEqual([]);
      const digest = stage.darkroom.sharing?.store.item(share.id, item?.id ?? '')?.known.digest;
      expect(digest).toMatch(/^[\w-]{43}$/);
      await loseCopies();
      const other = await pictureWithPrompt(200, 100);
      stage.files.set('1.png', other);
      if (when === 'before') {
        // As it is when a link has very many pictures, or was made while ComfyUI was off.
        forgetDigest();
      }
      stage.comfy.arrivals.length = 0;
      for (const size of ['thumb', 'preview', 'clean', 'thumb']) {
        const answer = await guest.get(`items/${item?.id}/${size}`);
        expect(answer.status, size).toBe(409);
        expect(await answer.json()).toMatchObject({ error: { type: 'changed' } });
      }
      // Whoever looks again costs ComfyUI nothing.
      expect(stage.comfy.arrivals.filter(({ url }) => url.startsWith('/view'))).toHaveLength(1);
      // The file that was shared is shown again once it is back.
      stage.files.delete('1.png');
      await loseCopies();
      expect((await guest.get(`items/${item?.id}/thumb`)).status).toBe(200);
    });

    function forgetDigest(): void {
      const { store } = stage.darkroom.sharing ?? {};
      const find = store?.item.bind(store);
      Object.assign(store ?? {}, {
        item: (share: string, id: string) => {
          const item = find?.(share, id);
          return item && { ...item, known: { ...item.known, digest: null } };
        },
      });
    }

    it('are another picture in a link to everything new, of which nothing was said', async () => {
      const share = await stage.share({ scope: { kind: 'new' }, items: [] });
      const { store } = stage.darkroom.sharing ?? {};
      const at = Date.now();
      const made = (later: number): boolean | undefined =>
        store?.prepend(share.id, sharedFiles(1, { at: at + later }));
      expect(made(0)).toBe(true);
      const guest = await stage.open(share);
      const [before] = guest.gallery.items;
      await put(guest, `items/${before?.id}/favourite`, { favourite: true });
      await guest.get(`items/${before?.id}/thumb`);
      // The same job read once more is no other picture.
      expect(made(0)).toBe(false);
      expect(made(1)).toBe(true);
      const { items } = (await (await guest.get('gallery')).json()) as GuestGallery;
      expect(items).toMatchObject([{ favourite: false, at: at + 1 }]);
      expect(items[0]?.id).not.toBe(before?.id);
      const kept = (): string[] => readdirSync(join(stage.dataDir, 'pictures'));
      await poll(() => kept().filter((name) => name.startsWith(before?.id ?? '?'))).toEqual([]);
    });
  });

  it('say that ComfyUI sleeps when they are not kept and it is off', async () => {
    await stage.comfy.stop();
    const guest = await stage.open(await stage.share());
    const answer = await guest.get(`items/${guest.gallery.items[0]?.id}/thumb`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ reason: 'asleep' });
  });
});

describe('what guests say', () => {
  it('reaches the owner live, and other guests as far as they may know', async () => {
    const share = await stage.share({ rights: { voting: true } });
    const owner = await listen(`${stage.owner}/darkroom/shares/live`);
    const [one, two] = [await stage.open(share), await stage.open(share)];
    const other = await listen(`${stage.lan}/s/${share.id}/live`, two.cookie);
    const item = one.gallery.items[1]?.id ?? '';
    expect((await put(one, `items/${item}/favourite`, { favourite: true })).status).toBe(204);
    expect((await put(one, `items/${item}/vote`, { vote: true })).status).toBe(204);
    expect((await put(two, `items/${item}/vote`, { vote: true })).status).toBe(204);
    expect((await put(two, `items/${item}/vote`, { vote: false })).status).toBe(204);
    const answer = await put(one, `items/${item}/comments`, { name: ' Ann ', text: '<b>Nice</b>' }, 'POST');
    const comment = (await answer.json()) as Comment;
    expect(comment).toMatchObject({ item, name: 'Ann', text: '<b>Nice</b>' });
    await poll(() => owner.said).toEqual([
      { type: 'opened', share: share.id, views: 1, at: expect.any(Number) as number },
      { type: 'opened', share: share.id, views: 2, at: expect.any(Number) as number },
      { type: 'favourites', share: share.id, item, count: 1 },
      { type: 'votes', share: share.id, item, count: 1, voters: 1 },
      { type: 'votes', share: share.id, item, count: 2, voters: 2 },
      { type: 'votes', share: share.id, item, count: 1, voters: 1 },
      { type: 'comment', share: share.id, comment },
    ] satisfies OwnerEvent[]);
    // Votes are blind: other guests hear of the comment alone.
    await poll(() => other.said).toEqual([{ type: 'comment', comment }]);
    expect(await getJson<Feedback>(`${stage.owner}/darkroom/shares/${share.id}/feedback`)).toMatchObject({
      files: { [item]: { filename: '2.png', subfolder: '', type: 'output' } },
      favourites: { [item]: 1 },
      votes: { [item]: 1 },
      voters: 1,
      comments: [comment],
    });
    const seen = (await (await two.get('gallery')).json()) as GuestGallery;
    expect(seen.items[1]).toMatchObject({ favourite: false, vote: false });
    expect(seen.comments).toEqual([comment]);
  });

  it('is at an end when a link has very many comments, whoever wrote them', async () => {
    const { store } = stage.darkroom.sharing ?? {};
    const share = await stage.share({ items: sharedFiles(1) });
    const guest = await stage.open(share);
    const comment = (): Promise<Response> =>
      put(guest, `items/${guest.gallery.items[0]?.id}/comments`, { name: 'Ann', text: 'Nice' }, 'POST');
    expect((await comment()).status).toBe(201);
    expect(store?.commentsIn(share.id)).toBe(1);
    Object.assign(store ?? {}, { commentsIn: () => 3_000 });
    expect((await comment()).status).toBe(429);
  });

  it('is refused where the link does not allow it', async () => {
    const share = await stage.share({ rights: { favourites: false, comments: false } });
    const guest = await stage.open(share);
    const item = guest.gallery.items[0]?.id ?? '';
    expect((await put(guest, `items/${item}/favourite`, { favourite: true })).status).toBe(403);
    expect((await put(guest, `items/${item}/vote`, { vote: true })).status).toBe(403);
    expect((await put(guest, `items/${item}/comments`, { name: 'a', text: 'b' }, 'POST')).status).toBe(403);
  });
});

describe('the end of a link', () => {
  it.each(['stopped', 'expired'] as const)('puts guests out at once: %s', async (reason) => {
    const share = await stage.share({ items: sharedFiles(1) });
    const guest = await stage.open(share);
    const thumb = `items/${guest.gallery.items[0]?.id}/thumb`;
    const etag = (await guest.get(thumb)).headers.get('etag') ?? '';
    const live = await listen(`${stage.lan}/s/${share.id}/live`, guest.cookie);
    const closed = once(live.socket, 'close');
    if (reason === 'stopped') {
      await fetch(`${stage.owner}/darkroom/shares/${share.id}`, { method: 'DELETE' });
    } else {
      await patch(share, { expiresAt: 1 });
    }
    await closed;
    expect(live.said).toEqual([{ type: 'ended', reason }]);
    for (const [path, init] of [
      ['gallery', {}],
      [thumb, {}],
      [thumb, { method: 'HEAD' }],
      [thumb, { headers: { range: 'bytes=0-1' } }],
      [thumb, { headers: { 'if-none-match': etag } }],
    ] as const) {
      expect((await guest.get(path, init)).status).toBe(410);
    }
    expect(await (await guest.get('gallery')).json()).toMatchObject({ reason });
  });

  it('leaves no pictures behind, not even those that were just being made', async () => {
    const kept = join(stage.dataDir, 'pictures');
    const names = (): string[] => readdirSync(kept).map((name) => name.slice(0, 16));
    const usual = stage.comfy.handler;
    let held: (() => void) | undefined;
    stage.comfy.handler = (request, response) => {
      if (!held && request.url?.includes('/view')) {
        held = () => {
          usual(request, response);
        };
      } else {
        usual(request, response);
      }
    };
    const share = await stage.share({ items: sharedFiles(3) });
    await poll(() => held).toBeDefined();
    await fetch(`${stage.owner}/darkroom/shares/${share.id}`, { method: 'DELETE' });
    held?.();
    // Another link has its pictures made after those of the first would have been.
    const other = await stage.share({ items: sharedFiles(12) });
    const items = (await stage.open(other)).gallery.items.map(({ id }) => id);
    await poll(() => readdirSync(kept).filter((name) => name.endsWith('-thumb.webp')).length).toBe(12);
    await poll(() => names().filter((id) => !items.includes(id))).toEqual([]);
  });

  const DOWNLOADS = {
    'when it is stopped': (share: Share) =>
      fetch(`${stage.owner}/darkroom/shares/${share.id}`, { method: 'DELETE' }),
    // Noticed a while later, with the sockets that hear of it.
    'by the clock': async (share: Share, cookie: string) => {
      const live = await listen(`${stage.lan}/s/${share.id}/live`, cookie);
      const closed = once(live.socket, 'close');
      stage.darkroom.sharing?.store.change(share.id, { expiresAt: 1 });
      await closed;
    },
    'when it no longer allows them': (share: Share) => patch(share, { rights: { download: 'none' } }),
  };
  it.each(Object.entries(DOWNLOADS))('breaks off running downloads %s', async (_when, end) => {
    // More than fits into the buffers on the way, so that it runs until it is read.
    stage.files.set('1.png', Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(16e6)]));
    const share = await stage.share({
      items: sharedFiles(1),
      rights: { making: true, download: 'original' },
    });
    const guest = await stage.open(share);
    const url = `${stage.lan}/s/${share.id}/items/${guest.gallery.items[0]?.id}/original`;
    const sent = httpRequest(url, { headers: { cookie: guest.cookie } });
    sent.on('error', () => undefined).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.on('error', () => undefined);
    await once(answer, 'readable');
    // A connection that is reset says so with an error before it closes.
    const closed = new Promise((resolve) =>
      answer.socket.once('error', () => undefined).once('close', resolve),
    );
    await end(share, guest.cookie);
    answer.resume();
    await closed;
    expect(answer.complete).toBe(false);
  });

  it('that comes by the clock closes open sockets too', async () => {
    const share = await stage.share();
    const guest = await stage.open(share);
    const live = await listen(`${stage.lan}/s/${share.id}/live`, guest.cookie);
    const closed = once(live.socket, 'close');
    // Past the routes, which would end it themselves.
    stage.darkroom.sharing?.store.change(share.id, { expiresAt: 1 });
    await closed;
    expect(live.said).toEqual([{ type: 'ended', reason: 'expired' }]);
  });
});

describe('a database that fails', () => {
  it('turns visitors away for the moment, and ends nothing', async () => {
    const fail = (): never => {
      throw new Error('disk I/O error');
    };
    const share = await stage.share();
    const guest = await stage.open(share);
    const live = await listen(`${stage.lan}/s/${share.id}/live`, guest.cookie);
    const { devices, store } = stage.darkroom.sharing ?? {};
    let looks = 0;
    const failing = (): never => {
      looks += 1;
      return fail();
    };
    // What the server does by itself, every second and when somebody leaves.
    Object.assign(store ?? {}, { link: failing, openNew: failing });
    await poll(() => looks).toBeGreaterThan(1);
    live.socket.terminate();
    const before = looks;
    await poll(() => looks).toBeGreaterThan(before);
    Object.assign(devices ?? {}, { known: fail });
    Object.assign(store ?? {}, { guestOf: fail });
    const headers = { cookie: 'darkroom_device=AAAAAAAAAAAAAAAAAAAAAAAA' };
    const answer = await fetch(`${stage.lan}/`, { headers });
    expect(answer.status).toBe(503);
    expect(await answer.text()).not.toContain('disk');
    expect((await guest.get('gallery')).status).toBe(503);
    await expect(listen(`${stage.lan}/s/${share.id}/live`, guest.cookie)).rejects.toThrow('503');
    expect((await fetch(`${stage.owner}/darkroom/shares`)).status).toBe(200);
  });
});

describe('pairing', () => {
  /** Follows what a browser on the device does; `name` as typed. */
  async function pair(name: string): Promise<{ status: number; cookie: string }> {
    const { path } = (await (
      await fetch(`${stage.owner}/darkroom/pairings`, { method: 'POST' })
    ).json()) as Pairing;
    return usePairing(path, name);
  }

  async function usePairing(path: string, name: string): Promise<{ status: number; cookie: string }> {
    const page = await fetch(`${stage.lan}/${path}`);
    const body = new URLSearchParams({ name }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: stage.lan };
    const answer = await fetch(`${stage.lan}/${path}`, { method: 'POST', body, headers, redirect: 'manual' });
    expect(page.status).toBe(answer.status === 303 ? 200 : 404);
    return { status: answer.status, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
  }

  it('gives a device the whole app, until it is revoked', async () => {
    const device = await pair('Tablet <3');
    expect(device.status).toBe(303);
    const headers = { cookie: device.cookie };
    expect((await fetch(`${stage.lan}/`, { headers })).status).toBe(200);
    expect((await fetch(`${stage.lan}/api/queue`, { headers })).status).toBe(200);
    expect((await fetch(`${stage.lan}/darkroom/shares`, { headers })).status).toBe(200);
    expect((await fetch(`${stage.lan}/darkroom/devices`, { headers })).status).toBe(404);
    const live = await listen(`${stage.lan}/ws?clientId=a`, device.cookie);
    const { devices } = await getJson<{ devices: { id: string; name: string }[] }>(
      `${stage.owner}/darkroom/devices`,
    );
    expect(devices).toMatchObject([{ name: 'Tablet <3', lastSeenAt: expect.any(Number) as number }]);
    const closed = once(live.socket, 'close');
    const revoked = await fetch(`${stage.owner}/darkroom/devices/${devices[0]?.id}`, { method: 'DELETE' });
    expect(revoked.status).toBe(204);
    await closed;
    expect((await fetch(`${stage.lan}/api/queue`, { headers })).status).toBe(403);
  });

  it.each([
    ['en-GB', 'en', 'Pair this device', 'This code no longer works', 'Open the link you were given'],
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh-CN', '配对这台设备', '此配对码已失效', '请打开您收到的链接'],
  ])('is explained in the language of the browser: %s', async (asked, language, ...words) => {
    const { path } = (await (
      await fetch(`${stage.owner}/darkroom/pairings`, { method: 'POST' })
    ).json()) as Pairing;
    const headers = { 'accept-language': asked, accept: 'text/html' };
    const pages = [path, 'pair/guess', ''].map((page) => fetch(`${stage.lan}/${page}`, { headers }));
    const texts = await Promise.all((await Promise.all(pages)).map((answer) => answer.text()));
    expect(texts[0]).toContain(`<html lang="${language}">`);
    words.forEach((sentence, index) => {
      expect(texts[index]).toContain(sentence);
    });
  });

  it('survives a restart', async () => {
    const { cookie } = await pair('Tablet');
    await stage.restart();
    expect((await fetch(`${stage.lan}/`, { headers: { cookie } })).status).toBe(200);
  });

  it('uses a code up, but not by looking at it', async () => {
    const { path } = (await (
      await fetch(`${stage.owner}/darkroom/pairings`, { method: 'POST' })
    ).json()) as Pairing;
    await fetch(`${stage.lan}/${path}`);
    expect((await usePairing(path, 'first')).status).toBe(303);
    expect((await usePairing(path, 'second')).status).toBe(404);
    expect((await usePairing('pair/guess', 'third')).status).toBe(404);
  });
});

it('lists the addresses to share under', async () => {
  const list = await getJson<AddressList>(`${stage.owner}/darkroom/addresses`);
  expect(list).toEqual({ lan: true, addresses: [{ url: `${stage.lan}/`, kind: 'private' }] });
});

it('does not take forms for JSON', async () => {
  const answer = await new Promise<number>((resolve, reject) => {
    const request = httpRequest(
      `${stage.owner}/darkroom/shares`,
      { method: 'POST', headers: { 'content-type': 'text/plain' } },
      ({ statusCode = 0 }) => {
        resolve(statusCode);
      },
    );
    request.on('error', reject).end('{}');
  });
  expect(answer).toBe(415);
});
