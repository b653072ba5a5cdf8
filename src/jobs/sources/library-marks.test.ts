import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import type { FileRef } from '../../comfy/file-ref';
import type { LibraryMark } from '../../ports/library-wire';
import { markKey, markPath, type MarkField, readMarkKey } from '../marks/mark-keys';
import { type Entry, isLater, mergeMaps, sameMaps } from '../stamped-map';
import { LibraryMarks } from './library-marks';

const refOf = (path: string): FileRef => ({ type: 'output', subfolder: '', filename: path });
const RATING: MarkField = { kind: 'rating' };

/** What one browser keeps of marks, as `MarkDocuments` does. */
class Documents {
  readonly entries = new Map<string, Entry>();
  readonly #listeners = new Set<(keys: readonly string[]) => void>();

  onChange(listener: (keys: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readonly onSet = (listener: (keys: readonly string[]) => void): (() => void) => this.onChange(listener);

  take(changes: ReadonlyMap<string, Entry>): void {
    const merged = mergeMaps(this.entries, changes);
    const news = [...merged].filter(([key, entry]) => this.entries.get(key) !== entry).map(([key]) => key);
    merged.forEach((entry, key) => this.entries.set(key, entry));
    if (news.length > 0) {
      this.#listeners.forEach((listener) => listener(news));
    }
  }
}

/** Darkroom's server, as far as marks go. */
class Server {
  marks = new Map<string, LibraryMark & { revision?: number }>();
  revisions = new Map<string, number>();
  revision = 0;
  epoch = 'e';
  isAway = false;

  readonly client = {
    marks: (since: number, epoch: string | null) => {
      if (this.isAway) {
        return Promise.reject(new Error('off'));
      }
      const from = epoch === this.epoch ? since : 0;
      const marks = [...this.marks].flatMap(([key, mark]) =>
        (this.revisions.get(key) ?? 0) > from ? [mark] : [],
      );
      return Promise.resolve({ epoch: this.epoch, revision: this.revision, marks });
    },
    sendMarks: (marks: LibraryMark[]) => {
      if (this.isAway) {
        return Promise.reject(new Error('off'));
      }
      this.revision += 1;
      for (const mark of marks) {
        const key = `${mark[0]}\n${mark[1]}`;
        const known = this.marks.get(key);
        if (!known || isLater(entryOf(mark), entryOf(known))) {
          this.marks.set(key, mark);
          this.revisions.set(key, this.revision);
        }
      }
      return Promise.resolve();
    },
  };

  valueOf(content: string, field: string): unknown {
    return this.marks.get(`${content}\n${field}`)?.[4];
  }
}

function entryOf([, , at, by, value]: LibraryMark): Entry {
  return value === undefined ? { at, by } : { at, by, value };
}

function browser(server: Server, files: Map<string, string>, documents = new Documents()) {
  const marks = new LibraryMarks({
    client: server.client,
    documents,
    keyOf: ({ filename }) => files.get(filename) ?? null,
    files: (keys) =>
      [...files]
        .filter(([, key]) => keys?.has(key) ?? true)
        .map(([path, key]) => [refOf(path), key] as const),
    later: () => undefined,
  });
  marks.start();
  return { documents, marks };
}

const rate = (documents: Documents, path: string, at: number, value?: number, by = 'me'): void =>
  documents.take(
    new Map([[markKey(markPath(refOf(path)), RATING), value === undefined ? { at, by } : { at, by, value }]]),
  );
const ratingOf = (documents: Documents, path: string): unknown =>
  documents.entries.get(markKey(markPath(refOf(path)), RATING))?.value;

it('gives a file at another place the marks of its content, copies included', async () => {
  const server = new Server();
  const mine = browser(server, new Map([['a.png', 'A']]));
  await mine.marks.sync();
  rate(mine.documents, 'a.png', 5, 4);
  await mine.marks.sync();
  const theirs = browser(
    server,
    new Map([
      ['b.png', 'A'],
      ['copy.png', 'A'],
      ['c.png', 'C'],
    ]),
  );
  await theirs.marks.sync();
  expect(['b.png', 'copy.png', 'c.png'].map((path) => ratingOf(theirs.documents, path))).toEqual([
    4,
    4,
    undefined,
  ]);
});

it('keeps a mark when a move leaves nothing behind, in whichever order it is heard of', async () => {
  const server = new Server();
  const files = new Map([['a.png', 'A']]);
  const { documents, marks } = browser(server, files);
  rate(documents, 'a.png', 5, 4);
  await marks.sync();
  // As `MarkBook.move` does it, with both places still known.
  files.set('b.png', 'A');
  rate(documents, 'a.png', 7);
  rate(documents, 'b.png', 7, 4);
  await marks.sync();
  files.delete('a.png');
  await marks.sync();
  expect([server.valueOf('A', 'r'), ratingOf(documents, 'b.png')]).toEqual([4, 4]);
});

it('loses nothing while the server is away, or when its database is lost', async () => {
  const server = new Server();
  const { documents, marks } = browser(server, new Map([['a.png', 'A']]));
  await marks.sync();
  server.isAway = true;
  rate(documents, 'a.png', 5, 3);
  await expect(marks.sync()).rejects.toThrow('off');
  server.isAway = false;
  await marks.sync();
  expect(server.valueOf('A', 'r')).toBe(3);
  server.marks.clear();
  server.epoch = 'another';
  await marks.sync();
  expect(server.valueOf('A', 'r')).toBe(3);
});

it('knows the marks of a file from before the library knew it', async () => {
  const server = new Server();
  const files = new Map<string, string>();
  const { documents, marks } = browser(server, files);
  rate(documents, 'a.png', 5, 3);
  await marks.sync();
  expect(server.valueOf('A', 'r')).toBeUndefined();
  files.set('a.png', 'A');
  marks.takeIn([[refOf('a.png'), 'A']]);
  await marks.sync();
  expect(server.valueOf('A', 'r')).toBe(3);
});

it('takes what is marked under a name along to another content there', async () => {
  const server = new Server();
  const files = new Map([['a.png', 'A']]);
  const { documents, marks } = browser(server, files);
  rate(documents, 'a.png', 5, 3);
  await marks.sync();
  files.set('a.png', 'B');
  marks.takeIn([[refOf('a.png'), 'B']]);
  await marks.sync();
  expect([server.valueOf('A', 'r'), server.valueOf('B', 'r')]).toEqual([3, 3]);
});

it('brings browsers, server and /userdata to the same marks, whatever happens in whatever order', async () => {
  const device = fc.nat(1);
  const path = fc.constantFrom('a.png', 'b.png', 'c.png');
  const step = fc.oneof(
    fc.record({
      do: fc.constant('mark' as const),
      device,
      path,
      value: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
      at: fc.integer({ min: 1, max: 20 }),
    }),
    fc.record({ do: fc.constant('sync' as const), device }),
    fc.record({ do: fc.constant('away' as const), is: fc.boolean() }),
    fc.record({ do: fc.constant('userdata' as const) }),
    fc.record({ do: fc.constant('file' as const), path, key: fc.constantFrom('A', 'B') }),
    fc.record({ do: fc.constant('lost' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const server = new Server();
      const files = new Map([['a.png', 'A']]);
      const devices = [browser(server, files), browser(server, files)] as const;
      const [one, other] = devices;
      const exchange = (): void => {
        one.documents.take(other.documents.entries);
        other.documents.take(one.documents.entries);
      };
      /** The latest change of each content: nothing but a later one may take its place. */
      const latest = new Map<string, Entry>();
      const note = (content: string | undefined, entry: Entry): void => {
        const known = content === undefined ? undefined : latest.get(content);
        if (content !== undefined && (!known || isLater(entry, known))) {
          latest.set(content, entry);
        }
      };
      for (const each of steps) {
        switch (each.do) {
          case 'mark': {
            const by = `d${each.device}`;
            rate(devices[each.device === 0 ? 0 : 1].documents, each.path, each.at, each.value, by);
            break;
          }
          case 'sync':
            await devices[each.device === 0 ? 0 : 1].marks.sync().catch(() => undefined);
            break;
          case 'away':
            server.isAway = each.is;
            break;
          case 'userdata':
            exchange();
            break;
          case 'file':
            files.set(each.path, each.key);
            devices.forEach(({ marks }) => marks.takeIn([[refOf(each.path), each.key]]));
            break;
          case 'lost':
            server.marks.clear();
            server.epoch += '+';
        }
      }
      server.isAway = false;
      const before = mergeMaps(one.documents.entries, other.documents.entries);
      for (let round = 0; round < 3; round += 1) {
        exchange();
        await one.marks.sync();
        await other.marks.sync();
      }
      exchange();
      expect(sameMaps(one.documents.entries, other.documents.entries)).toBe(true);
      for (const [key, entry] of one.documents.entries) {
        const content = files.get(readMarkKey(key)?.path.split('/').pop() ?? '');
        note(content, entry);
      }
      // Every file has the latest change of its content, and so has the server.
      for (const [name, content] of files) {
        const held = one.documents.entries.get(markKey(markPath(refOf(name)), RATING));
        expect(held).toEqual(latest.get(content));
        expect(server.marks.get(`${content}\nr`)?.slice(2)).toEqual(
          held && (held.value === undefined ? [held.at, held.by] : [held.at, held.by, held.value]),
        );
      }
      // What was marked is there, unless a later change took its place.
      for (const [key, entry] of before) {
        const after = one.documents.entries.get(key);
        expect(after !== undefined && !isLater(entry, after)).toBe(true);
      }
    }),
    { numRuns: 3000 },
  );
});

it('asks and sends nothing any more once it was stopped', async () => {
  vi.useFakeTimers();
  try {
    const server = new Server();
    const asked = vi.fn(server.client.marks);
    const documents = new Documents();
    const marks = new LibraryMarks({
      client: { ...server.client, marks: asked },
      documents,
      keyOf: () => 'A',
      files: () => [[refOf('a.png'), 'A']],
    });
    marks.follow([]);
    await vi.advanceTimersByTimeAsync(61_000);
    expect(asked).toHaveBeenCalledTimes(2);
    marks.stop();
    rate(documents, 'a.png', 5, 4);
    marks.follow([]);
    await vi.advanceTimersByTimeAsync(200_000);
    expect(asked).toHaveBeenCalledTimes(2);
    expect(server.valueOf('A', 'r')).toBeUndefined();
  } finally {
    vi.useRealTimers();
  }
});
