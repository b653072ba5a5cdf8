import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Share } from '../../src/ports/share-wire';
import { rawRequest, sendRaw } from '../support/raw-http';
import { type Guest, pairDevice, type ShareStage, startShareStage } from '../support/share-stage';

let stage: ShareStage;
let share: Share;
let guest: Guest;
let device: string;

beforeAll(async () => {
  stage = await startShareStage();
  share = await stage.share({ password: 'secret' });
  guest = await stage.open(share, 'secret');
  device = await pairDevice(stage);
});
afterAll(async () => {
  await stage.stop();
});
beforeEach(() => {
  stage.comfy.arrivals.length = 0;
});

const port = (): number => stage.darkroom.lanPort ?? 0;
const host = (): string => `Host: 127.0.0.1:${port()}`;

describe('at the door to the network', () => {
  it.each([
    ['two lengths', ['Content-Length: 3', 'Content-Length: 4']],
    ['a length and chunks', ['Content-Length: 5', 'Transfer-Encoding: chunked']],
    ['chunks spelled twice', ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity']],
    ['an unknown coding', ['Transfer-Encoding: xchunked']],
    ['a coding after a tab', ['Transfer-Encoding:\tchunked, gzip']],
    ['a negative length', ['Content-Length: -1']],
    ['a length that is no number', ['Content-Length: 3x']],
    ['a space before the colon', ['Content-Length : 5', 'Transfer-Encoding: chunked']],
  ])('a request hidden in the body of another is not heard: %s', async (_name, lines) => {
    for (const cookie of [guest.cookie, device]) {
      for (const path of ['/s/open', '/upload/image']) {
        const hidden = `GET /history HTTP/1.1\r\n${host()}\r\nCookie: ${device}\r\n\r\n`;
        const head = [
          host(),
          `Cookie: ${cookie}`,
          'Content-Type: application/json',
          'Connection: keep-alive',
        ];
        const text = rawRequest(path, [...head, ...lines], 'POST', `0\r\n\r\n${hidden}`);
        const { status } = await sendRaw(port(), text);
        expect([0, 400, 403, 501], path).toContain(status);
      }
    }
    expect(stage.comfy.arrivals.filter(({ url }) => url === '/history')).toEqual([]);
  });

  it('requests one after another on a connection are each judged for themselves', async () => {
    const first = `GET /s/${share.id}/gallery HTTP/1.1\r\n${host()}\r\nCookie: ${guest.cookie}\r\n\r\n`;
    const second = rawRequest(`/s/${share.id}/gallery`, [host()]);
    const third = rawRequest('/queue', [host(), `Cookie: ${guest.cookie}`]);
    for (const [rest, status] of [
      [second, 404],
      [third, 403],
    ] as const) {
      const { text } = await sendRaw(port(), first + rest);
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, code]) => Number(code));
      expect(statuses).toEqual([200, status]);
    }
    expect(stage.comfy.arrivals).toEqual([]);
  });

  it.each([
    'X-HTTP-Method-Override: GET',
    'X-HTTP-Method: DELETE',
    'X-Method-Override: PUT',
    'X-Original-URL: /queue',
    'X-Rewrite-URL: /queue',
    'X-Forwarded-Prefix: /queue',
    'X-Forwarded-Host: localhost',
    'Forwarded: for=127.0.0.1;host=localhost',
    'X-Real-IP: 127.0.0.1',
  ])('%s opens nothing to a guest', async (line) => {
    for (const [method, path] of [
      ['GET', '/queue'],
      ['POST', '/prompt'],
      ['GET', '/darkroom/shares'],
      ['POST', `/s/${share.id}/gallery`],
    ] as const) {
      const text = rawRequest(path, [host(), `Cookie: ${guest.cookie}`, 'Content-Length: 0', line], method);
      expect([403, 404, 405], path).toContain((await sendRaw(port(), text)).status);
    }
    expect(stage.comfy.arrivals).toEqual([]);
  });

  it('a body is taken as it is, not unpacked: small ones could be huge', async () => {
    const opening = JSON.stringify({ token: share.path.split('/')[1], password: 'secret' });
    const bomb = gzipSync(opening + ' '.repeat(10_000_000));
    expect(bomb.length).toBeLessThan(16 * 1024);
    const ask = async (body: Buffer, ...coding: string[]): Promise<number> => {
      const head = [host(), 'Content-Type: application/json', `Content-Length: ${body.length}`, ...coding];
      return (await sendRaw(port(), rawRequest('/s/open', head, 'POST', body.toString('latin1')))).status;
    };
    expect(await ask(bomb, 'Content-Encoding: gzip')).toBe(400);
    expect(await ask(Buffer.from(opening))).toBe(200);
  });
});
