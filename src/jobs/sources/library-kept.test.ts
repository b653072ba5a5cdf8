import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LibraryDb, memoryLibrary } from './library-db';
import type { FileChange, FileRow } from './library-files';
import { KeptLibrary } from './library-kept';

const row = (modified: number): FileRow => ({
  ...{ key: `k${modified}`, bytes: 1, width: 2, height: 3, duration: 0 },
  modified,
});
const place = (name: string): FileChange[0] => ({ tree: 'out', folder: `f${name.length}`, name });

let db: LibraryDb;
/** What was said of files that are gone, and of those that are there again. */
let told: [string, boolean][];

const open = (): KeptLibrary =>
  new KeptLibrary({
    db,
    items: { setGone: (files, gone) => files.forEach(({ filename }) => told.push([filename, gone])) },
    refOf: ({ folder, name }) => ({ type: 'output', subfolder: folder, filename: name }),
  });

/** Takes changes in, and keeps them. */
async function keep(library: KeptLibrary, changes: readonly FileChange[], whole = false): Promise<void> {
  if (whole) {
    library.files.beginRound();
  }
  changes.forEach(([at, now]) => (now ? library.files.set(at, now) : library.files.delete(at)));
  const writing = library.write({ held: null, gone: [] }, changes, whole);
  await vi.runAllTimersAsync();
  await writing;
}

async function read(library: KeptLibrary): Promise<void> {
  const reading = library.read();
  await vi.runAllTimersAsync();
  await reading;
}

const held = (library: KeptLibrary): [string, number][] =>
  [...library.files.all()].map(([{ name }, { modified }]): [string, number] => [name, modified]).toSorted();

beforeEach(() => {
  vi.useFakeTimers();
  db = memoryLibrary();
  told = [];
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the files that this browser keeps', () => {
  it('are known the newest first while the rest is still being read', async () => {
    const times = Array.from({ length: 2500 }, (_, i) => (i * 7919) % 2500);
    const first = open();
    await keep(
      first,
      times.map((time) => [place(`${time}`), row(time)]),
      true,
    );
    // An old file is written anew, and another one goes.
    await keep(first, [
      [place('3'), row(9000)],
      [place('2499'), null],
    ]);

    const second = open();
    const reading = second.read();
    await second.more;
    expect(held(second)).toEqual([['3', 9000]]);
    await vi.advanceTimersToNextTimerAsync();
    const known = held(second).map(([, time]) => time);
    expect(known.length).toBeGreaterThanOrEqual(500);
    expect(known.toSorted((a, b) => b - a)).toEqual(
      [9000, ...times.toSorted((a, b) => b - a).slice(1)].slice(0, known.length),
    );
    expect(known.length).toBeLessThan(2499);
    await vi.runAllTimersAsync();
    await reading;
    expect(second.more).toBeNull();
    expect(held(second)).toEqual(held(first));
    expect(second.files.size).toBe(2499);
    expect(told.filter(([, gone]) => gone)).toEqual([['2499', true]]);
  });

  it('are none any more in a tab that had read them, once the library is empty', async () => {
    const [writer, follower] = [open(), open()];
    await keep(writer, [[place('a'), row(1)]]);
    await read(follower);
    expect(held(follower)).toEqual([['a', 1]]);
    await keep(writer, [[place('a'), null]], true);
    await read(follower);
    expect(held(follower)).toEqual([]);
  });

  it('are what was kept last, whichever tab reads what when', async () => {
    const change = fc.tuple(fc.nat(12), fc.option(fc.nat(99), { freq: 3 }));
    const step = fc.record({
      changes: fc.array(change, { minLength: 1, maxLength: 8 }),
      whole: fc.boolean(),
      isRead: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        db = memoryLibrary();
        const [writer, follower] = [open(), open()];
        for (const { changes, whole, isRead } of steps) {
          await keep(
            writer,
            changes.map(([name, time]) => [place(`${name}`), time === null ? null : row(time)]),
            whole,
          );
          if (isRead) {
            // Twice at once, as when two messages of the leading tab come together.
            await Promise.all([read(follower), read(follower)]);
            expect(held(follower)).toEqual(held(writer));
          }
        }
        const late = open();
        await read(late);
        expect(held(late)).toEqual(held(writer));
      }),
      { numRuns: 200 },
    );
  });
});
