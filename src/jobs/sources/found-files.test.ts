import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ComfyClient } from '../../comfy/client';
import { concatBytes, insertPngText, PNG_SIGNATURE, pngChunk } from '../../comfy/png';
import { savingNode } from '../../comfy/saving-node';
import { newJob } from '../fixtures/records';
import { memoryMirror } from '../library/memory-mirror';
import { MirrorFeed } from '../library/mirror-feed.svelte';
import { JobTable } from '../state/job-table.svelte';
import { FoundFiles } from './found-files';
import { foundId } from './found-record';
import { timeOfTag } from '../library/tag-time';

const PNG = concatBytes([
  PNG_SIGNATURE,
  pngChunk('IHDR', Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0)),
  pngChunk('IDAT', new Uint8Array(10)),
]);
const GRAPH = {
  '1': { class_type: 'KSampler', inputs: { seed: 5, positive: ['3', 0] } },
  '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'other' } },
  '3': { class_type: 'CLIPTextEncode', inputs: { text: 'a harbour', clip: ['1', 1] } },
  '4': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'day/made' } },
};

let files: Map<string, { bytes: Uint8Array; at: number }>;
let requests: string[];
let table: JobTable;
let feed: MirrorFeed;
let client: ComfyClient;
let seen: string[];
let stops: (() => void)[];
let kept: Map<string, string>;

const serve: typeof fetch = (input, init) => {
  const url = new URL(input as string);
  const method = init?.method ?? 'GET';
  requests.push(`${method} ${url.pathname}${url.search}`);
  const file = files.get(url.searchParams.get('filename') ?? '');
  if (url.pathname === '/internal/files/output') {
    return Promise.resolve(Response.json([...files.keys()].map((name) => `${name} [output]`)));
  }
  if (url.pathname === '/api/assets') {
    const isSecond = url.searchParams.get('after') === 'more';
    const name = isSecond ? 'b.png' : 'a.png';
    const preview_url = `/api/view?type=output&filename=${name}&subfolder=deep`;
    const page = {
      assets: [{ preview_url }, { preview_url: null }],
      has_more: !isSecond,
      next_cursor: 'more',
    };
    return Promise.resolve(Response.json(page));
  }
  const tag = file && `"${(BigInt(file.at) * 1_000_000n).toString(16)}-${file.bytes.length.toString(16)}"`;
  return Promise.resolve(
    new Response(method === 'HEAD' ? null : file ? Uint8Array.from(file.bytes) : null, {
      status: file ? 200 : 404,
      headers: tag ? { etag: tag } : {},
    }),
  );
};

function open(mirror = memoryMirror()): FoundFiles {
  table = new JobTable();
  feed = new MirrorFeed({ mirror, table, leader: null });
  client = new ComfyClient({ baseUrl: 'http://server', fetch: serve });
  const found = new FoundFiles({ client, feed, table, visible: () => seen });
  stops.push(feed.start(), found.start());
  return found;
}

async function soon(ms = 1000): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  // The readers of metadata are loaded when they are needed.
  await vi.dynamicImportSettled();
  await vi.advanceTimersByTimeAsync(ms);
}

const put = (name: string, at: number, bytes: Uint8Array = PNG): void => void files.set(name, { bytes, at });
const listed = (): string[] =>
  [...table.all()]
    .filter(({ presence }) => presence === 'listed')
    .map(({ record }) => record.outputs[0]?.ref.filename ?? '');
const refOf = (filename: string) => ({ filename, subfolder: '', type: 'output' }) as const;

beforeEach(() => {
  vi.useFakeTimers();
  kept = new Map();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => kept.set(key, text),
  });
  files = new Map();
  requests = [];
  seen = [];
  stops = [];
});

afterEach(() => {
  stops.forEach((stop) => stop());
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('files that no job tells of', () => {
  it('become pictures with their date, and with what their metadata tells', async () => {
    put('made_1.png', 1_700_000_000_123, insertPngText(PNG, [['prompt', JSON.stringify(GRAPH)]]));
    put('plain.webp', 1_600_000_000_000, new Uint8Array(9));
    put('notes.txt', 1);
    const found = open();
    await feed.setComplete(true);
    void found.find();
    await soon();
    const made = table.record(foundId(refOf('made_1.png')));
    expect(made).toMatchObject({
      ...{ endedAt: 1_700_000_000_123, state: 'completed', found: true },
      outputs: [{ nodeId: '4', index: 0, media: 'image', ref: refOf('made_1.png') }],
      summary: { prompt: 'a harbour' },
    });
    expect(made?.sketch).toBeUndefined();
    expect(table.record(foundId(refOf('plain.webp')))).toMatchObject({
      endedAt: 1_600_000_000_000,
      summary: null,
    });
    expect(listed()).toHaveLength(2);
    // They are pictures, not jobs that ended, and other devices find them where this one did.
    expect(table.finishedCount).toBe(0);
    expect(await feed.mirror.unsaved()).toEqual([]);
    expect((await feed.mirror.graph(foundId(refOf('made_1.png'))))?.graph).toEqual(GRAPH);
  });

  it('are not those that jobs tell of, also of forgotten ones', async () => {
    put('a.png', 1);
    put('b.png', 1);
    const found = open();
    const output = (name: string) => [{ nodeId: '9', index: 0, ref: refOf(name), media: 'image' as const }];
    const jobs = ['a', 'b'].map((id) => newJob(id, 'completed', { outputs: output(`${id}.png`) }));
    jobs.forEach((record) => table.apply(record.id, { type: 'ended', record }));
    table.apply('b', { type: 'forgotten' });
    await feed.setComplete(true);
    void found.find();
    await soon();
    expect(listed()).toEqual(['a.png']);
  });

  it('are not looked for before the history is known', async () => {
    put('a.png', 1);
    const found = open();
    void found.find();
    await soon(2000);
    expect(requests).toEqual([]);
    await feed.setComplete(true);
    await soon(2000);
    expect(listed()).toEqual(['a.png']);
  });

  it('give way to a job that tells of them after all', async () => {
    put('a.png', 1);
    const found = open();
    await feed.setComplete(true);
    void found.find();
    await soon();
    const record = newJob('job', 'completed', {
      outputs: [{ nodeId: '9', index: 0, ref: refOf('a.png'), media: 'image' }],
    });
    table.apply('job', { type: 'ended', record });
    await soon();
    expect([...table.all()].map(({ record: { id } }) => id)).toEqual(['job']);
    expect(await feed.mirror.jobs([foundId(refOf('a.png'))])).toEqual([]);
    expect(await feed.mirror.unsaved()).toEqual([]);
  });

  it('stay away once they were removed', async () => {
    const mirror = memoryMirror();
    put('a.png', 1);
    const found = open(mirror);
    await feed.setComplete(true);
    void found.find();
    await soon();
    table.apply(foundId(refOf('a.png')), { type: 'forgotten' });
    await feed.forget([foundId(refOf('a.png'))]);
    stops.forEach((stop) => stop());
    const again = open(mirror);
    void again.find();
    await soon();
    expect(listed()).toEqual([]);
  });

  it('are read two at a time, those on screen first', async () => {
    Array.from({ length: 9 }, (_, i) => put(`${i}.png`, i + 1));
    seen = [foundId(refOf('7.png'))];
    const found = open();
    await feed.setComplete(true);
    void found.find();
    await soon();
    const reads = requests
      .filter((line) => line.startsWith('GET /view'))
      .map((line) => /filename=(.)/.exec(line)?.[1]);
    expect(reads[0]).toBe('7');
    expect(new Set(reads).size).toBe(9);
  });

  it('are found in subfolders too where the server keeps assets', async () => {
    put('a.png', 1);
    put('b.png', 1);
    const found = open();
    client.server.takeFlags({
      assets: true,
      supports_preview_metadata: true,
      max_upload_size: 1,
      asset_deletion_enabled: false,
    });
    await feed.setComplete(true);
    void found.find();
    await soon();
    expect(listed()).toEqual(['a.png', 'b.png']);
    expect([...table.all()][0]?.record.outputs[0]?.ref.subfolder).toBe('deep');
  });
});

it('a file is dated by its ETag, where that is of the usual make', () => {
  expect(timeOfTag('"17979cfe362a0000-3d2"')).toBe(1_700_000_000_000);
  expect(timeOfTag('"abc-1"')).toBeNull();
  expect(timeOfTag('W/"17979cfe362a0000-3d2"')).toBeNull();
  expect(timeOfTag(null)).toBeNull();
});

it('a file is its own node’s, and any saving node’s where none has its name', () => {
  expect(savingNode(GRAPH as never, 'made_1.png')).toBe('4');
  expect(savingNode(GRAPH as never, 'x.png')).toBe('2');
  expect(savingNode({}, 'x.png')).toBeNull();
});
