import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadWords } from '../../i18n/index.svelte';
import { type DraftChoice, DraftNotKept } from './draft-keeper.svelte';
import { DraftShelf } from './draft-shelf.svelte';

await loadWords('editor');

const toasts: { message: string; undo: (() => void) | undefined }[] = [];
vi.mock('../../ui/toasts.svelte', () => ({
  UNDO_TIME: 1000,
  say: (message: string, action?: { run: () => void }) => toasts.push({ message, undo: action?.run }),
}));

const draft = (id: string, coverage: number | null = 0.2, steps = 3): DraftChoice => ({
  id,
  changedAt: 1,
  coverage,
  steps,
});

function shelfOf(
  drafts: DraftChoice[],
  failure: () => Error | null = () => null,
): { shelf: DraftShelf; drafts: DraftChoice[]; chosen: string[] } {
  const chosen: string[] = [];
  const shelf = new DraftShelf({
    drafts: () => Promise.resolve([...drafts]),
    draftThumbnail: (id) => Promise.resolve({ width: 1, height: 1, values: Uint8Array.of(id.length) }),
    chooseDraft: (id) => {
      const error = failure();
      if (error) {
        return Promise.reject(error);
      }
      chosen.push(id);
      return Promise.resolve(drafts.some((known) => known.id === id));
    },
    forgetDraft: (id) => {
      drafts.splice(
        drafts.findIndex((known) => known.id === id),
        1,
      );
      return Promise.resolve();
    },
  });
  return { shelf, drafts, chosen };
}

const ids = (shelf: DraftShelf): string[] => shelf.rows.map(({ id }) => id);

beforeEach(() => {
  toasts.length = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the shelf of drafts', () => {
  it('holds drafts with work in them, with thumbnails on request', async () => {
    const { shelf } = shelfOf([
      draft('a'),
      draft('empty', 0, 0),
      draft('undone', 0, 2),
      draft('old', null, 0),
    ]);
    await shelf.load(false);
    expect(ids(shelf)).toEqual(['a', 'undone', 'old']);
    expect(shelf.thumbnail('a')).toBeNull();
    await shelf.load();
    expect(shelf.thumbnail('undone')?.values).toEqual(Uint8Array.of(6));
  });

  it('reloads after a draft was chosen, and says when it is gone', async () => {
    const { shelf, drafts, chosen } = shelfOf([draft('a')]);
    await shelf.load();
    drafts.splice(0, 1, draft('present'));
    await shelf.choose('a');
    expect([chosen, ids(shelf), shelf.busy]).toEqual([['a'], ['present'], false]);
    expect(toasts).toHaveLength(1);
    await shelf.choose('present');
    expect(toasts).toHaveLength(1);
  });

  it('says why a draft was not taken, and can be asked again', async () => {
    let failure: Error | null = new DraftNotKept('full');
    const { shelf, chosen } = shelfOf([draft('a')], () => failure);
    await shelf.load();
    await shelf.choose('a');
    failure = new Error('unreadable');
    await shelf.choose('a');
    expect(toasts.map(({ message }) => message)).toEqual([
      expect.stringContaining('could not be kept'),
      expect.stringContaining('could not be opened'),
    ]);
    expect([chosen, ids(shelf), shelf.busy]).toEqual([[], ['a'], false]);
    failure = null;
    await shelf.choose('a');
    expect(chosen).toEqual(['a']);
  });

  it('deletes a discarded draft when its undo has expired, and not before', async () => {
    const { shelf, drafts } = shelfOf([draft('a'), draft('b')]);
    await shelf.load();
    shelf.discard('a');
    expect([ids(shelf), drafts.length]).toEqual([['b'], 2]);
    toasts[0]?.undo?.();
    await vi.advanceTimersByTimeAsync(2000);
    expect([ids(shelf), drafts.length]).toEqual([['a', 'b'], 2]);
    shelf.discard('a');
    await vi.advanceTimersByTimeAsync(2000);
    expect([ids(shelf), drafts.map(({ id }) => id)]).toEqual([['b'], ['b']]);
  });
});
