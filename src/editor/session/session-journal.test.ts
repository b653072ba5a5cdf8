import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EditorSession } from './editor-session.svelte';
import type { EditorPicture } from '../model/editor-types';

let count = 0;
const sessions: EditorSession[] = [];

function newSession(): EditorSession {
  const session = new EditorSession();
  sessions.push(session);
  return session;
}

const picture = (): EditorPicture => ({
  ref: { filename: `journal-${count}.png`, subfolder: '', type: 'output' },
  source: new Blob([new Uint8Array(100)]),
  width: 600,
  height: 400,
});

async function opened(): Promise<EditorSession> {
  const session = newSession();
  await session.open(picture());
  return session;
}

const hashOf = async (session: EditorSession): Promise<string> => (await session.exportMask()).hash;
const saved = (session: EditorSession): Promise<void> =>
  vi.waitFor(() => {
    expect(session.drafts.state).toBe('saved');
  });

beforeEach(() => {
  count++;
  vi.stubGlobal('createImageBitmap', () =>
    Promise.resolve({ width: 600, height: 400, close: () => undefined }),
  );
});
afterEach(() => {
  for (const session of sessions.splice(0)) {
    session.destroy();
  }
  vi.unstubAllGlobals();
});

describe('EditorSession and its journal', () => {
  it("restores the history and the room's data, and undo still works", async () => {
    const session = await opened();
    const empty = await hashOf(session);
    session.edits.selectAll();
    const all = await hashOf(session);
    session.edits.invert();
    session.history.undo();
    session.drafts.setExtra({ area: [1, 2] });
    session.close();
    const later = await opened();
    expect([later.drafts.openElsewhere, later.drafts.extra]).toEqual([false, { area: [1, 2] }]);
    expect([await hashOf(later), later.history.undoLabel?.tool, later.history.redoLabel?.tool]).toEqual([
      all,
      'all',
      'invert',
    ]);
    later.history.redo();
    expect(later.mask.empty).toBe(true);
    later.history.undo();
    later.history.undo();
    expect([await hashOf(later), later.history.canUndo]).toEqual([empty, false]);
  });

  it('shows what restored steps left', async () => {
    const session = await opened();
    session.edits.selectAll();
    session.edits.invert();
    session.edits.invert();
    session.edits.clear();
    session.history.undo();
    session.close();
    const later = await opened();
    const means = new Map<number, number>();
    const ids = later.history.list().map(({ id }) => id);
    await later.history.pastThumbnails(
      new Set(ids),
      64,
      (id, { values }) => means.set(id, values.reduce((sum, value) => sum + value, 0) / values.length),
      new AbortController().signal,
    );
    expect(ids.map((id) => means.get(id))).toEqual([255, 0, 255, 0]);
    expect(later.history.redoLabel?.tool).toBe('clear');
  });

  it('gives a second tab a copy, tells both, and keeps them apart', async () => {
    const one = await opened();
    one.edits.selectAll();
    await saved(one);
    const two = await opened();
    expect(two.mask.empty).toBe(false);
    await vi.waitFor(() => {
      expect([one.drafts.openElsewhere, two.drafts.openElsewhere]).toEqual([true, true]);
    });
    two.edits.clear();
    one.edits.invert();
    one.history.undo();
    await Promise.all([saved(one), saved(two)]);
    two.close();
    await vi.waitFor(() => {
      expect(one.drafts.openElsewhere).toBe(false);
    });
    const three = await opened();
    expect([one.mask.empty, three.drafts.openElsewhere]).toEqual([false, true]);
    const choices = await one.drafts.list();
    expect(choices.length).toBeGreaterThan(0);
  });

  it('lets an older draft be chosen, and then the newer one again', async () => {
    const one = await opened();
    one.edits.selectAll();
    await saved(one);
    const two = await opened();
    two.edits.clear();
    await saved(two);
    one.close();
    two.close();
    const later = await opened();
    expect(later.mask.empty).toBe(true);
    const [older] = await later.drafts.list();
    expect(older?.coverage).toBe(1);
    expect(await later.chooseDraft(older?.id ?? '')).toBe(true);
    expect([later.mask.empty, later.history.undoLabel?.tool]).toEqual([false, 'all']);
    const [newer] = await later.drafts.list();
    expect(await later.chooseDraft(newer?.id ?? '')).toBe(true);
    expect([later.mask.empty, later.history.undoLabel?.tool]).toEqual([true, 'clear']);
    expect(await later.chooseDraft('nothing')).toBe(false);
  });

  it('keeps the active mask, and a modifier while its slider moves', async () => {
    const session = await opened();
    session.edits.selectAll();
    session.masks.add('two');
    const [first] = session.masks.list;
    await saved(session);
    session.masks.activate(first?.id ?? '');
    await saved(session);
    session.masks.setModifiers({ feather: 3 });
    session.masks.setModifiers({ feather: 7 });
    // Kept while the slider still moves: it is not a step yet, the page just went away.
    expect(session.history.undoLabel?.tool).toBe('mask-add');
    await saved(session);
    const later = await opened();
    expect(later.masks.active).toMatchObject({ id: first?.id, modifiers: { feather: 7 } });
    expect(later.history.undoLabel?.tool).toBe('modifiers');
    later.history.undo();
    expect(later.masks.active?.modifiers.feather).toBe(0);
    later.history.redo();
    expect(later.masks.active?.modifiers.feather).toBe(7);
  });

  it('brings masks back by their composite, unmodified and with live modifiers, as one step', async () => {
    const session = await opened();
    session.edits.selectAll();
    session.masks.setModifiers({ grow: -40, feather: 6 });
    session.masks.add('second');
    const sent = await session.exportMask();
    const { key, stack } = session.keepMasks(sent) ?? { key: '', stack: null };
    expect(key).toMatch(new RegExp(`^${sent.hash}[0-9a-f]{8}$`));
    expect(stack?.masks.map(({ modifiers }) => modifiers.grow)).toEqual([-40, 0]);
    const [first] = session.masks.list;
    session.masks.remove(first?.id ?? '');
    session.edits.invert();
    const before = [session.masks.list, await hashOf(session)];
    const steps = session.history.list().length;

    await vi.waitFor(async () => {
      expect(await session.bringMasks(key)).toBe(true);
    });
    expect(session.masks.stack).toEqual(stack);
    expect(await hashOf(session)).toBe(sent.hash);
    expect(
      session.history
        .list()
        .map(({ tool }) => tool)
        .slice(steps),
    ).toEqual(['load']);
    session.history.undo();
    expect([session.masks.list, await hashOf(session)]).toEqual(before);

    // On a picture that knows nothing of these masks, a single mask replaces the single mask.
    session.masks.setModifiers({ feather: 9 });
    const one = await session.exportMask();
    const kept = session.keepMasks(one)?.key ?? '';
    count++;
    const other = await opened();
    const { id } = other.masks.active ?? {};
    await vi.waitFor(async () => {
      expect(await other.bringMasks(kept)).toBe(true);
    });
    expect(other.masks.list).toMatchObject([{ id, modifiers: { feather: 9 } }]);
    expect(await hashOf(other)).toBe(one.hash);
    expect(other.history.list()).toHaveLength(1);
    expect(await other.bringMasks(`${one.hash}00000000`)).toBe(false);
  });

  it('keeps nothing besides a mask that the file holds completely', async () => {
    const session = await opened();
    session.edits.selectAll();
    const sent = await session.exportMask();
    expect(session.keepMasks(sent)).toBeNull();
    expect(await session.bringMasks(sent.hash)).toBe(false);
  });

  it('jumps to any step, to the beginning and back', async () => {
    const session = await opened();
    const hashes = [await hashOf(session)];
    for (const step of ['selectAll', 'invert', 'selectAll', 'clear', 'invert'] as const) {
      session.edits[step]();
      hashes.push(await hashOf(session));
    }
    const ids = [0, ...session.history.list().map(({ id }) => id)];
    for (const place of [2, 0, 5, 1, 4, 4, 3]) {
      await session.history.jumpTo(ids[place] ?? -1);
      expect(await hashOf(session)).toBe(hashes[place]);
      expect(session.history.list().filter(({ done }) => done)).toHaveLength(place);
    }
    await session.history.jumpTo(12_345);
    expect(await hashOf(session)).toBe(hashes[3]);
  });
});
