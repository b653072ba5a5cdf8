import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { ROUTES, SOCKET } from '../../src/server/routes';
import { type RawAnswer, rawHandshake, rawRequest, sendRaw } from '../support/raw-http';
import { LOOPBACK_HOSTS } from '../support/loopback';
import { makeStaticApp, type StaticApp } from '../support/static-app';
import { startStubComfy, type StubComfy } from '../support/stub-comfy';
import { startTarget, type Target, type TargetName } from './targets';

const TARGETS: TargetName[] = ['vite dev', 'vite preview', 'darkroom server'];
/** Requests that all three servers pass on to ComfyUI: reads, writes, with and without /api. */
const SAMPLE: [string, string][] = [
  ['GET', '/queue'],
  ['GET', '/api/history?max_items=1'],
  ['GET', '/view?filename=a.png'],
  ['POST', '/prompt'],
  ['POST', '/api/interrupt'],
  ['POST', '/upload/image'],
  ['POST', '/userdata/darkroom%2Fa.json'],
  ['OPTIONS', '/prompt'],
];
const SOCKETS = ['/ws?clientId=a', '/api/ws'];
const REFUSED = [400, 403, 404, 405];
const OPEN = ROUTES.filter(({ owner }) => owner === 'comfyui');
/** Every request that ComfyUI's listed routes accept, with `x` for the variable parts. */
const LISTED = OPEN.flatMap(({ methods, pattern }) =>
  methods.map((method) => ({
    method,
    path: `/${pattern.map((part) => (part.startsWith('*') ? 'x' : part)).join('/')}`,
  })),
);

function isListed(method: string, path: string): boolean {
  return OPEN.some(({ methods, pattern }) => {
    const shape = pattern.map((part) => (part === '*' ? '[^/]+' : part === '**' ? '.+' : part)).join('/');
    const asked = method === 'HEAD' ? ['HEAD', 'GET'] : [method];
    return new RegExp(`^/${shape}$`).test(path) && methods.some((name) => asked.includes(name));
  });
}
const LINK = ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY'];

describe.each(TARGETS)('%s', (targetName) => {
  let app: StaticApp;
  let comfy: StubComfy;
  let target: Target;

  beforeAll(async () => {
    app = makeStaticApp();
    comfy = await startStubComfy();
    target = await startTarget(targetName, { comfyUrl: comfy.url, app, allowedHosts: ['darkroom.test'] });
  });
  afterAll(async () => {
    await target.stop();
    await comfy.stop();
    app.remove();
  });
  beforeEach(() => {
    comfy.arrivals.length = 0;
  });

  function send(text: string): Promise<RawAnswer> {
    return sendRaw(target.port, text);
  }

  /** Host header of the target's own page. */
  function own(name = '127.0.0.1'): string {
    return `${name}:${target.port}`;
  }

  /** Sends the same headers to every route and socket, and expects that none reaches ComfyUI. */
  async function expectRefusedEverywhere(headers: (path: string) => string[]): Promise<void> {
    for (const [method, path] of SAMPLE) {
      const { status } = await send(rawRequest(path, headers(path), method));
      expect(REFUSED, `${method} ${path}`).toContain(status);
    }
    for (const path of SOCKETS) {
      const { status } = await send(rawHandshake(path, headers(path)));
      expect(REFUSED, `socket ${path}`).toContain(status);
    }
    expect(comfy.arrivals).toEqual([]);
  }

  describe('lets in', () => {
    it.each(LOOPBACK_HOSTS)('a page opened as %s', async (host) => {
      const origin = `http://${own(host)}`;
      const page = await fetch(`${origin}/`);
      expect(page.status).toBe(200);
      expect(await page.text()).toContain('static app');
      const post = await fetch(`${origin}/prompt`, { method: 'POST', body: '{}', headers: { origin } });
      expect(post.status).toBe(200);
      expect((await fetch(`${origin}/api/queue`)).status).toBe(200);
      expect(((await (await fetch(`${origin}/darkroom/about`)).json()) as { name: string }).name).toBe(
        'comfy-darkroom',
      );

      const socket = new WebSocket(`ws://${own(host)}/ws?clientId=a`, { origin });
      const echoed = new Promise<string>((resolve, reject) => {
        comfy.onSocket = (far) => {
          far.on('message', (data) => {
            far.send(data);
          });
        };
        socket.once('open', () => {
          socket.send('hello');
        });
        socket.once('message', (data) => {
          resolve((data as Buffer).toString());
        });
        socket.once('error', reject);
      });
      expect(await echoed).toBe('hello');
      const gone = new Promise((resolve) => comfy.sockets.at(-1)?.once('close', resolve));
      socket.terminate();
      await gone;
    });

    it('an allowed name', async () => {
      const host = own('darkroom.test');
      const headers = [`Host: ${host}`, `Origin: http://${host}`];
      expect((await send(rawRequest('/', headers))).status).toBe(200);
      expect((await send(rawRequest('/queue', headers))).status).toBe(200);
      expect((await send(rawHandshake('/ws', headers))).status).toBe(101);
    });

    it('exactly the listed routes of ComfyUI', async () => {
      for (const { method, path } of LISTED) {
        const host = `Host: ${own()}`;
        const text =
          method === SOCKET
            ? rawHandshake(path, [host])
            : rawRequest(path, [host, 'Content-Length: 2'], method, '{}');
        expect([101, 200], `${method} ${path}`).toContain((await send(text)).status);
      }
      expect(comfy.arrivals.map(({ method, url, upgrade }) => `${upgrade ? SOCKET : method} ${url}`)).toEqual(
        LISTED.map(({ method, path }) => `${method} ${path}`),
      );
      // Change this number together with the list, after deciding who may use the new route.
      expect(LISTED).toHaveLength(112);
    });

    it('a link to the page, followed on another site', async () => {
      const headers = [`Host: ${own()}`, ...LINK];
      expect((await send(rawRequest('/', headers))).status).toBe(200);
      expect((await send(rawRequest('/index.html?from=chat', headers))).status).toBe(200);
    });

    it('requests of programs, which send no Origin', async () => {
      expect((await send(rawRequest('/queue', [`Host: ${own()}`]))).status).toBe(200);
      expect((await send(rawHandshake('/ws', [`Host: ${own()}`]))).status).toBe(101);
    });
  });

  describe('refuses', () => {
    it.each([
      'https://evil.example',
      'http://evil.example',
      'http://localhost',
      'http://127.0.0.1:1',
      'http://127.0.0.1.evil.example',
      'null',
      'file://',
      '',
    ])('a page of origin %j', async (origin) => {
      await expectRefusedEverywhere(() => [`Host: ${own()}`, `Origin: ${origin}`]);
    });

    it('a page of the other loopback name on the same port', async () => {
      await expectRefusedEverywhere(() => [`Host: ${own()}`, `Origin: http://${own('localhost')}`]);
    });

    it.each([
      'evil.example',
      'localhost.evil.example',
      '192.168.1.5',
      '0.0.0.0',
      '127.0.0.2',
      'app.localhost',
    ])('the rebinding name %s, even with a matching Origin', async (host) => {
      await expectRefusedEverywhere(() => [`Host: ${own(host)}`]);
      await expectRefusedEverywhere(() => [`Host: ${own(host)}`, `Origin: http://${own(host)}`]);
      const page = await send(rawRequest('/', [`Host: ${own(host)}`]));
      expect(REFUSED).toContain(page.status);
    });

    it.each(['127.0.0.1', 'localhost', '127.0.0.1:1', 'localhost:80'])(
      'Host %s with another port',
      async (host) => {
        await expectRefusedEverywhere(() => [`Host: ${host}`]);
      },
    );

    it('cross-site requests, with and without Origin', async () => {
      const headers = [`Host: ${own()}`, 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: no-cors'];
      await expectRefusedEverywhere(() => headers);
      await expectRefusedEverywhere(() => [...headers, `Origin: http://${own()}`]);
    });

    it.each([
      ['frames', ['Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe']],
      ['scripts', ['Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: empty']],
      ['script elements', ['Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: script']],
    ])('to show the page to %s of another site', async (_name, lines) => {
      const { status } = await send(
        rawRequest('/', [`Host: ${own()}`, 'Sec-Fetch-Site: cross-site', ...lines]),
      );
      expect(status).toBe(403);
    });

    it('anything but the page to a link followed on another site', async () => {
      await expectRefusedEverywhere(() => [`Host: ${own()}`, ...LINK]);
      for (const [method, path] of [
        ['GET', '/darkroom/about'],
        ['GET', '/favicon.svg'],
        ['POST', '/'],
        ['HEAD', '/'],
      ] as const) {
        expect((await send(rawRequest(path, [`Host: ${own()}`, ...LINK], method))).status, path).toBe(403);
      }
    });

    it.each([
      'X-Forwarded-For: 127.0.0.1',
      'X-Forwarded-Host: localhost',
      'X-Forwarded-Proto: https',
      'Forwarded: for=127.0.0.1',
      'Via: 1.1 proxy',
      'X-Real-IP: 127.0.0.1',
      'X-Client-IP: 127.0.0.1',
      'CF-Connecting-IP: 127.0.0.1',
      'x-forwarded-for:',
    ])('forwarded requests: %s', async (line) => {
      await expectRefusedEverywhere(() => [`Host: ${own()}`, line]);
      await expectRefusedEverywhere(() => [`Host: ${own()}`, `Origin: http://${own()}`, line]);
      expect((await send(rawRequest('/', [`Host: ${own()}`, line]))).status).toBe(403);
    });

    it.each([
      '/manager/reboot',
      '/customnode/install',
      '/extensions/pack/evil.js',
      '/api/extensions/pack/evil.js',
      '/prompt/x',
      '/queue/',
      '/api',
      '/api/api/queue',
      '/api/internal/logs',
      '/internal',
      '/PROMPT',
      '/Api/prompt',
      '/prompt;x',
      '/prompt%2F',
      '/prompt%2Fx',
      '/api%2Fprompt',
      '/%2570rompt',
      '/prompt%20',
      '/%EF%BD%90rompt',
      '/%C0%B0rompt',
      '/upload/image/x',
      '/ws',
      '/api/ws/',
      '/darkroom-demo/faults',
    ])('the unlisted route %s, with every method', async (path) => {
      for (const method of METHODS) {
        const { status } = await send(rawRequest(path, [`Host: ${own()}`], method));
        expect(REFUSED, method).toContain(status);
      }
      const handshakes = path === '/ws' ? [] : [path];
      for (const target of handshakes) {
        expect(REFUSED).toContain((await send(rawHandshake(target, [`Host: ${own()}`]))).status);
      }
      expect(comfy.arrivals).toEqual([]);
    });

    it('every method that a listed route does not support', async () => {
      const paths = [...new Set(LISTED.map(({ path }) => path))];
      for (const path of paths) {
        for (const method of METHODS.filter((name) => !isListed(name, path))) {
          const { status } = await send(rawRequest(path, [`Host: ${own()}`], method));
          expect(REFUSED, `${method} ${path}`).toContain(status);
        }
      }
      expect(comfy.arrivals).toEqual([]);
    });

    it.each([
      'X-HTTP-Method-Override',
      'X-HTTP-Method',
      'X-Method-Override',
      'X-Original-URL',
      'X-Rewrite-URL',
    ])('to pass %s on', async (name) => {
      await send(rawRequest('/queue', [`Host: ${own()}`, `${name}: /free`]));
      const [arrival] = comfy.arrivals;
      expect(arrival).toMatchObject({ method: 'GET', url: '/queue' });
      if (targetName === 'darkroom server') {
        expect(arrival?.headers).not.toHaveProperty(name.toLowerCase());
      }
    });

    it.each(['h2c', 'TLS/1.0', 'websocket, h2c', 'foo'])('a change of protocol to %s', async (protocol) => {
      for (const path of ['/queue', '/', ...SOCKETS]) {
        const lines = [`Host: ${own()}`, 'Connection: Upgrade', `Upgrade: ${protocol}`];
        expect(REFUSED, path).toContain((await send(rawRequest(path, lines))).status);
      }
      expect(comfy.arrivals).toEqual([]);
    });

    it('connections from other machines: it listens only on loopback', async () => {
      const outside = Object.values(networkInterfaces())
        .flat()
        .filter((address) => address !== undefined && !address.internal && !address.scopeid);
      const reached: string[] = [];
      for (const address of outside) {
        const text = rawRequest('/', [`Host: ${own()}`]);
        const answer = await sendRaw(target.port, text, address?.address).catch(() => null);
        if (answer) {
          reached.push(address?.address ?? '');
        }
      }
      // Proves that the check can succeed: on loopback the same request is answered.
      expect((await send(rawRequest('/', [`Host: ${own()}`]))).status).toBe(200);
      expect(reached).toEqual([]);
    });

    it('absolute and authority request targets', async () => {
      await expectRefusedEverywhere(() => ['Host: evil.example']);
      for (const target of [
        `http://evil.example/queue`,
        `http://${own()}/queue`,
        'evil.example:80',
        `http://${comfy.url.slice('http://'.length)}/queue`,
        '*',
      ]) {
        const { status } = await send(rawRequest(target, [`Host: ${own()}`]));
        expect(REFUSED, target).toContain(status);
      }
      const { status } = await send(rawRequest(`${own()}`, [`Host: ${own()}`], 'CONNECT'));
      expect([0, 400, 403, 404, 405]).toContain(status);
      expect(comfy.arrivals).toEqual([]);
    });

    it.each([
      '//evil.example/queue',
      '//queue',
      '/queue//x',
      '/\\evil.example',
      '/view\\..\\queue',
      '/view/../prompt',
      '/view/./x',
      '/..%2fqueue',
      '/%2e%2e/queue',
      '/view/%2e%2e%2fprompt',
      '/view/..%5cprompt',
      '/userdata/..%2F..%2Fx',
      '/view%00',
      '/view%0d%0aX-Evil:1',
      '/view%',
    ])('the path %s', async (path) => {
      const headers = [`Host: ${own()}`];
      expect(REFUSED).toContain((await send(rawRequest(path, headers))).status);
      expect(REFUSED).toContain((await send(rawHandshake(path, headers))).status);
      expect(comfy.arrivals).toEqual([]);
    });

    it.each([
      ['a repeated Host', ['Host: HOST', 'Host: evil.example']],
      ['a Host list', ['Host: HOST, evil.example']],
      ['no Host', []],
      ['an empty Host', ['Host: ']],
      ['a Host with a path', ['Host: HOST/x']],
      ['a Host with a user', ['Host: user@HOST']],
      ['a repeated Origin', ['Host: HOST', 'Origin: http://HOST', 'Origin: http://evil.example']],
      ['Host in a continued line', ['X-A: b', ' Host: HOST']],
      ['a space before the colon', ['Host : HOST']],
    ])('%s', async (_name, lines) => {
      await expectRefusedEverywhere(() => lines.map((line) => line.replace('HOST', own())));
    });

    it.each([
      ['two lengths', ['Content-Length: 3', 'Content-Length: 4']],
      ['a length and chunks', ['Content-Length: 3', 'Transfer-Encoding: chunked']],
      ['an unknown coding', ['Transfer-Encoding: xchunked']],
      ['a negative length', ['Content-Length: -1']],
      ['a length that is no number', ['Content-Length: 3x']],
    ])('%s, with a second request hidden in the body', async (_name, lines) => {
      const inner = `GET /history HTTP/1.1\r\nHost: ${own()}\r\n\r\n`;
      const body = `0\r\n\r\n${inner}`;
      const head = [`Host: ${own()}`, 'Connection: keep-alive', ...lines];
      const { status } = await send(rawRequest('/upload/image', head, 'POST', body));
      expect([0, 400, 403, 501]).toContain(status);
      expect(comfy.arrivals.filter(({ url }) => url === '/history')).toEqual([]);
    });

    it('files outside the served directory', async () => {
      const secret = readFileSync(app.secret, 'utf8');
      for (const path of [
        '/../secret.txt',
        '/..%2fsecret.txt',
        '/%2e%2e/secret.txt',
        '/assets/../../secret.txt',
        '/assets/..%2f..%2fsecret.txt',
        '/assets/..%5c..%5csecret.txt',
        '/assets%2f..%2f..%2fsecret.txt',
        '/@fs/../secret.txt',
        `/@fs${app.secret}`,
        `//${app.secret}`,
        app.secret,
        '/.hidden',
        '/.%68idden',
      ]) {
        const answer = await send(rawRequest(path, [`Host: ${own()}`]));
        expect(answer.text, path).not.toContain(secret);
        if (targetName === 'darkroom server') {
          expect(answer.text, path).not.toContain('hidden file');
          expect(REFUSED, path).toContain(answer.status);
        }
      }
    });
  });
});
