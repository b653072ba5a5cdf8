import { mkdtempSync, rmSync } from 'node:fs';
import http, { type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { ownCertificate } from '../../src/server/lan/certificate';
import type { GuestGallery, Share } from '../../src/ports/share-wire';
import { type ShareStage, startShareStage } from '../support/share-stage';

let stage: ShareStage | undefined;
const closing: (() => void)[] = [];

afterEach(async () => {
  closing.splice(0).forEach((close) => {
    close();
  });
  await stage?.stop();
  stage = undefined;
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

interface Ask {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

function ask(url: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const client = url.startsWith('https:') ? https : http;
    const request = client.request(
      url,
      { method, headers, rejectUnauthorized: false, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('end', () => {
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(chunks).toString(),
          });
        });
      },
    );
    request.on('error', reject).end(body);
  });
}

interface ProxyOptions {
  to: () => number;
  /** Path below which it publishes; taken off before the request is passed on. */
  prefix?: string;
  /** What it makes of the headers. */
  headers: (incoming: http.IncomingMessage) => Record<string, string>;
}

/** Plays the proxy: passes requests on as nginx, Caddy and the like do. */
async function startProxy({ to, prefix = '', headers }: ProxyOptions): Promise<number> {
  const proxy = http.createServer((request, response) => {
    const path = request.url ?? '/';
    if (!path.startsWith(`${prefix}/`)) {
      response.writeHead(404).end();
      return;
    }
    const onward = http.request(
      {
        host: '127.0.0.1',
        port: to(),
        method: request.method,
        path: path.slice(prefix.length),
        headers: { ...request.headers, ...headers(request) },
        agent: false,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  });
  proxy.on('upgrade', (request, near, head) => {
    const path = request.url ?? '/';
    if (!path.startsWith(`${prefix}/`)) {
      near.destroy();
      return;
    }
    const onward = http.request({
      host: '127.0.0.1',
      port: to(),
      path: path.slice(prefix.length),
      headers: { ...request.headers, ...headers(request) },
      agent: false,
    });
    const answer = ({ statusCode, statusMessage, rawHeaders }: http.IncomingMessage): void => {
      const lines = rawHeaders.flatMap((name, at) =>
        at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1] ?? ''}`] : [],
      );
      near.write([`HTTP/1.1 ${statusCode} ${statusMessage}`, ...lines, '', ''].join('\r\n'));
    };
    onward.on('upgrade', (accepted, far, farHead) => {
      answer(accepted);
      near.write(farHead);
      far.write(head);
      near.on('error', () => far.destroy()).pipe(far);
      far.on('error', () => near.destroy()).pipe(near);
    });
    onward.on('response', (refused) => {
      answer(refused);
      near.end();
    });
    onward.on('error', () => near.destroy());
    onward.end();
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return (proxy.address() as AddressInfo).port;
}

function tokenOf(share: Share): string {
  return share.path.split('/')[1] ?? '';
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** Status of the answer to a WebSocket handshake. */
async function handshake(url: string, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(url, { headers, rejectUnauthorized: false });
  const status = await new Promise<number>((resolve, reject) => {
    socket.once('open', () => {
      resolve(101);
    });
    socket.once('unexpected-response', (_request, answer) => {
      resolve(answer.statusCode ?? 0);
    });
    socket.once('error', reject);
  });
  socket.on('error', () => undefined).terminate();
  return status;
}

/** What a guest does at a public address. `origin` is what the browser sends. */
async function visit(
  base: string,
  share: Share,
  { host, origin }: { host: string; origin: string },
): Promise<Answer> {
  const page = await ask(`${base}/${share.path}`, { headers: { host } });
  expect(page.status).toBe(200);
  const opened = await ask(`${base}/s/open`, {
    method: 'POST',
    body: JSON.stringify({ token: tokenOf(share) }),
    headers: { ...JSON_TYPE, host, origin },
  });
  expect(opened.status, opened.body).toBe(200);
  const cookie = opened.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const gallery = await ask(`${base}/s/${share.id}/gallery`, { headers: { host, cookie } });
  expect(gallery.status).toBe(200);
  const [item] = (JSON.parse(gallery.body) as GuestGallery).items;
  const thumb = await ask(`${base}/s/${share.id}/items/${item?.id}/thumb`, { headers: { host, cookie } });
  expect([thumb.status, thumb.headers['content-type']]).toEqual([200, 'image/webp']);
  // What guests hear of live comes the same way.
  const live = `${base.replace(/^http/, 'ws')}/s/${share.id}/live`;
  expect(await handshake(live, { host, origin, cookie })).toBe(101);
  expect(await handshake(live, { host, origin: 'https://evil.example', cookie })).toBe(403);
  expect(await handshake(live, { host, origin })).toBe(404);
  expect(await handshake(`${base.replace(/^http/, 'ws')}/ws`, { host, origin, cookie })).toBe(403);
  // A guest is a guest, through whatever they come.
  for (const path of ['', 'queue', 'api/history', 'darkroom/shares', 'view?filename=1.png']) {
    expect((await ask(`${base}/${path}`, { headers: { host, cookie } })).status, path).toBe(403);
  }
  return opened;
}

describe('a proxy that speaks https and publishes below a path (Caddy, nginx)', () => {
  it('is named by --name: cookies are for that path and for https', async () => {
    stage = await startShareStage({
      behindProxy: ['127.0.0.1'],
      lan: { names: ['https://pics.example/darkroom/'] },
    });
    const { darkroom } = stage;
    const port = await startProxy({
      to: () => darkroom.lanPort ?? 0,
      prefix: '/darkroom',
      headers: () => ({ 'x-forwarded-for': '192.168.1.7', 'x-forwarded-proto': 'https' }),
    });
    const share = await stage.share();
    const opened = await visit(`http://127.0.0.1:${port}/darkroom`, share, {
      host: 'pics.example',
      origin: 'https://pics.example',
    });
    const cookie = opened.headers['set-cookie']?.[0] ?? '';
    expect(cookie).toContain(`Path=/darkroom/s/${share.id};`);
    expect(cookie).toContain('Secure');
    const list = JSON.parse((await ask(`${stage.owner}/darkroom/addresses`)).body) as {
      addresses: unknown[];
    };
    expect(list.addresses[0]).toEqual({ url: 'https://pics.example/darkroom/', kind: 'name' });
  });

  it('may publish at the root of a name of its own (Tailscale)', async () => {
    stage = await startShareStage({
      behindProxy: ['127.0.0.1'],
      lan: { names: ['https://my-box.my-net.ts.net/'] },
    });
    const { darkroom } = stage;
    const port = await startProxy({
      to: () => darkroom.lanPort ?? 0,
      headers: () => ({
        'x-forwarded-for': '100.64.0.7',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'my-box.my-net.ts.net',
        'tailscale-user-login': 'owner@example.com',
      }),
    });
    const share = await stage.share();
    const host = 'my-box.my-net.ts.net';
    const opened = await visit(`http://127.0.0.1:${port}`, share, { host, origin: `https://${host}` });
    expect(opened.headers['set-cookie']?.[0]).toContain(`Path=/s/${share.id};`);
    expect(opened.headers['set-cookie']?.[0]).toContain('Secure');
  });

  it('may replace Host, if it passes on the one it was sent', async () => {
    stage = await startShareStage({ behindProxy: ['127.0.0.1'], lan: { names: ['pics.example'] } });
    const { darkroom } = stage;
    const port = await startProxy({
      to: () => darkroom.lanPort ?? 0,
      headers: () => ({
        host: '127.0.0.1:1',
        'x-forwarded-host': 'pics.example',
        'x-forwarded-for': '192.168.1.7',
        'x-forwarded-proto': 'https',
        'x-forwarded-prefix': '/pics/',
      }),
    });
    const share = await stage.share();
    const origin = 'https://pics.example';
    const opened = await visit(`http://127.0.0.1:${port}`, share, { host: 'pics.example', origin });
    expect(opened.headers['set-cookie']?.[0]).toContain(`Path=/pics/s/${share.id};`);
  });

  it('is believed only where it was named: others cannot choose host, path or address', async () => {
    stage = await startShareStage({ lan: { names: ['pics.example'] } });
    const share = await stage.share();
    const headers = {
      'x-forwarded-host': 'pics.example',
      'x-forwarded-prefix': '/evil',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '127.0.0.1',
    };
    const rebound = await ask(`${stage.lan}/${share.path}`, {
      headers: { ...headers, host: 'evil.example' },
    });
    expect(rebound.status).toBe(403);
    const opened = await ask(`${stage.lan}/s/open`, {
      method: 'POST',
      body: JSON.stringify({ token: tokenOf(share) }),
      headers: { ...JSON_TYPE, ...headers },
    });
    expect(opened.headers['set-cookie']?.[0]).toContain(`Path=/s/${share.id};`);
    expect(opened.headers['set-cookie']?.[0]).not.toContain('Secure');
  });

  it.each(['/a;b', '/a b', 'a', '/a"', '//evil', '/a\\b'])('cannot put %j into a cookie', async (prefix) => {
    stage = await startShareStage({ behindProxy: ['127.0.0.1'] });
    const share = await stage.share();
    const opened = await ask(`${stage.lan}/s/open`, {
      method: 'POST',
      body: JSON.stringify({ token: tokenOf(share) }),
      headers: { ...JSON_TYPE, 'x-forwarded-prefix': prefix },
    });
    expect(opened.status).toBe(200);
    expect(opened.headers['set-cookie']?.[0]).toContain(`Path=/s/${share.id};`);
  });

  it('speaks for many: attempts are counted by the address it names, not by its own', async () => {
    stage = await startShareStage({ behindProxy: ['127.0.0.1'] });
    const share = await stage.share({ password: 'secret' });
    const guess = async (
      address: string,
      password = 'guess',
      others: Record<string, string> = {},
    ): Promise<number> =>
      (
        await ask(`${stage?.lan}/s/open`, {
          method: 'POST',
          body: JSON.stringify({ token: tokenOf(share), password }),
          headers: { ...JSON_TYPE, 'x-forwarded-for': address, ...others },
        })
      ).status;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await guess('192.168.1.66');
    }
    expect(await guess('192.168.1.66', 'secret')).toBe(429);
    // What stands before the address that the proxy added, the client has made up.
    expect(await guess('10.0.0.1, 192.168.1.66', 'secret')).toBe(429);
    // So it has what stands in headers that the proxy does not set, and passes on.
    for (const name of ['x-real-ip', 'true-client-ip', 'cf-connecting-ip', 'x-client-ip']) {
      expect(await guess('192.168.1.66', 'secret', { [name]: '10.0.0.2' }), name).toBe(429);
    }
    expect(await guess('192.168.1.66', 'secret', { forwarded: 'for=10.0.0.3' })).toBe(429);
    expect(await guess('192.168.1.7', 'secret')).toBe(200);
  });
});

describe('a proxy in front of the owner', () => {
  it('leaves the owner the owner, and keeps everybody else out', async () => {
    stage = await startShareStage({ behindProxy: ['127.0.0.1'], allowedHosts: ['darkroom.example'] });
    const { darkroom } = stage;
    let client = '127.0.0.1';
    const port = await startProxy({
      to: () => darkroom.port,
      headers: () => ({ 'x-forwarded-for': client }),
    });
    const headers = { host: 'darkroom.example' };
    expect((await ask(`http://127.0.0.1:${port}/darkroom/shares`, { headers })).status).toBe(200);
    client = '192.168.1.7';
    expect((await ask(`http://127.0.0.1:${port}/darkroom/shares`, { headers })).status).toBe(403);
  });
});

describe('a port that a container publishes under another number', () => {
  it('is answered under the name and port that guests use', async () => {
    stage = await startShareStage({ lan: { names: ['192.168.1.5:9000'] } });
    const { darkroom } = stage;
    const forward = net.createServer((near) => {
      const far = net.connect(darkroom.lanPort ?? 0, '127.0.0.1');
      near.on('error', () => far.destroy()).pipe(far);
      far.on('error', () => near.destroy()).pipe(near);
    });
    await new Promise<void>((resolve) => forward.listen(0, '127.0.0.1', resolve));
    closing.push(() => forward.close());
    const base = `http://127.0.0.1:${(forward.address() as AddressInfo).port}`;
    const share = await stage.share();
    const host = '192.168.1.5:9000';
    await visit(base, share, { host, origin: `http://${host}` });
    expect((await ask(`${base}/${share.path}`, { headers: { host: '192.168.1.5:9001' } })).status).toBe(403);
  });
});

describe('https of its own', () => {
  it('serves links, with cookies for https alone', async () => {
    stage = await startShareStage({ lan: { tls: 'own' } });
    expect(stage.darkroom.fingerprint).toMatch(/^[0-9A-F:]{95}$/);
    const share = await stage.share();
    const { host } = new URL(stage.lan);
    const opened = await visit(stage.lan, share, { host, origin: `https://${host}` });
    expect(opened.headers['set-cookie']?.[0]).toContain('Secure');
    await expect(ask(stage.lan.replace('https', 'http'))).rejects.toThrow();
  });

  it('takes a certificate that was given', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'darkroom-given-'));
    const given = await ownCertificate(folder, []);
    rmSync(folder, { recursive: true });
    stage = await startShareStage({ lan: { tls: given } });
    expect(stage.darkroom.fingerprint).toBe(given.fingerprint);
    expect((await ask(`${stage.lan}/s/x`)).status).toBe(200);
  });
});
