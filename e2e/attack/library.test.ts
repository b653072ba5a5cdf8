import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';

import type {
  LibraryDone,
  LibraryMarks,
  LibraryMissing,
  LibraryMoved,
  LibraryStatus,
} from '../../src/ports/library-wire';
import { ROUTES, SOCKET } from '../../src/server/routes';
import { rawHandshake, rawRequest, sendRaw } from '../support/raw-http';
import {
  type Guest,
  pairDevice,
  pictureWithPrompt,
  sharedFiles,
  type ShareStage,
  startShareStage,
} from '../support/share-stage';

const SECRET = 'top secret words';
let folder: string;
let stage: ShareStage;
let guest: Guest;
let key: string;
let tree: string;
let moreTree: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'darkroom-library-attack-'));
  const output = join(folder, 'output');
  mkdirSync(output);
  writeFileSync(join(output, 'notes.txt'), SECRET);
  writeFileSync(join(folder, 'outside.txt'), SECRET);
  const more = join(folder, 'more');
  mkdirSync(join(more, 'deep'), { recursive: true });
  writeFileSync(join(folder, 'outside.png'), await pictureWithPrompt());
  writeFileSync(join(more, 'deep', 'shared.png'), await pictureWithPrompt(200, 100));
  writeFileSync(join(more, 'private.png'), await pictureWithPrompt(210, 100));
  symlinkSync(join(folder, 'outside.png'), join(more, 'link.png'));
  stage = await startShareStage({
    lan: {},
    library: {
      trees: [
        { path: output, kind: 'output' },
        { path: more, kind: 'other' },
      ],
      allowDelete: true,
    },
  });
  guest = await stage.open(await stage.share({ items: sharedFiles(1) }));
  while ((await status()).trees.map(({ files }) => files).join() !== '1,2') {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  [tree = '', moreTree = ''] = (await status()).trees.map(({ id }) => id);
  const lines = (await (await fetch(`${stage.owner}/darkroom/library/changes`)).text()).split('\n');
  key = (JSON.parse(lines.find((line) => line.includes('"notes.txt"')) ?? '[]') as string[])[1] ?? '';
});
afterAll(async () => {
  await stage.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function status(): Promise<Extract<LibraryStatus, { on: true }>> {
  return (await (await fetch(`${stage.owner}/darkroom/library`)).json()) as Extract<
    LibraryStatus,
    { on: true }
  >;
}

function requests(): { method: string; path: string }[] {
  return ROUTES.filter(({ class: name }) => name === 'library' || name === 'library-files').flatMap(
    ({ methods, pattern }) =>
      methods.map((method) => ({
        method,
        path: `/${pattern.map((part) => (part === '*' ? key : part)).join('/')}`,
      })),
  );
}

function ask(port: number, { method, path }: { method: string; path: string }, headers: string[]) {
  const moves = [{ tree, from: 'notes.txt', to: 'moved.txt' }];
  const body = JSON.stringify({ files: [{ tree, path: 'notes.txt' }], trash: [], moves, tree, path: 'made' });
  const typed = [...headers, 'Content-Type: application/json', `Content-Length: ${body.length}`];
  return sendRaw(
    port,
    method === SOCKET
      ? rawHandshake(path, headers)
      : method === 'POST'
        ? rawRequest(path, typed, method, body)
        : rawRequest(path, headers, method),
  );
}

describe('the library', () => {
  it('is there for its owner', async () => {
    expect(key).not.toBe('');
    expect(await (await fetch(`${stage.owner}/darkroom/library/file/${key}`)).text()).toBe(SECRET);
    expect(requests().length).toBeGreaterThan(11);
  });

  it('is shown to a paired device, which may move and delete nothing, and is told so', async () => {
    const { lanPort } = stage.darkroom;
    const headers = [`Host: 127.0.0.1:${lanPort}`, `Cookie: ${await pairDevice(stage)}`];
    expect(await status()).toMatchObject({ canDelete: true });
    const told = await sendRaw(lanPort ?? 0, rawRequest('/darkroom/library', headers));
    expect(told.text).toContain('"on":true');
    expect(told.text).toContain('"canDelete":false');
    const socket = new WebSocket(`ws://127.0.0.1:${lanPort}/darkroom/library/live`, {
      headers: { cookie: headers[1]?.slice('Cookie: '.length) ?? '' },
    });
    const [news] = (await once(socket, 'message')) as [Buffer];
    socket.close();
    expect(JSON.parse(news.toString())).toMatchObject({ on: true, canDelete: false });
    const writing = requests().filter(({ path }) =>
      /\/(?:delete|restore|empty|move|folder|trash)$/.test(path),
    );
    expect(writing.length).toBeGreaterThan(5);
    for (const request of writing) {
      expect([403, 404], request.path).toContain((await ask(lanPort ?? 0, request, headers)).status);
    }
  });

  it('is closed to guests, to who is nobody, and to pages of other sites', async () => {
    const { port, lanPort } = stage.darkroom;
    const lan = `Host: 127.0.0.1:${lanPort}`;
    const own = `Host: 127.0.0.1:${port}`;
    for (const request of requests()) {
      for (const [where, headers] of [
        [lanPort ?? 0, [lan]],
        [lanPort ?? 0, [lan, `Cookie: ${guest.cookie}`]],
        [port, [own, 'Origin: https://evil.example']],
        [port, [own, 'Origin: null']],
        [port, ['Host: evil.example']],
        [port, [own, 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image']],
        [port, [own, 'X-Forwarded-For: 192.168.1.9']],
      ] as const) {
        const answer = await ask(where, request, [...headers]);
        expect([400, 403, 404, 405], `${request.method} ${request.path} ${headers.join()}`).toContain(
          answer.status,
        );
        expect(answer.text).not.toContain(SECRET);
        expect(answer.text).not.toContain('notes.txt');
      }
    }
    expect(readdirSync(join(folder, 'output'))).toEqual(['notes.txt']);
  });

  it.each([
    '../outside.txt',
    '../made',
    'CON',
    'dot.',
    '.darkroom-trash/x',
    '/tmp/x',
    '..\\x',
    'a\nb',
    'none/x',
    'notes.txt',
    'notes.txt/x',
  ])('moves nothing to %j, and makes no such folder', async (to) => {
    for (const [what, body] of [
      ['move', { moves: [{ tree, from: 'notes.txt', to }] }],
      ['folder', { tree, path: to }],
    ] as const) {
      const answer = await fetch(`${stage.owner}/darkroom/library/${what}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const { results } = (await answer.json()) as LibraryDone;
      expect(results).toMatchObject([{ ok: false, message: expect.stringMatching(/^[A-Z.].{8}/) as string }]);
    }
    expect(readdirSync(join(folder, 'output'))).toEqual(['notes.txt']);
    expect(readdirSync(folder).sort()).toEqual(['more', 'output', 'outside.png', 'outside.txt']);
  });

  it.each([
    '../moved.txt',
    '/tmp/moved.txt',
    '.darkroom-trash/moved.txt',
    'none/moved.txt',
    '../output/moved.txt',
    'deep/../../moved.txt',
    'deep',
    'private.png',
  ])('moves nothing to %j of another folder, and nothing to a folder it does not have', async (to) => {
    const moves = [moreTree, '', 'none', '../more', folder].map((toTree) => ({
      ...{ tree, from: 'notes.txt', to, toTree },
    }));
    const answer = await fetch(`${stage.owner}/darkroom/library/move`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ moves }),
    });
    const { results } = (await answer.json()) as LibraryDone;
    expect(results.map(({ ok }) => ok)).toEqual(moves.map(() => false));
    expect(readdirSync(join(folder, 'output'))).toEqual(['notes.txt']);
    expect(readdirSync(join(folder, 'more')).sort()).toEqual(['deep', 'link.png', 'private.png']);
  });

  it('gives guests what was shared of a folder that ComfyUI does not know, by its id alone', async () => {
    const ref = { type: 'output', subfolder: `library:${moreTree}/deep`, filename: 'shared.png' } as const;
    const asked = vi.spyOn(stage.comfy, 'handler');
    const opened = await stage.open(await stage.share({ items: [{ ref }] }));
    const [item] = opened.gallery.items;
    expect(JSON.stringify(opened.gallery)).not.toContain(moreTree);
    const thumb = await opened.get(`items/${item?.id}/thumb`);
    expect([thumb.status, thumb.headers.get('content-type')]).toEqual([200, 'image/webp']);
    expect(await sharp(await thumb.arrayBuffer()).metadata()).toMatchObject({ width: 200, height: 100 });
    expect(asked.mock.calls.filter(([{ url }]) => url?.startsWith('/view'))).toEqual([]);
    expect((await guest.get(`items/${item?.id}/thumb`)).status).toBe(404);
  });

  it.each([
    ['private.png', 'library:none'],
    ['outside.png', 'library:TREE/..'],
    ['outside.png', 'library:TREE/deep/../..'],
    ['link.png', 'library:TREE'],
    ['shared.png', 'library:TREE'],
    ['outside.png', 'library:'],
    ['outside.txt', 'library:TREE'],
    ['hostname', 'library:TREE//etc'],
  ])('gives guests nothing that is not in it: %s in %s', async (filename, place) => {
    const subfolder = place.replace('TREE', moreTree);
    stage.files.set(filename, null);
    const draft = { items: [{ ref: { type: 'output' as const, subfolder, filename } }] };
    const share = await stage.share(draft).catch(() => null);
    const opened = share && (await stage.open(share));
    for (const item of opened?.gallery.items ?? []) {
      for (const what of ['thumb', 'preview', 'clean', 'original']) {
        expect([403, 404], what).toContain((await opened?.get(`items/${item.id}/${what}`))?.status);
      }
    }
  });

  it('tells of no file outside its folders whether it is there', async () => {
    symlinkSync(folder, join(folder, 'output', 'way-out'));
    const missing = async (paths: string[]): Promise<unknown> => {
      const answer = await fetch(`${stage.owner}/darkroom/library/missing`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ files: paths.map((path) => ({ tree, path })) }),
      });
      return ((await answer.json()) as LibraryMissing).missing;
    };
    const outside = ['outside.txt', 'nothing.txt'].flatMap((name) => [
      ...[`../${name}`, `..\\${name}`, join(folder, name), `x/../../${name}`, `way-out/${name}`],
    ]);
    const told = (await missing(outside)) as boolean[];
    // One that is there and one that is not are told the same.
    expect(told.slice(0, 5)).toEqual(told.slice(5));
    expect(await missing(['notes.txt', 'none.txt', '.darkroom-trash/x', '', 'a\0b'])).toEqual([
      ...[false, true, false, false, false],
    ]);
    unlinkSync(join(folder, 'output', 'way-out'));
  });

  it.each([
    '../outside.txt',
    '..\\outside.txt',
    '/etc/hostname',
    './../outside.txt',
    'x/../../outside.txt',
    '.darkroom-trash',
    '',
    'notes.txt/..',
  ])('moves nothing that is named %j', async (path) => {
    const answer = await fetch(`${stage.owner}/darkroom/library/delete`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ files: [{ tree, path }] }),
    });
    const { results } = (await answer.json()) as LibraryMoved;
    expect(results).toMatchObject([{ ok: false }]);
    expect(existsSync(join(folder, 'outside.txt'))).toBe(true);
    expect(existsSync(join(folder, 'output', 'notes.txt'))).toBe(true);
  });

  it.each(['{}', '[]', 'null', '{"files":"x"}', '{"files":[{"tree":1,"path":"a"}]}', '{"moves":[{}]}', '{'])(
    'refuses the body %s in a sentence',
    async (body) => {
      for (const what of ['delete', 'restore', 'empty', 'move', 'folder', 'missing']) {
        const answer = await fetch(`${stage.owner}/darkroom/library/${what}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        });
        expect(answer.status).toBe(400);
        expect(await answer.text()).toContain('message');
      }
    },
  );

  it.each([
    '{"marks":[["../../etc/passwd","r",1,"me",4]]}',
    '{"marks":[["aaaaaaaaaaaaaaaa","r",1e300,"me",4]]}',
    '{"marks":[["aaaaaaaaaaaaaaaa","r",-1,"me",4]]}',
    '{"marks":[["aaaaaaaaaaaaaaaa","r",1,"me",{"a":1}]]}',
    '{"marks":[["aaaaaaaaaaaaaaaa","r",1,"me",4,5]]}',
    `{"marks":[["aaaaaaaaaaaaaaaa","t${'x'.repeat(300)}",1,"me",1]]}`,
    `{"marks":[${Array(5001).fill('["aaaaaaaaaaaaaaaa","r",1,"me"]').join()}]}`,
  ])('takes in no mark that is none: %.60s', async (body) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${stage.owner}/darkroom/library/marks`, { method: 'POST', headers, body });
    expect(answer.status).toBe(400);
    const held = (await (await fetch(`${stage.owner}/darkroom/library/marks`)).json()) as LibraryMarks;
    expect(held.marks).toEqual([]);
  });

  it('takes no form that another page could send', async () => {
    const body = JSON.stringify({ files: [{ tree, path: 'notes.txt' }] });
    const answer = await fetch(`${stage.owner}/darkroom/library/delete`, { method: 'POST', body });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(existsSync(join(folder, 'output', 'notes.txt'))).toBe(true);
  });

  it('deletes and restores for its owner', async () => {
    const post = async (what: string, body: object): Promise<LibraryMoved> => {
      const headers = { 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      return (await (await fetch(`${stage.owner}/darkroom/library/${what}`, init)).json()) as LibraryMoved;
    };
    const { results } = await post('delete', { files: [{ tree, path: 'notes.txt' }] });
    const [moved] = results;
    expect(moved?.ok).toBe(true);
    await expect.poll(async () => (await status()).trees[0]?.files, { timeout: 10_000 }).toBe(0);
    expect((await fetch(`${stage.owner}/darkroom/library/file/${key}`)).status).toBe(404);
    await post('restore', { trash: [moved?.ok ? moved.trash : ''] });
    await expect.poll(async () => (await status()).trees[0]?.files, { timeout: 10_000 }).toBe(1);
    expect(await (await fetch(`${stage.owner}/darkroom/library/file/${key}`)).text()).toBe(SECRET);
  });
});
