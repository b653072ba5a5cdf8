import type { ExactInt } from '../../comfy/exact-json';

/** The most jobs one press of Generate may queue. */
export const MAX_BATCH = 16;

/**
 * Seeds of a batch: the first as it is, then one more each, starting again at 0 beyond `max`. As exact as
 * they came; a `bigint` only where a number would round.
 */
export function batchSeeds(first: ExactInt, count: number, max: ExactInt): ExactInt[] {
  const size = BigInt(max) + 1n;
  return Array.from({ length: count }, (_, index) => exact((BigInt(first) + BigInt(index)) % size));
}

function exact(value: bigint): ExactInt {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
