import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { resetReports } from '../../base/report';
import { ServerKnowledge } from '../../comfy/capabilities';
import { ComfyError } from '../../comfy/errors';
import { type ExactJson, parseExact, stringifyExact } from '../../comfy/exact-json';
import type { FileRef } from '../../comfy/file-ref';
import { MarkBook } from './mark-book.svelte';
import { type MarkChannel, type MarkClient, MarkDocuments } from './mark-documents';
import { isMarkDocument } from './mark-keys';
import { type MarkLocal, memoryLocal, openMarkLocal } from './mark-local';
import type { MarksChange } from './marks';

const file = (n: number): FileRef => ({ filename: `ComfyUI_${n}_.png`, subfolder: '', type: 'output' });

/** The files of a server, which may be away or keep none. */
class Files implements MarkClient {
  readonly server = new ServerKnowledge();
  readonly texts = new Map<string, { text: string; changedAt: number }>();
  readonly reads: string[] = [];
  readonly writes: { path: string; bytes: number }[] = [];
  away = false;
  listable = true;
  /** The most exchanges under way at once. */
  busiest = 0;
  #busy = 0;
  #clock = 0;

  readUserdata = async (path: string): Promise<ExactJson | null> => {
    await this.#answer();
    this.reads.push(path);
    const found = this.texts.get(path);
    return found ? parseExact(found.text) : null;
  };
  writeUserdata = async (path: string, json: ExactJson): Promise<void> => {
    await this.#answer();
    const text = stringifyExact(json);
    this.writes.push({ path, bytes: text.length });
    this.texts.set(path, { text, changedAt: ++this.#clock });
  };
  deleteUserdata = (): Promise<void> => Promise.resolve();
  listUserdata: MarkClient['listUserdata'] = async () => {
    await this.#answer();
    if (!this.listable) {
      throw new ComfyError('invalid', 'a list of names');
    }
    const mine = [...this.texts].map(([path, { text, changedAt }]) => ({
      path,
      bytes: text.length,
      changedAt,
    }));
    return [...mine, { path: 'workflows/a.json', bytes: 1, changedAt: 1 }];
  };

  async #answer(): Promise<void> {
    this.busiest = Math.max(this.busiest, ++this.#busy);
    await Promise.resolve();
    this.#busy -= 1;
    if (this.away) {
      throw new ComfyError('unreachable', 'off');
    }
  }
}

let files: Files;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  files = new Files();
  useDevice();
  resetReports();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** From now on what is opened is on another device. */
function useDevice(): void {
  const items = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => items.set(key, value),
  });
}

interface Opened {
  documents: MarkDocuments;
  book: MarkBook;
}

async function open(local: MarkLocal = memoryLocal(), channel: MarkChannel | null = null): Promise<Opened> {
  const documents = new MarkDocuments(files, Promise.resolve(local), channel);
  const book = new MarkBook(documents);
  await documents.refresh();
  return { documents, book };
}

/** Until everything is sent and read again. */
async function later(ms = 8000): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** Marks many files, as an import would. */
function mark(book: MarkBook, from: number, to: number, change: MarksChange): void {
  book.change(
    Array.from({ length: to - from }, (_, at) => file(from + at)),
    change,
  );
}

describe('marks on a server', () => {
  it('are on every device, also those made while another was making its own', async () => {
    const one = await open();
    useDevice();
    const two = await open();
    // Both have read before either has written: the file of the second takes the place of the first's.
    one.book.change([file(1)], { rating: 5, addTags: ['sky'] });
    two.book.change([file(1)], { favourite: true, addTags: ['sea'] });
    two.book.change([file(2)], { rating: 2 });
    await later();
    await Promise.all([one.documents.refresh(), two.documents.refresh()]);
    await later();
    useDevice();
    const three = await open();
    for (const { book } of [one, two, three]) {
      expect(book.of(file(1))).toMatchObject({ rating: 5, favourite: true, tags: ['sea', 'sky'] });
      expect(book.of(file(2)).rating).toBe(2);
    }
  });

  it('are kept by a browser until the server answers again, through a reload too', async () => {
    files.away = true;
    const local = memoryLocal();
    const first = await open(local);
    first.book.change([file(1)], { rating: 3 });
    await later();
    first.documents.close();
    files.away = false;
    const again = await open(local);
    expect(again.book.of(file(1)).rating).toBe(3);
    await later();
    useDevice();
    expect((await open()).book.of(file(1)).rating).toBe(3);
  });

  it('are brought to the server later, though its file looks as it did when it was read', async () => {
    const local = memoryLocal();
    const first = await open(local);
    first.book.change([file(1)], { rating: 3 });
    await later();
    await first.documents.refresh();
    files.away = true;
    first.book.change([file(1)], { rating: 4 });
    await later();
    first.documents.close();
    files.away = false;
    await open(local);
    await later();
    useDevice();
    expect((await open()).book.of(file(1)).rating).toBe(4);
  });

  it('are not asked for again while the files of the server look the same', async () => {
    const local = memoryLocal();
    const one = await open(local);
    mark(one.book, 0, 2000, { rating: 4 });
    await later();
    await one.documents.refresh();
    files.reads.length = 0;
    const again = await open(local);
    expect(again.book.of(file(1999)).rating).toBe(4);
    expect(files.reads).toEqual([]);
    useDevice();
    const other = await open();
    other.book.change([file(7)], { rating: 1 });
    await later();
    files.reads.length = 0;
    await again.documents.refresh();
    expect(files.reads).toHaveLength(1);
    expect(again.book.of(file(7)).rating).toBe(1);
  });

  it('stay in the browser where the server keeps no documents', async () => {
    files.server.takeAnswer({ method: 'GET', path: '/userdata/a.json', status: 404, body: '404: Not Found' });
    const local = memoryLocal();
    const { book } = await open(local);
    book.change([file(1)], { rating: 3 });
    await later();
    expect([files.reads, files.writes]).toEqual([[], []]);
    expect((await open(local)).book.of(file(1)).rating).toBe(3);
  });

  it('are found where the server does not list its files', async () => {
    files.listable = false;
    const one = await open();
    one.book.change([file(1)], { rating: 3 });
    await later();
    useDevice();
    expect((await open()).book.of(file(1)).rating).toBe(3);
  });

  it('change from where they were, though their document is another by then and a clock is wrong', async () => {
    vi.setSystemTime(9_000_000);
    const ahead = await open();
    ahead.book.change([file(1)], { rating: 3 });
    await later();
    vi.setSystemTime(1_000_000);
    useDevice();
    const behind = await open();
    mark(behind.book, 10, 2000, { favourite: true });
    behind.book.change([file(1)], { rating: 1 });
    await later();
    useDevice();
    expect((await open()).book.of(file(1)).rating).toBe(1);
  });

  it('are written a little at a time, however many there are', async () => {
    const { book } = await open();
    let most = 0;
    for (const [from, to] of [
      [0, 500],
      [500, 9000],
      [9000, 15_000],
    ] as const) {
      mark(book, from, to, { rating: 4 });
      await later();
      // Pictures come through the same connections.
      expect(files.busiest).toBeLessThan(4);
      files.writes.length = 0;
      book.change([file(3)], { addTags: [`from ${from}`] });
      await later();
      expect(files.writes).toHaveLength(1);
      most = Math.max(most, ...files.writes.map(({ bytes }) => bytes));
    }
    expect(most).toBeLessThan(48_000);
    expect([...files.texts.keys()].length).toBeLessThan(280);
    useDevice();
    const other = await open();
    expect([other.book.of(file(3)), other.book.of(file(14_999))]).toMatchObject([
      { rating: 4, tags: ['from 0', 'from 500', 'from 9000'] },
      { rating: 4, tags: [] },
    ]);
  });
});

describe('marks in a browser', () => {
  it('are the same in all its tabs', async () => {
    const local = memoryLocal();
    const channels: MarkChannel[] = [];
    const channel = (): MarkChannel => {
      const made: MarkChannel = {
        onmessage: null,
        close: () => undefined,
        postMessage: (name) => {
          channels
            .filter((each) => each !== made)
            .forEach((each) => each.onmessage?.({ data: name } as MessageEvent));
        },
      };
      channels.push(made);
      return made;
    };
    files.away = true;
    const one = await open(local, channel());
    const two = await open(local, channel());
    one.book.change([file(1)], { rating: 3 });
    await later(10);
    two.book.change([file(2)], { addTags: ['x'] });
    await later(10);
    expect([two.book.of(file(1)).rating, one.book.of(file(2)).tags]).toEqual([3, ['x']]);
    expect((await open(local)).book.of(file(2)).tags).toEqual(['x']);
  });

  it('are in a database, in which no tab takes away what another has put there', async () => {
    vi.useRealTimers();
    const [one, two] = await Promise.all([openMarkLocal('http://a'), openMarkLocal('http://a')]);
    const document = { name: 'marks', seen: '1 2', dirty: false };
    await one.save({ ...document, map: new Map([['a', { at: 1, by: 'x', value: 1 }]]) });
    await two.save({ ...document, map: new Map([['b', { at: 2, by: 'x' }]]) });
    const [kept] = await one.all();
    expect(kept).toMatchObject(document);
    expect([...(kept?.map ?? [])]).toEqual([
      ['a', { at: 1, by: 'x', value: 1 }],
      ['b', { at: 2, by: 'x' }],
    ]);
    expect(await (await openMarkLocal('http://b')).all()).toEqual([]);
  });
});

it.each([
  ['in a database', () => openMarkLocal('http://dirty')],
  ['in memory', () => Promise.resolve(memoryLocal())],
])('are still to be sent %s, though another tab is in step', async (_where, open) => {
  const local = await open();
  const mine = { at: 2, by: 'me', value: 1 };
  await local.save({ name: 'marks', map: new Map([['a', mine]]), seen: '1 1', dirty: true });
  const theirs = { name: 'marks', seen: '2 2', dirty: false };
  await local.save({ ...theirs, map: new Map([['b', mine]]) });
  expect(await local.all()).toMatchObject([{ seen: '2 2', dirty: true }]);
  await local.save({
    ...theirs,
    map: new Map([
      ['a', mine],
      ['b', mine],
    ]),
  });
  expect(await local.all()).toMatchObject([{ dirty: false }]);
});

it('knows its documents by their names', () => {
  expect(['marks', 'marks-a', 'marks-0f', 'marks-xyz', 'searches'].map(isMarkDocument)).toEqual([
    ...[true, true, true, false, false],
  ]);
});
