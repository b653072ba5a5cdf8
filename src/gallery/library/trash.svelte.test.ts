import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FileRef } from '../../comfy/file-ref';
import { loadWords } from '../../i18n/index.svelte';
import { libraryPort, type LibraryVerbs } from '../../ports/library.svelte';
import type { ToastAction } from '../../ui/toasts.svelte';
import { type Together, TrashBook } from './trash.svelte';

const said: { words: string; action: ToastAction | undefined }[] = [];
vi.mock('../../ui/toasts.svelte', () => ({
  say: (words: string, action?: ToastAction) => said.push({ words, action }),
  complain: (words: string) => said.push({ words: `!${words}`, action: undefined }),
  UNDO_TIME: 8000,
}));

const file = (filename: string): FileRef => ({ type: 'output', subfolder: '', filename });
const on = {
  ...{ on: true as const, epoch: 'e', revision: 1, trees: [], scan: null, folders: 1 },
  ...{ sidecars: false, marks: 0 },
};

function serve(verbs: Partial<LibraryVerbs>): void {
  const refuse = (): Promise<never> => Promise.reject(new Error('off'));
  const off = {
    delete: refuse,
    restore: refuse,
    trash: refuse,
    empty: refuse,
    move: refuse,
    makeFolder: refuse,
  };
  libraryPort.set({ ...on, canDelete: true }, { ...off, ...verbs });
}

/** A server's trash. */
function trashOf(...names: string[]): Partial<LibraryVerbs> & { names: string[] } {
  const held = { names };
  const take = (trash: string): boolean => {
    const was = held.names.length;
    held.names = held.names.filter((name) => name !== trash);
    return held.names.length < was;
  };
  const gone = { ok: false, why: 'not_found', message: '' } as const;
  return Object.assign(held, {
    delete: (files: readonly FileRef[]) =>
      Promise.resolve(
        files.map(({ filename }) => {
          if (filename === 'no.png') {
            return gone;
          }
          held.names = [filename, ...held.names];
          return { ok: true as const, trash: filename };
        }),
      ),
    restore: (files: readonly { trash: string }[]) =>
      Promise.resolve(files.map(({ trash }) => (take(trash) ? { ok: true as const, trash } : gone))),
    empty: (trash: readonly string[]) =>
      Promise.resolve(trash.map((name) => (take(name) ? { ok: true as const } : gone))),
    trash: () =>
      Promise.resolve(
        held.names.map((name) => ({ trash: name, path: name, file: file(name), at: 1, size: 1 })),
      ),
  });
}

beforeEach(async () => {
  said.length = 0;
  await Promise.all([loadWords('library')]);
});

afterEach(() => {
  libraryPort.set(null, null);
  vi.useRealTimers();
});

const names = (book: TrashBook): string[] | undefined => book.all?.map(({ trash }) => trash);

it('offers the way back', async () => {
  const server = trashOf();
  serve(server);
  const book = new TrashBook();
  await book.delete(['a.png', 'no.png', 'b.png'].map(file));
  expect(said.map(({ words }) => words)).toEqual([
    '2 files moved to the trash',
    '!1 file could not be moved to the trash: it is not there any more.',
  ]);
  expect([book.all, server.names]).toEqual([null, ['b.png', 'a.png']]);
  said[0]?.action?.run();
  await vi.waitFor(() => expect(said.at(-1)?.words).toBe('2 files restored'));
  expect(server.names).toEqual([]);
});

it('shows what the server has in its trash, whoever put it there', async () => {
  const server = trashOf('old.png');
  serve(server);
  const book = new TrashBook();
  await book.load();
  await book.delete([file('a.png')]);
  expect(names(book)).toEqual(['a.png', 'old.png']);
  await book.restore(book.all?.slice(1) ?? []);
  expect(names(book)).toEqual(['a.png']);
  const before = book.all ?? [];
  await book.empty(before);
  expect([names(book), said.at(-1)?.words]).toEqual([[], '1 file removed for good']);
  await book.empty(before);
  expect(said.at(-1)?.words).toBe('!1 file could not be removed: it is not there any more.');
  libraryPort.set({ ...on, canDelete: true }, {
    ...server,
    trash: () => Promise.reject(new Error('off')),
  } as LibraryVerbs);
  await book.load();
  expect(names(book)).toEqual([]);
});

it('takes something along, and brings it back with the files', async () => {
  vi.useFakeTimers();
  serve(trashOf());
  const did: string[] = [];
  const together = { undo: () => did.push('undo'), commit: () => did.push('commit') };
  const begin = (): Together => {
    did.push('begin');
    return { undo: () => void together.undo(), commit: () => void together.commit() };
  };
  const book = new TrashBook();
  await book.delete([file('no.png')], begin);
  expect(did).toEqual([]);
  await book.delete([file('a.png')], begin);
  said.at(-1)?.action?.run();
  await vi.runAllTimersAsync();
  expect(did).toEqual(['begin', 'undo']);
  await book.delete([file('b.png')], begin);
  await vi.runAllTimersAsync();
  expect(did).toEqual(['begin', 'undo', 'begin', 'commit']);
});

it('says so when the server does not answer, or may not delete', async () => {
  const book = new TrashBook();
  serve({});
  await book.delete([file('a.png')]);
  libraryPort.set({ ...on, canDelete: false });
  await book.delete([file('a.png')]);
  expect(said.map(({ words }) => words)).toEqual(
    Array(2).fill('!1 file could not be moved to the trash: Darkroom’s server does not answer.'),
  );
  expect(book.all).toBeNull();
});
