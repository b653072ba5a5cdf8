import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ComfyClient } from '../../comfy/client';
import { newJob } from '../fixtures/records';
import { memoryMirror } from '../library/memory-mirror';
import type { JobMirror } from '../library/job-mirror';
import { TabLeader } from '../library/tab-leader';
import { MirrorFeed } from '../library/mirror-feed.svelte';
import type { JobRecord } from '../state/job';
import { JobTable } from '../state/job-table.svelte';
import { parseDay } from './day-file';
import { DaySync } from './day-sync';

/** What a server keeps below `/userdata`, and what it was asked. */
let files: Map<string, string>;
let requests: string[];
let hasUserdata: boolean;
/** A proxy decodes the slash in the names of files, which are then no routes. */
let decodesSlashes: boolean;
let stops: (() => void)[];

const NOON = Date.UTC(2026, 10, 29, 12);

const serve: typeof fetch = (input, init) => {
  const url = new URL(input as string);
  const method = init?.method ?? 'GET';
  const [, first, encoded] = url.pathname.split('/');
  const path = decodeURIComponent(encoded ?? '');
  requests.push(`${method} ${path || url.searchParams.get('dir')}`);
  if (first !== 'userdata' || !hasUserdata || (decodesSlashes && path !== '')) {
    return Promise.resolve(new Response('404: Not Found', { status: 404 }));
  }
  if (method === 'POST') {
    files.set(path, init?.body as string);
    return Promise.resolve(new Response(JSON.stringify(path)));
  }
  if (path !== '') {
    const text = files.get(path);
    return Promise.resolve(new Response(text ?? '', { status: text === undefined ? 404 : 200 }));
  }
  const dir = `${url.searchParams.get('dir')}/`;
  const list = [...files].filter(([name]) => name.startsWith(dir));
  return Promise.resolve(
    list.length === 0
      ? new Response('Directory not found', { status: 404 })
      : Response.json(
          list.map(([name, text]) => ({ path: name.slice(dir.length), size: text.length, modified: 2e12 })),
        ),
  );
};

interface Browser {
  table: JobTable;
  mirror: JobMirror;
  feed: MirrorFeed;
  sync: DaySync;
  client: ComfyClient;
  ends: (...records: JobRecord[]) => Promise<void>;
}

function openBrowser(device: string, mirror = memoryMirror(), leader: TabLeader | null = null): Browser {
  const table = new JobTable();
  const feed = new MirrorFeed({ mirror, table, leader });
  const client = new ComfyClient({ baseUrl: 'http://server', fetch: serve });
  const sync = new DaySync({ client, feed, table, device, now: () => Date.now(), allowed: () => true });
  stops.push(feed.start(), sync.start());
  const ends = (...records: JobRecord[]): Promise<void> => {
    records.forEach((record) => table.apply(record.id, { type: 'ended', record }));
    return feed.put(records.map((record) => ({ record, graph: null })));
  };
  return { table, mirror, feed, sync, client, ends };
}

const job = (id: string, more: Partial<JobRecord> = {}): JobRecord =>
  newJob(id, 'completed', { endedAt: NOON, ...more });
const names = (table: JobTable): string[] => table.finished(100).map(({ id }) => id);
const soon = (ms = 20_000): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const writes = (): string[] => requests.filter((line) => line.startsWith('POST'));

beforeEach(() => {
  vi.useFakeTimers();
  files = new Map();
  requests = [];
  hasUserdata = true;
  decodesSlashes = false;
  stops = [];
});

afterEach(() => {
  stops.forEach((stop) => stop());
  vi.useRealTimers();
});

describe('what has ended', () => {
  it('is written together once it is quiet, a file for each day', async () => {
    const { ends } = openBrowser('one');
    await soon(100);
    await ends(job('a'));
    await soon(4000);
    await ends(job('b'), job('c', { endedAt: NOON - 86_400_000 }));
    await soon(4000);
    expect(writes()).toEqual([]);
    await soon(2000);
    expect(writes()).toEqual([
      'POST darkroom/jobs/2026-11-29.one.jsonl',
      'POST darkroom/jobs/2026-11-28.one.jsonl',
    ]);
    expect([...parseDay(files.get('darkroom/jobs/2026-11-29.one.jsonl') ?? '').keys()]).toEqual(['a', 'b']);
  });

  it('waits while the server samples, but not for ever', async () => {
    const { ends, table } = openBrowser('one');
    await soon(100);
    table.apply('run', { type: 'sent', record: newJob('run', 'running') });
    await ends(job('a'));
    await soon(200_000);
    expect(writes()).toEqual([]);
    await soon(120_000);
    expect(writes()).toHaveLength(1);
    await ends(job('b'));
    await soon(60_000);
    expect(writes()).toHaveLength(1);
    await ends(newJob('run', 'completed', { endedAt: NOON }));
    await soon(60_000);
    expect(writes()).toHaveLength(2);
  });

  it('is added to what this browser wrote before', async () => {
    const mirror = memoryMirror();
    const first = openBrowser('one', mirror);
    await first.ends(job('a'));
    await soon();
    stops.forEach((stop) => stop());
    const second = openBrowser('one', mirror);
    await second.ends(job('b'));
    await soon();
    expect(files.size).toBe(1);
    expect([...parseDay([...files.values()][0] ?? '').keys()]).toEqual(['a', 'b']);
  });

  it('is not written where it is known in part only, or lost', async () => {
    const { ends } = openBrowser('one');
    await ends(job('a', { sketch: true }), newJob('b', 'lost', { endedAt: NOON }));
    await soon(400_000);
    expect(writes()).toEqual([]);
  });

  it('stays in this browser where the server keeps no documents', async () => {
    hasUserdata = false;
    const { ends, mirror } = openBrowser('one');
    await ends(job('a'));
    await soon(400_000);
    // The oldest servers answer a write with 500, and a traceback in their log.
    expect(requests).toEqual(['GET darkroom/jobs']);
    expect((await mirror.unsaved()).map(({ id }) => id)).toEqual(['a']);
  });

  it('is tried to be written once where a proxy decodes names', async () => {
    decodesSlashes = true;
    const { ends, mirror } = openBrowser('one');
    await ends(job('a'));
    await soon(400_000);
    expect(writes()).toHaveLength(1);
    expect((await mirror.unsaved()).map(({ id }) => id)).toEqual(['a']);
  });

  it('is written later when the server fails', async () => {
    const { ends, client } = openBrowser('one');
    await soon(100);
    const write = vi.spyOn(client, 'writeUserdataText');
    const { ComfyError } = await import('../../comfy/errors');
    write.mockRejectedValueOnce(new ComfyError('http', 'no', { status: 500 }));
    await ends(job('a'));
    await soon();
    expect(files.size).toBe(0);
    await soon(70_000);
    expect(files.size).toBe(1);
  });
});

describe('another browser', () => {
  it('has everything, although the server forgot it, and writes none of it again', async () => {
    const one = openBrowser('one');
    await one.ends(job('a'), job('b', { endedAt: NOON + 1 }));
    await soon();
    const two = openBrowser('two');
    await soon();
    expect(names(two.table)).toEqual(['b', 'a']);
    expect(two.table.peek('a')).toMatchObject({ settled: true });
    expect((await two.mirror.jobs(['a', 'b'])).length).toBe(2);
    await soon(400_000);
    expect(files.size).toBe(1);
  });

  it('has it as soon as it is decided which of its tabs reads', async () => {
    const one = openBrowser('one');
    await one.ends(job('a'));
    await soon();
    const silent = { postMessage: () => undefined, close: () => undefined, onmessage: null };
    const leader = new TabLeader({ open: () => silent });
    const two = openBrowser('two', memoryMirror(), leader);
    expect(leader.leads).toBe(false);
    await soon(1500);
    expect(names(two.table)).toEqual(['a']);
  });

  it('that knew the same jobs writes only what is missing', async () => {
    const one = openBrowser('one');
    await one.ends(job('a'));
    await soon();
    const two = openBrowser('two');
    await two.ends(job('a'), job('b'));
    await soon();
    expect([...parseDay(files.get('darkroom/jobs/2026-11-29.two.jsonl') ?? '').keys()]).toEqual(['b']);
  });

  it('loses nothing when both write the same day at once', async () => {
    const one = openBrowser('one');
    const two = openBrowser('two');
    await soon(100);
    await Promise.all([one.ends(job('a')), two.ends(job('b'))]);
    await soon();
    const three = openBrowser('three');
    await soon();
    expect(names(three.table).toSorted()).toEqual(['a', 'b']);
  });

  it('reads a file again only when it has changed', async () => {
    const one = openBrowser('one');
    await one.ends(job('a'));
    await soon();
    const two = openBrowser('two');
    await soon();
    const reads = (): number =>
      requests.filter((line) => line === 'GET darkroom/jobs/2026-11-29.one.jsonl').length;
    const before = reads();
    void two.sync.sync();
    await soon(100);
    expect(reads()).toBe(before);
    await one.ends(job('b'));
    await soon();
    void two.sync.sync();
    await soon(100);
    expect(names(two.table).toSorted()).toEqual(['a', 'b']);
  });

  it('forgets what was forgotten, and does not bring it back', async () => {
    const one = openBrowser('one');
    await one.ends(job('a'), job('b'));
    await soon();
    const two = openBrowser('two');
    await soon();
    await one.feed.forget(['a']);
    void one.sync.sync();
    await soon(100);
    void two.sync.sync();
    await soon(100);
    expect(names(two.table)).toEqual(['b']);
    const three = openBrowser('three');
    await soon();
    expect(names(three.table)).toEqual(['b']);
  });

  it('learns the rest of what it knew in part', async () => {
    const one = openBrowser('one');
    await one.ends(job('a', { number: 7 }));
    await soon();
    const two = openBrowser('two');
    const sketch = job('a', { sketch: true });
    two.table.apply('a', { type: 'listed', record: sketch });
    await two.feed.put([{ record: sketch, graph: null }]);
    await soon();
    expect(two.table.record('a')).toMatchObject({ number: 7 });
    expect(two.table.record('a')?.sketch).toBeUndefined();
    expect((await two.mirror.jobs(['a']))[0]?.sketch).toBeUndefined();
  });
});

it('does nothing on a demo, whose files vanish with it', async () => {
  const mirror = memoryMirror();
  const table = new JobTable();
  const feed = new MirrorFeed({ mirror, table, leader: null });
  const client = new ComfyClient({ baseUrl: 'http://server', fetch: serve });
  const sync = new DaySync({ client, feed, table, device: 'x', now: () => Date.now(), allowed: () => false });
  stops.push(feed.start(), sync.start());
  await feed.put([{ record: job('a'), graph: null }]);
  await soon(400_000);
  expect(requests).toEqual([]);
});
