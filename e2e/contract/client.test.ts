import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { WebSocket } from 'ws';
import { ComfyClient } from '../../src/comfy/client';
import { ComfyError } from '../../src/comfy/errors';
import type { ApiGraph } from '../../src/comfy/graph';
import { readPngHeader, readPngText } from '../../src/comfy/png';
import { ComfySocket } from '../../src/comfy/socket';
import { randomUuid } from '../../src/comfy/uuid';
import type { JobState } from '../../src/jobs/state/job';
import { JobStore } from '../../src/jobs/job-store.svelte';
import { memoryMirror } from '../../src/jobs/library/memory-mirror';
import { anyColor, emptyImage, saveImage, slowGraph } from './graphs';
import { encodePng, picture } from './pictures';
import { it } from './statement';
import { connect, send, unique, until, whileBusy } from './support';

/*
 * The app's own client, socket and job store against a server: the behaviour the other files assert must be
 * enough for them.
 */

const SEED = 18446744073709551615n;
const ODD = 9007199254740993n;

/** A graph that saves one picture. The server keeps inputs that a node does not know. */
function graphWithSeeds(prefix: string): ApiGraph {
  const save = saveImage(['1', 0], prefix);
  return {
    '1': emptyImage(24, 16, anyColor()),
    '2': { ...save, inputs: { ...save.inputs, seed: SEED, odd: ODD } },
  };
}

interface Tab {
  store: JobStore;
  socket: ComfySocket;
}

const target = await connect();
const client = new ComfyClient({ baseUrl: target.url });
let tab: Tab;
const stops: (() => void)[] = [];

function openTab(): Tab {
  const socket = new ComfySocket({
    clientId: randomUuid(),
    url: (id) => client.socketUrl(id),
    open: (url) => new WebSocket(url),
  });
  const store = new JobStore({ client, socket, mirror: memoryMirror() });
  stops.push(store.start());
  return { store, socket };
}

/** Waits until a job reaches a state; resolves with the distinct states seen before that. */
async function reaches(store: JobStore, id: string, state: JobState): Promise<JobState[]> {
  const seen: JobState[] = [];
  await until(() => {
    const now = store.job(id)?.state;
    if (now !== undefined && now !== seen.at(-1)) {
      seen.push(now);
    }
    return Promise.resolve(now === state);
  }, `${id} to be ${state}`);
  return seen;
}

beforeAll(async () => {
  tab = openTab();
  await until(() => Promise.resolve(tab.store.loaded && tab.socket.state === 'open'), 'the store');
});

afterEach(async () => {
  await client.clearQueue();
});

afterAll(() => stops.forEach((stop) => stop()));

describe('client', () => {
  it('reads what the server is and can do', async () => {
    expect((await client.systemStats()).devices.length).toBeGreaterThan(0);
    const sampler = await client.nodeInfo('KSampler');
    expect(sampler?.inputs.get('seed')).toMatchObject({ kind: 'int', max: SEED });
    expect(sampler?.inputs.get('scheduler')).toMatchObject({ kind: 'combo' });
    expect(await client.nodeInfo('Not A Node')).toBeNull();
    const all = await client.objectInfo();
    expect(all.size).toBe(Object.keys(target.nodes).length);
    expect((await client.features())?.supports_preview_metadata).toBe(
      target.does('features') ? true : undefined,
    );
    expect((await client.jobs({ limit: 1 })) !== null).toBe(target.does('jobsApi'));
  });

  it('knows what this server can do once it has asked', async () => {
    const fresh = new ComfyClient({ baseUrl: target.url });
    await fresh.systemStats();
    await fresh.features();
    await fresh.jobs({ limit: 1 });
    const { version, previewMetadata, routes } = fresh.server.current;
    expect({ version: version !== null, previewMetadata, ...routes }).toMatchObject({
      version: target.does('tellsVersion'),
      previewMetadata: target.does('features') ? true : null,
      features: target.does('features'),
      jobs: target.does('jobsApi'),
    });
  });

  it('uploads a picture and finds it under the returned name', async () => {
    const bytes = encodePng(
      picture(20, 10, (x, y) => [x, y, 7, 255]),
      'rgb',
    );
    const filename = `小猫 & ${unique()}.png`;
    const options = { filename, subfolder: 'contract/ü b', type: 'input' as const };
    const ref = await client.uploadImage(new Blob([bytes.slice()]), options);
    expect(await client.stat(ref)).toMatchObject({ bytes: bytes.length });
    const stored = new Uint8Array(await (await client.view(ref)).arrayBuffer());
    expect(Buffer.compare(stored, bytes)).toBe(0);
    const head = await client.view(ref, { range: [0, 32] });
    expect(readPngHeader(new Uint8Array(await head.arrayBuffer()))).toMatchObject({ width: 20, height: 10 });
    expect(await client.stat({ ...ref, filename: 'nothing.png' })).toBeNull();
    for (const [odd, refusal] of [
      [{ filename: 'portrait..png' }, 'dots'],
      [{ subfolder: '../..' }, 'outside'],
      [{ subfolder: '/tmp' }, 'outside'],
    ] as const) {
      await expect(client.stat({ ...ref, ...odd })).rejects.toMatchObject({ kind: 'refused', refusal });
    }
    const dotted = await client.uploadImage(new Blob([bytes.slice()]), { ...options, filename: 'a..b.png' });
    expect(await client.stat(dotted)).toMatchObject({ bytes: bytes.length });
    const other = await client.uploadImage(new Blob([bytes.slice(0, 60)]), options);
    expect(other.filename).not.toBe(filename);
  });

  it('reports why a graph is refused, and where', async () => {
    const graph: ApiGraph = {
      '1': { ...emptyImage(99999, 8), _meta: { title: 'Too wide' } },
      '2': saveImage(['1', 0], 'contract/refused'),
    };
    const error: unknown = await client.queuePrompt({ graph }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ComfyError);
    expect(error).toMatchObject({
      kind: 'rejected',
      problems: [
        {
          type: 'value_bigger_than_max',
          nodeId: '1',
          nodeTitle: 'Too wide',
          classType: 'EmptyImage',
          inputName: 'width',
          received: '99999',
        },
      ],
    });
  });

  it('stores a user document without losing a digit', async () => {
    const path = `darkroom/contract-${unique()} ü.json`;
    await client.writeUserdata(path, { seed: SEED, odd: ODD });
    expect(await client.readUserdata(path)).toEqual({ seed: SEED, odd: ODD });
    const listed = await client.listUserdata('darkroom');
    expect(listed.some((file) => path.endsWith(file.path))).toBe(true);
    await client.deleteUserdata(path);
    expect(await client.readUserdata(path)).toBeNull();
    await client.deleteUserdata(path);
  });
});

describe('a job', () => {
  it('ends with its picture and exact seeds, and runs again unchanged', async () => {
    const { store } = tab;
    const graph = graphWithSeeds(`contract/${unique('seed')}`);
    const pngInfo = { darkroom: { recipe: 'contract', parent: null, mask: null }, workflow: { seed: SEED } };
    const id = await store.submit({ graph, pngInfo });
    const seen = await reaches(store, id, 'completed');
    expect(['pending', 'running', 'completed']).toEqual(expect.arrayContaining(seen));
    const done = store.job(id);
    expect(done).toMatchObject({ mine: true, error: null, problems: [], darkroom: { recipe: 'contract' } });
    expect(done?.startedAt).toBeGreaterThan(0);
    expect(done?.endedAt).toBeGreaterThanOrEqual(done?.startedAt ?? Infinity);
    expect(store.items.slice(0)[0]?.job.id).toBe(id);

    const ref = done?.outputs[0]?.ref;
    if (!ref) {
      throw new Error('the job has no output');
    }
    const png = new Uint8Array(await (await client.view(ref)).arrayBuffer());
    expect(readPngHeader(png)).toMatchObject({ width: 24, height: 16 });
    const text = await readPngText(png);
    expect(text['prompt']).toContain(String(SEED));
    expect(text['workflow']).toBe(`{"seed": ${SEED}}`);

    expect((await client.historyItem(id))?.prompt.graph['2']?.inputs).toMatchObject({ seed: SEED, odd: ODD });
    const again = await store.runAgain(id);
    await reaches(store, again, 'completed');
    const repeated = await client.historyItem(again);
    expect(repeated?.prompt.graph).toEqual(graph);
    expect(repeated?.prompt.extraData['extra_pnginfo']).toEqual(pngInfo);
    // Everything was cached: the server names the file of the first run.
    expect(store.job(again)?.outputs.map((output) => output.ref)).toEqual([ref]);
  });

  it('shows progress while it runs, and can be stopped', async () => {
    const { store } = tab;
    const id = await store.submit({ graph: slowGraph(), pngInfo: {} });
    await reaches(store, id, 'running');
    await until(() => Promise.resolve(store.progress(id).fraction > 0), 'progress');
    expect(store.progress(id).nodeId).not.toBeNull();
    await until(async () => {
      await store.queue.cancel(id);
      return store.job(id)?.state === 'cancelled';
    }, 'the job to be stopped');
    expect(store.progress(id).fraction).toBe(0);
    expect((await client.historyItem(id))?.status?.messages.map(([type]) => type)).toContain(
      'execution_interrupted',
    );
  });

  it('waits behind another and can be removed; another tab sees the same', async () => {
    const other = openTab();
    await until(() => Promise.resolve(other.store.loaded && other.socket.state === 'open'), 'the other tab');
    await whileBusy(async (hold) => {
      const first = await tab.store.submit({ graph: graphWithSeeds(`contract/${unique('a')}`), pngInfo: {} });
      const second = await tab.store.submit({
        graph: graphWithSeeds(`contract/${unique('b')}`),
        pngInfo: {},
      });
      const front = await tab.store.submit(
        { graph: graphWithSeeds(`contract/${unique('c')}`), pngInfo: {} },
        { front: true },
      );
      const order = [front, first, second];
      for (const { store } of [tab, other]) {
        const seen = (): boolean =>
          store.queueRemaining === 4 && store.pending.length === 3 && store.running[0]?.id === hold.promptId;
        await until(() => Promise.resolve(seen()), 'both tabs to see the queue');
        expect(store.pending.map((job) => job.id)).toEqual(order);
      }
      expect(other.store.pending.some((job) => job.mine)).toBe(false);
      await tab.store.queue.cancel(first);
      expect(tab.store.job(first)?.state).toBe('cancelled');
      expect((await client.queue()).pending.map((entry) => entry.id)).toEqual([front, second]);
      expect(tab.store.running[0]?.id).toBe(hold.promptId);
      // What is left would run while later tests count what has ended.
      await tab.store.queue.cancel(front);
      await tab.store.queue.cancel(second);
      expect(tab.store.pending).toEqual([]);
    });
  });

  it('fails with the message of its node', async () => {
    const id = await tab.store.submit({
      graph: { '1': emptyImage(8, 8, anyColor()), '2': saveImage(['1', 0], '../outside') },
      pngInfo: {},
    });
    await reaches(tab.store, id, 'failed');
    expect(tab.store.job(id)?.error).toMatchObject({ nodeId: '2', nodeTitle: 'SaveImage' });
    expect(tab.store.job(id)?.error?.message).not.toBe('');
  });
});

describe('history', () => {
  it('comes newest first, page by page, and to its end', async () => {
    const { store } = tab;
    const ids: string[] = [];
    for (let i = 0; i < 4; i++) {
      const id = await store.submit({ graph: graphWithSeeds(`contract/${unique('h')}`), pngInfo: {} });
      await reaches(store, id, 'completed');
      ids.unshift(id);
    }
    const newest = await client.history({ maxItems: 4 });
    expect(newest.map(({ id }) => id)).toEqual(ids);
    const total = (await client.history()).length;
    const page = await client.history({ maxItems: 2, offset: total - 4 });
    expect(page.map(({ id }) => id)).toEqual([ids[2], ids[3]]);
    if (target.does('jobsApi')) {
      expect((await client.jobs({ limit: 1 }))?.total).toBe(total);
    }
    expect(
      store
        .finished()
        .slice(0, 4)
        .map(({ id }) => id),
    ).toEqual(ids);
    const late = openTab();
    await until(
      () => Promise.resolve(late.store.finished().length >= total),
      'the whole history in a new tab',
    );
    expect(
      late.store
        .finished()
        .slice(0, 4)
        .map(({ id }) => id),
    ).toEqual(ids);
  });

  it('deletes entries, and the files stay', async () => {
    const { store } = tab;
    const id = await store.submit({ graph: graphWithSeeds(`contract/${unique('f')}`), pngInfo: {} });
    await reaches(store, id, 'completed');
    const ref = store.job(id)?.outputs[0]?.ref;
    await store.forget([id]).commit();
    expect(await client.historyItem(id)).toBeNull();
    await store.refresh();
    expect(store.job(id)).toBeUndefined();
    expect(ref && (await client.stat(ref))).not.toBeNull();
  });

  it('shows a job that was queued without a socket', async () => {
    const graph = graphWithSeeds(`contract/${unique('api')}`);
    // Sent as a script would send it, with numbers as doubles.
    const small = { ...graph, '2': saveImage(['1', 0], `contract/${unique('api')}`) };
    const { prompt_id: id } = (await send('POST', '/prompt', { json: { prompt: small } })).json<{
      prompt_id: string;
    }>();
    await reaches(tab.store, id, 'completed');
    expect(tab.store.job(id)).toMatchObject({ mine: false });
    expect(tab.store.job(id)?.outputs).toHaveLength(1);
  });
});
