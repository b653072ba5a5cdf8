import { expect, it } from 'vitest';
import type { FileRef } from '../../comfy/file-ref';
import { memoryMarks } from '../../jobs/fixtures/memory-marks';
import { OutputLibrary } from '../../jobs/library/output-library.svelte';
import { foundRecord } from '../../jobs/sources/found-record';
import { visibleList } from './visible-list';

const found = (filename: string, type: FileRef['type'], at: number): ReturnType<typeof foundRecord> =>
  foundRecord({ type, subfolder: '', filename }, at);

it('keeps inputs from among the pictures, and each list in step', () => {
  const items = new OutputLibrary();
  const marks = memoryMarks();
  items.change({ removed: [], added: [found('a.png', 'output', 1), found('b.png', 'input', 2)] });
  const outputs = visibleList(items, marks);
  const inputs = visibleList(items, marks, 'inputs');
  const names = (): string[][] =>
    [outputs, inputs].map(({ list }) => list.slice(0).map(({ output }) => output.ref.filename));
  expect(names()).toEqual([['a.png'], ['b.png']]);
  items.change({ removed: [], added: [found('c.png', 'input', 3), found('d.png', 'output', 4)] });
  expect(names()).toEqual([
    ['d.png', 'a.png'],
    ['c.png', 'b.png'],
  ]);
  marks.change([{ type: 'input', subfolder: '', filename: 'c.png' }], { hidden: true });
  expect(names()).toEqual([['d.png', 'a.png'], ['b.png']]);
  items.change({ removed: [found('b.png', 'input', 2)], added: [] });
  expect(names()).toEqual([['d.png', 'a.png'], []]);
  outputs.stop();
  inputs.stop();
});
