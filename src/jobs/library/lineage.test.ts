import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import type { ApiGraph } from '../../comfy/graph';
import { newJob } from '../fixtures/records';
import type { JobRecord } from '../state/job';
import { familyOf, type FamilyMember, rowsOf, without } from './family';
import { ChildIndex, parentsOf, sourcesOf } from './lineage';

const file = (filename: string, type: FileRef['type'] = 'output'): FileRef => ({
  filename,
  subfolder: '',
  type,
});

describe('the sources of a picture', () => {
  const graphOf = (nodes: Record<string, [string, object]>): ApiGraph =>
    Object.fromEntries(
      Object.entries(nodes).map(([id, [class_type, inputs]]) => [id, { class_type, inputs }]),
    ) as ApiGraph;

  it('are the pictures its graph loads, the nearest first, whichever way they are named', () => {
    const graph = graphOf({
      save: ['SaveImage', { images: ['blend', 0] }],
      blend: ['ImageBlend', { image1: ['near', 0], image2: ['scale', 0] }],
      near: ['LoadImage', { image: 'sub/a.png [output]' }],
      scale: ['ImageScale', { image: ['far', 0] }],
      far: ['LoadImage', { image: 'clipspace/b.png [input]' }],
      other: ['LoadImage', { image: 'not used.png' }],
    });
    expect(sourcesOf(graph, 'save')).toEqual([
      { filename: 'a.png', subfolder: 'sub', type: 'output' },
      { filename: 'b.png', subfolder: 'clipspace', type: 'input' },
    ]);
    expect(sourcesOf(graph, 'other')).toEqual([]);
  });

  it('are not files of which only the mask is used', () => {
    const graph = graphOf({
      save: ['SaveImage', { images: ['masked', 0] }],
      masked: ['SetLatentNoiseMask', { samples: ['picture', 0], mask: ['mask', 1] }],
      picture: ['LoadImageOutput', { image: 'a.png' }],
      mask: ['LoadImage', { image: 'mask.png' }],
      more: ['LoadImageMask', { image: 'more.png', channel: 'alpha' }],
    });
    expect(sourcesOf(graph, 'save')).toEqual([file('a.png')]);
  });

  it('are none in a graph that loads nothing, or names no file', () => {
    expect(sourcesOf(graphOf({ a: ['EmptyImage', {}] }), 'a')).toEqual([]);
    const nameless = graphOf({ a: ['SaveImage', { images: ['b', 0] }], b: ['LoadImage', { image: 7 }] });
    expect(sourcesOf(nameless, 'a')).toEqual([]);
  });
});

describe('the parent of a job', () => {
  const darkroom = { recipe: 'blur', parent: file('original.png'), mask: file('mask.png', 'input') };

  it('is what our own record says, before what the graph loads', () => {
    expect(parentsOf({ darkroom, sources: [file('mask.png', 'input')] })).toEqual([darkroom.parent]);
    expect(parentsOf({ darkroom: null, sources: [file('a.png')] })).toEqual([file('a.png')]);
    expect(parentsOf({ darkroom: null })).toEqual([]);
  });

  it('is the result that was kept, when it was put over its original', () => {
    const sources = [darkroom.mask, darkroom.parent, file('result.png')];
    expect(parentsOf({ darkroom: { ...darkroom, recipe: 'merge' }, sources })).toEqual([file('result.png')]);
    expect(parentsOf({ darkroom: { ...darkroom, recipe: 'merge' }, sources: [darkroom.mask] })).toEqual([
      darkroom.parent,
    ]);
  });
});

describe('the index of children', () => {
  it('is what a look through all jobs finds, whatever came and went before', () => {
    const names = fc.constantFrom('a', 'b', 'c');
    const steps = fc.array(
      fc.record({
        id: fc.constantFrom('1', '2', '3', '4'),
        parents: fc.uniqueArray(names),
        listed: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(steps, (changes) => {
        const index = new ChildIndex();
        const jobs = new Map<string, JobRecord>();
        for (const { id, parents, listed } of changes) {
          const before = jobs.get(id);
          if (before) {
            index.set(before, false);
            jobs.delete(id);
          }
          if (listed) {
            const job = newJob(id, 'completed', { sources: parents.map((name) => file(name)) });
            index.set(job, true);
            jobs.set(id, job);
          }
        }
        const made = (name: string): string[] =>
          [...jobs.values()]
            .filter((job) => parentsOf(job).some(({ filename }) => filename === name))
            .map(({ id }) => id);
        for (const name of ['a', 'b', 'c']) {
          expect(
            index
              .of(fileRefKey(file(name)))
              .map(({ id }) => id)
              .sort(),
          ).toEqual(made(name).sort());
        }
        expect(index.size).toBe(['a', 'b', 'c'].filter((name) => made(name).length > 0).length);
      }),
    );
  });
});

describe('a family', () => {
  /** Pictures by number; each but the first was made from an earlier one. */
  const treeOf = (parents: readonly number[]) => ({
    parentOf: ({ filename }: FileRef): FileRef | null => {
      const parent = parents[Number(filename)];
      return parent === undefined || parent < 0 ? null : file(String(parent));
    },
    childrenOf: ({ filename }: FileRef): FileRef[] =>
      parents.flatMap((parent, child) => (parent === Number(filename) ? [file(String(child))] : [])),
  });
  const names = (members: readonly FamilyMember[]): string =>
    members.map(({ ref }) => ref.filename).join(' ');

  it('begins with the original, in the order in which its pictures were made', () => {
    const family = familyOf(file('3'), treeOf([-1, 0, 0, 1, 3, 1]));
    expect(names(rowsOf(family.root))).toBe('0 1 3 4 5 2');
    expect(rowsOf(family.root).map(({ depth }) => depth)).toEqual([0, 1, 2, 3, 2, 1]);
    expect(family).toMatchObject({ size: 6, cut: false });
  });

  it('has each picture once, and always the one that was asked for', () => {
    // Any parent, also a later picture or itself: files are written over.
    const anyTree = fc
      .integer({ min: 1, max: 12 })
      .chain((size) =>
        fc.array(fc.integer({ min: -1, max: size - 1 }), { minLength: size, maxLength: size }),
      );
    fc.assert(
      fc.property(anyTree, fc.nat(), fc.integer({ min: 1, max: 12 }), (parents, pick, most) => {
        const asked = file(String(pick % parents.length));
        const family = familyOf(asked, treeOf(parents), most);
        const keys = rowsOf(family.root).map(({ key }) => key);
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys).toContain(fileRefKey(asked));
        expect(family.size).toBe(keys.length);
        if (most >= parents.length) {
          expect(family.cut).toBe(false);
          // Everybody in the tree has all children there.
          rowsOf(family.root).forEach(({ ref }) =>
            treeOf(parents)
              .childrenOf(ref)
              .forEach((child) => expect(keys).toContain(fileRefKey(child))),
          );
        }
      }),
    );
  });

  it('goes on past those that are left out, up and down', () => {
    const tree = treeOf([-1, 0, 1, 2, 1, 0, 5]);
    const hidden = (...numbers: number[]) =>
      without(tree, ({ filename }) => numbers.includes(Number(filename)));
    expect(names(rowsOf(familyOf(file('3'), hidden(1)).root))).toBe('0 2 3 4 5 6');
    expect(names(rowsOf(familyOf(file('3'), hidden(1, 2, 6)).root))).toBe('0 3 4 5');
    // Without its original a family is what is below.
    expect(names(rowsOf(familyOf(file('3'), hidden(0)).root))).toBe('1 2 3 4');
    expect(names(rowsOf(familyOf(file('3'), hidden(0, 1, 2)).root))).toBe('3');
  });

  it('ends, also where all that are left out were made from each other', () => {
    const round = treeOf([1, 0, 0]);
    expect(
      names(
        rowsOf(
          familyOf(
            file('2'),
            without(round, ({ filename }) => filename !== '2'),
          ).root,
        ),
      ),
    ).toBe('2');
  });

  it('says when it is cut, and keeps the way to the picture', () => {
    const chain = Array.from({ length: 50 }, (_, i) => i - 1);
    const family = familyOf(file('20'), treeOf([...chain, 0, 0]), 10);
    expect(family.cut).toBe(true);
    expect(names(rowsOf(family.root))).toContain('19 20');
  });

  it('knows the way to a picture that no index has as a child', () => {
    const lost = familyOf(file('lost'), {
      parentOf: ({ filename }) => (filename === 'lost' ? file('0') : null),
      childrenOf: () => [],
    });
    expect(names(rowsOf(lost.root))).toBe('0 lost');
  });
});
