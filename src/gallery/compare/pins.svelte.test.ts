import { expect, it } from 'vitest';
import type { FileRef } from '../../comfy/file-ref';
import { Pins } from './pins.svelte';

const file = (filename: string): FileRef => ({ filename, subfolder: '', type: 'output' });

it('keeps up to four pictures in the order they were pinned', () => {
  const pins = new Pins();
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    pins.toggle(file(name));
  }
  expect(pins.full).toBe(true);
  expect(pins.files.map(({ filename }) => filename)).toEqual(['a', 'b', 'c', 'd']);
  pins.toggle({ ...file('b') });
  expect(pins.has(file('b'))).toBe(false);
  pins.toggle(file('e'));
  expect(pins.files.map(({ filename }) => filename)).toEqual(['a', 'c', 'd', 'e']);
  pins.clear();
  expect(pins.files).toEqual([]);
});
