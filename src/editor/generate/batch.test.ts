import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiGraph } from '../../comfy/graph';
import { batchSeeds, hasSeed, withSeed } from './batch';

const MAX = 18446744073709551615n;

describe('the seeds of a batch', () => {
  it('are consecutive, exact and within the limit', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, MAX), fc.integer({ min: 1, max: 16 }), (first, count) => {
        const seeds = batchSeeds(first, count, MAX).map(BigInt);
        expect(seeds).toHaveLength(count);
        expect(seeds[0]).toBe(first);
        for (const [index, seed] of seeds.entries()) {
          expect(seed).toBe((first + BigInt(index)) % (MAX + 1n));
        }
      }),
    );
  });

  it('are numbers where a number is exact, else bigint', () => {
    expect(batchSeeds(2 ** 53 - 2, 3, MAX)).toEqual([2 ** 53 - 2, 2 ** 53 - 1, 2n ** 53n]);
    expect(batchSeeds(MAX, 2, MAX)).toEqual([MAX, 0]);
  });
});

describe('a new seed', () => {
  const graph: ApiGraph = {
    '1': { class_type: 'KSampler', inputs: { seed: 1, steps: 20, model: ['2', 0] } },
    '2': { class_type: 'KSamplerAdvanced', inputs: { noise_seed: MAX } },
    '3': { class_type: 'KSampler', inputs: { seed: ['4', 0] } },
  };

  it('goes into every sampler and leaves everything else, and the given graph, unchanged', () => {
    const before = structuredClone(graph);
    expect(withSeed(graph, 7)).toEqual({
      '1': { class_type: 'KSampler', inputs: { seed: 7, steps: 20, model: ['2', 0] } },
      '2': { class_type: 'KSamplerAdvanced', inputs: { noise_seed: 7 } },
      '3': { class_type: 'KSampler', inputs: { seed: ['4', 0] } },
    });
    expect(graph).toEqual(before);
  });

  it('is of no use to a graph without one', () => {
    expect(hasSeed(graph)).toBe(true);
    expect(hasSeed({ '1': { class_type: 'ImageBlur', inputs: { sigma: 2 } } })).toBe(false);
    expect(hasSeed({ '3': { class_type: 'KSampler', inputs: { seed: ['4', 0] } } })).toBe(false);
  });
});
