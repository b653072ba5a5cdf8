import { beforeEach, describe, expect, it } from 'vitest';
import { ComfyClient } from '../../comfy/client';
import { serverPictures } from '../../comfy/picture-source';
import type { JobRecord, Media } from '../state/job';
import type { GalleryItem } from '../job-store.svelte';
import type { MadeThumb } from './make-thumb';
import { memoryThumbs, type ThumbDb } from './thumb-db';
import { UndecodableError } from './thumb-maker';
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

function newStore(): ThumbStore {
  return new ThumbStore({
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

describe('thumbnails', () => {
  it('are made from the file, shown, and remembered with its size', async () => {
    const store = newStore();
    const a = item('a.png');
    expect(store.thumb(a).state.status).toBe('waiting');
    store.want('grid', [a]);
    await until(() => store.thumb(a).state.status === 'ready');
    expect(server.asked).toEqual(['HEAD a.png', 'GET a.png']);
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

  it('belong to a job: a file name that comes again is another picture', async () => {
    const store = newStore();
    store.want('grid', [item('a.png', 'image', 'one'), item('a.png', 'image', 'two')]);
    await until(() => server.asked.filter((what) => what === 'GET a.png').length === 2);
  });

  it('say when the file is gone, cannot be read, or cannot be decoded', async () => {
    const store = newStore();
    server.answer = (what) =>
      what === 'HEAD gone.png'
        ? new Response(null, { status: 404 })
        : what === 'HEAD broken.png'
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

  it('are given up when nobody wants them any more, and made when they are wanted again', async () => {
    const store = newStore();
    let go: (response: Response) => void = () => undefined;
    server.answer = () => new Promise((resolve) => (go = resolve));
    const a = item('a.png');
    store.want('grid', [a]);
    await until(() => server.asked.length === 1);
    store.want('grid', []);
    go(new Response(null, { headers: { 'content-length': '10' } }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(server.asked).toEqual(['HEAD a.png']);
    expect(store.thumb(a).state.status).toBe('waiting');
    server.answer = new FakeServer().answer;
    store.want('grid', [a]);
    await until(() => store.thumb(a).state.status === 'ready');
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

  it('cost the server few requests at once, and no re-encoding while it works', async () => {
    const store = newStore();
    let open = 0;
    let most = 0;
    server.answer = async (what) => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setTimeout(resolve, 5));
      open -= 1;
      return what.startsWith('HEAD')
        ? new Response(null, { headers: { 'content-length': String(90 * 2 ** 20) } })
        : new Response('pixels');
    };
    store.setBusy(true);
    const items = Array.from({ length: 12 }, (_, i) => item(`${i}.jpg`, 'image', `job ${i}`));
    store.want('grid', items);
    await until(() => server.asked.length === 12 && open === 0);
    expect(most).toBeLessThanOrEqual(4);
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
