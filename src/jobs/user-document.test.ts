import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { reports, resetReports } from '../base/report';
import { ServerKnowledge } from '../comfy/capabilities';
import { ComfyError } from '../comfy/errors';
import { type ExactJson, parseExact, stringifyExact } from '../comfy/exact-json';
import { type DocumentClient, UserDocument, type UserDocumentType } from './user-document';

const storage = new Map<string, string>();

/** Each device has a storage of its own; the one that is at work is swapped in. */
function useStorage(items: Map<string, string>): void {
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => items.set(key, value),
    removeItem: (key: string) => items.delete(key),
  });
}

/** The files of a server, as JSON text, and what may go wrong with it. */
class Files implements DocumentClient {
  readonly server = new ServerKnowledge();
  readonly files = new Map<string, string>();
  readonly writes: string[] = [];
  failure: Error | null = null;

  readUserdata = async (path: string): Promise<ExactJson | null> => {
    await Promise.resolve();
    this.#fail();
    const text = this.files.get(path);
    try {
      return text === undefined ? null : parseExact(text);
    } catch (cause) {
      throw new ComfyError('invalid', 'the answer is not JSON', { cause });
    }
  };
  writeUserdata = async (path: string, document: ExactJson): Promise<void> => {
    await Promise.resolve();
    this.#fail();
    this.writes.push(path);
    this.files.set(path, stringifyExact(document));
  };
  deleteUserdata = async (path: string): Promise<void> => {
    await Promise.resolve();
    this.files.delete(path);
  };

  #fail(): void {
    if (this.failure) {
      throw this.failure;
    }
  }

  get stored(): { revision: number; entries: Record<string, ExactJson[]> } {
    return JSON.parse(this.files.get('darkroom.things.json') ?? 'null') as never;
  }
}

const TYPE: UserDocumentType = {
  name: 'things',
  formerPath: 'darkroom/things.json',
  upgrade: (json) =>
    typeof json === 'object' && json !== null && 'old' in json
      ? new Map([['old', { at: 1, by: '', value: json.old as ExactJson }]])
      : null,
};

describe('a document of the user', () => {
  let files: Files;
  const open = (type = TYPE): UserDocument => new UserDocument(files, type);

  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    storage.clear();
    useStorage(storage);
    files = new Files();
    resetReports();
  });
  afterEach(() => vi.useRealTimers());

  it('keeps what two tabs of one browser change, though the server keeps nothing', async () => {
    files.failure = new ComfyError('unreachable', 'off');
    const [one, two] = [open(), open()];
    one.set({ a: 1 });
    two.set({ b: 2 });
    one.set({ c: 3 });
    await vi.advanceTimersByTimeAsync(2000);
    expect(Object.fromEntries(open().entries())).toEqual({ a: 1, b: 2, c: 3 });
  });

  it('does not undo what another tab saved when the server brings something else', async () => {
    const [one, two] = [open(), open()];
    two.set({ b: 2 });
    files.files.set(
      'darkroom.things.json',
      JSON.stringify({ format: 1, revision: 1, entries: { far: [1, 'x', 9] } }),
    );
    await one.load();
    expect(Object.fromEntries(open().entries())).toEqual({ b: 2, far: 9 });
  });

  it('is in the browser at once, and on the server a moment later, once for many changes', async () => {
    const first = open();
    first.set({ a: 1 });
    first.set({ a: 2n ** 64n - 1n, b: true });
    expect(open().get('a')).toBe(2n ** 64n - 1n);
    expect(files.writes).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(files.writes).toEqual(['darkroom.things.json']);
    expect(files.stored.revision).toBe(1);
    first.set({ b: undefined });
    await vi.advanceTimersByTimeAsync(1000);
    expect(files.stored.revision).toBe(2);
    storage.clear();
    const elsewhere = open();
    const changed = vi.fn();
    elsewhere.onChange(changed);
    await elsewhere.load();
    expect(elsewhere.entries()).toEqual([['a', 2n ** 64n - 1n]]);
    expect(elsewhere.revision).toBe(2);
    expect(changed).toHaveBeenCalledOnce();
  });

  it('has a name that a proxy cannot split', async () => {
    open().set({ a: 1 });
    await vi.advanceTimersByTimeAsync(1000);
    expect([...files.files.keys()].every((path) => encodeURIComponent(path) === path)).toBe(true);
  });

  it('is not written when nothing changed', async () => {
    await open().load();
    await open().load();
    expect(files.writes).toEqual([]);
  });

  it('is taken over from its former name, which is then given up', async () => {
    files.files.set('darkroom/things.json', '{"old": 5}');
    const document = open();
    await document.load();
    expect(document.get('old')).toBe(5);
    expect([...files.files.keys()]).toEqual(['darkroom.things.json']);
  });

  it('is taken over from what an earlier version kept in the browser', () => {
    storage.set('darkroom.things', '{"old": 6}');
    expect(open().get('old')).toBe(6);
  });

  it('is left alone when a later version wrote it', async () => {
    const later = '{"format": 9, "revision": 3, "entries": {"x": "?"}}';
    files.files.set('darkroom.things.json', later);
    const document = open();
    document.set({ a: 1 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(files.files.get('darkroom.things.json')).toBe(later);
    expect(document.get('a')).toBe(1);
    expect(reports().map(({ context }) => context)).toContain('document.read');
  });

  it('is written again when the server’s copy stays damaged', async () => {
    files.files.set('darkroom.things.json', '{"format": 1, "entr');
    const document = open();
    document.set({ a: 1 });
    await vi.advanceTimersByTimeAsync(2000);
    expect(files.writes).toEqual([]);
    await vi.advanceTimersByTimeAsync(70_000);
    expect(files.stored.entries).toHaveProperty('a');
  });

  it('waits for a server that is away', async () => {
    files.failure = new ComfyError('unreachable', 'away');
    const document = open();
    document.set({ a: 1 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(reports()).toMatchObject([{ context: 'document.sync', kind: 'unreachable' }]);
    files.failure = null;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(files.stored.entries).toHaveProperty('a');
  });

  it('asks a server that is back at once', async () => {
    files.failure = new ComfyError('unreachable', 'away');
    const document = open();
    document.set({ a: 1 });
    await vi.advanceTimersByTimeAsync(1000);
    files.failure = null;
    files.server.reset();
    await vi.advanceTimersByTimeAsync(0);
    expect(files.stored.entries).toHaveProperty('a');
    await vi.advanceTimersByTimeAsync(60_000);
    const { writes } = files;
    const before = writes.length;
    files.server.reset();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(writes).toHaveLength(before);
  });

  it('says nothing more to the server once it is closed, and keeps what it has', async () => {
    const document = open();
    document.set({ a: 1 });
    document.close();
    files.server.reset();
    await document.load();
    document.set({ b: 2 });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(files.files.size).toBe(0);
    expect(Object.fromEntries(open().entries())).toEqual({ a: 1, b: 2 });
  });

  it('writes nothing any more when it is closed while it reads', async () => {
    const document = open();
    document.set({ a: 1 });
    await vi.advanceTimersByTimeAsync(999);
    const loading = document.load();
    document.close();
    await loading;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(files.files.size).toBe(0);
  });

  it('leaves a server alone that stores no documents, until the next connection', async () => {
    files.server.takeAnswer({ method: 'POST', path: '/userdata/darkroom.things.json', status: 405 });
    const document = open();
    document.set({ a: 1 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(files.files.size).toBe(0);
    files.server.reset();
    await vi.advanceTimersByTimeAsync(0);
    expect(Object.keys(files.stored.entries)).toEqual(['a']);
    document.set({ b: 1 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(Object.keys(files.stored.entries)).toEqual(['a', 'b']);
  });

  it('mends what a write of another device undid at the same time', async () => {
    const mine = open();
    mine.set({ mine: 1 });
    await vi.advanceTimersByTimeAsync(1000);
    // The other had read before that, and wrote after.
    files.files.set(
      'darkroom.things.json',
      '{"format": 1, "revision": 1, "entries": {"theirs": [7, "x", 2]}}',
    );
    await vi.advanceTimersByTimeAsync(6000);
    expect(Object.keys(files.stored.entries).sort()).toEqual(['mine', 'theirs']);
    expect(mine.get('theirs')).toBe(2);
  });

  it('is the same on all devices in the end, and has the last word of each, whatever the order', async () => {
    type Step = { device: number; key: string; value: number } | { device: number } | { ticks: number };
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.record({
        device: fc.integer({ min: 0, max: 2 }),
        key: fc.constantFrom('a', 'b', 'c'),
        value: fc.integer({ min: 0, max: 99 }),
      }),
      fc.record({ device: fc.integer({ min: 0, max: 2 }) }),
      // Requests take a few turns each, so devices read and write between each other's two requests.
      fc.record({ ticks: fc.integer({ min: 1, max: 5 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        files = new Files();
        const devices = [0, 1, 2].map(() => {
          useStorage(new Map());
          return open();
        });
        const own = devices.map(() => new Map<string, number>());
        for (const one of steps) {
          if ('ticks' in one) {
            for (let tick = 0; tick < one.ticks; tick += 1) {
              await Promise.resolve();
            }
          } else if ('key' in one) {
            devices[one.device]?.set({ [one.key]: one.value });
            own[one.device]?.set(one.key, one.value);
          } else {
            void devices[one.device]?.load();
          }
        }
        await vi.advanceTimersByTimeAsync(120_000);
        for (const device of devices) {
          await device.load();
        }
        const [first, ...others] = devices.map((device) => new Map(device.entries()));
        for (const other of others) {
          expect(other).toEqual(first);
        }
        for (const key of ['a', 'b', 'c']) {
          const last = own.flatMap((words) => words.get(key) ?? []);
          expect(last.length === 0 ? [undefined] : last).toContain(first?.get(key));
        }
      }),
      { numRuns: 60 },
    );
  });
});
