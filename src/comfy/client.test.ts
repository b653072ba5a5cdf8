import { describe, expect, it } from 'vitest';
import { ComfyClient } from './client';
import { ComfyError, isAbort } from './errors';
import type { FileRef } from './file-ref';
import {
  SEED_HISTORY,
  SEED_HISTORY_ID,
  SEED_KSAMPLER_INFO,
  SEED_SYSTEM_STATS,
} from './fixtures/seed-samples';
import type { ApiGraph } from './graph';

interface Asked {
  method: string;
  url: string;
  body: unknown;
  headers: Headers;
  cache: RequestCache | undefined;
}

/** A client whose every request gets the next answer; what it asked is kept. */
function scripted(...answers: (Response | Error | (() => Promise<Response>))[]): {
  client: ComfyClient;
  asked: Asked[];
} {
  const asked: Asked[] = [];
  const fake: typeof fetch = (input, init) => {
    asked.push({
      method: init?.method ?? 'GET',
      url: input instanceof Request ? input.url : String(input),
      body: init?.body,
      headers: new Headers(init?.headers),
      cache: init?.cache,
    });
    const answer = answers.shift();
    if (answer === undefined) {
      throw new Error('asked more often than the test expects');
    }
    init?.signal?.throwIfAborted();
    return answer instanceof Error
      ? Promise.reject(answer)
      : typeof answer === 'function'
        ? answer()
        : Promise.resolve(answer);
  };
  return { client: new ComfyClient({ baseUrl: 'http://host:8188/', fetch: fake }), asked };
}

function json(body: unknown, status = 200): Response {
  return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
}

/** 200 with an empty body and no useful type, as mutating routes answer. */
function empty(status = 200): Response {
  return new Response(null, { status, headers: { 'content-type': 'application/octet-stream' } });
}

async function failure(promise: Promise<unknown>): Promise<ComfyError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ComfyError)) {
    throw new Error(`no ComfyError but ${String(error)}`);
  }
  return error;
}

const REF: FileRef = { filename: '小猫 & 1.png', subfolder: 'a\\b', type: 'output' };

describe('addresses', () => {
  it('join the base and the route with one slash', () => {
    const at = (baseUrl: string): string => new ComfyClient({ baseUrl }).url('/queue');
    expect(at('http://host:8188')).toBe('http://host:8188/queue');
    expect(at('https://host/comfy//')).toBe('https://host/comfy/queue');
  });

  it('lead to files, with every value encoded', () => {
    const client = new ComfyClient({ baseUrl: 'http://host' });
    const url = new URL(client.viewUrl(REF, { channel: 'a', rand: '7' }));
    expect(url.pathname).toBe('/view');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      filename: '小猫 & 1.png',
      subfolder: 'a\\b',
      type: 'output',
      channel: 'a',
      rand: '7',
    });
  });

  it('lead to the socket, encrypted where the page is', () => {
    const socket = (baseUrl: string): string => new ComfyClient({ baseUrl }).socketUrl('a b&c');
    expect(socket('http://host:8188')).toBe('ws://host:8188/ws?clientId=a%20b%26c');
    expect(socket('https://host/x')).toBe('wss://host/x/ws?clientId=a%20b%26c');
  });
});

describe('uploads', () => {
  it('send the picture and take the name that comes back', async () => {
    const { client, asked } = scripted(
      json({ name: 'a (1).png', subfolder: 'x/../y', type: 'input', asset: {} }),
    );
    const ref = await client.uploadImage(new Blob(['pixels'], { type: 'image/png' }), {
      filename: 'a "b".png',
      subfolder: 'x/../y',
      overwrite: true,
    });
    expect(ref).toEqual({ filename: 'a (1).png', subfolder: 'x/../y', type: 'input' });
    const form = asked[0]?.body as FormData;
    expect(asked[0]).toMatchObject({ method: 'POST', url: 'http://host:8188/upload/image' });
    const image = form.get('image') as File;
    expect([image.name, image.type, await image.text()]).toEqual(['a "b".png', 'image/png', 'pixels']);
    // Exactly "true": other spellings do not count (API reference 2.2).
    expect(form.get('overwrite')).toBe('true');
    expect(form.get('type')).toBe('input');
    expect(form.get('subfolder')).toBe('x/../y');
  });

  it('send a mask together with the picture it belongs to, as valid JSON', async () => {
    const { client, asked } = scripted(json({ name: 'm.png', subfolder: 'clipspace', type: 'input' }));
    await client.uploadMask(new Blob(['mask']), REF, { filename: 'm.png', subfolder: 'clipspace' });
    const form = asked[0]?.body as FormData;
    expect(asked[0]?.url).toBe('http://host:8188/upload/mask');
    expect(JSON.parse(form.get('original_ref') as string)).toEqual(REF);
    expect(form.has('overwrite')).toBe(false);
  });

  it('get a name that the server serves again', async () => {
    const { client, asked } = scripted(json({ name: 'a.png', subfolder: '', type: 'input' }));
    await client.uploadImage(new Blob(), { filename: 'portrait..png' });
    expect(((asked[0]?.body as FormData).get('image') as File).name).toBe('portrait.png');
  });

  it('tell when the file is too large', async () => {
    const { client } = scripted(json('Maximum request body size 104857600 exceeded', 413));
    expect(await failure(client.uploadImage(new Blob(), { filename: 'a' }))).toMatchObject({
      kind: 'too-large',
      status: 413,
      path: '/upload/image',
    });
  });

  it('do not believe an answer without a name', async () => {
    const { client } = scripted(json({ subfolder: '', type: 'input' }));
    expect(await failure(client.uploadImage(new Blob(), { filename: 'a' }))).toMatchObject({
      kind: 'invalid',
    });
  });
});

describe('files', () => {
  it('come as they are, or a range of them', async () => {
    const { client, asked } = scripted(json('bytes'), new Response('by', { status: 206 }));
    expect(await (await client.view(REF)).text()).toBe('bytes');
    expect(asked[0]?.headers.has('range')).toBe(false);
    expect(await (await client.view(REF, { range: [0, 1], preview: 'webp;70' })).text()).toBe('by');
    expect(asked[1]?.headers.get('range')).toBe('bytes=0-1');
    const query = new URL(asked[1]?.url ?? '').searchParams;
    expect([...query.keys()].sort()).toEqual(['filename', 'preview', 'subfolder', 'type']);
  });

  it('are asked for without being read', async () => {
    const { client, asked } = scripted(
      new Response(null, { headers: { 'content-length': '1234', etag: '"17b-4d2"' } }),
      empty(),
      empty(404),
      empty(400),
    );
    expect(await client.stat(REF)).toEqual({ bytes: 1234, tag: '"17b-4d2"' });
    expect(asked[0]?.method).toBe('HEAD');
    expect(await client.stat(REF)).toEqual({ bytes: null, tag: null });
    expect(await client.stat(REF)).toBeNull();
    expect(await client.stat(REF)).toBeNull();
  });

  it('are read as a whole up to a size, and given up where they are larger', async () => {
    const sized = (bytes: number): Response =>
      new Response('x'.repeat(bytes), { headers: { 'content-length': String(bytes), etag: '"1-a"' } });
    const large = sized(11);
    const { client, asked } = scripted(sized(10), large, new Response('abc'), empty(404), empty(500));
    const found = await client.viewUpTo(REF, 10);
    expect(found).toMatchObject({ bytes: 10, tag: '"1-a"' });
    expect(new TextDecoder().decode(found?.data)).toBe('x'.repeat(10));
    expect(await found?.file?.text()).toBe('x'.repeat(10));
    expect(asked[0]?.method).toBe('GET');
    expect(await client.viewUpTo(REF, 10)).toEqual({ file: null, bytes: 11, tag: '"1-a"' });
    expect(large.bodyUsed).toBe(true);
    expect(await client.viewUpTo(REF, 2)).toMatchObject({ bytes: 3, tag: null });
    expect(await client.viewUpTo(REF, 10)).toBeNull();
    expect(await failure(client.viewUpTo(REF, 10))).toMatchObject({ kind: 'http', status: 500 });
  });

  it('are refused for their name, not called missing; for anything else a 400 says nothing', async () => {
    const { client } = scripted(empty(400), empty(403), empty(400), empty(400), empty(403));
    const dots = { ...REF, filename: 'portrait..png' };
    const outside = { ...REF, subfolder: '/mnt/pictures' };
    expect(await failure(client.stat(dots))).toMatchObject({ kind: 'refused', refusal: 'dots', status: 400 });
    expect(await failure(client.view(outside))).toMatchObject({ kind: 'refused', refusal: 'outside' });
    expect(await failure(client.view(dots))).toMatchObject({ kind: 'refused', refusal: 'dots' });
    expect(await client.stat(REF)).toBeNull();
    expect(await failure(client.view(REF))).toMatchObject({ kind: 'http', status: 403, refusal: null });
  });

  it('are not called missing when the server is', async () => {
    const { client } = scripted(empty(502), empty(500));
    expect(await failure(client.stat(REF))).toMatchObject({
      kind: 'unreachable',
      path: '/view',
      status: 502,
    });
    expect(await failure(client.stat(REF))).toMatchObject({ kind: 'http', status: 500 });
  });
});

const GRAPH: ApiGraph = {
  '3': { class_type: 'KSampler', inputs: { seed: 18446744073709551615n, noise: 9007199254740993n } },
  '9': { class_type: 'SaveImage', inputs: { images: ['3', 0], filename_prefix: '猫' } },
};

describe('queueing', () => {
  it('puts every digit of a seed on the wire', async () => {
    const { client, asked } = scripted(json({ prompt_id: 'p', number: 5, node_errors: {} }));
    const accepted = await client.queuePrompt({
      graph: GRAPH,
      clientId: 'me',
      promptId: 'p',
      front: true,
      pngInfo: { workflow: { seed: 18446744073709551615n } },
      previewMethod: 'auto',
    });
    expect(accepted).toEqual({ promptId: 'p', number: 5, problems: [] });
    expect(asked[0]).toMatchObject({ method: 'POST', url: 'http://host:8188/prompt' });
    expect(asked[0]?.headers.get('content-type')).toBe('application/json');
    expect(asked[0]?.body).toBe(
      '{"prompt":{"3":{"class_type":"KSampler","inputs":{"seed":18446744073709551615,"noise":9007199254740993}},' +
        '"9":{"class_type":"SaveImage","inputs":{"images":["3",0],"filename_prefix":"猫"}}},' +
        '"extra_data":{"extra_pnginfo":{"workflow":{"seed":18446744073709551615}},"preview_method":"auto"},' +
        '"client_id":"me","prompt_id":"p","front":true}',
    );
  });

  it('never sends what breaks servers: a node without inputs, a null where an object belongs', async () => {
    const { client, asked } = scripted(json({ prompt_id: 'p', number: 0, node_errors: {} }));
    const bare = { '1': { class_type: 'A' } } as unknown as ApiGraph;
    await client.queuePrompt({ graph: bare, pngInfo: {}, number: -1.5 });
    expect(JSON.parse(asked[0]?.body as string)).toEqual({
      prompt: { '1': { class_type: 'A', inputs: {} } },
      extra_data: {},
      number: -1.5,
    });
  });

  it('rejects with every problem of a refused graph', async () => {
    const { client } = scripted(
      json(
        {
          error: { type: 'prompt_outputs_failed_validation', message: 'Failed', details: '', extra_info: {} },
          node_errors: {
            '3': {
              errors: [
                {
                  type: 'value_bigger_than_max',
                  message: 'Value bigger',
                  details: 'seed',
                  extra_info: { input_name: 'seed', received_value: 1 },
                },
              ],
              dependent_outputs: ['9'],
              class_type: 'KSampler',
            },
          },
        },
        400,
      ),
    );
    const error = await failure(client.queuePrompt({ graph: GRAPH }));
    expect(error).toMatchObject({ kind: 'rejected', status: 400, message: 'Failed' });
    expect(error.problems).toMatchObject([{ type: 'value_bigger_than_max', nodeId: '3', inputName: 'seed' }]);
  });

  it('resolves with the problems of outputs that were left out', async () => {
    const { client } = scripted(
      json({
        prompt_id: 'p',
        number: 26,
        node_errors: {
          '9': {
            errors: [{ type: 'required_input_missing', message: 'm', details: 'd', extra_info: {} }],
            dependent_outputs: ['9'],
            class_type: 'SaveImage',
          },
        },
      }),
    );
    expect((await client.queuePrompt({ graph: GRAPH })).problems).toMatchObject([{ nodeId: '9' }]);
  });

  it.each([
    ['in words', 'Bad Request'],
    ['in another form', '{"detail":"no"}'],
  ])('keeps what was said when a 400 comes %s', async (_how, body) => {
    const { client } = scripted(json(body, 400));
    expect(await failure(client.queuePrompt({ graph: GRAPH }))).toMatchObject({
      kind: 'http',
      status: 400,
      body,
      problems: [],
    });
  });

  it('passes a 500 on as what it is', async () => {
    const { client } = scripted(json('500 Internal Server Error', 500));
    expect(await failure(client.queuePrompt({ graph: GRAPH }))).toMatchObject({ kind: 'http', status: 500 });
  });
});

describe('the queue', () => {
  const entry = (number: number, id: string): unknown => [number, id, {}, {}, []];

  it('comes in running order, whatever the heap looks like', async () => {
    const numbers = [-7, 1, -6, 2.5, 2, 3, -5, 4];
    const { client, asked } = scripted(
      json({
        queue_running: [entry(0, 'run')],
        queue_pending: [
          ...numbers.map((number) => entry(number, `n${number}`)),
          entry(2, 'a'),
          entry(2, 'b'),
        ],
      }),
    );
    const { running, pending } = await client.queue();
    expect(asked[0]).toMatchObject({ method: 'GET', url: 'http://host:8188/queue', cache: 'no-store' });
    expect(running.map(({ id }) => id)).toEqual(['run']);
    expect(pending.map(({ id }) => id)).toEqual([
      'n-7',
      'n-6',
      'n-5',
      'n1',
      'a',
      'b',
      'n2',
      'n2.5',
      'n3',
      'n4',
    ]);
  });

  it('keeps every digit of a queued seed', async () => {
    const { client } = scripted(
      json(
        '{"queue_running":[],"queue_pending":[[1,"p",{"3":{"class_type":"KSampler",' +
          '"inputs":{"seed":18446744073709551615}}},{},["9"]]]}',
      ),
    );
    expect((await client.queue()).pending[0]?.graph['3']?.inputs['seed']).toBe(18446744073709551615n);
  });

  it('is counted', async () => {
    const { client, asked } = scripted(json({ exec_info: { queue_remaining: 4 } }));
    expect(await client.queueRemaining()).toBe(4);
    expect(asked[0]?.url).toBe('http://host:8188/prompt');
  });

  it('is changed by requests whose empty answer is not read', async () => {
    const { client, asked } = scripted(empty(), empty(), empty(), empty(), empty(), empty());
    await client.clearQueue();
    await client.deletePending(['a', 'b']);
    await client.interrupt('a');
    await client.deleteHistory(['a']);
    await client.clearHistory();
    await client.free({ models: true, memory: false });
    expect(asked.map(({ method, url, body }) => [method, url.slice(16), body])).toEqual([
      ['POST', '/queue', '{"clear":true}'],
      ['POST', '/queue', '{"delete":["a","b"]}'],
      ['POST', '/interrupt', '{"prompt_id":"a"}'],
      ['POST', '/history', '{"delete":["a"]}'],
      ['POST', '/history', '{"clear":true}'],
      ['POST', '/free', '{"unload_models":true,"free_memory":false}'],
    ]);
  });
});

describe('history', () => {
  const item = (number: number): unknown => ({ prompt: [number, 'x', {}, {}, []], outputs: {} });

  it('is turned round: newest first', async () => {
    const { client, asked } = scripted(json({ a: item(0), b: item(1), c: item(2) }), json({}), json({}));
    expect((await client.history()).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
    await client.history({ maxItems: 2 });
    await client.history({ maxItems: 2, offset: 0 });
    expect(asked.map(({ url }) => url.slice(16))).toEqual([
      '/history',
      '/history?max_items=2',
      '/history?max_items=2&offset=0',
    ]);
  });

  it('keeps an entry that cannot be read, and says so', async () => {
    const { client } = scripted(json({ a: item(0), b: { outputs: {} }, c: null }));
    const history = await client.history();
    expect(history.map(({ id, damage }) => [id, damage])).toEqual([
      ['c', ['entry']],
      ['b', ['prompt']],
      ['a', undefined],
    ]);
  });

  it('finds one job, in the early form too; 200 with nothing means not finished', async () => {
    const { client, asked } = scripted(json(SEED_HISTORY), json({}));
    expect((await client.historyItem(SEED_HISTORY_ID))?.prompt.number).toBe(10);
    expect(await client.historyItem('a/b c')).toBeNull();
    expect(asked[1]?.url).toBe('http://host:8188/history/a%2Fb%20c');
  });
});

describe('routes that only some servers have', () => {
  const missing = (): Response => json('404: Not Found', 404);

  it('are null where they do not exist', async () => {
    const { client, asked } = scripted(missing(), missing(), missing(), missing(), missing());
    expect(await client.jobs()).toBeNull();
    expect(await client.features()).toBeNull();
    expect(await client.readUserdata('darkroom/tags.json')).toBeNull();
    expect(await client.listUserdata('darkroom')).toEqual([]);
    await client.deleteUserdata('darkroom/a b.json');
    expect(asked[2]?.url).toBe('http://host:8188/userdata/darkroom%2Ftags.json');
    expect(asked[4]).toMatchObject({
      method: 'DELETE',
      url: 'http://host:8188/userdata/darkroom%2Fa%20b.json',
    });
  });

  it('are not asked again once they are known to be missing', async () => {
    const { client, asked } = scripted(missing(), json({ supports_preview_metadata: true }));
    expect(await client.jobs()).toBeNull();
    expect(await client.jobs()).toBeNull();
    expect(await client.cancelJob('a')).toBeNull();
    expect(asked).toHaveLength(1);
    expect(client.server.current.routes.jobs).toBe(false);
    await client.features();
    expect(client.server.current).toMatchObject({ previewMetadata: true, routes: { jobs: false } });
  });

  it('are asked again after the connection was lost', async () => {
    const { client, asked } = scripted(missing(), json({ jobs: [], pagination: { total: 0 } }));
    expect(await client.jobs()).toBeNull();
    client.server.reset();
    expect(await client.jobs()).toEqual({ jobs: [], total: 0 });
    expect(asked).toHaveLength(2);
  });

  it('list jobs', async () => {
    const { client, asked } = scripted(
      json({
        jobs: [{ id: 'a', status: 'completed', create_time: 5 }],
        pagination: { total: 90, has_more: true },
      }),
    );
    expect(await client.jobs({ limit: 1, offset: 3 })).toEqual({
      jobs: [{ id: 'a', status: 'completed', create_time: 5 }],
      total: 90,
    });
    const url = new URL(asked[0]?.url ?? '');
    expect(url.pathname).toBe('/api/jobs');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      status: 'completed,failed,cancelled',
      limit: '1',
      offset: '3',
    });
  });

  it('cancel a job, or tell that they cannot', async () => {
    const { client, asked } = scripted(
      json({ cancelled: true }),
      json({ cancelled: false }),
      missing(),
      empty(405),
    );
    expect(await client.cancelJob('a b')).toBe(true);
    expect(asked[0]).toMatchObject({ method: 'POST', url: 'http://host:8188/api/jobs/a%20b/cancel' });
    expect(await client.cancelJob('a')).toBe(false);
    expect(await client.cancelJob('a')).toBeNull();
    expect(await client.cancelJob('a')).toBeNull();
  });

  it('tell the names of embeddings, on servers that have a list', async () => {
    const { client, asked } = scripted(json(['bad-hands', 'sub/easy']), json('404: Not Found', 404));
    expect(await client.embeddings()).toEqual(['bad-hands', 'sub/easy']);
    expect(asked[0]).toMatchObject({ method: 'GET', url: 'http://host:8188/embeddings' });
    expect(await client.embeddings()).toEqual([]);
  });

  it('tell features, unknown ones too', async () => {
    const { client } = scripted(
      json({ supports_preview_metadata: true, max_upload_size: 1.5, later: { x: 1 } }),
    );
    expect(await client.features()).toEqual({
      supports_preview_metadata: true,
      max_upload_size: 1.5,
      later: { x: 1 },
    });
  });

  it('keep user documents, exact', async () => {
    const { client, asked } = scripted(
      json('"darkroom/x.json"'),
      json('{"seed":18446744073709551615}'),
      empty(204),
    );
    await client.writeUserdata('darkroom/x.json', { seed: 18446744073709551615n });
    expect(asked[0]).toMatchObject({
      method: 'POST',
      url: 'http://host:8188/userdata/darkroom%2Fx.json',
      body: '{"seed":18446744073709551615}',
    });
    expect(await client.readUserdata('darkroom/x.json')).toEqual({ seed: 18446744073709551615n });
    await client.deleteUserdata('darkroom/x.json');
  });

  it('list user files', async () => {
    const { client, asked } = scripted(json([{ path: 'a.json', size: 3, modified: 1.5, created: 1 }]));
    expect(await client.listUserdata('darkroom')).toEqual([{ path: 'a.json', bytes: 3, changedAt: 1500 }]);
    expect(asked[0]?.url).toBe('http://host:8188/userdata?dir=darkroom&recurse=true&full_info=true');
  });
});

describe('the server itself', () => {
  it('tells its device', async () => {
    const { client } = scripted(json(SEED_SYSTEM_STATS));
    expect((await client.systemStats()).devices[0]?.name).toContain('RTX 4070');
  });

  it('tells its node classes, with exact limits', async () => {
    const { client, asked } = scripted(
      json(`{"Bad":7,${SEED_KSAMPLER_INFO.slice(1)}`),
      json(SEED_KSAMPLER_INFO),
      json('{}'),
    );
    const infos = await client.objectInfo();
    expect([...infos.keys()]).toEqual(['KSampler']);
    expect(infos.get('KSampler')?.inputs.get('seed')).toMatchObject({ max: 18446744073709552000n });
    expect((await client.nodeInfo('KSampler'))?.category).toBe('sampling');
    expect(await client.nodeInfo('A B')).toBeNull();
    expect(asked[2]?.url).toBe('http://host:8188/object_info/A%20B');
  });
});

describe('failures', () => {
  it('nothing listens', async () => {
    const cause = new TypeError('fetch failed');
    const { client } = scripted(cause);
    const error = await failure(client.queue());
    expect(error).toMatchObject({ kind: 'unreachable', path: '/queue', status: null, address: null });
    expect(error.isSilence).toBe(true);
    expect(error.cause).toBe(cause);
  });

  it('a proxy says that the server is down, and where it looked', async () => {
    const body = {
      error: { type: 'comfyui_unreachable', address: 'http://127.0.0.1:8188', message: 'down' },
    };
    const { client } = scripted(json(body, 502));
    expect(await failure(client.queue())).toMatchObject({
      kind: 'unreachable',
      status: 502,
      address: 'http://127.0.0.1:8188',
    });
  });

  it('an answer breaks off: whoever sends it is there', async () => {
    const body = new ReadableStream({ pull: (stream) => stream.error(new TypeError('terminated')) });
    const { client } = scripted(new Response(body));
    const error = await failure(client.queue());
    expect(error).toMatchObject({ kind: 'unreachable', status: 200, isSilence: false });
  });

  it.each([502, 504])('a proxy of another kind says %d', async (status) => {
    const { client } = scripted(json('<html>Bad Gateway</html>', status));
    expect(await failure(client.queue())).toMatchObject({ kind: 'unreachable', status, address: null });
  });

  it('the server refuses or breaks', async () => {
    const { client } = scripted(
      empty(403),
      json('500 Internal Server Error\n\nServer got itself in trouble', 500),
    );
    expect(await failure(client.queue())).toMatchObject({ kind: 'http', status: 403, body: '' });
    expect(await failure(client.history())).toMatchObject({
      kind: 'http',
      status: 500,
      path: '/history',
      body: '500 Internal Server Error\n\nServer got itself in trouble',
    });
  });

  it('something else answers: a page, another JSON', async () => {
    const { client } = scripted(
      json('<!doctype html><title>Router</title>'),
      json({ hello: 'world' }),
      json('[]'),
    );
    expect(await failure(client.queue())).toMatchObject({ kind: 'invalid', path: '/queue' });
    const other = await failure(client.queue());
    expect(other).toMatchObject({ kind: 'invalid' });
    expect(other.body).toContain('queue_running');
    expect(await failure(client.systemStats())).toMatchObject({ kind: 'invalid' });
  });

  it('the connection breaks in the middle of an answer', async () => {
    const cut = (): Response =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode('{"queue_run'));
            controller.error(new TypeError('terminated'));
          },
        }),
      );
    const { client } = scripted(cut(), cut());
    expect(await failure(client.queue())).toMatchObject({ kind: 'unreachable', path: '/queue' });
    expect(await failure(client.view(REF))).toMatchObject({ kind: 'unreachable', path: '/view' });
  });

  it('long answers are shortened', async () => {
    const { client } = scripted(json('x'.repeat(100_000), 500));
    expect((await failure(client.queue())).body).toHaveLength(2000);
  });
});

describe('giving up', () => {
  const reasonOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => null,
      (reason: unknown) => reason,
    );

  it('passes the abort through, whatever its reason', async () => {
    const { client } = scripted(json({}), json({}));
    const plain = await reasonOf(client.queue(AbortSignal.abort()));
    expect(isAbort(plain)).toBe(true);
    const reason = new Error('the picture scrolled away');
    expect(await reasonOf(client.view(REF, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  });

  it('passes it through while the answer is being read', async () => {
    const controller = new AbortController();
    const { client } = scripted(() =>
      Promise.resolve(
        new Response(
          new ReadableStream({
            pull(stream) {
              controller.abort();
              stream.error(controller.signal.reason);
            },
          }),
        ),
      ),
    );
    expect(isAbort(await reasonOf(client.systemStats(controller.signal)))).toBe(true);
  });

  it('is not mistaken for a server that is down', () => {
    expect(isAbort(new ComfyError('unreachable', 'x'))).toBe(false);
    expect(isAbort('AbortError')).toBe(false);
  });
});
