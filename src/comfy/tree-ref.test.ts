import { afterEach, describe, expect, it } from 'vitest';
import { deviceRef } from './device-ref';
import { displayPath, type FileRef, fileRefKey } from './file-ref';
import {
  folderPath,
  isInputPath,
  isOutsideComfy,
  pathTyped,
  placeOfPath,
  rootOf,
  treeRef,
  typedPath,
} from './folder-path';
import { rootNames, shownPath, treeOf, treePlaceOf } from './tree-ref';

const comfy = (subfolder: string, type: FileRef['type'] = 'output'): FileRef => ({
  type,
  subfolder,
  filename: 'a.png',
});
const more = treeRef('output', { tree: 'Ab_-9', folder: 'x/y' }, 'a.png');
const inputs = treeRef('input', { tree: 'Cd', folder: '' }, 'a.png');

afterEach(() => rootNames.clear());

describe('a file of a further folder', () => {
  it('is told from those of ComfyUI, and of other trees', () => {
    expect(treePlaceOf(more)).toEqual({ tree: 'Ab_-9', folder: 'x/y' });
    expect(treePlaceOf(inputs)).toEqual({ tree: 'Cd', folder: '' });
    for (const subfolder of [
      '',
      'x/y',
      'library',
      'library:',
      'library:a b/c',
      'x/library:Ab/y',
      'device:library:Ab',
    ]) {
      expect(treePlaceOf(comfy(subfolder)), subfolder).toBeNull();
    }
    const keys = [more, inputs, comfy('x/y'), comfy('', 'input'), { ...more, type: 'input' as const }].map(
      fileRefKey,
    );
    expect(new Set(keys).size).toBe(5);
  });

  it('has to be uploaded before a job can read it, as one of this device', () => {
    expect(
      [more, inputs, deviceRef('x', 'a.png'), comfy('x'), comfy('', 'input')].map(isOutsideComfy),
    ).toEqual([...[true, true, true, false, false]]);
  });

  it('belongs to the tree of its id, others to that of their kind', () => {
    const trees = [
      { id: 'Own', kind: 'output' },
      { id: 'Ab_-9', kind: 'other' },
      { id: 'In', kind: 'input' },
    ];
    expect(
      [more, inputs, comfy('x'), comfy('x', 'input'), comfy('', 'temp')].map((ref) => treeOf(trees, ref)?.id),
    ).toEqual([...['Ab_-9', undefined, 'Own', 'In', undefined]]);
  });

  it('is shown below the name of its folder', () => {
    expect([displayPath(more), displayPath(inputs)]).toEqual(['library/x/y/a.png', 'input/a.png']);
    rootNames.set('library:Ab_-9', 'Attic').set('input:Cd', 'Scans').set('input:', 'input');
    expect(displayPath(inputs)).toBe('Scans/a.png');
    expect([displayPath(more), displayPath(comfy('x\\y')), displayPath(comfy('x', 'input'))]).toEqual([
      ...['Attic/x/y/a.png', 'x/y/a.png', 'x/a.png'],
    ]);
    expect(['', 'x', 'input:/x', 'input:Cd', 'input:X/y', 'library:Ab_-9/x'].map(shownPath)).toEqual([
      ...['', 'x', 'input/x', 'Scans', 'input/y', 'Attic/x'],
    ]);
  });
});

it.each([
  [comfy(''), '', '', { tree: '', folder: '' }],
  [comfy('x\\y'), 'x/y', '', { tree: '', folder: 'x/y' }],
  [more, 'library:Ab_-9/x/y', 'library:Ab_-9', { tree: 'Ab_-9', folder: 'x/y' }],
  [comfy('', 'input'), 'input:', 'input:', { tree: '', folder: '' }],
  [comfy('x/y', 'input'), 'input:/x/y', 'input:', { tree: '', folder: 'x/y' }],
  [inputs, 'input:Cd', 'input:Cd', { tree: 'Cd', folder: '' }],
])('the folder of %j is %s, and leads back', (ref, path, root, place) => {
  expect(folderPath(ref)).toBe(path);
  expect([rootOf(path), placeOfPath(path), isInputPath(path)]).toEqual([root, place, ref.type === 'input']);
});

it('a folder is typed by the name of its tree, where only one has it', () => {
  rootNames
    .set('library:Ab', 'Attic')
    .set('input:', 'Inputs')
    .set('library:Cd', 'Twice')
    .set('input:Ef', 'Twice');
  rootNames.set('library:Gh', 'odd:name');
  const paths = [
    '',
    'x/y',
    'library:Ab',
    'library:Ab/x: y',
    'input:/x',
    'library:Cd/x',
    'library:Gh',
    'library:none/x',
  ];
  const typed = [
    '',
    'x/y',
    'Attic:',
    'Attic:/x: y',
    'Inputs:/x',
    'library:Cd/x',
    'library:Gh',
    'library:none/x',
  ];
  expect(paths.map(typedPath)).toEqual(typed);
  expect(typed.map(pathTyped)).toEqual(paths);
  expect(['Nobody:/x', 'Atticx:', 'x/Attic:/y', 'attic:'].map(pathTyped)).toEqual([
    ...['Nobody:/x', 'Atticx:', 'x/Attic:/y', 'attic:'],
  ]);
});
