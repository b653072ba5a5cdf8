import { describe, expect } from 'vitest';
import { test } from './statement';
import { connect, get, post, send, sendRaw, unique, upload, type UploadAnswer } from './support';

const server = await connect();

const SERVER_ERROR = '500 Internal Server Error\n\nServer got itself in trouble';

describe('prefixes (API notes §1.1)', () => {
  test.each(['/prompt', '/queue', '/features', '/extensions', '/embeddings', '/models', '/users'])(
    'GET %s and its /api twin answer alike',
    async (path) => {
      const [plain, prefixed] = [await get(path), await get(`/api${path}`)];
      expect(plain.status).toBe(200);
      expect(prefixed.status).toBe(200);
      expect(prefixed.text).toBe(plain.text);
      expect(prefixed.type).toBe(plain.type);
    },
  );

  test('POST routes have an /api twin as well', async () => {
    expect((await post('/api/queue', { delete: [] })).status).toBe(200);
    expect((await post('/api/prompt', {})).status).toBe(400);
    expect((await post('/api/interrupt', { prompt_id: 'nobody' })).status).toBe(200);
  });

  test('/internal has no /api twin', async () => {
    expect((await get('/internal/folder_paths')).status).toBe(200);
    expect((await get('/api/internal/folder_paths')).status).toBe(404);
  });

  test('/jobs without the prefix does not exist', async () => {
    expect((await get('/jobs')).status).toBe(404);
    expect((await get('/api/jobs')).status).toBe(server.does('jobsApi') ? 200 : 404);
    expect((await get('/api/api/jobs')).status).toBe(server.does('jobsApi') ? 200 : 404);
  });
});

describe('paths and methods (API notes §1.2)', () => {
  test.each(['/no-such-path', '/api/no-such-path', '/queue/', '/api/prompt/', '/object_info/'])(
    'GET %s is 404 and not JSON',
    async (path) => {
      const answer = await get(path);
      expect(answer.status).toBe(404);
      // The static handler of newer aiohttp releases (3.14) answers without a text.
      expect(['404: Not Found', '']).toContain(answer.text);
      expect(answer.type).toBe(answer.text ? 'text/plain; charset=utf-8' : 'application/octet-stream');
    },
  );

  test.each(['/interrupt', '/free', '/upload/image', '/upload/mask'])(
    'GET on the POST-only %s falls through to the static files: 404',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );

  test.each(['POST', 'PUT', 'DELETE', 'PATCH'])('%s on an unknown path is 405', async (method) => {
    const answer = await send(method, '/no-such-path');
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET,HEAD');
    expect(answer.text).toBe('405: Method Not Allowed');
  });

  test.each([
    ['PUT', '/queue'],
    ['DELETE', '/history'],
    ['POST', '/system_stats'],
    ['PUT', '/upload/image'],
  ])('%s %s is 405', async (method, path) => {
    expect((await send(method, path)).status).toBe(405);
  });

  test('GET / is a page that browsers must not cache', async () => {
    const answer = await get('/');
    expect(answer.status).toBe(200);
    expect(answer.type).toMatch(/^text\/html/);
    expect(answer.headers.get('cache-control')).toBe(
      server.does('scriptsNotStored') ? 'no-store, must-revalidate' : 'no-cache',
    );
    expect(answer.headers.get('expires')).toBe('0');
  });
});

describe('bodies (API notes §1.3 to 1.5)', () => {
  test('JSON answers are UTF-8 JSON with non-ASCII escaped', async () => {
    const name = `${unique('画-')}.bin`;
    const answer = await upload('/upload/image', 'x', name, { subfolder: 'contract' });
    expect(answer.type).toBe('application/json; charset=utf-8');
    expect(answer.text).toContain('\\u753b-');
    expect(answer.json<UploadAnswer>().name).toBe(name);
  });

  test('the Content-Type of a JSON request is ignored', async () => {
    const answer = await send('POST', '/prompt', { body: '{}', headers: { 'content-type': 'text/plain' } });
    expect(answer.status).toBe(400);
    expect(answer.json<{ error: { type: string } }>().error.type).toBe('no_prompt');
  });

  test.each([
    ['/queue', { delete: ['nobody'] }],
    ['/history', { delete: ['nobody'] }],
    ['/interrupt', { prompt_id: 'nobody' }],
    ['/free', {}],
    ['/settings', {}],
  ])('POST %s succeeds with an empty body', async (path, body) => {
    const answer = await post(path, body);
    expect(answer.status).toBe(200);
    expect(answer.bytes).toHaveLength(0);
    // aiohttp 3.14 omits the header; older releases call an empty body an octet stream.
    expect(['', 'application/octet-stream']).toContain(answer.type);
  });

  test.each(['/prompt', '/queue', '/history', '/free', '/settings', '/users'])(
    'POST %s with bad JSON is 500, not 400',
    async (path) => {
      const answer = await send('POST', path, { body: '{"a":' });
      expect(answer.status).toBe(500);
      expect(answer.type).toBe('text/plain; charset=utf-8');
      expect(answer.text).toBe(SERVER_ERROR);
    },
  );

  test('an empty body is bad JSON too', async () => {
    expect((await send('POST', '/queue')).status).toBe(500);
  });

  test('only /interrupt tolerates a missing or invalid body; a list is still 500', async () => {
    expect((await send('POST', '/interrupt')).status).toBe(200);
    expect((await send('POST', '/interrupt', { body: '{"a":' })).status).toBe(200);
    expect((await send('POST', '/interrupt', { body: '[]' })).status).toBe(500);
  });
});

describe('too large (API notes §1.6)', () => {
  test('a body beyond max_upload_size is 413', async () => {
    const body = new Uint8Array(server.maxUploadBytes + 2).fill(0x20);
    const answer = await send('POST', '/queue', { body });
    expect(answer.status).toBe(413);
    expect(answer.type).toBe('text/plain; charset=utf-8');
    expect(answer.text).toMatch(
      new RegExp(
        `^Maximum request body size ${server.maxUploadBytes} exceeded(, actual body size \\d+|\\.)$`,
      ),
    );
  });
});

describe('HEAD and OPTIONS (API notes §1.7)', () => {
  test.each(['/prompt', '/queue', '/system_stats', '/api/features'])('HEAD %s', async (path) => {
    const answer = await send('HEAD', path);
    expect(answer.status).toBe(200);
    expect(answer.bytes).toHaveLength(0);
    expect(answer.type).toBe('application/json; charset=utf-8');
    expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(0);
  });

  test.each(['/prompt', '/no-such-path', '/upload/mask'])('OPTIONS %s is an empty 200', async (path) => {
    const answer = await send('OPTIONS', path);
    expect(answer.status).toBe(200);
    expect(answer.bytes).toHaveLength(0);
  });

  test('GET /ws without an upgrade is 400', async () => {
    expect((await sendRaw('GET', '/ws')).status).toBe(400);
    expect((await sendRaw('GET', '/api/ws?clientId=x')).status).toBe(400);
  });
});
