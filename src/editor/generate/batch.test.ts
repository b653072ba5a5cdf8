import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchSeeds } from './batch';

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
