import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { press } from '../../ui/testing/key-press';
import { EditorSession } from './editor-session.svelte';
import type { EditorPicture } from '../model/editor-types';
import { MaskDocument } from '../mask/mask-document';
import { JobHost, type JobName } from '../worker/jobs';

interface Message {
  id: number;
  name: JobName;
  input: never;
}

/** Answers to these jobs are held back until `release`. */
let held = new Set<JobName>();
let answers: (() => void)[] = [];

function release(): void {
  for (const answer of answers.splice(0)) {
    answer();
  }
}

/** Does the editor worker's jobs in place. */
class SlowWorker {
  readonly #host = new JobHost();
  readonly #listeners: ((event: { data: unknown }) => void)[] = [];

  addEventListener(type: string, listener: (event: { data: unknown }) => void): void {
    if (type === 'message') {
      this.#listeners.push(listener);
    }
  }

  terminate(): void {
    this.#listeners.length = 0;
  }

  postMessage({ id, name, input }: Message): void {
    const work = this.#host.run(name, name === 'setPicture' ? { picture: null } : structuredClone(input));
    void work.then((output) => {
      const answer = (): void => {
        for (const listener of this.#listeners) {
          listener({ data: { id, ok: true, output } });
        }
      };
      if (held.has(name)) {
        answers.push(answer);
      } else {
        setTimeout(answer);
      }
    });
  }
}

let count = 0;
let session: EditorSession;

function picture(name: string): EditorPicture {
  return {
    ref: { filename: `${name}-${count}.png`, subfolder: '', type: 'output' },
    source: new Blob([new Uint8Array(100)]),
    width: 600,
    height: 400,
  };
}

function key(name: string): KeyboardEvent {
  const event = { ...press(name, name), repeat: false, isComposing: false, defaultPrevented: false };
  return { ...event, target: null, preventDefault: () => undefined } as unknown as KeyboardEvent;
}

function tap(...names: string[]): void {
  for (const name of names) {
    session.keys.down(key(name));
    session.keys.up(key(name));
  }
}

const kept = (): Promise<void> =>
  vi.waitFor(() => {
    expect(session.drafts.state).toBe('saved');
  });

/** Everything the browser stored of tiles. */
async function emptyStorage(): Promise<void> {
  const database = await openDB('darkroom-editor');
  for (const name of database.objectStoreNames) {
    await database.clear(name);
  }
  database.close();
}

/** The same browser, opened again. */
async function reopen(name: string): Promise<void> {
  await kept();
  session.destroy();
  session = new EditorSession();
  await session.open(picture(name));
}

beforeEach(() => {
  count++;
  held = new Set();
  answers = [];
  vi.stubGlobal('HTMLElement', class {});
  vi.stubGlobal('Worker', SlowWorker);
  vi.stubGlobal('createImageBitmap', () =>
    Promise.resolve({ width: 600, height: 400, close: () => undefined }),
  );
  session = new EditorSession();
});

afterEach(() => {
  session.destroy();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('work that ends late', () => {
  it('is not applied to the next picture', async () => {
    await session.open(picture('a'));
    held.add('fill');
    session.tool.choose('fill');
    tap('ArrowLeft', 'Enter');
    await vi.waitFor(() => {
      expect(answers).toHaveLength(1);
    });
    await session.open(picture('b'));
    release();
    await vi.waitFor(() => {
      expect(session.work.busy).toBe(false);
    });
    expect([session.mask.empty, session.history.canUndo]).toEqual([true, false]);
  });

  it('leaves alone a stroke painted meanwhile', async () => {
    await session.open(picture('a'));
    session.options.setSize(4);
    tap('ArrowRight', 'Enter');
    const speck = session.mask.bounds();
    held.add('regions');
    session.masks.setSpeckSize(100);
    session.masks.removeSpecks();
    await vi.waitFor(() => {
      expect(answers).toHaveLength(1);
    });
    session.options.setSize(60);
    tap(...Array.from({ length: 5 }, () => 'ArrowRight'));
    session.keys.down(key('Enter'));
    held.clear();
    release();
    await new Promise((resolve) => setTimeout(resolve, 20));
    session.keys.up(key('Enter'));
    await vi.waitFor(() => {
      expect(session.work.busy).toBe(false);
    });
    const left = session.mask.bounds();
    expect(speck && left && left.x0 >= speck.x1 && left.x1 - left.x0 > 50).toBe(true);
    expect(session.history.list().map(({ tool }) => tool)).toEqual(['brush', 'brush', 'specks']);
  });

  it('does not overtake edits waiting for an undo', async () => {
    await session.open(picture('a'));
    session.options.setSize(20);
    tap('ArrowRight', 'Enter', 'ArrowRight', 'Enter');
    await reopen('a');
    session.history.undo();
    session.masks.add('one');
    session.masks.add('two');
    await vi.waitFor(() => {
      expect(session.masks.list.map(({ name }) => name)).toEqual(['', 'one', 'two']);
    });
  });

  it('stops a jump through the history when something else is done', async () => {
    await session.open(picture('a'));
    for (let i = 0; i < 12; i++) {
      session.edits.invert();
    }
    // Every look at the clock says it is time to breathe.
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 20));
    const jump = session.history.jumpTo(0);
    await new Promise((resolve) => setTimeout(resolve));
    session.masks.add('new');
    const steps = session.history.list().length;
    await jump;
    expect(session.history.list()).toHaveLength(steps);
    expect(session.history.list().at(-1)?.done).toBe(true);
    expect(session.masks.list).toHaveLength(2);
  });

  it('says so when the steps to undo are lost', async () => {
    await session.open(picture('a'));
    for (let i = 0; i < 8; i++) {
      tap('ArrowRight', 'Enter');
    }
    await reopen('a');
    // As another tab might.
    await emptyStorage();
    for (let i = 0; i < 8 && session.history.canUndo; i++) {
      session.history.undo();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect([session.history.canUndo, session.work.trouble?.code]).toEqual([false, 'history-lost']);
    expect(session.mask.empty).toBe(false);
  });

  it('keeps a stroke in progress when the picture is closed', async () => {
    await session.open(picture('a'));
    session.keys.down(key('ArrowRight'));
    session.keys.down(key('Enter'));
    await session.open(picture('b'));
    await session.open(picture('a'));
    expect(session.mask.empty).toBe(false);
  });
});

describe('modifiers', () => {
  type Modify = ConstructorParameters<typeof MaskDocument>[2]['modify'];

  function grown(modify: Modify): MaskDocument {
    const doc = new MaskDocument(300, 300, {
      codec: { deflate: (bytes) => Promise.resolve(bytes), inflate: (bytes) => Promise.resolve(bytes) },
      modify,
    });
    const masks = doc.stack.masks.map((mask) => ({
      ...mask,
      modifiers: { grow: 3, feather: 0, threshold: null },
    }));
    doc.restack('modifiers', { ...doc.stack, masks });
    return doc;
  }

  it('that failed are evaluated again before the mask is sent; a second failure is reported', async () => {
    let calls = 0;
    const once = grown(() => (++calls === 1 ? Promise.reject(new Error('gone')) : Promise.resolve([])));
    await new Promise((resolve) => setTimeout(resolve));
    expect(once.modifierFailure).toBeInstanceOf(Error);
    await once.settled();
    expect([calls, once.modifierFailure]).toEqual([2, null]);
    await expect(grown(() => Promise.reject(new Error('gone'))).settled()).rejects.toThrow('gone');
  });

  it('are evaluated for every change, even one just before the last evaluation ends', async () => {
    for (let turns = 0; turns < 30; turns++) {
      let calls = 0;
      let go: () => void = () => undefined;
      const doc = grown(() => {
        calls++;
        return calls > 1 ? Promise.resolve([]) : new Promise((resolve) => (go = () => resolve([])));
      });
      await new Promise((resolve) => setTimeout(resolve));
      go();
      for (let turn = 0; turn < turns; turn++) {
        await Promise.resolve();
      }
      doc.selectAll();
      await doc.settled();
      expect([turns, calls]).toEqual([turns, 2]);
    }
  });
});
