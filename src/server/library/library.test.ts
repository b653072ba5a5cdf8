import { once } from 'node:events';
import { mkdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import type { LibraryMeta, LibraryNews, LibraryStatus } from '../../ports/library-wire';
import { parseComfyUrl } from '../comfy-url';
import { type Darkroom, startDarkroom } from '../index';
import { graphOf, madePng, pngOf, temporaryFolder } from './fixtures';
import { openLibrary } from './library';
import { LibraryBusy } from './thread-client';

const folder = temporaryFolder();
const output = join(folder.path, 'output');
const app = join(folder.path, 'app');
let darkroom: Darkroom;
let pixels: Buffer;

beforeAll(async () => {
  mkdirSync(output);
  mkdirSync(app);
  writeFileSync(join(app, 'index.html'), '<!doctype html>');
  pixels = await sharp({ create: { width: 900, height: 300, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();
  writeFileSync(join(output, 'real "one".png'), pixels);
  writeFileSync(join(output, 'made.png'), madePng('a harbour'));
  writeFileSync(join(output, 'bomb.png'), pngOf({ width: 60_000, height: 60_000, pixels: 2_000 }));
  writeFileSync(join(output, 'evil.svg'), '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
  writeFileSync(join(output, 'empty.png'), '');
  utimesSync(join(output, 'empty.png'), 1_000, 1_000);
  utimesSync(join(output, 'evil.svg'), 1_000, 1_000);
  darkroom = await startDarkroom({
    comfyUrl: 'http://127.0.0.1:9',
    staticDir: app,
    dataDir: join(folder.path, 'data'),
    library: { trees: [{ path: output, kind: 'output', label: 'Pictures' }] },
  });
  await statusWhen(({ scan, trees }) => scan === null && trees[0]?.files === 5);
});
afterAll(async () => {
  await darkroom.stop();
  folder.remove();
});

function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  return fetch(`${darkroom.url}/darkroom/library${path}`, { headers, method });
}

async function statusWhen(holds: (news: LibraryNews) => boolean): Promise<LibraryNews> {
  for (;;) {
    const status = (await (await get('')).json()) as LibraryStatus;
    if (status.on && holds(status)) {
      return status;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function keyOf(name: string): Promise<string> {
  const lines = (await (await get('/changes')).text()).split('\n').filter((line) => line.startsWith('["f"'));
  const found = lines.map((line) => JSON.parse(line) as string[]).find((line) => line[3] === name);
  return found?.[1] ?? 'not found';
}

it('says what it knows', async () => {
  const status = (await (await get('')).json()) as LibraryStatus;
  expect(status).toMatchObject({
    on: true,
    trees: [{ name: 'Pictures', kind: 'output', online: true, files: 5 }],
    scan: null,
    canDelete: false,
  });
});

it('says nothing by halves while it begins: its folders are known with the first answer', async () => {
  const another = await startDarkroom({
    comfyUrl: 'http://127.0.0.1:9',
    staticDir: app,
    dataDir: join(folder.path, 'data of another'),
    library: { trees: [{ path: output, kind: 'output' }] },
  });
  try {
    const status = (await (await fetch(`${another.url}/darkroom/library`)).json()) as LibraryNews;
    expect(status.trees).toMatchObject([{ kind: 'output' }]);
    expect(status.epoch).not.toBe('');
  } finally {
    await another.stop();
  }
});

it('does not wait, when it stops, for pages that are open', async () => {
  const another = await startDarkroom({
    comfyUrl: 'http://127.0.0.1:9',
    staticDir: app,
    dataDir: join(folder.path, 'data of an open page'),
    library: { trees: [{ path: output, kind: 'output' }] },
  });
  const base = another.url.replace('http', 'ws');
  const pages = ['library/live', 'shares/live'].map((path) => new WebSocket(`${base}/darkroom/${path}`));
  try {
    await Promise.all(pages.map((page) => once(page, 'open')));
    const lost = Promise.all(pages.map((page) => once(page, 'close')));
    await another.stop();
    await lost;
  } finally {
    pages.forEach((page) => {
      page.terminate();
    });
    await another.stop();
  }
});

it('leaves nobody waiting where it is stopped before it knows', async () => {
  const library = openLibrary({
    dataDir: join(folder.path, 'data of a third'),
    trees: [{ path: output, kind: 'output' }],
    ...{ allowDelete: false, comfy: parseComfyUrl('http://127.0.0.1:9') },
  });
  const refused = expect(library.status()).rejects.toThrow(LibraryBusy);
  await library.close();
  await refused;
});

describe('changes', () => {
  it('come as lines, packed for who can unpack them', async () => {
    const plain = await get('/changes', { 'accept-encoding': 'identity' });
    expect(plain.headers.get('content-encoding')).toBeNull();
    const text = await plain.text();
    const [head] = text.split('\n');
    expect(text.endsWith('\n["e"]\n')).toBe(true);
    expect(JSON.parse(head ?? '')).toMatchObject({ v: 1, reset: true });
    const packed = await get('/changes', { 'accept-encoding': 'gzip' });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(await packed.text()).toBe(text);
    expect(() => gunzipSync(text)).toThrow();
  });

  it('are none since now', async () => {
    const { revision, epoch } = await statusWhen(() => true);
    const text = await (await get(`/changes?since=${revision}&epoch=${epoch}`)).text();
    expect(text).toBe(`${JSON.stringify({ v: 1, epoch, revision, reset: false })}\n["e"]\n`);
  });

  it.each(['since=x', 'since=-1', 'since=1e3', 'since=1&since=2', `since=${'9'.repeat(30)}`])(
    'are not told for %s',
    async (query) => {
      const answer = await get(`/changes?${query}`);
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain('whole number');
    },
  );

  it('are announced to a browser within a second', async () => {
    const socket = new WebSocket(`${darkroom.url.replace('http', 'ws')}/darkroom/library/live`);
    const heard: LibraryNews[] = [];
    socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString()) as LibraryNews));
    await expect.poll(() => heard.length, { timeout: 5_000 }).toBe(1);
    const before = heard[0]?.revision ?? 0;
    const startedAt = performance.now();
    writeFileSync(join(output, 'live.png'), madePng('live'));
    await expect
      .poll(() => (heard.at(-1)?.revision ?? 0) > before, { timeout: 5_000, interval: 10 })
      .toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    socket.terminate();
  });
});

describe('a file', () => {
  it('comes whole, for good', async () => {
    const key = await keyOf('real "one".png');
    const answer = await get(`/file/${key}`);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(pixels);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(pixels.length),
      'cache-control': 'private, max-age=31536000, immutable',
      etag: `"${key}"`,
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-disposition': `inline; filename="real _one_.png"; filename*=UTF-8''real%20%22one%22.png`,
    });
    const head = await get(`/file/${key}`, {}, 'HEAD');
    expect(head.headers.get('content-length')).toBe(String(pixels.length));
    const known = await get(`/file/${key}`, { 'if-none-match': `W/"x", "${key}"` });
    expect([known.status, await known.text()]).toEqual([304, '']);
  });

  it.each([
    ['bytes=0-9', 206, [0, 10]],
    ['bytes=5-', 206, [5, Infinity]],
    ['bytes=-7', 206, [-7, Infinity]],
    ['bytes=0-999999999', 206, [0, Infinity]],
    ['bytes=999999999-', 416, null],
    ['bytes=-0', 416, null],
    ['bytes=9-5', 200, [0, Infinity]],
    ['bytes=0-1,3-4', 200, [0, Infinity]],
    ['lines=0-1', 200, [0, Infinity]],
    ['bytes=99999999999999999999-', 200, [0, Infinity]],
  ] as const)('in part: %s', async (range, status, part) => {
    const answer = await get(`/file/${await keyOf('real "one".png')}`, { range });
    expect(answer.status).toBe(status);
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (part) {
      expect(bytes).toEqual(pixels.subarray(part[0], Math.min(part[1], pixels.length)));
    } else {
      expect(answer.headers.get('content-range')).toBe(`bytes */${pixels.length}`);
    }
  });

  it('in part only if it is still the one', async () => {
    const key = await keyOf('real "one".png');
    const other = await get(`/file/${key}`, { range: 'bytes=0-9', 'if-range': '"other"' });
    expect(other.status).toBe(200);
    const same = await get(`/file/${key}`, { range: 'bytes=0-9', 'if-range': `"${key}"` });
    expect(same.status).toBe(206);
  });

  it('without bytes is answered without any', async () => {
    const answer = await get(`/file/${await keyOf('empty.png')}`, { range: 'bytes=0-' });
    expect([answer.status, await answer.text()]).toEqual([416, expect.stringContaining('shorter')]);
    expect((await get(`/file/${await keyOf('empty.png')}`)).headers.get('content-length')).toBe('0');
  });

  it('that could run a script is only ever saved', async () => {
    const answer = await get(`/file/${await keyOf('evil.svg')}`);
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(answer.headers.get('content-security-policy')).toContain('sandbox');
  });

  it('that became a link is not followed', async () => {
    const secret = join(folder.path, 'secret.png');
    writeFileSync(join(output, 'swapped.png'), madePng('swapped'));
    await statusWhen(({ trees }) => (trees[0]?.files ?? 0) >= 7);
    const key = await keyOf('swapped.png');
    // Same bytes and times, outside the tree.
    renameSync(join(output, 'swapped.png'), secret);
    symlinkSync(secret, join(output, 'swapped.png'));
    const answer = await get(`/file/${key}`);
    expect(answer.status).toBe(404);
  });
});

describe('a thumbnail', () => {
  it('is a small WebP, for good', async () => {
    const key = await keyOf('real "one".png');
    const answer = await get(`/thumb/${key}`);
    expect(answer.headers.get('content-type')).toBe('image/webp');
    expect(answer.headers.get('etag')).toBe(`"${key}"`);
    expect(await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).toMatchObject({
      width: 320,
      height: 107,
    });
    expect((await get(`/thumb/${key}`, { 'if-none-match': `"${key}"` })).status).toBe(304);
    expect((await get(`/thumb/${key}`, {}, 'HEAD')).status).toBe(200);
  });

  it.each(['bomb.png', 'evil.svg', 'empty.png', 'made.png'])('is not made of %s', async (name) => {
    const answer = await get(`/thumb/${await keyOf(name)}`);
    expect([answer.status, await answer.text()]).toEqual([415, expect.stringContaining('No thumbnail')]);
  });
});

it('tells the texts of a file as they stand in it', async () => {
  const answer = await get(`/meta/${await keyOf('made.png')}`);
  expect(((await answer.json()) as LibraryMeta).texts).toEqual({ prompt: graphOf('a harbour') });
  expect(((await (await get(`/meta/${await keyOf('evil.svg')}`)).json()) as LibraryMeta).texts).toEqual({});
});

it.each(['thumb', 'file', 'meta'])('has no %s of what it does not know', async (part) => {
  for (const id of [
    'aaaaaaaaaaaaaaaa',
    'a',
    `${'a'.repeat(17)}`,
    '..%2f..%2fx',
    "'%20OR%201=1",
    '%F0%9F%8E%A8',
  ]) {
    const answer = await get(`/${part}/${id}`);
    expect([400, 404], id).toContain(answer.status);
  }
});

it('says so where there is no library', async () => {
  const bare = await startDarkroom({ comfyUrl: 'http://127.0.0.1:9', staticDir: app });
  const url = `${bare.url}/darkroom/library`;
  expect(await (await fetch(url)).json()).toEqual({ on: false, why: 'no_folder' });
  for (const path of [
    'changes',
    'thumb/aaaaaaaaaaaaaaaa',
    'file/aaaaaaaaaaaaaaaa',
    'meta/aaaaaaaaaaaaaaaa',
  ]) {
    const answer = await fetch(`${url}/${path}`);
    expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('--output')]);
  }
  await bare.stop();
});
