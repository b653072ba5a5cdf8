import { beforeEach, describe, expect, it } from 'vitest';
import type { Deletion } from '../../comfy/assets';
import { deviceRef } from '../../comfy/device-ref';
import { treeRef } from '../../comfy/folder-path';
import type { FileRef } from '../../comfy/file-ref';
import { newJob } from '../../jobs/fixtures/records';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import type { JobRecord } from '../../jobs/state/job';
import { deletable, type DeletionParts, ServerDeletion } from './server-deletion';

const saved = (filename: string): FileRef => ({ filename, subfolder: '', type: 'output' });

function made(id: string, files: readonly string[], state: JobRecord['state'] = 'completed'): GalleryItem[] {
  const outputs = files.map((name, index) => ({
    ...{ nodeId: '1', index, media: 'image' as const },
    ref: saved(name),
  }));
  const job = newJob(id, state, { outputs });
  return outputs.map((output) => ({
    key: `${id}/${output.index}`,
    job,
    output,
    repeats: [],
    replaced: false,
  }));
}

/** Names of files that are not shown. */
let gone: Set<string>;
let forgotten: string[];
let kept: number[];
/** What becomes of each file; deleted unless told otherwise. */
let fate: Map<string, Deletion | Error>;

const parts: DeletionParts = {
  items: {
    setGone: (files, isGone) => {
      files.forEach(({ filename }) => (isGone ? gone.add(filename) : gone.delete(filename)));
    },
  },
  jobs: {
    forget: (ids) => ({
      undo: () => undefined,
      commit: () => {
        forgotten.push(...ids);
        return Promise.resolve();
      },
    }),
  },
  remove: ({ filename }) => {
    const end = fate.get(filename) ?? 'deleted';
    return end instanceof Error ? Promise.reject(end) : Promise.resolve(end);
  },
  kept: (count) => kept.push(count),
};

beforeEach(() => {
  gone = new Set();
  forgotten = [];
  kept = [];
  fate = new Map();
});

describe('files that the server deletes', () => {
  it('leave the gallery at once, and come back by an undo', () => {
    const deletion = new ServerDeletion(made('a', ['1.png', '2.png']), parts);
    expect(gone).toEqual(new Set(['1.png', '2.png']));
    deletion.undo();
    expect(gone).toEqual(new Set());
  });

  it('take jobs along of which nothing is left, and no others', async () => {
    const [one] = made('b', ['3.png', '4.png']);
    const items = [...made('a', ['1.png', '2.png']), one as GalleryItem, ...made('c', ['5.png'], 'running')];
    await new ServerDeletion(items, parts).commit();
    expect(forgotten).toEqual(['a']);
    expect(gone).toEqual(new Set(['1.png', '2.png', '3.png', '5.png']));
    expect(kept).toEqual([]);
  });

  it('come back when the server only took them off its list, or has none of them', async () => {
    fate.set('1.png', 'kept').set('2.png', 'unlisted');
    await new ServerDeletion(made('a', ['1.png', '2.png', '3.png']), parts).commit();
    expect(gone).toEqual(new Set(['3.png']));
    expect(kept).toEqual([2]);
    expect(forgotten).toEqual([]);
  });

  it('come back when the server fails, but for those that are deleted, and go on from there', async () => {
    fate.set('2.png', new Error('the server does not answer'));
    const deletion = new ServerDeletion(made('a', ['1.png', '2.png', '3.png']), parts);
    await expect(deletion.commit()).rejects.toThrow('does not answer');
    deletion.undo();
    expect(gone).toEqual(new Set(['1.png']));
    fate.set('1.png', new Error('it was deleted already')).delete('2.png');
    await deletion.commit();
    expect(gone).toEqual(new Set(['1.png', '2.png', '3.png']));
    expect(forgotten).toEqual(['a']);
  });

  it('are asked for once, whoever made them', async () => {
    const asked: string[] = [];
    const remove = ({ filename }: FileRef): Promise<Deletion> => {
      asked.push(filename);
      return Promise.resolve('deleted');
    };
    await new ServerDeletion([...made('a', ['1.png']), ...made('b', ['1.png'])], {
      ...parts,
      remove,
    }).commit();
    expect(asked).toEqual(['1.png']);
    expect(forgotten).toEqual(['a', 'b']);
  });
});

it('files of this device, of other folders, and those that are another picture by now, are not the server’s to delete', () => {
  const [plain, later, input, here] = made('a', ['1.png', '2.png', '3.png', '4.png']) as [
    GalleryItem,
    GalleryItem,
    GalleryItem,
    GalleryItem,
  ];
  const items = [
    plain,
    { ...later, replaced: true },
    { ...input, output: { ...input.output, ref: { ...input.output.ref, type: 'input' as const } } },
    { ...here, output: { ...here.output, ref: deviceRef('x', '4.png') } },
    { ...here, output: { ...here.output, ref: treeRef('output', { tree: 'Ab', folder: '' }, '4.png') } },
  ];
  expect(deletable(items)).toEqual([plain]);
});
