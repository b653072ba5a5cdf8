import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ComfyClient } from '../../comfy/client';
import type { ApiGraph } from '../../comfy/graph';
import { ComfySocket } from '../../comfy/socket';
import { FakeComfy, graph } from '../fixtures/fake-comfy';
import { everything, newJob } from '../fixtures/records';
import { JobStore } from '../job-store.svelte';
import { JobTable } from '../state/job-table.svelte';
import { memoryMirror } from './memory-mirror';
import type { JobMirror } from './job-mirror';
import { MirrorFeed } from './mirror-feed.svelte';
import { type Channel, TabLeader } from './tab-leader';

/** Two tabs of one browser: one database, one channel, a server. */
let server: FakeComfy;
let mirror: JobMirror;
let writes: string[];
let channels: Set<Channel>;
let stops: (() => void)[];

function openTab(id: string): { store: JobStore; leader: TabLeader; stop: () => void } {
  const client = new ComfyClient({ baseUrl: 'http://server', fetch: server.fetch });
  const socket = new ComfySocket({
    clientId: id,
    url: (clientId) => client.socketUrl(clientId),
    open: server.openSocket,
    random: () => 0,
  });
  const leader = new TabLeader({ open: openChannel, id, random: () => (id === 'one' ? 0 : 1) });
  const mine: JobMirror = {
    ...mirror,
    put: (entries) => {
      writes.push(...entries.map(({ record }) => `${id} ${record.id}`));
      return mirror.put(entries);
    },
  };
  const store = new JobStore({ client, socket, mirror: mine, leader });
  const stop = store.start();
  stops.push(stop);
  return { store, leader, stop };
}

function openChannel(): Channel {
  const channel: Channel = {
    onmessage: null,
    postMessage: (message) => {
      for (const other of channels) {
        if (other !== channel) {
          setTimeout(() => other.onmessage?.({ data: structuredClone(message) } as MessageEvent), 1);
        }
      }
    },
    close: () => channels.delete(channel),
  };
  channels.add(channel);
  return channel;
}

const soon = (ms = 1000): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeComfy();
  mirror = memoryMirror();
  writes = [];
  channels = new Set();
  stops = [];
});

afterEach(() => {
  stops.forEach((stop) => stop());
  vi.useRealTimers();
});

describe('of two tabs', () => {
  it('one walks the history and writes it, and both show all of it', async () => {
    server.fillHistory(200);
    const one = openTab('one');
    const two = openTab('two');
    await soon(3000);
    expect([one.leader.leads, two.leader.leads].filter(Boolean)).toHaveLength(1);
    expect(one.store.finished()).toHaveLength(200);
    expect(two.store.finished()).toHaveLength(200);
    expect(await everything(mirror)).toHaveLength(200);
    const [writer] = writes[0]?.split(' ') ?? [];
    expect(writes.every((line) => line.startsWith(`${writer} `))).toBe(true);
    const older = server.requests.filter((line) => line.startsWith('GET /history?offset'));
    expect(new Set(older).size).toBe(older.length);
  });

  it('neither reads more than the last few jobs once the history is known to its end', async () => {
    server.fillHistory(200);
    openTab('one');
    openTab('two');
    await soon(5000);
    server.requests.length = 0;
    server.enqueueForeign();
    server.begin();
    server.finish('a.png');
    await soon(2000);
    const pages = server.requests.filter((line) => line.startsWith('GET /history?'));
    expect(new Set(pages)).toEqual(new Set(['GET /history?max_items=8']));
  });

  it('the one that does not write has its own jobs remembered, with what only it knows', async () => {
    const one = openTab('one');
    await soon();
    const two = openTab('two');
    await soon();
    const id = await two.store.submit({ graph: graph() as ApiGraph, pngInfo: {} });
    server.begin();
    server.finish('a.png');
    await soon();
    expect(writes.every((line) => line.startsWith('one '))).toBe(true);
    expect((await everything(mirror)).map((job) => job.id)).toEqual([id]);
    expect(one.store.job(id)?.state).toBe('completed');
    expect(two.store.job(id)).toMatchObject({ state: 'completed', mine: true });
  });

  it('the other takes over when the one that walks is closed', async () => {
    server.fillHistory(400);
    const one = openTab('one');
    await soon(700);
    const two = openTab('two');
    await soon(20);
    one.stop();
    await soon(3000);
    expect(two.leader.leads).toBe(true);
    expect(two.store.finished()).toHaveLength(400);
    expect(await mirror.isComplete()).toBe(true);
  });

  it('the one that is chosen again during its walk does not walk twice', async () => {
    server.fillHistory(2000);
    const told: ((leads: boolean) => void)[] = [];
    const onChange = vi.spyOn(TabLeader.prototype, 'onChange').mockImplementation(function (listener) {
      told.push(listener);
      return () => undefined;
    });
    const choose = (): void => told.forEach((listener) => listener(true));
    const pages = (): string[] => server.requests.filter((line) => /^GET .history.*offset/.test(line));
    const whole = mirror;
    let puts = 0;
    mirror = {
      ...mirror,
      put: (entries) => {
        puts++;
        if (puts === 5) {
          choose();
        }
        return whole.put(entries);
      },
    };
    const { leader } = openTab('one');
    onChange.mockRestore();
    await soon(2000);
    expect([leader.leads, pages()]).toEqual([true, []]);
    choose();
    await soon(10_000);
    expect(puts).toBeGreaterThan(5);
    expect(await mirror.isComplete()).toBe(true);
    expect(pages()).toEqual([...new Set(pages())]);
  });

  it('both forget what one forgets', async () => {
    server.fillHistory(3);
    const one = openTab('one');
    const two = openTab('two');
    await soon(2000);
    await two.store.forget(['h1']).commit();
    await soon();
    expect(one.store.finished().map(({ id }) => id)).toEqual(['h2', 'h0']);
    expect((await everything(mirror)).map(({ id }) => id)).toEqual(['h2', 'h0']);
  });
});

describe('what is learnt during the election', () => {
  it('goes into the mirror afterwards: that the history is known to its end', async () => {
    server.fillHistory(3);
    openTab('one');
    await soon(500);
    expect(await mirror.isComplete()).toBe(false);
    await soon(1000);
    expect(await mirror.isComplete()).toBe(true);
  });

  it('goes into the mirror afterwards: that there is a gap, before anything closes it', async () => {
    await mirror.setComplete(true);
    server.fillHistory(200);
    const told: boolean[] = [];
    const whole = mirror;
    mirror = {
      ...mirror,
      setComplete: (complete) => {
        told.push(complete);
        return whole.setComplete(complete);
      },
    };
    openTab('one');
    await soon(3000);
    expect(told).toEqual([false, true]);
  });
});

describe('a job that ends', () => {
  it('is remembered although the tab that should write it is gone', async () => {
    const one = openTab('one');
    await soon();
    const two = openTab('two');
    await soon();
    // Gone without a word, as after a crash.
    const channel = [...channels][0] as Channel;
    channels.delete(channel);
    channel.postMessage = () => undefined;
    expect(one.leader.leads).toBe(true);
    const id = await two.store.submit({ graph: graph() as ApiGraph, pngInfo: {} });
    server.begin();
    server.finish('a.png');
    await soon(200);
    expect(two.leader.leads).toBe(false);
    writes = [];
    await soon(3000);
    expect(two.leader.leads).toBe(true);
    expect(writes).toContain(`two ${id}`);
  });

  it('is given up for newer ones when nobody writes for long, and the gap is on record', async () => {
    await mirror.setComplete(true);
    const table = new JobTable();
    const other = new TabLeader({ open: openChannel, id: 'one', random: () => 0 });
    stops.push(other.start());
    await soon();
    expect(other.leads).toBe(true);
    const [channel] = [...channels];
    const leader = new TabLeader({ open: openChannel, id: 'two', random: () => 1 });
    const feed = new MirrorFeed({ mirror, table, leader });
    stops.push(feed.start());
    await soon();
    expect(feed.follows).toBe(true);
    for (let n = 0; n < 600; n++) {
      await feed.put([{ record: newJob(`job ${n}`, 'completed', { endedAt: n + 1 }), graph: null }]);
    }
    channels.delete(channel as Channel);
    (channel as Channel).postMessage = () => undefined;
    await soon(5000);
    expect(leader.leads).toBe(true);
    const kept = (await everything(mirror)).map(({ id }) => id);
    expect(kept).toHaveLength(500);
    expect([kept[0], kept.at(-1)]).toEqual(['job 599', 'job 100']);
    expect(await mirror.isComplete()).toBe(false);
  });

  it('is a gap on record when it cannot be written, also in a mirror that was complete', async () => {
    await mirror.setComplete(true);
    const full = { ...mirror, put: () => Promise.reject(new Error('the disk is full')) };
    const feed = new MirrorFeed({ mirror: full, table: new JobTable(), leader: null });
    stops.push(feed.start());
    await feed.put([{ record: newJob('lost', 'completed', { endedAt: 1 }), graph: null }]);
    expect(await mirror.isComplete()).toBe(false);
    await feed.setComplete(true);
    expect(await mirror.isComplete()).toBe(false);
  });

  it('is written anew when another tab sends it as unknown', async () => {
    const news: (boolean | undefined)[] = [];
    const whole = mirror;
    mirror = {
      ...mirror,
      put: (entries) => {
        news.push(...entries.map(({ isNew }) => isNew));
        return whole.put(entries);
      },
    };
    openTab('one');
    await soon();
    const told = openChannel();
    const record = newJob('job', 'completed');
    told.postMessage({
      type: 'app',
      from: 'two',
      data: { type: 'write', entries: [{ record, graph: null, isNew: true }] },
    });
    await soon();
    expect(news).toEqual([false]);
  });

  it('is not followed any longer once another tab has told of its end', async () => {
    const table = new JobTable();
    const ended: string[] = [];
    const other = openChannel();
    const leader = new TabLeader({ open: openChannel, id: 'two' });
    const feed = new MirrorFeed({ mirror, table, leader, ended: (id) => void ended.push(id) });
    stops.push(feed.start());
    const problems = [{ message: 'left out' }] as never;
    table.apply('job', { type: 'sent', record: newJob('job', 'running', { problems }) });
    await mirror.put([{ record: newJob('job', 'completed'), graph: null }]);
    other.postMessage({ type: 'app', from: 'one', data: { type: 'written', ids: ['job'] } });
    await soon(50);
    expect(ended).toEqual(['job']);
    expect(table.record('job')).toMatchObject({ state: 'completed', problems });
  });
});

describe('what is remembered', () => {
  it('shows its newest jobs before the rest is read', async () => {
    server.fillHistory(700);
    const first = openTab('one');
    await soon(9000);
    first.stop();
    server.down = true;
    const shown: [number, boolean][] = [];
    const whole = mirror;
    const tab: { store?: JobStore } = {};
    mirror = {
      ...mirror,
      page: (from, count) => {
        if (tab.store) {
          shown.push([tab.store.items.length, tab.store.loaded]);
        }
        return whole.page(from, count);
      },
    };
    tab.store = openTab('two').store;
    await soon(3000);
    expect(shown).toEqual([
      [60, false],
      [560, false],
    ]);
    expect([tab.store.items.length, tab.store.loaded]).toEqual([700, true]);
    expect(tab.store.items.at(0)?.key).toBe('h699/0');
  });

  it('is not read from the server again, though it is not loaded yet', async () => {
    server.fillHistory(300);
    openTab('one').stop();
    const again = openTab('two');
    await soon(5000);
    again.stop();
    server.requests.length = 0;
    openTab('three');
    await soon(3000);
    expect(server.requests.filter((line) => line.startsWith('GET /history'))).toEqual([
      'GET /history?max_items=64',
    ]);
  });
});
