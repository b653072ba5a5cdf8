import { afterAll, describe, expect } from 'vitest';
import { test } from './statement';
import { connect, get, post, send, sendRaw, unique, type Answer } from './support';

const server = await connect();

/** All files of this suite go into this folder of the user's data and are deleted at the end. */
const FOLDER = unique('contract-');
const written = new Set<string>();

function path(name: string, query = ''): string {
  return `/userdata/${encodeURIComponent(`${FOLDER}/${name}`)}${query}`;
}

async function write(name: string, body: BodyInit, query = ''): Promise<Answer> {
  written.add(name);
  return send('POST', path(name, query), { body });
}

afterAll(async () => {
  for (const name of written) {
    await send('DELETE', path(name));
  }
});

interface FileInfo {
  path: string;
  size: number;
  modified: number;
  created: number;
}

describe('files (API notes §2.4)', () => {
  test('written, read back byte for byte, deleted', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const answer = await write('a b 画.bin', bytes);
    expect(answer.status).toBe(200);
    expect(answer.json()).toBe(`${FOLDER}/a b 画.bin`);
    const read = await get(path('a b 画.bin'));
    expect(read.status).toBe(200);
    expect(read.bytes).toEqual(bytes);
    const gone = await send('DELETE', path('a b 画.bin'));
    expect(gone.status).toBe(204);
    expect(gone.bytes).toHaveLength(0);
    expect((await get(path('a b 画.bin'))).status).toBe(404);
    expect((await send('DELETE', path('a b 画.bin'))).status).toBe(404);
  });

  test('under /api as well', async () => {
    await write('api.txt', 'x');
    expect((await get(`/api${path('api.txt')}`)).text).toBe('x');
  });

  test('overwritten unless overwrite=false', async () => {
    await write('o.txt', 'one');
    expect((await write('o.txt', 'two')).status).toBe(200);
    const refused = await write('o.txt', 'three', '?overwrite=false');
    expect(refused.status).toBe(409);
    expect(refused.text).toBe('File already exists');
    expect((await get(path('o.txt'))).text).toBe('two');
    expect((await write(`${unique()}.txt`, 'new', '?overwrite=false')).status).toBe(200);
  });

  test('full_info has size and times: ms on newer servers, seconds on older ones', async () => {
    const answer = (await write('i.txt', '12345', '?full_info=true')).json<FileInfo>();
    expect(Object.keys(answer).sort()).toEqual(['created', 'modified', 'path', 'size']);
    expect(answer).toMatchObject({ path: `${FOLDER}/i.txt`, size: 5 });
    const seconds = Date.now() / 1000;
    expect(Math.abs(answer.modified / (server.does('fileTimesInMs') ? 1000 : 1) - seconds)).toBeLessThan(
      3600,
    );
    expect(Number.isInteger(answer.modified) || !server.does('fileTimesInMs')).toBe(true);
  });

  test('the headers a browser gets with a file', async () => {
    await write('page.html', '<script>alert(1)</script>');
    await write('data.json', '{"a": 1}');
    const [page, data] = [await get(path('page.html')), await get(path('data.json'))];
    if (server.does('hardened')) {
      expect(page.type).toBe('application/octet-stream');
      expect(data.type).toBe('application/json');
      for (const answer of [page, data]) {
        expect(answer.headers.get('content-disposition')).toBe('attachment');
        expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      }
    } else {
      expect(page.type).toBe('text/html');
      expect(page.headers.get('content-disposition')).toBeNull();
    }
    expect(data.json()).toEqual({ a: 1 });
  });

  test('moved', async () => {
    await write('m1.txt', 'moved');
    await write('m2.txt', 'there');
    const move = (from: string, to: string, query = ''): Promise<Answer> =>
      send('POST', `${path(from)}/move/${encodeURIComponent(`${FOLDER}/${to}`)}${query}`);
    expect((await move('m1.txt', 'm2.txt', '?overwrite=false')).status).toBe(409);
    expect((await get(path('m2.txt'))).text).toBe('there');
    const done = await move('m1.txt', 'm2.txt');
    expect(done.status).toBe(200);
    expect(done.json()).toBe(`${FOLDER}/m2.txt`);
    expect((await get(path('m2.txt'))).text).toBe('moved');
    expect((await get(path('m1.txt'))).status).toBe(404);
    expect((await move('m1.txt', 'm3.txt')).status).toBe(404);
    const info = (await move('m2.txt', 'm3.txt', '?full_info=true')).json<FileInfo>();
    written.add('m3.txt');
    expect(info).toMatchObject({ path: `${FOLDER}/m3.txt`, size: 5 });
  });

  test('nothing outside the user folder', async () => {
    for (const outside of ['../x.txt', '../../x.txt', '/etc/hostname', '..%2Fx.txt']) {
      const escaped = `/userdata/${encodeURIComponent(outside)}`;
      expect((await sendRaw('GET', escaped)).status, outside).toBe(403);
      expect((await sendRaw('POST', escaped, { 'content-length': '1' }, 'x')).status, outside).toBe(403);
      expect((await sendRaw('DELETE', escaped)).status, outside).toBe(403);
    }
  });

  test('the name is one path segment: slashes are encoded', async () => {
    expect((await get(`/userdata/${FOLDER}/o.txt`)).status).toBe(404);
    expect((await send('POST', `/userdata/${FOLDER}/o.txt`, { body: 'x' })).status).toBe(405);
  });
});

describe('GET /userdata (API notes §2.4)', () => {
  const list = async (query: string): Promise<Answer> => get(`/userdata?dir=${FOLDER}/list${query}`);

  test('one level, all levels, split, with full info', async () => {
    for (const name of ['list/b.txt', 'list/a.txt', 'list/sub/c.txt']) {
      await write(name, name);
    }
    expect((await list('')).json<string[]>().sort()).toEqual(['a.txt', 'b.txt']);
    expect((await list('&recurse=true')).json<string[]>().sort()).toEqual(['a.txt', 'b.txt', 'sub/c.txt']);
    expect((await list('&recurse=true&split=true')).json<string[][]>().sort()).toEqual([
      ['a.txt', 'a.txt'],
      ['b.txt', 'b.txt'],
      ['sub/c.txt', 'sub', 'c.txt'],
    ]);
    const infos = (await list('&recurse=true&full_info=true')).json<FileInfo[]>();
    expect(infos.map((info) => info.path).sort()).toEqual(['a.txt', 'b.txt', 'sub/c.txt']);
    expect(infos.find((info) => info.path === 'sub/c.txt')?.size).toBe('list/sub/c.txt'.length);
  });

  test('dir=. lists the root', async () => {
    await write('root.txt', 'x');
    const all = (await get('/userdata?dir=.&recurse=true')).json<string[]>();
    expect(all).toContain(`${FOLDER}/root.txt`);
  });

  test('a name with % is decoded twice by the path, once by nobody else', async () => {
    await write('p%25.txt', 'percent');
    expect((await list('')).status).toBe(200);
    const names = (await get(`/userdata?dir=${FOLDER}`)).json<string[]>();
    expect(names).toContain('p%.txt');
  });

  test.each([
    ['no dir', '/userdata', 400, 'Directory not provided'],
    ['a dir outside', '/userdata?dir=../..', 403, 'Invalid directory'],
    ['a missing dir', `/userdata?dir=${FOLDER}/none`, 404, 'Directory not found'],
  ])('%s', async (_what, url, status, text) => {
    const answer = await get(url);
    expect(answer.status).toBe(status);
    expect(answer.text).toBe(text);
  });
});

describe('GET /v2/userdata (API notes §2.4)', () => {
  test('files and folders of all levels, folders first', async () => {
    for (const name of ['v2/b.txt', 'v2/A.txt', 'v2/sub/c.txt']) {
      await write(name, '12');
    }
    const answer = await get(`/v2/userdata?path=${FOLDER}/v2`);
    expect(answer.status).toBe(200);
    const entries = answer.json<Record<string, unknown>[]>();
    expect(entries.map(({ name, path: at, type, size }) => ({ name, path: at, type, size }))).toEqual([
      { name: 'sub', path: `${FOLDER}/v2/sub`, type: 'directory', size: undefined },
      { name: 'A.txt', path: `${FOLDER}/v2/A.txt`, type: 'file', size: 2 },
      { name: 'b.txt', path: `${FOLDER}/v2/b.txt`, type: 'file', size: 2 },
      { name: 'c.txt', path: `${FOLDER}/v2/sub/c.txt`, type: 'file', size: 2 },
    ]);
    expect(Math.abs(Number(entries[1]?.modified) - Date.now() / 1000)).toBeLessThan(3600);
  });

  test.each([
    ['a missing folder', `?path=${FOLDER}/none`, 404, 'Requested path not found'],
    ['a folder outside', '?path=../..', 400, 'Invalid path requested'],
  ])('%s', async (_what, query, status, text) => {
    const answer = await get(`/v2/userdata${query}`);
    expect(answer.status).toBe(status);
    expect(answer.text).toBe(text);
  });

  test('a file is not a folder', async () => {
    await write('file.txt', 'x');
    const answer = await get(`/v2/userdata?path=${FOLDER}/file.txt`);
    expect(answer.status).toBe(400);
    expect(answer.text).toBe('Requested path is not a directory');
  });
});

describe('GET /users and /settings (API notes §2.4)', () => {
  test('one user, kept on the server', async () => {
    const answer = (await get('/users')).json<{ storage: string; migrated: boolean }>();
    expect(answer.storage).toBe('server');
    expect(typeof answer.migrated).toBe('boolean');
  });

  test('settings: one value, several merged, null when there is none', async () => {
    const [a, b] = [`Contract.${FOLDER}.a`, `Contract.${FOLDER}.b`];
    expect((await get(`/settings/${a}`)).json()).toBeNull();
    expect((await post(`/settings/${a}`, { deep: [1] })).status).toBe(200);
    expect((await get(`/settings/${a}`)).json()).toEqual({ deep: [1] });
    const merged = await post('/settings', { [b]: 'x' });
    expect(merged.status).toBe(200);
    expect(merged.bytes).toHaveLength(0);
    expect((await get('/settings')).json()).toMatchObject({ [a]: { deep: [1] }, [b]: 'x' });
  });
});
