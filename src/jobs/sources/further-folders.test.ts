import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { treeRef } from '../../comfy/folder-path';
import { displayPath, type FileRef, fileRefKey } from '../../comfy/file-ref';
import { rootNames } from '../../comfy/tree-ref';
import { libraryPort } from '../../ports/library.svelte';
import type { LibraryTree } from '../../ports/library-wire';
import { jobOf, LibraryStage, refOf } from '../fixtures/library-stage';
import { pictureKey } from '../thumbs/thumb-store.svelte';

let stage: LibraryStage;
const settle = (ms = 3000): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const tree = (id: string, kind: LibraryTree['kind']): LibraryTree => ({
  ...{ id, kind, name: `The ${id}`, online: true, files: 1 },
});
const inMore = (path: string): FileRef => {
  const { subfolder, filename } = refOf(path);
  return treeRef('output', { tree: 'more', folder: subfolder }, filename);
};

async function openIt(): Promise<void> {
  const opened = stage.open();
  await settle();
  expect(await opened).toBe(true);
}

beforeEach(() => {
  vi.useFakeTimers();
  stage = new LibraryStage();
  stage.server.further = [tree('more', 'other'), tree('in', 'input'), tree('in2', 'other-input')];
});

afterEach(() => {
  stage.close();
  libraryPort.set(null, null);
  rootNames.clear();
  vi.useRealTimers();
});

describe('files of further folders', () => {
  it('are pictures of their own, also where others have their name', async () => {
    stage.server.put('sub/a.png', { key: 'A' });
    stage.server.put('more:sub/a.png', { key: 'B' });
    stage.server.put('in:sub/a.png', { key: 'C' });
    stage.server.put('in2:sub/a.png', { key: 'D' });
    await openIt();
    const refs = stage.items.slice(0).map(({ output }) => output.ref);
    expect(refs.map(displayPath).toSorted()).toEqual([
      ...['The in2/sub/a.png', 'The more/sub/a.png', 'sub/a.png', 'sub/a.png'],
    ]);
    const differ = (of: (item: ReturnType<typeof stage.items.slice>[number]) => string): number =>
      new Set(stage.items.slice(0).map(of)).size;
    expect([
      differ(({ output }) => fileRefKey(output.ref)),
      differ(({ job }) => job.id),
      differ(pictureKey),
    ]).toEqual([4, 4, 4]);
    const { library } = stage.pictures ?? {};
    expect(refs.map((ref) => library?.of(ref)?.key).toSorted()).toEqual(['A', 'B', 'C', 'D']);
    // A job that names one of them takes that one only.
    await stage.end(jobOf('j1', 'sub/a.png'));
    await settle();
    expect([stage.items.length, stage.items.byFile(inMore('sub/a.png'))?.job.found]).toEqual([4, true]);
    stage.server.delete('more:sub/a.png');
    await settle();
    expect([stage.items.length, stage.jobOf('sub/a.png')]).toEqual([3, 'j1']);
  });

  it('are read by their content from the server that has them', async () => {
    stage.server.put('more:sub/a.png', { key: 'B' });
    await openIt();
    const { pictures } = stage;
    const ref = inMore('sub/a.png');
    expect(pictures?.url(ref)).toBe('http://server/darkroom/library/file/B?of=tree');
    expect(pictures?.url(refOf('b.png'))).toContain('/view?');
    expect(await (await pictures?.read(ref))?.text()).toBe('the file B');
    expect(await pictures?.stat(ref)).toEqual({ bytes: 10, tag: '"B"' });
    expect((await pictures?.readUpTo(ref, 9))?.file).toBeNull();
    expect(await (await pictures?.readUpTo(ref, 10))?.file?.text()).toBe('the file B');
    expect(await pictures?.stat(inMore('none.png'))).toBeNull();
    await expect(pictures?.read(inMore('none.png'))).rejects.toMatchObject({ kind: 'http', status: 404 });
    stage.server.trouble = 'silent';
    await expect(pictures?.read(ref)).rejects.toMatchObject({ kind: 'unreachable' });
  });

  it('take their marks and the job along from one to another, but not to the inputs', async () => {
    stage.server.put('a.png', { key: 'A' });
    await openIt();
    await stage.end(jobOf('j1', 'a.png'));
    await settle();
    stage.marks.set('a.png', 'loved');
    stage.server.move('a.png', 'more:sub/a.png');
    await settle();
    expect(stage.items.byFile(inMore('sub/a.png'))?.job.id).toBe('j1');
    expect([...stage.marks]).toEqual([['library:more/sub/a.png', 'loved']]);
    // Deleted, and later uploaded to be edited once more.
    stage.server.delete('more:sub/a.png');
    await settle();
    stage.server.put('in:a.png', { key: 'A' });
    await settle();
    expect([...stage.marks]).toEqual([['library:more/sub/a.png', 'loved']]);
    expect(stage.table.peek('j1')?.record.outputs[0]?.ref).toEqual(inMore('sub/a.png'));
    expect(stage.items.slice(0).map(({ output }) => output.ref.type)).toEqual(['input']);
  });

  it('are deleted, restored and moved where they lie', async () => {
    stage.server.put('more:sub/a.png');
    await openIt();
    const { verbs } = libraryPort;
    const ref = inMore('sub/a.png');
    const [gone] = (await verbs?.delete([ref])) ?? [];
    await settle();
    expect([stage.items.length, stage.server.files.size]).toEqual([0, 0]);
    expect(await verbs?.trash()).toMatchObject([{ path: 'library:more/sub/a.png', file: ref }]);
    await verbs?.restore([{ file: ref, trash: gone?.ok ? gone.trash : '' }]);
    await settle();
    expect(stage.items.at(0)?.output.ref).toEqual(ref);
    expect(await libraryPort.folders()).toEqual(['library:more/sub']);
    await verbs?.move([
      { from: 'library:more/sub/a.png', to: 'library:more/b.png' },
      { from: 'library:more/b.png', to: 'sub/b.png' },
      { from: 'input:/a.png', to: 'input:in2/x/a.png' },
    ]);
    expect(stage.server.moves).toEqual([
      { tree: 'more', from: 'sub/a.png', to: 'b.png' },
      { tree: 'more', from: 'b.png', to: 'sub/b.png', toTree: 'out' },
      { tree: 'in', from: 'a.png', to: 'x/a.png', toTree: 'in2' },
    ]);
  });

  it('are away while their own drive is, and go when their folder is given no longer', async () => {
    stage.server.put('a.png');
    stage.server.put('more:b.png');
    await openIt();
    stage.server.further = stage.server.further.map((one) => ({ ...one, online: one.id !== 'more' }));
    stage.server.announce();
    await settle();
    const { library } = stage.pictures ?? {};
    expect([library?.isAway(inMore('b.png')), library?.isAway(refOf('a.png')), stage.items.length]).toEqual([
      ...[true, false, 2],
    ]);
    stage.server.further = [];
    await openIt();
    await settle();
    expect(stage.items.slice(0).map(({ output }) => output.ref)).toEqual([refOf('a.png')]);
  });

  it('are there for who has a library from before they were shown', async () => {
    stage.server.further = [];
    stage.server.put('a.png');
    await openIt();
    stage.server.further = [tree('more', 'other')];
    stage.server.put('more:b.png');
    await settle();
    expect(stage.items.length).toBe(2);
    await openIt();
    expect(stage.items.length).toBe(2);
  });
});
