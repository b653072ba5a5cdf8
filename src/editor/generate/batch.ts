import type { ExactInt } from '../../comfy/exact-json';
import { type ApiGraph, isLink } from '../../comfy/graph';

/** The most jobs one press of Generate may queue. */
export const MAX_BATCH = 16;

/** Input names under which ComfyUI's samplers take their seed. */
const SEED_INPUTS = ['seed', 'noise_seed'];

/**
 * Seeds of a batch: the first as it is, then one more each, starting again at 0 beyond `max`. As exact as
 * they came; a `bigint` only where a number would round.
 */
export function batchSeeds(first: ExactInt, count: number, max: ExactInt): ExactInt[] {
  const size = BigInt(max) + 1n;
  return Array.from({ length: count }, (_, index) => exact((BigInt(first) + BigInt(index)) % size));
}

/** Whether a graph uses a seed of its own: if not, running it again changes nothing. */
export function hasSeed(graph: ApiGraph): boolean {
  return seedPlaces(graph).length > 0;
}

/** The graph with `seed` in place of every seed written into it; linked seeds stay linked. */
export function withSeed(graph: ApiGraph, seed: ExactInt): ApiGraph {
  const changed: ApiGraph = { ...graph };
  for (const [id, input] of seedPlaces(graph)) {
    const node = changed[id];
    if (node) {
      changed[id] = { ...node, inputs: { ...node.inputs, [input]: seed } };
    }
  }
  return changed;
}

function seedPlaces(graph: ApiGraph): [string, string][] {
  return Object.entries(graph).flatMap(([id, { inputs }]) =>
    SEED_INPUTS.filter((name) => isSeed(inputs[name])).map((name): [string, string] => [id, name]),
  );
}

function isSeed(value: unknown): boolean {
  return !isLink(value) && (typeof value === 'number' || typeof value === 'bigint');
}

function exact(value: bigint): ExactInt {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
