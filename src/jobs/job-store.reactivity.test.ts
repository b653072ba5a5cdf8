import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it, vi } from 'vitest';
import { build } from 'vite';
import type { ApiGraph } from '../comfy/graph';
import { FakeComfy, graph } from './fixtures/fake-comfy';
import type * as Reactive from './fixtures/reactive.svelte';

let directory: string;
let lib: typeof Reactive;

beforeAll(async () => {
  const entry = fileURLToPath(new URL('./fixtures/reactive.svelte.ts', import.meta.url));
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [svelte({ configFile: false })],
    build: { write: false, minify: false, lib: { entry, formats: ['es'], fileName: 'reactive' } },
  });
  const [output] = Array.isArray(built) ? built : [built];
  directory = await mkdtemp(path.join(tmpdir(), 'darkroom-reactive-'));
  await writeFile(path.join(directory, 'package.json'), '{"type": "module"}');
  // What loads on demand is in files of its own.
  for (const chunk of output && 'output' in output ? output.output : []) {
    const file = path.join(directory, chunk.fileName);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, chunk.type === 'chunk' ? chunk.code : chunk.source);
  }
  const file = path.join(directory, 'reactive.js');
  lib = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as typeof Reactive;
}, 60_000);

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('what a room reads is read again when it has changed', () => {
  let server: FakeComfy;
  let store: Reactive.JobStore;
  let stops: (() => void)[];

  beforeEach(async () => {
    vi.useFakeTimers();
    server = new FakeComfy();
    const client = new lib.ComfyClient({ baseUrl: 'http://server', fetch: server.fetch });
    const socket = new lib.ComfySocket({
      clientId: 'me',
      url: (id) => client.socketUrl(id),
      open: server.openSocket,
      random: () => 0,
    });
    store = new lib.JobStore({ client, socket, mirror: lib.memoryMirror() });
    stops = [store.start()];
    await vi.advanceTimersByTimeAsync(400);
  });

  afterEach(() => {
    stops.forEach((stop) => stop());
    vi.useRealTimers();
  });

  /** Every different value an effect sees. */
  function seen<T>(read: () => T): T[] {
    const values: T[] = [];
    stops.push(
      lib.watch(() => {
        const value = read();
        if (JSON.stringify(value) !== JSON.stringify(values.at(-1))) {
          values.push(value);
        }
      }),
    );
    lib.flushSync();
    return values;
  }

  async function step(act: () => unknown, ms = 400): Promise<void> {
    act();
    await vi.advanceTimersByTimeAsync(ms);
    lib.flushSync();
  }

  it('a job from its sending to its file', async () => {
    const states = seen(() =>
      [...store.pending, ...store.running, ...store.finished()].map(({ state }) => state),
    );
    const counts = seen(() => store.queueRemaining);
    const files = seen(() => store.items.slice(0).map(({ output }) => output.ref.filename));
    const fractions = seen(() => store.progress(store.running[0]?.id ?? '').value);
    const previews = seen(() => store.preview(store.running[0]?.id ?? '')?.size ?? 0);
    void store.submit({ graph: graph() as ApiGraph, pngInfo: {} });
    lib.flushSync();
    await step(() => undefined);
    await step(() => server.begin());
    await step(() => server.tell('progress', { value: 3, max: 10, node: 'sampler' }));
    await step(() =>
      server.sockets[0]?.onmessage?.({
        data: Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0xff, 0xd8, 0xff).buffer,
      }),
    );
    await step(() => server.finish('a.png'));
    expect(states).toEqual([[], ['submitting'], ['pending'], ['running'], ['completed']]);
    expect(counts).toEqual([0, 1, 0]);
    expect(files).toEqual([[], ['a.png']]);
    expect(fractions).toEqual([0, 3, 0]);
    expect(previews).toEqual([0, 3, 0]);
  });

  it('fast progress ten times a second, the first step at once and the last in any case', async () => {
    void store.submit({ graph: graph() as ApiGraph, pngInfo: {} });
    await step(() => undefined);
    await step(() => server.begin());
    const id = store.running[0]?.id ?? '';
    const values = seen(() => store.progress(id).value);
    const tell = (value: number): void => server.tell('progress', { value, max: 400, node: 'sampler' });
    await step(() => tell(1), 0);
    expect(values).toEqual([0, 1]);
    for (let value = 2; value <= 201; value++) {
      await step(() => tell(value), 5);
      expect(store.progress(id).value).toBe(value);
    }
    expect(values.length).toBeGreaterThan(8);
    expect(values.length).toBeLessThan(16);
    await step(() => undefined, 100);
    expect(values.at(-1)).toBe(201);
  });

  it('one job, a forgotten one, and the connection', async () => {
    server.fillHistory(2);
    const one = seen(() => store.job('h0')?.state ?? 'unknown');
    const finished = seen(() => store.finished().map(({ id }) => id));
    const connection = seen(() => store.connection.state);
    await step(() => store.refresh());
    const { undo } = store.forget(['h1']);
    await step(() => undefined);
    await step(undo);
    await step(() => {
      server.down = true;
      server.dropSockets();
    }, 3000);
    await step(() => (server.down = false), 5000);
    expect(one).toEqual(['unknown', 'completed']);
    expect(finished).toEqual([[], ['h1', 'h0'], ['h0'], ['h1', 'h0']]);
    expect(connection).toEqual(['connected', 'off', 'connected']);
  });

  it('whether there is anything to show yet', async () => {
    server.down = true;
    const client = new lib.ComfyClient({ baseUrl: 'http://server', fetch: server.fetch });
    const socket = new lib.ComfySocket({
      clientId: 'x',
      url: (id) => client.socketUrl(id),
      open: server.openSocket,
    });
    const other = new lib.JobStore({ client, socket, mirror: lib.memoryMirror() });
    const loaded = seen(() => other.loaded);
    stops.push(other.start());
    await step(() => undefined);
    expect(loaded).toEqual([false, true]);
  });

  it('begins once, whoever begins it: what it reads meanwhile is no reason to begin anew', async () => {
    const client = new lib.ComfyClient({ baseUrl: 'http://server', fetch: server.fetch });
    const open = vi.fn(server.openSocket);
    const socket = new lib.ComfySocket({ clientId: 'x', url: (id) => client.socketUrl(id), open });
    const other = new lib.JobStore({ client, socket, mirror: lib.memoryMirror() });
    let begun = 0;
    stops.push(
      lib.watch(() => {
        begun += 1;
        return other.start();
      }),
    );
    lib.flushSync();
    await step(() => undefined);
    void other.submit({ graph: graph() as ApiGraph, pngInfo: {} });
    await step(() => undefined);
    expect(other.queueRemaining).toBe(1);
    expect([begun, open.mock.calls.length]).toEqual([1, 1]);
  });
});
