import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DraftNotKept } from './draft-keeper.svelte';
import { EditorSession } from '../session/editor-session.svelte';
import type { EditorPicture } from '../model/editor-types';

let count = 0;
const sessions: EditorSession[] = [];

const picture = (name = `keeper-${count}.png`): EditorPicture => ({
  ref: { filename: name, subfolder: '', type: 'output' },
  source: new Blob([new Uint8Array(100)]),
  width: 600,
  height: 400,
});

async function opened(name?: string): Promise<EditorSession> {
  const session = new EditorSession();
  sessions.push(session);
  await session.open(picture(name));
  return session;
}

const stateOf = (session: EditorSession, state: string): Promise<void> =>
  vi.waitFor(
    () => {
      expect(session.drafts.state).toBe(state);
    },
    { timeout: 10_000 },
  );
const tools = (session: EditorSession): string[] => session.history.list().map(({ tool }) => tool);

/** A session with work of its own, and the id of another draft of the same picture. */
async function withOther(): Promise<{ session: EditorSession; other: EditorSession; id: string }> {
  const other = await opened();
  other.edits.selectAll();
  await stateOf(other, 'saved');
  const session = await opened();
  session.edits.clear();
  await stateOf(session, 'saved');
  other.edits.invert();
  await stateOf(other, 'saved');
  const [draft] = await session.drafts.list();
  return { session, other, id: draft?.id ?? '' };
}

/** From now on there is no room for contents while `full` is set. */
function noRoom(full: (row: { doc?: string }) => boolean = () => true): void {
  const put = Reflect.get(IDBObjectStore.prototype, 'put');
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
    this: IDBObjectStore,
    value: { doc?: string },
    key?: IDBValidKey,
  ) {
    if (this.name !== 'heads' && full(value)) {
      throw new DOMException('full', 'QuotaExceededError');
    }
    return put.call(this, value, key);
  });
}

/** All heads in the database. */
async function heads(): Promise<{ id: string; picture: string; owner: string; present: number }[]> {
  const db = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('darkroom-editor');
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(new Error('no database'));
    };
  });
  const all = await new Promise<unknown[]>((resolve) => {
    const request = db.transaction('heads').objectStore('heads').getAll();
    request.onsuccess = () => {
      resolve(request.result);
    };
  });
  db.close();
  return all as { id: string; picture: string; owner: string; present: number }[];
}

const headsOf = async (name: string): ReturnType<typeof heads> =>
  (await heads()).filter((head) => head.picture.includes(name));

beforeEach(() => {
  count++;
  vi.stubGlobal('createImageBitmap', () =>
    Promise.resolve({ width: 600, height: 400, close: () => undefined }),
  );
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const session of sessions.splice(0)) {
    session.destroy();
  }
  vi.unstubAllGlobals();
});

describe('choosing another draft', () => {
  it('does not leave work that could not be saved', async () => {
    const { session, id } = await withOther();
    noRoom();
    session.edits.invert();
    await expect(session.chooseDraft(id)).rejects.toBeInstanceOf(DraftNotKept);
    expect([tools(session), session.mask.empty, session.drafts.state]).toEqual([
      ['all', 'clear', 'invert'],
      false,
      'unavailable',
    ]);
    // With room again, the present one is saved and can be left.
    vi.restoreAllMocks();
    expect(await session.chooseDraft(id)).toBe(true);
    expect(tools(session)).toEqual(['all', 'invert']);
    const rest = await session.drafts.list();
    expect(rest.map(({ steps }) => steps)).toContain(3);
  });

  it('keeps what is done while the other is fetched', async () => {
    const { session, id } = await withOther();
    const choosing = session.chooseDraft(id);
    // Asking the other page takes time.
    await new Promise((resolve) => setTimeout(resolve, 50));
    session.edits.invert();
    expect(await choosing).toBe(true);
    expect(tools(session)).toEqual(['all', 'invert']);
    const drafts = await session.drafts.list();
    expect(drafts.map(({ steps }) => steps)).toContain(3);
  });

  it('gives up when changes made meanwhile cannot be saved', async () => {
    const { session, id } = await withOther();
    const own = (await headsOf(`keeper-${count}.png`)).find((head) => head.id !== id);
    // The copy of the other finds room, the changes made meanwhile do not.
    noRoom(({ doc }) => doc === own?.id);
    const choosing = session.chooseDraft(id);
    choosing.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    session.edits.invert();
    const before = tools(session);
    await expect(choosing).rejects.toBeInstanceOf(DraftNotKept);
    expect(tools(session)).toEqual(before);
    vi.restoreAllMocks();
    await vi.waitFor(async () => {
      expect(await headsOf(`keeper-${count}.png`)).toHaveLength(2);
    });
  });
});

describe('storage that fails', () => {
  it('is reported for every picture, and the next one is kept once it answers', async () => {
    const open = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('no', 'SecurityError');
    });
    const session = await opened();
    expect(session.drafts.state).toBe('unavailable');
    await session.open(picture(`second-${count}.png`));
    session.edits.selectAll();
    expect(session.drafts.state).toBe('unavailable');
    open.mockRestore();
    await session.open(picture(`third-${count}.png`));
    session.edits.selectAll();
    await stateOf(session, 'saved');
  });

  it(
    'does not keep a picture from opening when the database never answers',
    { timeout: 20_000 },
    async () => {
      const silent = Object.create(IDBOpenDBRequest.prototype) as IDBOpenDBRequest;
      Object.assign(silent, { addEventListener: () => undefined, removeEventListener: () => undefined });
      vi.spyOn(indexedDB, 'open').mockReturnValue(silent);
      const session = await opened();
      expect([session.status, session.drafts.state]).toEqual(['ready', 'unavailable']);
    },
  );

  it('opens a picture whose draft has an invalid stack, with its pixels', async () => {
    const one = await opened();
    one.edits.selectAll();
    await stateOf(one, 'saved');
    one.close();
    const put = Reflect.get(IDBObjectStore.prototype, 'put');
    await vi.waitFor(async () => {
      expect((await headsOf(`keeper-${count}.png`)).map(({ owner }) => owner)).toEqual(['']);
    });
    // As an unknown version, or a fault, might have left it.
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
      this: IDBObjectStore,
      value: object,
      key?: IDBValidKey,
    ) {
      const odd = this.name === 'heads' ? { ...value, meta: '{"masks":[{"id":"x"}],"active":7}' } : value;
      return put.call(this, odd, key);
    });
    const two = await opened();
    vi.restoreAllMocks();
    expect([two.status, two.mask.empty]).toEqual(['ready', false]);
    two.edits.invert();
    await stateOf(two, 'saved');
  });

  it('asks before the page is left only while there is work that cannot be saved', async () => {
    const asks = new Set<unknown>();
    const page = {
      addEventListener: (type: string, listener: unknown) => {
        if (type === 'beforeunload') {
          asks.add(listener);
        }
      },
      removeEventListener: (type: string, listener: unknown) => {
        if (type === 'beforeunload') {
          asks.delete(listener);
        }
      },
    };
    vi.stubGlobal('window', page);
    vi.stubGlobal('document', { ...page, visibilityState: 'visible' });
    const session = await opened();
    session.edits.selectAll();
    await stateOf(session, 'saved');
    expect(asks.size).toBe(0);
    noRoom();
    session.edits.invert();
    await stateOf(session, 'unavailable');
    expect(asks.size).toBe(1);
    const event = { preventDefault: vi.fn() };
    for (const ask of asks) {
      (ask as (event: unknown) => void)(event);
    }
    expect(event.preventDefault).toHaveBeenCalledOnce();
    vi.restoreAllMocks();
    session.history.undo();
    await stateOf(session, 'saved');
    expect(asks.size).toBe(0);
  });

  it('sacrifices drafts of other pictures when storage is full', async () => {
    const old = await opened(`old-${count}.png`);
    old.edits.selectAll();
    await stateOf(old, 'saved');
    old.close();
    const session = await opened();
    const forget = vi.spyOn(IDBObjectStore.prototype, 'delete');
    let given = false;
    noRoom(
      () => !(given ||= forget.mock.contexts.some((store) => (store as IDBObjectStore).name === 'heads')),
    );
    session.edits.selectAll();
    await stateOf(session, 'saved');
    expect(await headsOf(`old-${count}.png`)).toEqual([]);
    expect(await headsOf(`keeper-${count}.png`)).toHaveLength(1);
  });
});

describe('a draft deleted in another tab', () => {
  it('does not come back when the tab that had it is closed', async () => {
    const { session, other, id } = await withOther();
    await session.drafts.forget(id);
    expect(await headsOf(`keeper-${count}.png`)).toHaveLength(1);
    other.close();
    expect(await headsOf(`keeper-${count}.png`)).toHaveLength(1);
  });
});

describe('a picture closed before its draft is saved', () => {
  const next = (): string => `next-${count}.png`;

  it('has its mask, history and extra data when it is opened again', async () => {
    const session = await opened();
    noRoom();
    session.edits.selectAll();
    session.drafts.setExtra({ prompt: 'a bridge' });
    await stateOf(session, 'unavailable');
    await session.open(picture(next()));
    expect([session.mask.empty, tools(session), session.drafts.extra]).toEqual([true, [], null]);
    await session.open(picture());
    expect([session.mask.empty, tools(session), session.drafts.extra]).toEqual([
      false,
      ['all'],
      { prompt: 'a bridge' },
    ]);
    session.history.undo();
    expect(session.mask.empty).toBe(true);
    session.history.redo();
    // It continues as the same document.
    vi.restoreAllMocks();
    session.edits.invert();
    await stateOf(session, 'saved');
    expect(await headsOf(`keeper-${count}`)).toHaveLength(1);
  });

  it('keeps the newest strokes rather than the stored ones', async () => {
    const session = await opened();
    session.edits.selectAll();
    await stateOf(session, 'saved');
    noRoom();
    session.edits.clear();
    session.edits.invert();
    await session.open(picture(next()));
    await session.open(picture());
    expect(tools(session)).toEqual(['all', 'clear', 'invert']);
  });

  it('asks before the page is left, and saves as soon as there is room', async () => {
    const page = new EventTarget();
    vi.stubGlobal('window', page);
    vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }));
    const asked = (): boolean =>
      !page.dispatchEvent(new Event('beforeunload', { bubbles: false, cancelable: true }));
    const session = await opened();
    noRoom();
    session.edits.selectAll();
    await stateOf(session, 'unavailable');
    await session.open(picture(next()));
    await vi.waitFor(() => {
      expect(asked()).toBe(true);
    });
    session.edits.selectAll();
    await stateOf(session, 'unavailable');
    vi.restoreAllMocks();
    session.edits.invert();
    await stateOf(session, 'saved');
    await vi.waitFor(async () => {
      expect(await headsOf(`keeper-${count}`)).toMatchObject([{ owner: '', present: 1 }]);
      expect(asked()).toBe(false);
    });
    const other = await opened();
    expect([tools(other), other.mask.empty]).toEqual([['all'], false]);
  });

  it('is restored even without any storage', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('no storage', 'SecurityError');
    });
    const session = await opened();
    session.edits.selectAll();
    await session.open(picture(next()));
    await session.open(picture());
    expect([tools(session), session.drafts.state]).toEqual([['all'], 'unavailable']);
  });
});
