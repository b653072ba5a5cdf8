import { describe, expect } from 'vitest';
import { WebSocket } from 'ws';
import { test } from './statement';
import { connect, send, sendRaw, unique } from './support';

const server = await connect();
const { port } = new URL(server.url);

/** Host, Origin, and whether the server accepts them. P stands for the server's port. */
const TABLE: [string, string | undefined, boolean][] = [
  ['127.0.0.1:P', undefined, true],
  ['127.0.0.1:P', 'http://127.0.0.1:P', true],
  ['127.0.0.1:P', 'https://127.0.0.1:P', true],
  ['127.0.0.1:P', 'http://127.0.0.1', true],
  ['127.0.0.1:P', 'HTTP://127.0.0.1:P', true],
  ['127.0.0.1:P', 'null', true],
  ['127.0.0.1:P', 'http://127.0.0.1:5173', false],
  ['127.0.0.1:P', 'http://localhost:P', false],
  ['127.0.0.1:P', 'http://localhost:5173', false],
  ['127.0.0.1:P', 'http://localhost', false],
  ['127.0.0.1:P', 'http://evil.example', false],
  ['127.0.0.1:P', 'http://127.0.0.1.evil.example:P', false],
  ['127.0.0.1', 'http://127.0.0.1:P', true],
  ['127.0.0.1', 'http://evil.example:P', false],
  ['localhost:P', 'http://localhost:P', true],
  ['LOCALHOST:P', 'http://localhost:P', true],
  ['localhost:P', 'http://127.0.0.1:P', false],
  ['localhost:P', 'http://evil.example', false],
  ['[::1]:P', 'http://[::1]:P', true],
  ['[::1]:P', 'http://[::1]:5173', false],
  ['127.0.0.2:P', 'http://evil.example', false],
  ['192.168.1.5:P', 'http://evil.example', true],
  ['192.168.1.5:P', 'http://192.168.1.5:P', true],
  ['10.0.0.7', 'http://evil.example', true],
];

function headersOf(host: string, origin: string | undefined): Record<string, string> {
  const filled = (text: string): string => text.replace(/:P$/, `:${port}`);
  return { host: filled(host), ...(origin === undefined ? {} : { origin: filled(origin) }) };
}

describe('Host and Origin (API notes §5)', () => {
  test.each(TABLE)('Host %s, Origin %s passes: %s', async (host, origin, passes) => {
    const headers = headersOf(host, origin);
    const got = await sendRaw('GET', '/prompt', headers);
    expect(got.status).toBe(passes ? 200 : 403);
    if (!passes) {
      expect(got.bytes).toHaveLength(0);
    }
    const posted = await sendRaw('POST', '/queue', { ...headers, 'content-length': '2' }, '{}');
    expect(posted.status).toBe(passes ? 200 : 403);
  });

  test('the check comes before routing, and OPTIONS is checked too', async () => {
    const foreign = headersOf('127.0.0.1:P', 'http://evil.example');
    expect((await sendRaw('GET', '/no-such-path', foreign)).status).toBe(403);
    expect((await sendRaw('POST', '/no-such-path', foreign)).status).toBe(403);
    expect((await sendRaw('OPTIONS', '/prompt', foreign)).status).toBe(403);
    expect((await sendRaw('GET', '/', foreign)).status).toBe(403);
  });

  test('no CORS headers are sent', async () => {
    const answer = await sendRaw('GET', '/prompt', headersOf('127.0.0.1:P', 'http://127.0.0.1:P'));
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    const preflight = await sendRaw('OPTIONS', '/prompt', {
      ...headersOf('127.0.0.1:P', 'http://127.0.0.1:P'),
      'access-control-request-method': 'POST',
    });
    expect(preflight.status).toBe(200);
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('Sec-Fetch-Site (API notes §5)', () => {
  test('cross-site is 403 on newer servers, whatever the host', async () => {
    const status = server.does('hardened') ? 403 : 200;
    expect((await sendRaw('GET', '/prompt', { 'sec-fetch-site': 'cross-site' })).status).toBe(status);
    expect(
      (await sendRaw('GET', '/prompt', { 'sec-fetch-site': 'cross-site', host: '192.168.1.5' })).status,
    ).toBe(status);
  });

  test.each(['same-origin', 'same-site', 'none'])('%s passes', async (site) => {
    expect((await send('GET', '/prompt', { headers: { 'sec-fetch-site': site } })).status).toBe(200);
  });
});

describe('WebSocket (API notes §5)', () => {
  /** The status of a refused handshake, or `open`. */
  function handshake(headers: Record<string, string>): Promise<number | 'open'> {
    const socket = new WebSocket(`${server.url.replace(/^http/, 'ws')}/ws?clientId=${unique('o')}`, {
      headers,
    });
    return new Promise((resolve, reject) => {
      socket.on('open', () => {
        socket.on('close', () => resolve('open'));
        socket.close();
      });
      socket.on('unexpected-response', (request, response) => {
        resolve(response.statusCode ?? 0);
        response.resume();
        request.destroy();
      });
      socket.on('error', (error) => {
        if (!/socket hang up|closed before/.test(error.message)) {
          reject(error);
        }
      });
    });
  }

  test.each([
    ['127.0.0.1:P', 'http://127.0.0.1:P', 'open'],
    ['localhost:P', 'http://localhost:P', 'open'],
    ['127.0.0.1:P', 'http://evil.example', 403],
    ['127.0.0.1:P', 'http://localhost:P', 403],
    ['192.168.1.5:P', 'http://evil.example', 'open'],
  ] as const)('Host %s, Origin %s: %s', async (host, origin, expected) => {
    expect(await handshake(headersOf(host, origin))).toBe(expected);
  });

  test('cross-site', async () => {
    expect(await handshake({ 'sec-fetch-site': 'cross-site' })).toBe(server.does('hardened') ? 403 : 'open');
  });
});
