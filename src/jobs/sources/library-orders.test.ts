import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { libraryPort } from '../../ports/library.svelte';
import { jobOf, LibraryStage } from '../fixtures/library-stage';

let stage: LibraryStage;
/** By then everything has been tried again, however often it failed. */
const settle = (ms = 240_000): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  begin();
});

afterEach(() => {
  stage.close();
  libraryPort.set(null, null);
  vi.useRealTimers();
});

function begin(): void {
  stage = new LibraryStage();
  stage.server.put('a.png');
  stage.server.put('b.png');
}

/** Opens the page, however long it takes until there is a library. */
async function openIt(): Promise<void> {
  void stage.open();
  await settle(3000);
}

async function expectAll(): Promise<void> {
  await settle();
  expect(stage.shown().toSorted()).toEqual([...stage.server.files.keys()].toSorted());
}

const VISITS = ['first', 'second'] as const;

/** What can go wrong while a server begins, and how it ends: each once on a first visit, and once on a later one. */
const TROUBLES: [string, () => void, () => void][] = [
  [
    'is still opening its index',
    () => (stage.server.isOpening = true),
    () => (stage.server.isOpening = false),
  ],
  ['does not answer', () => (stage.server.trouble = 'silent'), () => (stage.server.trouble = null)],
  ['is busy', () => (stage.server.trouble = 503), () => (stage.server.trouble = null)],
  ['knows no folder yet', () => (stage.server.hasNoFolder = true), () => (stage.server.hasNoFolder = false)],
];

describe.each(TROUBLES)('a server that %s', (_, go, end) => {
  it.each(VISITS)('is believed once it knows, on the %s visit', async (visit) => {
    if (visit === 'second') {
      await openIt();
    }
    go();
    await openIt();
    await settle(60_000);
    // What this browser keeps of it stays meanwhile.
    expect(stage.shown()).toHaveLength(visit === 'second' ? 2 : 0);
    // It knows folders and files by now, and nothing changes from then on.
    end();
    stage.server.announce();
    await expectAll();
  });
});

it('names files anew whose folder turns out to be ComfyUI’s', async () => {
  stage.server.tree = { id: 'out', kind: 'other' };
  await openIt();
  await settle();
  expect(stage.shown().toSorted()).toEqual(['library:out/a.png', 'library:out/b.png']);
  stage.server.tree = { id: 'out', kind: 'output' };
  stage.server.announce();
  await expectAll();
});

it('takes in files of folders that became known while they were read', async () => {
  await openIt();
  stage.server.tree = { id: 'moved', kind: 'output' };
  stage.server.damage = (text) => {
    // The channel says it between the stream's head and its end.
    setTimeout(() => stage.server.announce(), 50);
    return new ReadableStream<Uint8Array>({
      async pull(control) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        control.enqueue(new TextEncoder().encode(text));
        control.close();
      },
    });
  };
  stage.server.isMute = true;
  stage.server.put('c.png');
  stage.reconnect();
  stage.server.isMute = false;
  await expectAll();
});

it('names files as ComfyUI does, also where that became known late', async () => {
  stage.server.put('sub/deep/c.png');
  await openIt();
  await settle();
  stage.os = 'nt';
  stage.reconnect();
  await settle();
  expect(
    stage.items
      .slice(0)
      .map(({ output }) => output.ref.subfolder)
      .toSorted(),
  ).toEqual(['', '', 'sub\\deep']);
});

describe('a stream of changes', () => {
  it('that hangs before or after it has begun is given up, and asked for again', async () => {
    await openIt();
    stage.server.trouble = 'hanging';
    stage.server.put('c.png');
    await settle(30_000);
    stage.server.trouble = null;
    await expectAll();

    stage.server.damage = (text) =>
      new ReadableStream({
        start: (control) => control.enqueue(new TextEncoder().encode(text.slice(0, -20))),
      });
    stage.server.put('d.png');
    await expectAll();
  });

  it('is asked for when ComfyUI is there again, though the live channel said nothing', async () => {
    await openIt();
    stage.server.isMute = true;
    stage.server.put('c.png');
    await settle();
    expect(stage.shown()).not.toContain('c.png');
    stage.reconnect();
    await expectAll();
  });
});

it('is asked again after a beginning that hung, when somebody looked meanwhile', async () => {
  await openIt();
  stage.server.damage = () => new ReadableStream();
  await openIt();
  stage.server.isOpening = true;
  stage.server.put('c.png');
  // It has opened its index by now, and the live channel does not say so.
  stage.server.isOpening = false;
  stage.reconnect();
  await expectAll();
});

describe('what this browser keeps', () => {
  it.each(['state', 'tail'] as const)('counts as nothing when its %s cannot be read', async (what) => {
    await openIt();
    const fails = vi.spyOn(stage.db, what).mockRejectedValueOnce(new Error('closed'));
    await openIt();
    await expectAll();
    fails.mockRestore();
    // And is whole on the next visit.
    await openIt();
    await expectAll();
  });

  it('shows no picture whose file went while it could not be read', async () => {
    await openIt();
    vi.spyOn(stage.db, 'tail')
      .mockRejectedValueOnce(new Error('closed'))
      .mockRejectedValueOnce(new Error('closed'));
    stage.close();
    stage.server.delete('b.png');
    await openIt();
    await expectAll();
  });

  it('counts as nothing when a piece of it is damaged', async () => {
    await openIt();
    const tail = stage.db.tail.bind(stage.db);
    vi.spyOn(stage.db, 'tail').mockImplementation(async (after) => {
      const { pieces, whole } = await tail(after);
      return { pieces: pieces.map((piece) => ({ ...piece, text: piece.text.slice(0, -9) })), whole };
    });
    await openIt();
    await expectAll();
  });

  it('has no gap where a write failed', async () => {
    await openIt();
    vi.spyOn(stage.db, 'write').mockRejectedValueOnce(new Error('no space'));
    stage.server.put('c.png');
    await settle();
    stage.server.put('d.png');
    await settle();
    await openIt();
    await expectAll();
  });
});

it('shows all there is in the end, whatever fails in whatever order', async () => {
  const step = fc.constantFrom(
    ...(['opening', 'open', 'silent', 'busy', 'answers', 'no-folder', 'folder', 'mute', 'heard'] as const),
    ...(['cut', 'stall', 'read-fails', 'write-fails', 'put', 'delete', 'job', 'rebuild'] as const),
    ...(['page', 'page', 'reconnect', 'wait', 'wait long'] as const),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 16 }), async (steps) => {
      stage.close();
      begin();
      const { server } = stage;
      await openIt();
      let count = 0;
      for (const one of steps) {
        switch (one) {
          case 'opening':
          case 'open':
            server.isOpening = one === 'opening';
            server.announce();
            break;
          case 'silent':
            server.trouble = one;
            break;
          case 'busy':
            server.trouble = 503;
            break;
          case 'answers':
            server.trouble = null;
            break;
          case 'no-folder':
          case 'folder':
            server.hasNoFolder = one === 'no-folder';
            break;
          case 'mute':
          case 'heard':
            server.isMute = one === 'mute';
            break;
          case 'cut':
            server.damage = (text) => text.slice(0, Math.floor(text.length / 2));
            break;
          case 'stall':
            server.damage = () => new ReadableStream();
            break;
          case 'read-fails':
            vi.spyOn(stage.db, 'tail').mockRejectedValueOnce(new Error('closed'));
            break;
          case 'write-fails':
            vi.spyOn(stage.db, 'write').mockRejectedValueOnce(new Error('no space'));
            break;
          case 'put':
            server.put(`${(count += 1)}.png`);
            break;
          case 'delete':
            server.delete(`${count}.png`);
            break;
          case 'job':
            await stage.end(jobOf(`job${(count += 1)}`, 'a.png', 100 + count));
            break;
          case 'rebuild':
            server.rebuild();
            break;
          case 'page':
            await openIt();
            break;
          case 'reconnect':
            stage.reconnect();
            break;
          case 'wait':
            await settle(700);
            break;
          case 'wait long':
            await settle(90_000);
            break;
        }
      }
      Object.assign(server, { isOpening: false, trouble: null, hasNoFolder: false, isMute: false });
      stage.reconnect();
      await settle();
      const current = stage.items.slice(0).filter(({ replaced }) => !replaced);
      expect(current.map(({ output }) => output.ref.filename).toSorted()).toEqual(
        [...server.files.keys()].toSorted(),
      );
    }),
    { numRuns: 100 },
  );
});
