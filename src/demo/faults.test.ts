import { afterEach, describe, expect, test, vi } from 'vitest';
import { readPngText } from '../comfy/png';
import { startDemoEngine, type DemoEngine, type DemoEngineOptions } from './index';
import { encodePng } from './pixels/codec';
import { getJson, Listener, paintGraph, postJson, submit, tinyGraph, upload } from './testing/engine-client';

// Engines share the machine with every other test file.
vi.setConfig({ testTimeout: 60_000 });

let engine: DemoEngine | null = null;

async function start(options: DemoEngineOptions = {}): Promise<DemoEngine> {
  engine = await startDemoEngine({ samples: false, stepDelayMs: 0, ...options });
  return engine;
}

afterEach(async () => {
  await engine?.stop();
  engine = null;
});

function png(alpha: number): Promise<Buffer> {
  return encodePng(
    Uint8Array.from({ length: 64 }, (_, at) => (at % 4 === 3 ? alpha : 90)),
    4,
    4,
    4,
  );
}

async function uploadMask(url: string, name: string): Promise<Response> {
  const form = new FormData();
  form.set('image', new Blob([(await png(40)).slice()]), 'mask.png');
  form.set('original_ref', JSON.stringify({ filename: name, type: 'input' }));
  return fetch(`${url}/upload/mask`, { method: 'POST', body: form });
}

test('planned failures hit the given number of requests, with or without /api, and no others', async () => {
  const { url, faults } = await start();
  faults.failNext = [
    { method: 'GET', path: '/queue', status: 500, times: 2 },
    { method: '*', path: '/upload/*', status: 503, times: 1 },
  ];
  const statuses = async (...paths: string[]): Promise<number[]> => {
    const answers: number[] = [];
    for (const path of paths) {
      answers.push((await fetch(url + path)).status);
    }
    return answers;
  };
  expect(await statuses('/history', '/queue', '/api/queue', '/queue')).toEqual([200, 500, 500, 200]);
  const form = { method: 'POST', body: new FormData() };
  expect((await fetch(`${url}/upload/image`, form)).status).toBe(503);
  expect((await fetch(`${url}/upload/image`, form)).status).toBe(400);
  expect(faults.failNext).toEqual([]);
});

test('random failures have their rate and are the same in every run', async () => {
  const run = async (): Promise<boolean[]> => {
    const { url } = await start({ faults: { httpErrorRate: 0.3 } });
    const failed: boolean[] = [];
    for (let count = 0; count < 60; count++) {
      failed.push((await fetch(`${url}/prompt`)).status === 500);
    }
    await engine?.stop();
    engine = null;
    return failed;
  };
  const first = await run();
  expect(await run()).toEqual(first);
  const share = first.filter(Boolean).length / first.length;
  expect(share).toBeGreaterThan(0.1);
  expect(share).toBeLessThan(0.5);
});

test('latency delays responses', async () => {
  const { url, faults } = await start();
  faults.latencyMs = 120;
  const began = performance.now();
  await fetch(`${url}/prompt`);
  // Timers may fire a little early; half of the delay is proof enough that there is one.
  expect(performance.now() - began).toBeGreaterThan(60);
});

test('a silent mask upload responds as if it had written', async () => {
  const { url, faults } = await start();
  const name = await upload(url, await png(255), 'a.png');
  faults.maskSilent200 = true;
  const answer = await uploadMask(url, name);
  expect(answer.status).toBe(200);
  const stored = (await answer.json()) as { name: string };
  expect((await fetch(`${url}/view?type=input&filename=${stored.name}`)).status).toBe(404);
  faults.maskSilent200 = false;
  const real = (await (await uploadMask(url, name)).json()) as { name: string };
  expect((await fetch(`${url}/view?type=input&filename=${real.name}`)).status).toBe(200);
});

test('an aborted upload loses its connection and stores nothing', async () => {
  const { url, faults } = await start();
  faults.abortUploads = true;
  await expect(upload(url, new Uint8Array(300_000), 'big.bin')).rejects.toThrow();
  faults.abortUploads = false;
  expect((await fetch(`${url}/view?type=input&filename=big.bin`)).status).toBe(404);
  expect(await upload(url, new Uint8Array(300_000), 'big.bin')).toBe('big.bin');
});

test.each([
  [true, 0],
  [false, 1],
])('reconnect bug %s: the newer socket hears %i status events', async (reconnectDeaf, heard) => {
  const { url } = await start({ faults: { reconnectDeaf } });
  const first = await Listener.open(url, 'same');
  const second = await Listener.open(url, 'same');
  const other = await Listener.open(url, 'other');
  const gone = new Promise((resolve) => first.socket.once('close', resolve));
  first.socket.close();
  await gone;
  const before = second.events.length;
  await postJson(`${url}/queue`, { clear: true });
  await other.until((event) => event.type === 'status' && event !== other.events[0]);
  // What the other socket heard was sent to all at once; one round trip more and it has arrived or never will.
  await fetch(`${url}/prompt`);
  await new Promise((resolve) => setImmediate(resolve));
  expect(second.events.length - before).toBe(heard);
  [second, other].forEach((listener) => listener.close());
});

test('writes NaN into metadata only on request', async () => {
  const { url, faults } = await start();
  const listener = await Listener.open(url, 'c');
  const metadata = async (prefix: string, color: number): Promise<string> => {
    await listener.ended(await submit(url, tinyGraph(prefix, color), { client_id: 'c' }));
    const bytes = new Uint8Array(
      await (await fetch(`${url}/view?filename=${prefix}_00001_.png`)).arrayBuffer(),
    );
    return (await readPngText(bytes)).prompt ?? '';
  };
  expect(await metadata('plain', 1)).not.toContain('NaN');
  faults.nanMetadata = true;
  expect(await metadata('nan', 2)).toContain('"is_changed": [NaN]');
  listener.close();
});

test.each([
  [true, 500],
  [false, 200],
])('null pnginfo fails the job list %s: %i', async (jobsFailOnNullPnginfo, status) => {
  const { url } = await start({ faults: { jobsFailOnNullPnginfo } });
  const listener = await Listener.open(url, 'c');
  const extra_data = { extra_pnginfo: null, client_id: 'c' };
  await listener.ended(await submit(url, tinyGraph(), { extra_data }));
  expect((await fetch(`${url}/api/jobs`)).status).toBe(status);
  await postJson(`${url}/history`, { clear: true });
  expect((await fetch(`${url}/api/jobs`)).status).toBe(200);
  listener.close();
});

describe('a dead worker', () => {
  test('leaves its prompt running until a restart', async () => {
    const own = await start({ faults: { deadWorker: true } });
    const { url, faults } = own;
    const first = await submit(url, tinyGraph());
    faults.deadWorker = false;
    const second = await submit(url, tinyGraph());
    await postJson(`${url}/interrupt`, { prompt_id: first });
    const queue = await getJson<Record<string, unknown[][]>>(`${url}/queue`);
    expect(queue.queue_running?.map((item) => item[1])).toEqual([first]);
    expect(queue.queue_pending?.map((item) => item[1])).toEqual([second]);
    await own.restart();
    const listener = await Listener.open(url, 'c');
    await listener.ended(await submit(url, tinyGraph('after'), { client_id: 'c' }));
    listener.close();
  });

  test('is caused by an unused node without inputs, as on a real server', async () => {
    const { url } = await start();
    const graph = { ...tinyGraph(), x: { class_type: 'EmptyImage' } };
    const response = await postJson(`${url}/prompt`, { prompt: graph });
    expect(response.status).toBe(200);
    await submit(url, tinyGraph());
    const { exec_info } = await getJson<{ exec_info: { queue_remaining: number } }>(`${url}/prompt`);
    expect(exec_info.queue_remaining).toBe(2);
  });
});

describe('control routes', () => {
  test('exist only on request', async () => {
    const { url } = await start();
    expect((await postJson(`${url}/darkroom-demo/faults`, {})).status).toBe(405);
  });

  test('change faults, drop sockets, restart', async () => {
    const { url, faults } = await start({ control: true });
    await upload(url, await png(255), 'kept.png');
    await postJson(`${url}/darkroom-demo/faults`, { latencyMs: 1, nanMetadata: true });
    expect([faults.latencyMs, faults.nanMetadata]).toEqual([1, true]);

    const listener = await Listener.open(url, 'c');
    await listener.ended(await submit(url, tinyGraph(), { client_id: 'c' }));
    const closed = new Promise((resolve) => listener.socket.once('close', resolve));
    expect((await postJson(`${url}/darkroom-demo/drop-sockets`, {})).status).toBe(200);
    await closed;

    expect(Object.keys(await getJson<object>(`${url}/history`))).toHaveLength(1);
    expect((await postJson(`${url}/darkroom-demo/restart`, {})).status).toBe(200);
    expect(await getJson(`${url}/history`)).toEqual({});
    expect((await fetch(`${url}/view?type=input&filename=kept.png`)).status).toBe(200);
    expect((await fetch(`${url}/view?filename=tiny_00001_.png`)).status).toBe(200);
  });
});

test('restarting and stopping in the middle of a run leaves nothing behind', async () => {
  const own = await start({ stepDelayMs: 20 });
  const { url } = own;
  const listener = await Listener.open(url, 'c');
  const closed = new Promise((resolve) => listener.socket.once('close', resolve));
  const promptId = await submit(url, paintGraph({ steps: 500 }), { client_id: 'c' });
  await listener.until((event) => event.type === 'progress' && event.data.prompt_id === promptId);
  await own.restart();
  await closed;
  expect(await getJson(`${url}/queue`)).toEqual({ queue_running: [], queue_pending: [] });
  await submit(url, paintGraph({ steps: 500 }));
  await engine?.stop();
  engine = null;
  await expect(fetch(`${url}/queue`)).rejects.toThrow();
});
