import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { FileRef } from '../../comfy/file-ref';
import { LineageStore, type LineageStep, withStep } from './lineage';

const stored = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => stored.set(key, value),
});

const file = (filename: string): FileRef => ({ filename, subfolder: 'a', type: 'output' });
const step = (child: string, parent: string): LineageStep => ({ child: file(child), parent: file(parent) });

beforeEach(() => stored.clear());

describe('the stored steps', () => {
  it('hold one parent per child, the newest', () => {
    expect(withStep([step('b', 'a')], step('b', 'z'))).toEqual([step('b', 'z')]);
  });

  it('do not grow without limit', () => {
    const many = Array.from({ length: 400 }, (_, index) => step(`${index + 1}`, `${index}`));
    const kept = many.reduce<LineageStep[]>(withStep, []);
    expect(kept).toHaveLength(300);
    expect(kept.at(-1)).toEqual(step('400', '399'));
  });

  it('are there on the next page, and none are when storage holds nonsense', () => {
    new LineageStore().add(step('b', 'a'));
    expect(new LineageStore().parentOf(file('b'))).toEqual(file('a'));
    expect(new LineageStore().parentOf(file('a'))).toBeNull();
    stored.set('darkroom.lineage', '[{"child":1}]');
    expect(new LineageStore().parentOf(file('b'))).toBeNull();
  });
});
