import { describe, expect, it } from 'vitest';
import type { ApiGraph } from '../comfy/graph';
import { loadWords } from '../i18n/index.svelte';
import { changesBetween, changeWords, differInSeedsOnly } from './job-change';

await loadWords('queue');

function graph(sampler: Record<string, unknown>, prefix = 'a'): ApiGraph {
  return {
    '1': { class_type: 'KSampler', inputs: { model: ['9', 0], seed: 1, denoise: 0.5, ...sampler } },
    '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: prefix } },
  };
}

const words = (before: ApiGraph, after: ApiGraph): string[] | undefined =>
  changesBetween(before, after)?.map(changeWords);

describe('what changed since the job before', () => {
  it('names settings with their values, and seeds without', () => {
    expect(words(graph({}), graph({ seed: 18446744073709551615n, denoise: 0.6 }))).toEqual([
      'seed',
      'denoise 0.5 → 0.6',
    ]);
  });

  it('names long texts without their values', () => {
    const long = 'a very long prompt, in many words';
    expect(words(graph({ about: 'short' }), graph({ about: long }))).toEqual(['about']);
    expect(words(graph({ text: 'a hill' }), graph({ text: 'a lake' }))).toEqual(['prompt']);
    expect(words(graph({ sampler_name: 'euler' }), graph({ sampler_name: 'dpmpp_2m' }))).toEqual([
      'sampler euler → dpmpp_2m',
    ]);
  });

  it('is nothing for the same job under another file name', () => {
    expect(words(graph({}), graph({}, 'b'))).toEqual([]);
    expect(differInSeedsOnly(graph({}), graph({}, 'b'))).toBe(false);
  });

  it('is not told of another workflow', () => {
    expect(words(graph({}), graph({ model: ['8', 0] }))).toBeUndefined();
    expect(words(graph({}), { ...graph({}), '3': { class_type: 'Note', inputs: {} } })).toBeUndefined();
    expect(differInSeedsOnly(graph({}), graph({ model: ['8', 0], seed: 2 }))).toBe(false);
  });

  it('knows jobs that differ in their seeds alone', () => {
    expect(differInSeedsOnly(graph({}), graph({ seed: 2 }, 'b'))).toBe(true);
    expect(differInSeedsOnly(graph({}), graph({ seed: 2, denoise: 0.6 }))).toBe(false);
  });
});
