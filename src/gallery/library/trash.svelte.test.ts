import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FileRef } from '../../comfy/file-ref';
import { loadWords } from '../../i18n/index.svelte';
import { libraryPort, type LibraryVerbs } from '../../ports/library.svelte';
import type { ToastAction } from '../../ui/toasts.svelte';
import { TrashBook } from './trash.svelte';

const said: { words: string; action: ToastAction | undefined }[] = [];
vi.mock('../../ui/toasts.svelte', () => ({
  say: (words: string, action?: ToastAction) => said.push({ words, action }),
  complain: (words: string) => said.push({ words: `!${words}`, action: undefined }),
}));

const file = (filename: string): FileRef => ({ type: 'output', subfolder: '', filename });
const on = { on: true as const, epoch: 'e', revision: 1, trees: [], scan: null };
let kept: Map<string, string>;

function serve(verbs: Partial<LibraryVerbs>): void {
  const refuse = (): Promise<never> => Promise.reject(new Error('off'));
  libraryPort.set({ ...on, canDelete: true }, { delete: refuse, restore: refuse, ...verbs });
}

beforeEach(async () => {
  said.length = 0;
  kept = new Map();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => kept.set(key, text),
  });
  await Promise.all([loadWords('library')]);
});

afterEach(() => {
  libraryPort.set(null, null);
  vi.unstubAllGlobals();
});

it('offers the way back, and remembers what can be restored', async () => {
  const restored: string[] = [];
  serve({
    delete: (files) =>
      Promise.resolve(
        files.map(({ filename }) =>
          filename === 'no.png'
            ? { ok: false, why: 'not_found', message: '' }
            : { ok: true, trash: `t-${filename}` },
        ),
      ),
    restore: (files) => {
      restored.push(...files.map(({ trash }) => trash));
      return Promise.resolve(files.map(({ trash }) => ({ ok: true, trash })));
    },
  });
  const book = new TrashBook();
  await book.delete(['a.png', 'no.png', 'b.png'].map(file));
  expect(said.map(({ words }) => words)).toEqual([
    '2 files moved to the trash',
    '!1 file could not be moved to the trash: it is not there any more.',
  ]);
  expect(new TrashBook().all.map(({ trash }) => trash)).toEqual(['t-b.png', 't-a.png']);
  said[0]?.action?.run();
  await vi.waitFor(() => expect(said.at(-1)?.words).toBe('2 files restored'));
  expect(restored).toEqual(['t-a.png', 't-b.png']);
  expect([book.all, new TrashBook().all]).toEqual([[], []]);
});

it('keeps what could not be restored, unless it is not in the trash any more', async () => {
  const whys = { a: 'exists', b: 'not_found' } as const;
  serve({
    delete: (files) => Promise.resolve(files.map(({ filename }) => ({ ok: true, trash: filename }))),
    restore: (files) =>
      Promise.resolve(files.map(({ trash }) => ({ ok: false, why: whys[trash as 'a'], message: '' }))),
  });
  const book = new TrashBook();
  await book.delete([file('a'), file('b')]);
  await book.restore(book.all);
  expect(book.all.map(({ trash }) => trash)).toEqual(['a']);
  expect(said.at(-1)?.words).toMatch(/^!2 files could not be restored/);
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
  expect(book.all).toEqual([]);
});
