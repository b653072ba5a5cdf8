import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ComfyClient } from '../../comfy/client';
import { serverPictures } from '../../comfy/picture-source';
import type { JobRecord, Media } from '../state/job';
import type { GalleryItem } from '../job-store.svelte';
import type { MadeThumb } from './make-thumb';
import { memoryThumbs } from './memory-thumbs';
import type { ThumbDb } from './thumb-db';
import type { LoadImage } from './load-image';
import { UndecodableError } from './undecodable-error';
import { pictureKey, ThumbStore } from './thumb-store.svelte';

const JOB: JobRecord = {
  id: 'job',
  state: 'completed',
  number: 0,
  mine: true,
  createdAt: null,
  startedAt: null,
  endedAt: 1000,
  outputs: [],
  error: null,
  problems: [],
  summary: null,
  darkroom: null,
};

function item(filename: string, media: Media = 'image', id = 'job'): GalleryItem {
  const output = { nodeId: '9', index: 0, ref: { filename, subfolder: '', type: 'output' as const }, media };
  return { key: `${id}/0`, job: { ...JOB, id }, output, repeats: [], replaced: false };
}

/** The first bytes of a PNG, which tell its size. */
function pngOf(width: number, height: number, bytes = 1000): Blob {
  const head = new Uint8Array(bytes);
  head.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  const view = new DataView(head.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  head.set([8, 2], 24);
  return new Blob([head], { type: 'image/png' });
}

/** An answer that tells its size, as servers do. */
function answerOf(file: Blob): Response {
  return new Response(file, { headers: { 'content-length': String(file.size) } });
}

/** A server that answers when it is told to. */
class FakeServer {
  readonly asked: string[] = [];
  answer: (what: string) => Response | Promise<Response> = (what) =>
    what.startsWith('HEAD')
      ? new Response(null, { headers: { 'content-length': '1000' } })
      : new Response('pixels');

  readonly client = new ComfyClient({
    baseUrl: '',
    fetch: async (url, init) => {
      const query = new URLSearchParams((url as string).split('?')[1]);
      const what = `${init?.method ?? 'GET'} ${query.get('filename')}${query.has('preview') ? ' preview' : ''}`;
      this.asked.push(what);
      const response = await this.answer(what);
      init?.signal?.throwIfAborted();
      return response;
    },
  });
}

/** How long it may take until it is quiet, and longer, ms. */
const LATER = 6000;

const made = (): MadeThumb => ({
  bytes: new TextEncoder().encode('thumb').buffer,
  type: 'image/webp',
  width: 640,
  height: 480,
  opaque: true,
  tone: 0x336699,
});

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(condition()).toBe(true);
}

let server: FakeServer;
let db: ThumbDb;
let make: (picture: Blob) => Promise<MadeThumb>;

function newStore(options: { loadImage?: LoadImage; near?: boolean } = {}): ThumbStore {
  return new ThumbStore({
    ...options,
    pictures: serverPictures(server.client),
    db: Promise.resolve(db),
    maker: { make: (picture) => make(picture) },
  });
}

beforeEach(() => {
  server = new FakeServer();
  db = memoryThumbs();
  make = () => Promise.resolve(made());
});

describe('thumbnails that the server has made', () => {
  const library = (thumbs: Record<string, string>, asked: string[] = []) => ({
    of: ({ filename }: { filename: string }) =>
      filename === 'none.png' ? null : { key: `key-${filename}`, bytes: 9, width: 300, height: 200 },
    isAway: () => false,
    readThumb: (key: string) => {
      asked.push(key);
      return Promise.resolve(thumbs[key] === undefined ? null : new Blob([thumbs[key]]));
    },
  });

  it('are shown as they are: the file is not fetched, and its size is known at once', async () => {
    const asked: string[] = [];
    serverPictures(server.client).library = library({ 'key-a.png': 'small', 'key-b.mp4': 'frame' }, asked);
    make = () => Promise.reject(new Error('nothing is to be made'));
    const store = newStore();
    const [a, b] = [item('a.png'), item('b.mp4', 'video', 'other')];
    expect(store.size(a)).toMatchObject({ width: 300, height: 200 });
    store.want('grid', [a, b]);
    await until(() => [a, b].every((each) => store.thumb(each).state.status === 'ready'));
    expect(asked).toEqual(['key-a.png', 'key-b.mp4']);
    expect(server.asked).toEqual([]);
  });

  it('are made from the file where the server has none', async () => {
    serverPictures(server.client).library = library({});
    const store = newStore();
    const [a, none] = [item('a.png'), item('none.png', 'image', 'other')];
    store.want('grid', [a, none]);
    await until(() => [a, none].every((each) => store.thumb(each).state.status === 'ready'));
    expect(server.asked.toSorted()).toEqual(['GET a.png', 'GET none.png']);
  });

  it('are not asked for where a file has no content key, as on this device', async () => {
    const asked: string[] = [];
    serverPictures(server.client).library = library({}, asked);
    const store = newStore();
    const one = item('a.png');
    const here = { ...one, output: { ...one.output, file: { key: '', bytes: 9, width: 0, height: 0 } } };
    store.want('grid', [here]);
    await until(() => store.thumb(here).state.status === 'ready');
    expect(asked).toEqual([]);
  });

  it('are kept once it is quiet, so that the next visit asks for nothing and needs no library', async () => {
    const asked: string[] = [];
    serverPictures(server.client).library = library({ 'key-a.png': 'small' }, asked);
    make = () => Promise.reject(new Error('nothing is to be made'));
    const a = item('a.png');
    newStore().want('grid', [a]);
    for (let i = 0; i < 100 && (await db.facts()).length === 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await db.facts()).toMatchObject([
      { width: 300, height: 200, thumbBytes: 5, content: 'key-a.png' },
    ]);

    delete serverPictures(server.client).library;
    const next = newStore();
    next.want('grid', [a]);
    await until(() => next.thumb(a).state.status === 'ready');
    expect([asked, server.asked]).toEqual([['key-a.png'], []]);
  });

  it('are asked for where the library came while the server was asked in vain', async () => {
    server.answer = () => {
      serverPictures(server.client).library = library({ 'key-a.png': 'small' });
      return new Response(null, { status: 404 });
    };
    const store = newStore();
    const a = item('a.png');
    store.want('grid', [a]);
    await until(() => store.thumb(a).state.status === 'ready');
  });

  it('are asked for again when the file is another one by now', async () => {
    const facts = { key: pictureKey(item('a.png')), width: 1, height: 1, thumbBytes: 3, madeAt: 0 };
    await db.write({ ...facts, content: 'before' }, new Blob(['old']));
    const asked: string[] = [];
    const store = newStore();
    const a = item('a.png');
    // Nothing is known of the library yet.
    store.want('grid', [a]);
    await until(() => store.thumb(a).state.status === 'ready');
    const before = store.thumb(a).state;
    serverPictures(server.client).library = library({ 'key-a.png': 'new' }, asked);
    store.retryFailed();
    await until(() => asked.length > 0 && store.thumb(a).state.status === 'ready');
    expect(store.thumb(a).state).not.toEqual(before);
    expect([asked, server.asked]).toEqual([['key-a.png'], []]);

    const later = newStore();
    await until(() => later.facts(a) !== undefined);
    later.want('grid', [a]);
    await until(() => later.thumb(a).state.status === 'ready');
    expect(asked).toEqual(['key-a.png', 'key-a.png']);
  });

  it('wait until a library that is being read can tell of their files, and ask nobody else meanwhile', async () => {
    const asked: string[] = [];
    const known = new Set<string>();
    let tell = (): void => undefined;
    const all = library({ 'key-b.png': 'small' }, asked);
    serverPictures(server.client).library = {
      ...all,
      of: (ref) => (known.has(ref.filename) ? all.of(ref) : null),
      toKnow: () => new Promise((resolve) => (tell = resolve)),
    };
    const store = newStore();
    const b = item('b.png');
    store.want('grid', [b]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([store.thumb(b).state.status, server.asked]).toEqual(['waiting', []]);
    known.add('b.png');
    tell();
    await until(() => store.thumb(b).state.status === 'ready');
    expect([asked, server.asked]).toEqual([['key-b.png'], []]);
  });

  it('wait for what is known of a library that will follow, but only where they are not kept', async () => {
    const pictures = serverPictures(server.client);
    let readied = 0;
    pictures.readyLibrary = () => {
      readied += 1;
      pictures.library = library({ 'key-b.png': 'small' });
      return Promise.resolve();
    };
    const [a, b] = [item('a.png'), item('b.png', 'image', 'other')];
    const facts = { key: pictureKey(a), width: 1, height: 1, thumbBytes: 3, madeAt: 0 };
    await db.write(facts, new Blob(['old']));
    const store = newStore();
    store.want('grid', [a]);
    await until(() => store.thumb(a).state.status === 'ready');
    expect(readied).toBe(0);
    store.want('grid', [a, b]);
    await until(() => store.thumb(b).state.status === 'ready');
    expect([readied, server.asked]).toEqual([1, []]);
  });

  it('are others once a found file has been written anew', () => {
    const found = (key: string): GalleryItem => {
      const one = item('a.png');
      const file = { key, bytes: 1, width: 1, height: 1 };
      return { ...one, job: { ...one.job, found: true }, output: { ...one.output, file } };
    };
    expect(pictureKey(found('k1'))).not.toBe(pictureKey(found('k2')));
    expect(pictureKey(item('a.png'))).toBe('job/output\u0000\u0000a.png');
  });
});

describe('thumbnails', () => {
  it('are made from the file, shown, and remembered with its size', async () => {
    const store = newStore();
    const a = item('a.png');
    expect(store.thumb(a).state.status).toBe('waiting');
    store.want('grid', [a]);
    await until(() => store.thumb(a).state.status === 'ready');
    expect(server.asked).toEqual(['GET a.png']);
    expect(store.facts(a)).toMatchObject({ width: 640, height: 480, tone: 0x336699 });
    const rev = store.factsRev;
    await until(() => store.factsRev > rev);
    expect((await db.read([pictureKey(a)]))[0]?.size).toBe(5);
  });

  it('come from the database without asking the server', async () => {
    const first = newStore();
    first.want('grid', [item('a.png')]);
    await until(() => first.thumb(item('a.png')).state.status === 'ready');
    server.asked.length = 0;
    const second = newStore();
    await until(() => second.factsRev > 0);
    expect(second.facts(item('a.png'))).toBeDefined();
    second.want('grid', [item('a.png')]);
    await until(() => second.thumb(item('a.png')).state.status === 'ready');
    expect(server.asked).toEqual([]);
  });

  it('are noted as shown again, a day or more after the last time', async () => {
    const day = 86_400_000;
    let now = 0;
    const touched: unknown[] = [];
    db.touch = (keys, at) => {
      touched.push([...keys], at);
      return Promise.resolve();
    };
    const open = (): ThumbStore =>
      new ThumbStore({
        pictures: serverPictures(server.client),
        db: Promise.resolve(db),
        maker: { make: (picture) => make(picture) },
        now: () => now,
      });
    const show = async (): Promise<void> => {
      const store = open();
      store.want('grid', [item('a.png')]);
      await until(() => store.thumb(item('a.png')).state.status === 'ready');
    };
    vi.useFakeTimers({ toFake: ['setTimeout'], shouldAdvanceTime: true, advanceTimeDelta: 20 });
    await show();
    now = day - 1;
    await show();
    vi.advanceTimersByTime(5000);
    expect(touched).toEqual([]);
    now = day;
    await show();
    vi.advanceTimersByTime(5000);
    vi.useRealTimers();
    await until(() => touched.length > 0);
    expect(touched).toEqual([[pictureKey(item('a.png'))], day]);
  });

  it('belong to a job: a file name that comes again is another picture', async () => {
    const store = newStore();
    store.want('grid', [item('a.png', 'image', 'one'), item('a.png', 'image', 'two')]);
    await until(() => server.asked.filter((what) => what === 'GET a.png').length === 2);
  });

  it('say when the file is gone, cannot be read, or cannot be decoded', async () => {
    const store = newStore();
    server.answer = (what) =>
      what === 'GET gone.png'
        ? new Response(null, { status: 404 })
        : what === 'GET broken.png'
          ? new Response(null, { status: 500 })
          : new Response('x');
    make = () => Promise.reject(new UndecodableError('no'));
    const items = [item('gone.png'), item('broken.png'), item('odd.tga.png')];
    store.want('grid', items);
    await until(() => items.every((one) => store.thumb(one).state.status !== 'waiting'));
    expect(items.map((one) => store.thumb(one).state.status)).toEqual(['missing', 'failed', 'none']);
  });

  it('say when the server refuses the name', async () => {
    const store = newStore();
    server.answer = () => new Response(null, { status: 400 });
    const thing = item('portrait..png');
    store.want('grid', [thing]);
    await until(() => store.thumb(thing).state.status !== 'waiting');
    store.retryFailed();
    expect(store.thumb(thing).state.status).toBe('refused');
  });

  it('are tried again when the server is back, but not what no decoder takes', async () => {
    const store = newStore();
    server.answer = () => Promise.reject(new TypeError('no network'));
    const a = item('a.png');
    const sound = item('a.flac', 'audio', 'sound');
    store.want('grid', [a, sound]);
    await until(() => store.thumb(a).state.status === 'failed');
    expect(store.thumb(sound).state.status).toBe('none');
    server.answer = new FakeServer().answer;
    store.retryFailed();
    await until(() => store.thumb(a).state.status === 'ready');
    expect(store.thumb(sound).state.status).toBe('none');
  });

  it('are dropped when nobody wants them any more, but not once they have been begun', async () => {
    const store = newStore();
    const gates: (() => void)[] = [];
    const held = new FakeServer().answer;
    server.answer = (what) => new Promise((resolve) => gates.push(() => resolve(held(what))));
    const items = Array.from({ length: 8 }, (_, i) => item(`${i}.png`, 'image', `job ${i}`));
    store.want('grid', items);
    await until(() => server.asked.length === 5);
    store.want('grid', []);
    gates.forEach((open) => open());
    await until(() => items.slice(0, 5).every((one) => store.thumb(one).state.status === 'ready'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(server.asked).toHaveLength(5);
    expect(items.slice(5).map((one) => store.thumb(one).state.status)).toEqual(Array(3).fill('waiting'));
    server.answer = held;
    store.want('grid', items);
    await until(() => items.every((one) => store.thumb(one).state.status === 'ready'));
    expect(server.asked).toHaveLength(8);
  });

  it('are fetched in the order of the newest wish', async () => {
    const store = newStore();
    const gates: (() => void)[] = [];
    const held = new FakeServer().answer;
    server.answer = (what) => new Promise((resolve) => gates.push(() => resolve(held(what))));
    const items = Array.from({ length: 9 }, (_, i) => item(`${i}.png`, 'image', `job ${i}`));
    store.want('grid', items);
    await until(() => server.asked.length === 5);
    store.want('grid', items.toReversed());
    server.answer = held;
    gates.forEach((open) => open());
    await until(() => server.asked.length === 9);
    expect(server.asked.slice(5)).toEqual(['GET 8.png', 'GET 7.png', 'GET 6.png', 'GET 5.png']);
  });

  it('of small pictures are made when it is quiet: the files are shown until then', async () => {
    const store = newStore();
    let making = 0;
    make = () => {
      making += 1;
      return Promise.resolve(made());
    };
    server.answer = (what) => answerOf(what.endsWith('big.png') ? pngOf(1024, 1024) : pngOf(512, 512));
    const small = item('small.png', 'image', 'one');
    const big = item('big.png', 'image', 'two');
    store.want('grid', [small, big]);
    await until(() => [small, big].every((one) => store.thumb(one).state.status === 'ready'));
    expect(making).toBe(1);
    expect(store.facts(small)).toBeUndefined();
    expect(server.asked).toEqual(['GET small.png', 'GET big.png']);
    const shown = store.thumb(small).state;
    await vi.waitFor(() => expect(store.facts(small)).toBeDefined(), LATER);
    // Nothing flickers: the tile keeps what it shows.
    expect(store.thumb(small).state).toBe(shown);
    expect((await db.read([pictureKey(small)]))[0]?.size).toBe(5);
    expect(server.asked).toHaveLength(2);
  });

  it('of small pictures that move are made at once: the file would move without end', async () => {
    const store = newStore();
    let making = 0;
    make = () => {
      making += 1;
      return Promise.resolve(made());
    };
    // An empty chunk of that type behind the header.
    const chunk = new Blob([new Uint8Array(4), 'acTL', new Uint8Array(4)]);
    server.answer = () => answerOf(new Blob([pngOf(512, 512).slice(0, 33), chunk]));
    const moving = item('moving.png');
    store.want('grid', [moving]);
    await until(() => store.thumb(moving).state.status === 'ready');
    expect(making).toBe(1);
    expect(store.facts(moving)).toBeDefined();
  });

  it('of small pictures are made all the same where it is never quiet', async () => {
    const store = newStore();
    server.answer = () => answerOf(pngOf(512, 512));
    const small = [1, 2].map((n) => item(`small-${n}.png`, 'image', String(n)));
    store.want('grid', small);
    await until(() => small.every((one) => store.thumb(one).state.status === 'ready'));
    const restless = setInterval(() => store.want('grid', small), 100);
    try {
      await vi.waitFor(() => expect(small.some((one) => store.facts(one) !== undefined)).toBe(true), LATER);
    } finally {
      clearInterval(restless);
    }
  });

  it('stay wanted while the viewer needs them', async () => {
    const store = newStore();
    const a = item('a.png');
    store.want('viewer', [a]);
    store.want('grid', []);
    await until(() => store.thumb(a).state.status === 'ready');
  });

  it('are not begun while things fly by', async () => {
    const store = newStore();
    store.want('grid', [item('a.png')], false);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(server.asked).toEqual([]);
  });

  it('are begun before others while things fly by in the grid alone', async () => {
    const store = newStore();
    const [here, there] = [item('here.png', 'image', 'one'), item('there.png', 'image', 'two')];
    store.want('grid', [there], false);
    store.want('viewer', [here]);
    await until(() => store.thumb(here).state.status === 'ready');
    expect(server.asked).toEqual(['GET here.png']);
    store.want('grid', [there]);
    await until(() => store.thumb(there).state.status === 'ready');
  });

  it('that wait for their turn are given up once things fly by, and come when they stop', async () => {
    const store = newStore();
    let open: (() => void)[] = [];
    server.answer = async () => {
      await new Promise<void>((resolve) => open.push(resolve));
      return answerOf(pngOf(64, 64));
    };
    const items = Array.from({ length: 12 }, (_, i) => item(`${i}.png`, 'image', `job ${i}`));
    store.want('grid', items);
    await until(() => open.length === 5);
    store.want('grid', items, false);
    const [running] = [open];
    open = [];
    running.forEach((answer) => answer());
    await until(() => items.filter((one) => store.thumb(one).state.status === 'ready').length === 5);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(server.asked).toHaveLength(5);
    store.want('grid', items);
    await until(() => {
      open.splice(0).forEach((answer) => answer());
      return items.every((one) => store.thumb(one).state.status === 'ready');
    });
  });

  it('cost the server few requests at once, and no re-encoding while it works', async () => {
    const store = newStore();
    let open = 0;
    let most = 0;
    server.answer = async (what) => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setTimeout(resolve, 5));
      open -= 1;
      return what.endsWith('preview')
        ? new Response('pixels')
        : new Response(null, { headers: { 'content-length': String(90 * 2 ** 20) } });
    };
    store.setBusy(true);
    const items = Array.from({ length: 12 }, (_, i) => item(`${i}.jpg`, 'image', `job ${i}`));
    store.want('grid', items);
    // Each is asked for, found too large, and looked at.
    await until(() => server.asked.length === 24 && open === 0);
    expect(most).toBeLessThanOrEqual(7);
    most = 0;
    store.setBusy(false);
    await until(() => items.every((one) => store.thumb(one).state.status === 'ready'));
    expect(most).toBeLessThanOrEqual(2);
    expect(server.asked.filter((what) => what.endsWith('preview')).length).toBe(12);
  });

  it('of drawings are the drawings themselves', async () => {
    const store = newStore();
    const drawing = item('a.svg');
    store.want('grid', [drawing]);
    await until(() => store.thumb(drawing).state.status === 'ready');
    expect(store.thumb(drawing).state).toEqual({
      status: 'ready',
      url: '/view?filename=a.svg&type=output',
    });
  });
});

describe('pictures that the page loads by itself', () => {
  const told = (name: string, width: number, height: number, id = 'job'): GalleryItem => {
    const one = item(name, 'image', id);
    return { ...one, job: { ...one.job, summary: { width, height } as JobRecord['summary'] } };
  };
  /** A page whose pictures have this size; notes their addresses. */
  const pageOf = (width: number, height: number, loaded: string[] = []): LoadImage => {
    return (url) => {
      loaded.push(url);
      return Promise.resolve({ width, height, element: url });
    };
  };

  it('are those that are small as their graph tells, by an address of their job', async () => {
    const loaded: string[] = [];
    const store = newStore({ loadImage: pageOf(512, 384, loaded) });
    const [a, large] = [told('a.png', 512, 384), told('large.png', 1600, 1200, 'other')];
    store.want('grid', [a, large]);
    await until(() => [a, large].every((each) => store.thumb(each).state.status === 'ready'));
    expect(loaded).toEqual([expect.stringMatching(/filename=a\.png.*&rand=job$/)]);
    expect(store.thumb(a).state).toEqual({ status: 'ready', url: loaded[0] });
    expect(store.size(a)).toMatchObject({ width: 512, height: 384 });
    expect(server.asked).toEqual(['GET large.png']);
  });

  it('are on this machine also those of which nobody knows, until one turns out to be large', async () => {
    const loaded: string[] = [];
    const far = newStore({ loadImage: pageOf(100, 100, loaded) });
    const unknown = item('a.png');
    far.want('grid', [unknown]);
    await until(() => far.thumb(unknown).state.status === 'ready');
    expect(loaded).toEqual([]);

    server.asked.length = 0;
    const near = newStore({ near: true, loadImage: pageOf(4000, 3000, loaded) });
    for (const name of ['b.png', 'c.png']) {
      const one = item(name, 'image', name);
      near.want('grid', [one]);
      await until(() => near.thumb(one).state.status === 'ready');
    }
    expect(loaded).toHaveLength(1);
    expect(server.asked).toEqual(['GET b.png', 'GET c.png']);
  });

  it('are asked of the server where the page cannot load them, so that it says why', async () => {
    server.answer = () => new Response(null, { status: 404 });
    const store = newStore({ near: true, loadImage: () => Promise.resolve(null) });
    const gone = item('gone.png');
    store.want('grid', [gone]);
    await until(() => store.thumb(gone).state.status === 'missing');
  });

  it('are shown from their bytes once their thumbnail is kept: the file may be written over', async () => {
    vi.stubGlobal('fetch', () =>
      Promise.resolve(new Response(pngOf(64, 64), { headers: { etag: '"1-a"' } })),
    );
    try {
      const store = newStore({ loadImage: pageOf(64, 64) });
      const one = told('a.png', 64, 64);
      store.want('grid', [one]);
      await until(() => store.thumb(one).state.status === 'ready');
      const url = (): string => (store.thumb(one).state as { url: string }).url;
      expect(url()).toContain('a.png');
      await vi.waitFor(() => expect(url()).toMatch(/^blob:/), LATER);
      expect(store.facts(one)).toMatchObject({ tag: '"1-a"', thumbBytes: 5 });
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('are still once it shows that one moves', async () => {
    const chunk = [0, 0, 0, 0, ...new TextEncoder().encode('acTL'), 0, 0, 0, 0];
    const moving = new Uint8Array(await pngOf(64, 64).arrayBuffer());
    moving.set(chunk, 33);
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(moving, { headers: { etag: '"1-a"' } })));
    try {
      const store = newStore({ loadImage: pageOf(64, 64) });
      const one = told('a.png', 64, 64);
      store.want('grid', [one]);
      await until(() => store.thumb(one).state.status === 'ready');
      const url = (): string => (store.thumb(one).state as { url: string }).url;
      expect(url()).toContain('a.png');
      await vi.waitFor(() => expect(url()).toMatch(/^blob:/), LATER);
      expect(store.facts(one)).toMatchObject({ tag: '"1-a"', thumbBytes: 5 });
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
