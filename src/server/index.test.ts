import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';

import { LOOPBACK_ADDRESSES } from '../../e2e/support/loopback';
import { rawHandshake, rawRequest, sendRaw } from '../../e2e/support/raw-http';
import { makeStaticApp, type StaticApp } from '../../e2e/support/static-app';
import { startStubComfy, type StubComfy } from '../../e2e/support/stub-comfy';
import { ComfyClient } from '../comfy/client';
import { type Darkroom, DarkroomError, type DarkroomOptions, listenAddresses, startDarkroom } from './index';

// Generous, so that a busy machine does not fail the tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const PATIENCE = { timeout: 30_000 };

let app: StaticApp;
let comfy: StubComfy;
let darkroom: Darkroom;

beforeAll(() => {
  app = makeStaticApp();
});
afterAll(() => {
  app.remove();
});
beforeEach(async () => {
  comfy = await startStubComfy();
  darkroom = await startDarkroom({ comfyUrl: comfy.url, staticDir: app.directory });
});
afterEach(async () => {
  await darkroom.stop();
  await comfy.stop();
});

/** One request through node:http, which leaves bodies and headers alone. */
function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: Buffer | string; host?: string } = {},
): Promise<{ status: number; reason: string; headers: IncomingHttpHeaders; body: Buffer }> {
  const { method = 'GET', headers = {}, body, host = '127.0.0.1' } = options;
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host, port: darkroom.port, path, method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const { statusCode = 0, statusMessage = '' } = answer;
        resolve({
          status: statusCode,
          reason: statusMessage,
          headers: answer.headers,
          body: Buffer.concat(chunks),
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      resolve();
    });
    socket.once('error', reject);
  });
}

function closed(socket: WebSocket): Promise<{ code: number; reason: string }> {
  return new Promise((resolve) => {
    socket.once('close', (code, reason) => {
      resolve({ code, reason: reason.toString() });
    });
  });
}

describe('the built app', () => {
  it('serves the page uncached, with headers that keep foreign code out', async () => {
    const page = await ask('/');
    expect(page.status).toBe(200);
    expect(page.body.toString()).toContain('static app');
    expect(page.headers['cache-control']).toBe('no-store');
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    expect(page.headers['referrer-policy']).toBe('no-referrer');
    expect(String(page.headers['content-security-policy']).split(';').sort()).toEqual(
      [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'none'",
      ].sort(),
    );
    expect(page.headers['permissions-policy']).toMatch(/camera=\(\).*geolocation=\(\).*usb=\(\)/);
    expect((await ask('/index.html')).headers['cache-control']).toBe('no-store');
  });

  it('lets hashed files be cached for ever, and compresses them if the client accepts it', async () => {
    const plain = await ask('/assets/index-abc123.js');
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(plain.headers['content-encoding']).toBeUndefined();
    const packed = await ask('/assets/index-abc123.js', { headers: { 'Accept-Encoding': 'gzip' } });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(packed.headers['content-type']).toMatch(/javascript/);
    expect(packed.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(packed.headers.vary).toMatch(/accept-encoding/i);
    expect(gunzipSync(packed.body)).toEqual(plain.body);
    expect((await ask('/favicon.svg')).headers['cache-control']).toBe('no-cache');
  });

  it('answers 404 elsewhere, without asking ComfyUI', async () => {
    for (const path of ['/nothing', '/assets/nothing.js', '/.hidden', '/extensions/pack/x.js', '/jobs']) {
      expect((await ask(path)).status, path).toBeGreaterThanOrEqual(403);
    }
    expect((await ask('/nothing', { method: 'POST', body: 'x' })).status).toBe(404);
    expect(comfy.arrivals).toEqual([]);
  });

  it('refuses a browser page with a sentence and a program with a reason', async () => {
    const headers = { 'Sec-Fetch-Site': 'cross-site' };
    const page = await ask('/queue', { headers: { ...headers, Accept: 'text/html,*/*;q=0.8' } });
    expect(page.status).toBe(403);
    expect(page.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(page.body.toString()).toContain('Type the address of Darkroom into the address bar');
    const data = await ask('/queue', { headers });
    expect(JSON.parse(data.body.toString())).toMatchObject({
      error: { type: 'refused', reason: 'cross_site' },
    });
  });

  it('opens from a link on another site, isolated from the page that holds the link', async () => {
    const headers = {
      'Sec-Fetch-Site': 'cross-site',
      'Sec-Fetch-Mode': 'navigate',
      'Sec-Fetch-Dest': 'document',
    };
    const page = await ask('/', { headers });
    expect(page.status).toBe(200);
    expect(page.headers['cross-origin-opener-policy']).toBe('same-origin');
    expect((await ask('/view?filename=a.png', { headers })).status).toBe(403);
    expect(comfy.arrivals).toEqual([]);
  });

  it('answers an unsupported method with the supported ones', async () => {
    const answer = await ask('/queue', { method: 'DELETE' });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD, POST');
    expect(comfy.arrivals).toEqual([]);
  });

  it('identifies itself', async () => {
    const about = await ask('/darkroom/about');
    expect(JSON.parse(about.body.toString())).toEqual({
      name: 'comfy-darkroom',
      version: '0.1.0',
      comfyUrl: comfy.url,
      library: false,
    });
  });
});

describe('HTTP to ComfyUI', () => {
  it('passes on method, path, query and headers, but not cookies and the like', async () => {
    await ask('/api/userdata/darkroom%2Fa%20b.json?overwrite=false&x=%E5%9B%BE', {
      method: 'POST',
      headers: {
        'Content-Type': 'text/plain',
        Origin: darkroom.url,
        Cookie: 'other=program',
        Referer: `${darkroom.url}/`,
        'Comfy-User': 'me',
        'X-Mine': '1',
        'X-HTTP-Method-Override': 'DELETE',
        'X-Original-URL': '/prompt',
        Connection: 'close, X-Mine',
      },
      body: 'hello',
    });
    const [arrival] = comfy.arrivals;
    expect(arrival?.method).toBe('POST');
    expect(arrival?.url).toBe('/api/userdata/darkroom%2Fa%20b.json?overwrite=false&x=%E5%9B%BE');
    expect(arrival?.headers).toMatchObject({
      host: `127.0.0.1:${comfy.port}`,
      origin: comfy.url,
      'comfy-user': 'me',
      'content-type': 'text/plain',
      'content-length': '5',
    });
    expect(Object.keys(arrival?.headers ?? {})).not.toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^(?:cookie|referer|x-mine|x-http-method-override|x-original-url)$/),
      ]),
    );
  });

  it('passes status, reason, headers, ranges and not-modified through', async () => {
    comfy.handler = (request, response) => {
      const isRange = request.headers.range === 'bytes=2-3';
      response.writeHead(isRange ? 206 : 304, isRange ? 'Partial Content' : 'Odd Reason', {
        ETag: '"abc"',
        'Accept-Ranges': 'bytes',
        'Access-Control-Allow-Origin': '*',
        'Set-Cookie': 'a=b',
        'X-If': request.headers['if-none-match'] ?? '',
        ...(isRange ? { 'Content-Range': 'bytes 2-3/10' } : {}),
      });
      response.end(isRange ? 'cd' : undefined);
    };
    const part = await ask('/view?filename=a.png', { headers: { Range: 'bytes=2-3' } });
    expect(part).toMatchObject({ status: 206, reason: 'Partial Content' });
    expect(part.body.toString()).toBe('cd');
    expect(part.headers).toMatchObject({ etag: '"abc"', 'content-range': 'bytes 2-3/10' });
    expect(part.headers).not.toHaveProperty('access-control-allow-origin');
    expect(part.headers).not.toHaveProperty('set-cookie');
    const same = await ask('/view?filename=a.png', { headers: { 'If-None-Match': '"abc"' } });
    expect(same).toMatchObject({ status: 304, reason: 'Odd Reason' });
    expect(same.headers['x-if']).toBe('"abc"');
  });

  it('keeps scripts in generated files from running', async () => {
    comfy.handler = (_request, response) => {
      response.writeHead(200, {
        'Content-Type': 'text/html',
        'Content-Security-Policy': "script-src 'self'",
      });
      response.end('<script src="/view?filename=x.js"></script>');
    };
    const { headers } = await ask('/view?filename=a.html');
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*sandbox$/);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('answers HEAD without a body', async () => {
    comfy.handler = (_request, response) => {
      response.writeHead(200, { 'Content-Length': '7' });
      response.end();
    };
    const head = await ask('/view?filename=a.png', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200 });
    expect(head.headers['content-length']).toBe('7');
    expect(comfy.arrivals[0]?.method).toBe('HEAD');
  });

  it('says where it looked when nothing is listening, and recovers by itself', async () => {
    const port = comfy.port;
    await comfy.stop();
    for (const [path, method] of [
      ['/system_stats', 'GET'],
      ['/upload/image', 'POST'],
      ['/prompt', 'POST'],
    ] as const) {
      const down = await ask(path, { method, ...(method === 'POST' ? { body: '{}' } : {}) });
      expect(down.status).toBe(502);
      const { error } = JSON.parse(down.body.toString()) as { error: Record<string, string> };
      expect(error.type).toBe('comfyui_unreachable');
      expect(error.address).toBe(`http://127.0.0.1:${port}`);
      expect(error.message).toBe(
        `ComfyUI does not answer at http://127.0.0.1:${port}: nothing is listening there.`,
      );
    }
    const back = createServer((_request, response) => response.end('back'));
    await new Promise<void>((resolve) => back.listen(port, '127.0.0.1', resolve));
    expect((await ask('/system_stats')).body.toString()).toBe('back');
    back.closeAllConnections();
    back.close();
  });

  it('retries a GET when a kept-alive connection has gone', async () => {
    expect((await ask('/queue')).status).toBe(200);
    let cut = 0;
    for (const connection of comfy.connections) {
      connection.prependOnceListener('data', () => {
        cut += 1;
        connection.resetAndDestroy();
      });
    }
    expect(comfy.connections.size).toBe(1);
    expect((await ask('/queue')).status).toBe(200);
    expect(cut).toBe(1);
  });

  it('reports that ComfyUI hung up in the middle of an upload', async () => {
    comfy.handler = (request) => {
      request.once('data', () => request.socket.resetAndDestroy());
    };
    const answer = await ask('/upload/mask', { method: 'POST', body: Buffer.alloc(8 * 1024 * 1024) });
    expect(answer.status).toBe(502);
    expect(answer.body.toString()).toContain('it closed the connection without answering');
  });

  it('cuts the response to the browser when ComfyUI hangs up in the middle of it', async () => {
    comfy.handler = (_request, response) => {
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write('x'.repeat(10), () => response.destroy());
    };
    await expect(ask('/view?filename=a.png')).rejects.toThrow(/aborted|hang up|ECONNRESET/);
  });

  it.each([
    ['in the middle of a chunk', '3e8\r\nxxxxxxxxxx'],
    ['at the end of a chunk', 'a\r\nxxxxxxxxxx'],
    ['between two chunks', 'a\r\nxxxxxxxxxx\r\n'],
  ])('treats a response that ends %s as an error, not as a short response', async (_where, chunks) => {
    const far = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        // The connection is closed properly: only the missing last chunk shows that data was lost.
        socket.end(
          `HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`,
        );
      });
    });
    await new Promise<void>((resolve) => far.listen(0, '127.0.0.1', resolve));
    const comfyUrl = `http://127.0.0.1:${(far.address() as AddressInfo).port}`;
    const between = await startDarkroom({ comfyUrl, staticDir: app.directory });
    for (const baseUrl of [comfyUrl, between.url]) {
      const client = new ComfyClient({ baseUrl });
      const ref = { filename: 'a.png', subfolder: '', type: 'output' } as const;
      await expect(client.view(ref), baseUrl).rejects.toMatchObject({ kind: 'unreachable' });
      await expect(client.queue(), baseUrl).rejects.toMatchObject({ kind: 'unreachable' });
    }
    await between.stop();
    far.close();
  });

  it('aborts its request to ComfyUI when the browser leaves', async () => {
    const left = new Promise<void>((resolve) => {
      comfy.handler = (_request, response) => {
        response.write('x');
        response.once('close', resolve);
      };
    });
    const request = httpRequest({ port: darkroom.port, host: '127.0.0.1', path: '/view?filename=big.mp4' });
    request.on('error', () => undefined);
    request.once('response', (answer) => {
      answer.on('error', () => undefined);
      answer.destroy();
    });
    request.end();
    await left;
  });

  it('passes on an early refusal of an upload', async () => {
    comfy.handler = (_request, response) => {
      response.writeHead(413, { 'Content-Type': 'text/plain' });
      response.end('Maximum request body size exceeded');
    };
    const answer = await ask('/upload/image', { method: 'POST', body: Buffer.alloc(16 * 1024 * 1024) });
    expect(answer.status).toBe(413);
    expect(answer.body.toString()).toContain('Maximum');
  });

  it('stops a proxy that points at itself', async () => {
    const answer = await ask('/queue', { headers: { 'X-Comfy-Darkroom': '1' } });
    expect(answer.status).toBe(508);
    expect(comfy.arrivals).toEqual([]);
  });
});

describe('prompts', () => {
  it.each(['/prompt', '/api/prompt', '/%70rompt'])('are checked at %s', async (path) => {
    const answer = await ask(path, { method: 'POST', body: '{"prompt":{},"client_id":["x"]}' });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body.toString())).toEqual({
      error: {
        type: 'refused_by_darkroom',
        message: 'client_id must be text.',
        details: 'client_id',
        extra_info: {},
      },
      node_errors: {},
    });
    expect(comfy.arrivals).toEqual([]);
  });

  it('arrive repaired, or byte for byte', async () => {
    const bodies: string[] = [];
    comfy.handler = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        bodies.push(Buffer.concat(chunks).toString());
        response.end('{}');
      });
    };
    const exact = ' {"prompt": {"1":{"class_type":"图","inputs":{"seed":18446744073709551615}}}}';
    await ask('/prompt', { method: 'POST', body: exact });
    await ask('/prompt', { method: 'POST', body: '{"prompt":{"1":{"class_type":"X"}}}' });
    expect(bodies).toEqual([exact, '{"prompt":{"1":{"class_type":"X","inputs":{}}}}']);
  });

  it.each([
    [{ 'Content-Encoding': 'gzip' }, 415],
    [{ 'Content-Type': 'application/json; charset=utf-16' }, 415],
    [{ 'Content-Type': 'application/json; charset=UTF-8' }, 200],
    [{ 'Content-Type': 'text/plain' }, 200],
  ])('with %j get %i', async (headers, status) => {
    const answer = await ask('/prompt', {
      method: 'POST',
      headers: headers,
      body: '{}',
    });
    expect(answer.status).toBe(status);
    expect(comfy.arrivals.length).toBe(status === 200 ? 1 : 0);
  });

  it('have a size limit', async () => {
    const answer = await ask('/prompt', { method: 'POST', body: Buffer.alloc(33 * 1024 * 1024, 32) });
    expect(answer.status).toBe(413);
    expect(comfy.arrivals).toEqual([]);
  });
});

describe('WebSocket to ComfyUI', () => {
  function connect(path = '/ws?clientId=tab', host = '127.0.0.1'): WebSocket {
    const address = `${host}:${darkroom.port}`;
    return new WebSocket(`ws://${address}${path}`, { origin: `http://${address}` });
  }

  it('passes text and binary frames both ways', async () => {
    comfy.onSocket = (far) => {
      far.send('{"type":"status"}');
      far.on('message', (data, isBinary) => {
        far.send(data, { binary: isBinary });
      });
    };
    const tab = connect('/api/ws?clientId=%E5%9B%BE');
    const messages: [string, boolean][] = [];
    const done = new Promise<void>((resolve) => {
      tab.on('message', (data, isBinary) => {
        messages.push([(data as Buffer).toString('hex'), isBinary]);
        if (messages.length === 3) {
          resolve();
        }
      });
    });
    await opened(tab);
    tab.send('hello');
    tab.send(Buffer.from([0, 0, 0, 1, 255]));
    await done;
    expect(messages).toEqual([
      [Buffer.from('{"type":"status"}').toString('hex'), false],
      [Buffer.from('hello').toString('hex'), false],
      ['00000001ff', true],
    ]);
    expect(comfy.arrivals[0]).toMatchObject({
      url: '/api/ws?clientId=%E5%9B%BE',
      upgrade: true,
      headers: { host: `127.0.0.1:${comfy.port}`, origin: comfy.url },
    });
    tab.terminate();
  });

  it('passes close codes both ways', async () => {
    comfy.onSocket = (far) => {
      far.on('message', () => {
        far.close(4001, 'restart');
      });
    };
    const first = connect();
    await opened(first);
    first.send('bye');
    expect(await closed(first)).toEqual({ code: 4001, reason: 'restart' });

    const second = connect();
    await opened(second);
    const [, far] = comfy.sockets;
    if (!far) {
      throw new Error('no second socket');
    }
    const seen = closed(far);
    second.close(4002, 'tab gone');
    expect(await seen).toEqual({ code: 4002, reason: 'tab gone' });
  });

  it('closes the socket to ComfyUI at once when a tab is gone, and the other way round', async () => {
    const tab = connect();
    await opened(tab);
    const [far] = comfy.sockets;
    if (!far) {
      throw new Error('no socket');
    }
    const seen = closed(far);
    tab.terminate();
    expect((await seen).code).toBe(1006);

    const other = connect();
    await opened(other);
    const lost = closed(other);
    comfy.sockets[1]?.terminate();
    expect((await lost).code).toBe(1006);
  });

  it('delivers everything that was sent before a close', async () => {
    comfy.onSocket = (far) => {
      for (let index = 0; index < 200; index += 1) {
        far.send(Buffer.alloc(50_000, index));
      }
      far.close(1000, 'done');
    };
    const tab = connect();
    let bytes = 0;
    tab.on('message', (data) => {
      bytes += (data as Buffer).length;
    });
    expect(await closed(tab)).toEqual({ code: 1000, reason: 'done' });
    expect(bytes).toBe(200 * 50_000);
  });

  it('holds ComfyUI back while a tab does not read', async () => {
    const tab = connect();
    await opened(tab);
    tab.pause();
    const [far] = comfy.sockets;
    if (!far) {
      throw new Error('no socket');
    }
    const block = Buffer.alloc(1024 * 1024);
    for (let index = 0; index < 64; index += 1) {
      far.send(block);
    }
    // Whatever the kernel buffers hold, most of 64 MB must still wait on ComfyUI's side.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(far.bufferedAmount).toBeGreaterThan(32 * 1024 * 1024);
    let received = 0;
    const all = new Promise<void>((resolve) => {
      tab.on('message', () => {
        received += 1;
        if (received === 64) {
          resolve();
        }
      });
    });
    tab.resume();
    await all;
    tab.terminate();
  });

  it('passes on a refusal by ComfyUI, and reports its absence', async () => {
    comfy.refuseSocketsWith = 403;
    const host = `Host: 127.0.0.1:${darkroom.port}`;
    const refused = await sendRaw(darkroom.port, rawHandshake('/ws', [host]));
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('nope');
    await comfy.stop();
    const down = await sendRaw(darkroom.port, rawHandshake('/ws', [host]));
    expect(down.status).toBe(502);
    expect(down.text).toContain('comfyui_unreachable');
  });

  it('drops the handshake when the tab leaves during it', async () => {
    const hanging = net.createServer();
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
    const { port } = hanging.address() as AddressInfo;
    const slow = await startDarkroom({ comfyUrl: `http://127.0.0.1:${port}`, staticDir: app.directory });
    const gone = new Promise<void>((resolve) => {
      hanging.once('connection', (socket) => {
        socket.once('data', () => client.destroy());
        socket.once('close', () => {
          resolve();
        });
        socket.on('error', () => undefined);
        socket.resume();
      });
    });
    const client = net.connect(slow.port, '127.0.0.1');
    client.write(rawHandshake('/ws', [`Host: 127.0.0.1:${slow.port}`]));
    await gone;
    await slow.stop();
    hanging.close();
  });

  it('exists only at its own address', async () => {
    const host = `Host: 127.0.0.1:${darkroom.port}`;
    expect((await sendRaw(darkroom.port, rawHandshake('/queue', [host]))).status).toBe(404);
    expect((await sendRaw(darkroom.port, rawHandshake('/', [host]))).status).toBe(404);
    const h2c = rawRequest('/ws', [host, 'Connection: Upgrade', 'Upgrade: h2c']);
    expect((await sendRaw(darkroom.port, h2c)).status).toBe(404);
    expect(comfy.arrivals).toEqual([]);
  });
});

describe('proxies, tunnels and containers', () => {
  const FORWARDED = { 'X-Forwarded-For': '127.0.0.1', 'X-Forwarded-Proto': 'https' };

  async function withServer(
    options: Partial<DarkroomOptions>,
    use: (server: Darkroom) => Promise<void>,
  ): Promise<void> {
    const server = await startDarkroom({ comfyUrl: comfy.url, staticDir: app.directory, ...options });
    try {
      await use(server);
    } finally {
      await server.stop();
    }
  }

  it('refuses forwarded requests and sockets, and says which option is needed', async () => {
    const refused = await ask('/', { headers: { ...FORWARDED, Accept: 'text/html' } });
    expect(refused.status).toBe(403);
    expect(refused.body.toString()).toContain('--behind-proxy');
    const lines = [`Host: 127.0.0.1:${darkroom.port}`, 'Via: 1.1 proxy'];
    expect((await sendRaw(darkroom.port, rawHandshake('/ws', lines))).status).toBe(403);
    expect(comfy.arrivals).toEqual([]);
  });

  it('behind a named proxy, the owner stays the owner and others stay out', async () => {
    await withServer({ behindProxy: ['127.0.0.1'] }, async ({ url }) => {
      expect((await fetch(`${url}/queue`, { headers: FORWARDED })).status).toBe(200);
      const others = { 'X-Forwarded-For': '127.0.0.1, 192.168.1.7' };
      expect((await fetch(`${url}/queue`, { headers: others })).status).toBe(403);
      expect((await fetch(`${url}/queue`)).status).toBe(200);
    });
    expect(Object.keys(comfy.arrivals[0]?.headers ?? {})).not.toContain('x-forwarded-for');
    await withServer({ behindProxy: ['10.0.0.9'] }, async ({ url }) => {
      expect((await fetch(`${url}/queue`, { headers: FORWARDED })).status).toBe(403);
    });
    await expect(withServer({ behindProxy: ['box'] }, () => Promise.resolve())).rejects.toMatchObject({
      code: 'bad_host',
    });
  });

  /** Sends the request of a browser that opened `host`, which something else forwards to the server. */
  async function askAs(server: Darkroom, host: string, origin = `http://${host}`): Promise<number> {
    const answer = await sendRaw(
      server.port,
      rawRequest('/queue', [`Host: ${host}`, `Origin: ${origin}`], 'GET'),
    );
    return answer.status;
  }

  it('answers on the published port, but only under the loopback names', async () => {
    await withServer({ publishedPort: 9000, container: null }, async (server) => {
      expect(server.url).toBe('http://localhost:9000');
      for (const name of ['localhost', '127.0.0.1', '[::1]']) {
        expect(await askAs(server, `${name}:9000`), name).toBe(200);
        expect(await askAs(server, `${name}:${server.port}`), name).toBe(200);
        expect(await askAs(server, `${name}:9001`), name).toBe(403);
        expect(await askAs(server, name), name).toBe(403);
      }
      for (const name of [
        'evil.example',
        'localhost.evil.example',
        '192.168.1.5',
        '0.0.0.0',
        'x.localhost',
      ]) {
        expect(await askAs(server, `${name}:9000`), name).toBe(403);
      }
      for (const origin of [
        'http://evil.example:9000',
        'http://localhost:9001',
        'null',
        'http://127.0.0.1:9000',
      ]) {
        expect(await askAs(server, 'localhost:9000', origin), origin).toBe(403);
      }
      const handshake = rawHandshake('/ws', ['Host: localhost:9000', 'Origin: http://localhost:9000']);
      expect((await sendRaw(server.port, handshake)).status).toBe(101);
    });
  });

  it('listens beyond loopback only in a container with a published port', () => {
    expect(listenAddresses('127.0.0.1', null)).toEqual(['127.0.0.1', '::1']);
    expect(listenAddresses('127.0.0.1', { gateway: '172.17.0.1' })).toEqual(['0.0.0.0']);
    expect(() => listenAddresses('0.0.0.0', null)).toThrow(DarkroomError);
  });

  it('names the option when an unknown port is forwarded here', async () => {
    const answer = await sendRaw(
      darkroom.port,
      rawRequest('/', ['Host: localhost:9000', 'Accept: text/html']),
    );
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('--published-port 9000');
  });
});

describe('starting and stopping', () => {
  it('answers as localhost, 127.0.0.1 and [::1]', async () => {
    expect(darkroom.url).toBe(`http://127.0.0.1:${darkroom.port}`);
    for (const host of ['localhost', ...LOOPBACK_ADDRESSES]) {
      expect((await ask('/queue', { host })).status, host).toBe(200);
    }
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'my-box.local', ''])('does not listen on %j', async (host) => {
    await expect(
      startDarkroom({ comfyUrl: comfy.url, staticDir: app.directory, host }),
    ).rejects.toMatchObject({
      code: 'bad_host',
    });
  });

  it.each(LOOPBACK_ADDRESSES)('listens on %s when asked to', async (host) => {
    const other = await startDarkroom({ comfyUrl: comfy.url, staticDir: app.directory, host });
    expect(new URL(other.url).hostname.replace(/[[\]]/g, '')).toBe(host);
    expect((await fetch(`${other.url}/darkroom/about`)).status).toBe(200);
    await other.stop();
  });

  it.each(LOOPBACK_ADDRESSES)('says so when the port is taken on %s', async (host) => {
    const other = net.createServer();
    await new Promise<void>((resolve) => other.listen({ port: 0, host, ipv6Only: host === '::1' }, resolve));
    const { port } = other.address() as AddressInfo;
    const starting = startDarkroom({ comfyUrl: comfy.url, staticDir: app.directory, port });
    await expect(starting).rejects.toThrow(DarkroomError);
    await expect(starting).rejects.toThrow(`Port ${port} is in use`);
    other.close();
  });

  it('explains a wrong address, a wrong host name and a missing build', async () => {
    const start = (changes: object): Promise<Darkroom> =>
      startDarkroom({ comfyUrl: comfy.url, staticDir: app.directory, ...changes });
    await expect(start({ comfyUrl: 'box:8188' })).rejects.toMatchObject({ code: 'bad_comfy_url' });
    await expect(start({ allowedHosts: ['*'] })).rejects.toMatchObject({ code: 'bad_host' });
    await expect(start({ staticDir: '/nowhere/dist' })).rejects.toMatchObject({ code: 'no_app' });
  });

  it.each(LOOPBACK_ADDRESSES)('reaches a ComfyUI on %s, below a path and behind a password', async (host) => {
    const far = await startStubComfy(host);
    const address = far.url.replace('http://', 'http://me:secret@');
    const other = await startDarkroom({ comfyUrl: `${address}/comfy/`, staticDir: app.directory });
    expect((await fetch(`${other.url}/queue`)).status).toBe(200);
    expect(far.arrivals[0]).toMatchObject({
      url: '/comfy/queue',
      headers: {
        host: far.url.slice('http://'.length),
        authorization: `Basic ${Buffer.from('me:secret').toString('base64')}`,
      },
    });
    const about = (await (await fetch(`${other.url}/darkroom/about`)).json()) as { comfyUrl: string };
    expect(about.comfyUrl).toBe(`${far.url}/comfy`);
    await other.stop();
    await far.stop();
  });

  it.each(['', 'pictures', 'link-key'])(
    'starts without sharing where "%s" in the data folder is no use',
    async (name) => {
      const dataDir = mkdtempSync(join(tmpdir(), 'darkroom-useless-'));
      const path = join(dataDir, 'data', name);
      try {
        if (name === 'link-key') {
          mkdirSync(path, { recursive: true });
        } else {
          mkdirSync(dirname(path), { recursive: true });
          writeFileSync(path.replace(/[/\\]$/, ''), 'in the way');
        }
        const options = { comfyUrl: comfy.url, staticDir: app.directory, dataDir: join(dataDir, 'data') };
        const started = await startDarkroom(options);
        expect(started.sharing).toBeNull();
        expect(started.notices).toEqual([expect.stringContaining('Nothing can be shared.')]);
        await started.stop();
        await expect(startDarkroom({ ...options, lan: {} })).rejects.toMatchObject({ code: 'no_database' });
      } finally {
        rmSync(dataDir, { recursive: true, force: true });
      }
    },
  );

  it('ends every connection when it stops', async () => {
    const tab = new WebSocket(`ws://127.0.0.1:${darkroom.port}/ws`);
    await opened(tab);
    comfy.handler = vi.fn();
    const waiting = ask('/history').catch((error: unknown) => error);
    await vi.waitFor(() => {
      expect(comfy.handler).toHaveBeenCalled();
    }, PATIENCE);
    const lost = closed(tab);
    await darkroom.stop();
    await lost;
    expect(await waiting).toBeInstanceOf(Error);
    await vi.waitFor(() => {
      expect(comfy.connections.size).toBe(0);
    }, PATIENCE);
    for (const host of LOOPBACK_ADDRESSES) {
      await expect(ask('/', { host })).rejects.toThrow('ECONNREFUSED');
    }
    await darkroom.stop();
  });
});
