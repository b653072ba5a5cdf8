import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PictureLibrary, PictureSource } from '../../comfy/picture-source';
import { libraryPort } from '../../ports/library.svelte';
import { jobOf, LibraryStage, pathOf, refOf } from '../fixtures/library-stage';
import { openEarlyLibrary } from './early-library';
import { foundId } from './found-record';
import { LibraryClient } from './library-client';

let stage: LibraryStage;
/** By then everything has been tried again, however often streams were cut, ms. */
const SETTLED = 120_000;
const settle = (ms = 3000): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

async function openIt(): Promise<void> {
  const opened = stage.open();
  await settle();
  expect(await opened).toBe(true);
}

beforeEach(() => {
  vi.useFakeTimers();
  stage = new LibraryStage();
});

afterEach(() => {
  stage.close();
  libraryPort.set(null, null);
  vi.useRealTimers();
});

describe('the files of a library', () => {
  it('are pictures with their date, size and what made them, without a request for each', async () => {
    stage.server.put('2026/a.png', { modified: 1_700_000_000_123.5 });
    stage.server.put('notes.txt');
    await openIt();
    const [item] = stage.items.slice(0);
    expect(stage.shown()).toEqual(['2026/a.png']);
    expect(item?.job).toMatchObject({
      ...{ id: foundId(refOf('2026/a.png')), found: true, endedAt: 1_700_000_000_123 },
      summary: { prompt: 'a 2026/a.png', seed: 18446744073709551615n, width: 64, height: 32 },
    });
    expect(item?.output.file).toEqual({ key: '2026-a-png', bytes: 10, width: 64, height: 32 });
    expect(stage.server.requests).toEqual(['GET ', 'GET /changes?since=0']);
    expect(stage.table.finishedCount).toBe(0);
    expect(stage.pictures?.library?.of(refOf('2026/a.png'))?.key).toBe('2026-a-png');
  });

  it('are asked for once: the next page asks what has changed since', async () => {
    stage.server.put('a.png');
    await openIt();
    stage.server.requests = [];
    stage.server.put('b.png');
    await settle();
    expect(stage.shown().toSorted()).toEqual(['a.png', 'b.png']);
    await openIt();
    expect(stage.server.requests.filter((each) => each.includes('changes'))).toEqual([
      'GET /changes?since=1&epoch=e1',
      'GET /changes?since=2&epoch=e1',
    ]);
    expect(stage.shown().toSorted()).toEqual(['a.png', 'b.png']);
    expect(stage.pictures?.library?.of(refOf('b.png'))?.key).toBe('b-png');
  });

  it('belong to the job that names them, whichever is known first', async () => {
    stage.server.put('first.png');
    await openIt();
    const key = stage.items.at(0)?.key ?? '';
    await stage.end(jobOf('j1', 'first.png'));
    await stage.end(jobOf('j2', 'second.png'));
    stage.server.put('second.png');
    await settle();
    expect([stage.jobOf('first.png'), stage.jobOf('second.png')]).toEqual(['j1', 'j2']);
    expect(stage.items.length).toBe(2);
    expect(stage.table.peek(foundId(refOf('first.png')))).toBeUndefined();
    expect(stage.table.peek(foundId(refOf('second.png')))).toBeUndefined();
    // A link from before leads to the picture.
    expect(stage.items.find(key)?.job.id).toBe('j1');
    await openIt();
    expect([stage.jobOf('first.png'), stage.jobOf('second.png'), stage.items.length]).toEqual([
      'j1',
      'j2',
      2,
    ]);
  });

  it('are known to the next page before it has asked the server, the newest ones', async () => {
    stage.server.put('2026/a.png', { modified: 5 });
    await openIt();
    await stage.end(jobOf('j1', 'b.png'));
    stage.server.put('b.png', { modified: 6, key: 'B' });
    await settle();
    const early = async (
      pictures: Pick<PictureSource, 'library'> = {},
    ): Promise<PictureLibrary | undefined> => {
      await openEarlyLibrary(pictures, { base: 'http://server', kept: '' }, stage.db);
      return pictures.library;
    };
    const library = await early();
    expect(library?.of(refOf('b.png'))).toEqual({ key: 'B', bytes: 10, width: 64, height: 32 });
    expect(library?.of(refOf('2026/a.png'))?.key).toBe('2026-a-png');
    expect(library?.of(refOf('a.png'))).toBeNull();

    stage.server.delete('b.png');
    await settle();
    expect((await early())?.of(refOf('b.png'))).toBeNull();
    // Whoever has read the library knows more.
    expect(await early({ library })).toBe(library);
  });

  it('are waited for by who shows them while what is kept is being read', async () => {
    stage.server.put('a.png', { modified: 5 });
    await openIt();
    await stage.end(jobOf('j1', 'a.png'));
    await settle();
    stage.server.trouble = 'silent';
    void stage.open();
    await settle(100);
    const pictures: Pick<PictureSource, 'library'> = stage.pictures ?? {};
    await openEarlyLibrary(pictures, { base: 'http://server', kept: '' }, stage.db);
    let read = (): void => undefined;
    const tail = stage.db.tail.bind(stage.db);
    vi.spyOn(stage.db, 'tail').mockImplementationOnce(async (after) => {
      await new Promise<void>((resolve) => (read = resolve));
      return tail(after);
    });
    const early = pictures.library;
    stage.server.trouble = null;
    await settle(5000);
    expect(pictures.library).not.toBe(early);
    // It is one of the newest, which are known from before.
    expect(pictures.library?.of(refOf('a.png'))?.key).toBe('a-png');
    await pictures.library?.toKnow?.({ ref: refOf('a.png') });
    const known = vi.fn();
    void pictures.library?.toKnow?.({ ref: refOf('never.png') }).then(known);
    await settle();
    expect(known).not.toHaveBeenCalled();
    read();
    await settle();
    expect(known).toHaveBeenCalledOnce();
    expect(pictures.library?.of(refOf('never.png'))).toBeNull();
    expect(pictures.library?.of(refOf('a.png'))?.key).toBe('a-png');
  });

  it('that jobs name and nobody has are in no gallery, unless they may be where the library does not look', async () => {
    stage.server.put('a.png');
    stage.server.linked.add('elsewhere/b.png');
    await stage.mirror.put(
      [jobOf('j1', 'a.png'), jobOf('j2', 'elsewhere/b.png'), jobOf('j3', 'gone.png')].map((record) => ({
        ...{ record, graph: null, isNew: true },
      })),
    );
    await openIt();
    await settle();
    expect(stage.shown().toSorted()).toEqual(['a.png', 'elsewhere/b.png']);
    // The history of another device tells of more of them, one after the other.
    for (let i = 0; i < 40; i++) {
      await stage.end(jobOf(`old${i}`, `old/${i}.png`));
      await settle(1000);
    }
    expect(stage.shown().filter((path) => path.startsWith('old/')).length).toBeLessThan(10);
    await settle(10_000);
    expect(stage.shown().toSorted()).toEqual(['a.png', 'elsewhere/b.png']);

    // So they are on the next visit, before the server has said it again.
    const asked = stage.server.requests.length;
    stage.server.linked.add('old/7.png');
    stage.server.put('old/8.png');
    await openIt();
    expect(stage.server.requests.slice(asked).filter((one) => one.endsWith('/missing'))).toHaveLength(1);
    await settle();
    expect(stage.shown().toSorted()).toEqual(['a.png', 'elsewhere/b.png', 'old/7.png', 'old/8.png']);
    expect([stage.jobOf('old/7.png'), stage.jobOf('old/8.png')]).toEqual(['old7', 'old8']);
    stage.server.put('gone.png');
    await settle();
    expect(stage.jobOf('gone.png')).toBe('j3');
  });

  it('that jobs name stay where the server cannot tell whether they are there', async () => {
    stage.server.isOld = true;
    await openIt();
    await stage.end(jobOf('j1', 'gone.png'));
    await settle(20_000);
    await stage.end(jobOf('j2', 'gone2.png'));
    await settle(20_000);
    expect(stage.shown().toSorted()).toEqual(['gone.png', 'gone2.png']);
    expect(stage.server.requests.filter((one) => one.endsWith('/missing'))).toHaveLength(1);
  });

  it('keep marks and job when they are moved', async () => {
    stage.server.put('a.png', { key: 'A' });
    stage.server.put('b.png', { key: 'B' });
    await openIt();
    await stage.end(jobOf('j1', 'a.png'));
    await settle();
    stage.marks.set('a.png', 'best').set('b.png', 'good');
    stage.server.move('a.png', 'sub/renamed.png');
    stage.server.move('b.png', 'sub/b.png');
    await settle();
    expect(stage.shown().toSorted()).toEqual(['sub/b.png', 'sub/renamed.png']);
    expect(stage.jobOf('sub/renamed.png')).toBe('j1');
    expect(Object.fromEntries(stage.marks)).toEqual({ 'sub/renamed.png': 'best', 'sub/b.png': 'good' });
    await openIt();
    expect(stage.shown().toSorted()).toEqual(['sub/b.png', 'sub/renamed.png']);
    expect(stage.jobOf('sub/renamed.png')).toBe('j1');
  });

  it('are the last job’s that wrote them, whatever earlier ones say, also when they were gone meanwhile', async () => {
    stage.server.put('a.png', { key: 'A' });
    await openIt();
    await stage.end(jobOf('j1', 'a.png'));
    await settle();
    stage.server.delete('a.png');
    await settle();
    expect(stage.shown()).toEqual([]);
    await stage.end(jobOf('j2', 'a.png', 6));
    stage.server.put('a.png', { key: 'B' });
    await settle();
    expect([stage.shown(), stage.jobOf('a.png')]).toEqual([['a.png'], 'j2']);
    await openIt();
    expect([stage.shown(), stage.jobOf('a.png')]).toEqual([['a.png'], 'j2']);
  });

  it('have marks asked for when the server has them from elsewhere, and not with other news', async () => {
    stage.server.put('a.png');
    await openIt();
    stage.server.put('b.png');
    await settle();
    expect(stage.marksHeard).toBe(0);
    stage.server.marksFrom = 1;
    stage.server.announce();
    await settle();
    expect(stage.marksHeard).toBe(1);
  });

  it('leave the gallery when they are gone, also those of jobs, and come back with them', async () => {
    stage.server.put('a.png');
    stage.server.put('b.png');
    await openIt();
    await stage.end(jobOf('j1', 'a.png'));
    stage.marks.set('a.png', 'best');
    stage.server.delete('a.png');
    stage.server.delete('b.png');
    await settle();
    expect(stage.shown()).toEqual([]);
    await openIt();
    expect(stage.shown()).toEqual([]);
    // Also once what is kept of the library is put together anew.
    stage.server.rebuild();
    await settle();
    await openIt();
    expect(stage.shown()).toEqual([]);
    stage.server.put('a.png');
    stage.server.put('b.png');
    await settle();
    expect(stage.shown().toSorted()).toEqual(['a.png', 'b.png']);
    expect(stage.jobOf('a.png')).toBe('j1');
    expect(stage.marks.get('a.png')).toBe('best');
  });

  it('stay when their folder cannot be read, or when the index is being built anew', async () => {
    stage.server.put('a.png');
    stage.server.put('b.png');
    await openIt();
    stage.server.online = false;
    stage.server.files.clear();
    stage.server.rebuild();
    await settle();
    expect(stage.shown()).toHaveLength(2);
    expect(libraryPort.status).toMatchObject({ trees: [{ online: false }] });
    stage.server.online = true;
    stage.server.scan = { done: 1, total: 2 };
    stage.server.put('a.png');
    await settle();
    expect(stage.shown()).toHaveLength(2);
    stage.server.scan = null;
    stage.server.announce();
    await settle();
    expect(stage.shown()).toEqual(['a.png']);
  });

  it('are held as before when a stream is cut or damaged, and it is read again', async () => {
    stage.server.put('a.png');
    await openIt();
    const cuts = [
      (text: string): string => text.slice(0, -3),
      (text: string): string => text.replace('"f"', '"f'),
      (text: string): string => text.replace('"out"', '7'),
      (): string => '',
      (text: string) =>
        new ReadableStream<Uint8Array>({
          pull(control) {
            control.enqueue(new TextEncoder().encode(text));
            control.error(new TypeError('network error'));
          },
        }),
    ];
    for (const [i, damage] of cuts.entries()) {
      const before = (await stage.db.state()).held;
      stage.server.damage = damage;
      stage.server.put(`new-${i}.png`);
      await settle(100);
      expect((await stage.db.state()).held).toEqual(before);
      expect(stage.shown()).toContain('a.png');
      await settle(5000);
      expect((await stage.db.state()).held?.revision).toBe(stage.server.revision);
      expect(stage.shown()).toContain(`new-${i}.png`);
    }
  });

  it('stay removed when people removed them from the gallery', async () => {
    stage.server.put('a.png');
    stage.server.put('b.png');
    await openIt();
    await stage.end(jobOf('j1', 'b.png'));
    const ids = [foundId(refOf('a.png')), 'j1'];
    stage.table.batch(() => ids.forEach((id) => stage.table.apply(id, { type: 'forgotten' })));
    await stage.feed.forget(ids);
    stage.server.put('a.png', { key: 'other' });
    stage.server.put('b.png', { key: 'another' });
    await settle();
    expect(stage.shown()).toEqual([]);
    await openIt();
    expect(stage.shown()).toEqual([]);
  });

  it('are deleted at once, and restored', async () => {
    stage.server.put('a.png');
    stage.server.put('b.png');
    await openIt();
    await stage.end(jobOf('j1', 'b.png'));
    const files = ['a.png', 'b.png', 'no.png'].map(refOf);
    const results = libraryPort.verbs?.delete(files);
    expect(stage.shown()).toEqual([]);
    const [a, b, no] = (await results) ?? [];
    expect([a?.ok, b?.ok, no?.ok]).toEqual([true, true, false]);
    await settle();
    expect(stage.shown()).toEqual([]);
    const trash = [a, b].flatMap((one, i) =>
      one?.ok ? [{ file: refOf(['a.png', 'b.png'][i] ?? ''), trash: one.trash }] : [],
    );
    await libraryPort.verbs?.restore(trash);
    await settle();
    expect(stage.shown().toSorted()).toEqual(['a.png', 'b.png']);
    expect(stage.jobOf('b.png')).toBe('j1');
  });

  it('keep their marks when they are seen to go before they are seen to come', async () => {
    stage.server.put('a/one.png', { key: 'K' });
    await openIt();
    stage.marks.set('a/one.png', 'best');
    stage.server.delete('a/one.png');
    await settle();
    expect(stage.shown()).toEqual([]);
    stage.server.put('b/one.png', { key: 'K' });
    await settle();
    expect([...stage.marks]).toEqual([['b/one.png', 'best']]);
    // Back where it was, it is no move.
    stage.server.delete('b/one.png');
    await settle();
    stage.server.put('b/one.png', { key: 'K' });
    await settle();
    expect([...stage.marks]).toEqual([['b/one.png', 'best']]);
  });

  it('are at their new place when the page was left in the middle of a move', async () => {
    stage.server.put('a/one.png', { key: 'K' });
    await openIt();
    // What the gallery holds is kept; what is kept of the library is not any more.
    const write = vi.spyOn(stage.db, 'write').mockImplementation(() => Promise.resolve());
    const exchange = stage.feed.exchange.bind(stage.feed);
    const half = vi.spyOn(stage.feed, 'exchange').mockImplementation((_, entries) => exchange([], entries));
    stage.server.move('a/one.png', 'b/one.png');
    await settle();
    [write, half].forEach((spy) => spy.mockRestore());
    await openIt();
    expect(stage.shown()).toEqual(['b/one.png']);
  });

  it('come back from the trash although their job was forgotten with them', async () => {
    stage.server.put('b.png');
    await openIt();
    await stage.end(jobOf('j1', 'b.png'));
    const [gone] = (await libraryPort.verbs?.delete([refOf('b.png')])) ?? [];
    stage.table.apply('j1', { type: 'forgotten' });
    await stage.feed.forget(['j1']);
    await settle();
    await libraryPort.verbs?.restore([{ file: refOf('b.png'), trash: gone?.ok ? gone.trash : '' }]);
    await settle();
    expect(stage.shown()).toEqual(['b.png']);
    await openIt();
    expect(stage.shown()).toEqual(['b.png']);
  });

  it('are shown again when the server does not delete them', async () => {
    stage.server.put('a.png');
    await openIt();
    vi.spyOn(LibraryClient.prototype, 'delete').mockRejectedValueOnce(new Error('off'));
    await expect(libraryPort.verbs?.delete([refOf('a.png')])).rejects.toThrow('off');
    expect(stage.shown()).toEqual(['a.png']);
  });

  it('are one picture each, with marks and jobs, whatever happens in whatever order', async () => {
    const path = fc.constantFrom('a.png', 'b.png', 'sub/a.png', 'sub/c.png');
    const step = fc.oneof(
      fc.record({ do: fc.constant('put' as const), path }),
      fc.record({ do: fc.constant('delete' as const), path }),
      fc.record({ do: fc.constant('move' as const), path, to: path }),
      fc.record({ do: fc.constant('job' as const), path }),
      fc.record({ do: fc.constant('crash' as const), after: fc.nat(60) }),
      fc.record({
        do: fc.constantFrom('reload' as const, 'rebuild' as const, 'cut' as const, 'settle' as const),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        stage.close();
        stage = new LibraryStage();
        const { server } = stage;
        let count = 0;
        await openIt();
        /** The job that made each file, by content: jobs name a file while it is where they wrote it. */
        const makers = new Map<string, string>();
        /** Whether something went that the page may not know of yet: only what was seen can have been marked. */
        let isAhead = false;
        for (const one of steps) {
          if (isAhead && (one.do === 'put' || one.do === 'job')) {
            await settle(SETTLED);
            isAhead = false;
          }
          isAhead ||= one.do === 'move' || one.do === 'delete';
          switch (one.do) {
            case 'put':
              if (!server.files.has(one.path)) {
                const key = `key${count++}`;
                server.put(one.path, { key, modified: count });
                stage.marks.delete(one.path);
                stage.marks.set(one.path, key);
              }
              break;
            case 'delete':
              // Only what was told of can be told to be gone.
              await settle(SETTLED);
              server.delete(one.path);
              break;
            case 'move':
              if (!server.files.has(one.to)) {
                await settle(SETTLED);
                server.move(one.path, one.to);
              }
              break;
            case 'job': {
              const key = server.files.get(one.path)?.key;
              if (key !== undefined && !makers.has(key)) {
                const id = `job${count++}`;
                makers.set(key, id);
                await stage.end(jobOf(id, one.path, 100 + count));
              }
              break;
            }
            case 'reload':
              await settle();
              await openIt();
              break;
            case 'crash':
              // In the midst of whatever the last step began.
              for (let turn = 0; turn < one.after; turn += 1) {
                await (turn % 4 === 3 ? vi.advanceTimersByTimeAsync(0) : Promise.resolve());
              }
              await openIt();
              break;
            case 'rebuild':
              server.rebuild();
              break;
            case 'cut':
              server.damage = (text) => text.slice(0, Math.floor(text.length / 2));
              break;
            case 'settle':
              await settle();
              break;
          }
        }
        await settle(SETTLED);
        const current = stage.items.slice(0).filter(({ replaced }) => !replaced);
        expect(current.map(({ output }) => pathOf(output.ref)).toSorted()).toEqual(
          [...server.files.keys()].toSorted(),
        );
        for (const [at, { key }] of server.files) {
          expect(stage.marks.get(at)).toBe(key);
          const maker = makers.get(key);
          if (maker !== undefined) {
            expect(stage.jobOf(at)).toBe(maker);
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});
