import { once } from 'node:events';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import type { Share } from '../../src/ports/share-wire';
import { ROUTES, SOCKET } from '../../src/server/routes';
import { type RawAnswer, rawHandshake, rawRequest, sendRaw } from '../support/raw-http';
import { type Guest, postJson, sharedFiles, type ShareStage, startShareStage } from '../support/share-stage';

/** Every route of a guest, with the ids of a link and of one of its items in it. */
function routesOf(share: Share, item: string): { method: string; path: string }[] {
  return ROUTES.filter(
    ({ class: name }) => name.startsWith('share-') && name !== 'share-page' && name !== 'share-open',
  ).flatMap(({ methods, pattern }) => {
    const path = `/${pattern.map((part, index) => (part !== '*' ? part : index === 1 ? share.id : item)).join('/')}`;
    return methods.flatMap((method) => [
      { method, path },
      ...(method === 'GET' ? [{ method: 'HEAD', path }] : []),
    ]);
  });
}

let stage: ShareStage;

beforeAll(async () => {
  stage = await startShareStage();
});
afterAll(async () => {
  await stage.stop();
});

const ENDS: Record<string, (share: Share) => Promise<unknown>> = {
  'was stopped': (share) => fetch(`${stage.owner}/darkroom/shares/${share.id}`, { method: 'DELETE' }),
  'has expired': (share) =>
    postJson(`${stage.owner}/darkroom/shares/${share.id}`, { expiresAt: 1 }, { method: 'PATCH' }),
};

describe.each(Object.entries(ENDS))('a link that %s', (_name, end) => {
  let share: Share;
  let guest: Guest;
  let item: string;
  let etag: string;
  let live: WebSocket;
  let closed: Promise<unknown>;

  beforeAll(async () => {
    const rights = { voting: true, making: true, download: 'original', liveQueue: true } as const;
    share = await stage.share({ items: sharedFiles(1), rights });
    guest = await stage.open(share);
    item = guest.gallery.items[0]?.id ?? '';
    // All that can be kept is made and has been seen.
    for (const size of ['thumb', 'preview', 'clean', 'original']) {
      const answer = await guest.get(`items/${item}/${size}`);
      expect(answer.status, size).toBe(200);
      etag = answer.headers.get('etag') ?? '';
    }
    const seen = await ask({ method: 'GET', path: `/s/${share.id}/items/${item}/original` }, [
      `If-None-Match: ${etag}`,
    ]);
    expect(seen.status).toBe(304);
    live = new WebSocket(`${stage.lan.replace('http', 'ws')}/s/${share.id}/live`, {
      headers: { cookie: guest.cookie },
    });
    await once(live, 'open');
    closed = once(live, 'close');
    await end(share);
  });

  /** Asks as the guest of the link. */
  function ask({ method, path }: { method: string; path: string }, extra: string[]): Promise<RawAnswer> {
    const port = stage.darkroom.lanPort ?? 0;
    const headers = [`Host: 127.0.0.1:${port}`, `Cookie: ${guest.cookie}`, ...extra];
    const body = ['Content-Type: application/json', 'Content-Length: 2'];
    return sendRaw(
      port,
      method === SOCKET
        ? rawHandshake(path, headers)
        : rawRequest(
            path,
            method === 'GET' ? headers : [...headers, ...body],
            method,
            method === 'GET' ? '' : '{}',
          ),
    );
  }

  it('closes the socket that was open', async () => {
    await closed;
    expect(live.readyState).toBe(WebSocket.CLOSED);
  });

  it('refuses every route to its guest: whole, in part, its head, and what the browser has already', async () => {
    const routes = routesOf(share, item);
    expect(routes).toHaveLength(16);
    stage.comfy.arrivals.length = 0;
    for (const { method, path } of routes) {
      for (const extra of [
        [],
        ['Range: bytes=0-1'],
        ['If-None-Match: *'],
        [`If-None-Match: ${etag}`],
        ['If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT'],
        [`If-Range: ${etag}`, 'Range: bytes=0-1'],
      ]) {
        const { status, text } = await ask({ method, path }, extra);
        expect(status, `${method} ${path} ${extra.join(', ')}`).toBe(410);
        expect(text).not.toMatch(/etag|image\//i);
      }
    }
    expect(stage.comfy.arrivals).toEqual([]);
  });

  it('does not open again, with its token or by its id', async () => {
    for (const token of [share.path.split('/')[1], share.id]) {
      const answer = await postJson(`${stage.lan}/s/open`, { token });
      expect([404, 410]).toContain(answer.status);
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
  });
});
