import { type ExactInt, type ExactJson, parseExactInt } from './exact-json';
import { type ApiGraph, isLink, nodeOf } from './graph';
import { workflowWithSeed } from './workflow-seeds';

/** A graph and what goes into its PNGs beside it. */
interface Job {
  graph: ApiGraph;
  pngInfo: Record<string, ExactJson>;
}

/** A seed that is written into a graph. */
export interface SeedPlace {
  nodeId: string;
  input: string;
  value: ExactInt;
  /** The input that uses it, whose limits count: another node's for a number that is linked to it. */
  usedBy: { className: string; input: string };
}

/** The seeds that an input takes. */
export interface SeedRange {
  min: ExactInt | null;
  max: ExactInt | null;
}

/** `seed`, `noise_seed`, `texture_seed`, and those inside a dynamic combo, such as `sampling_mode.seed`. */
const SEED_INPUT = /(^|[._])seed$/i;
/** Where nodes that hand a number on keep it. */
const NUMBER_INPUTS = ['value', 'int'];

/**
 * What nodes commonly take. Without a word from the server, a new seed stays below the limit that the old one
 * is below: many nodes of online services refuse seeds of more than 31 bits.
 */
const COMMON_LIMITS = [2 ** 31 - 1, 2 ** 32 - 1, 2 ** 50, Number.MAX_SAFE_INTEGER];

/**
 * A random seed. Kept within 2^53−1 although servers take 2^64−1: other front ends round larger ones, and
 * a picture should be repeatable everywhere.
 */
export function randomSeed(): number {
  return randomBetween(0, Number.MAX_SAFE_INTEGER);
}

/** A random whole number, both ends included, but none above 2^53−1. */
export function randomBetween(min: ExactInt, max: ExactInt): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  const least = BigInt(min);
  const most = BigInt(max) < BigInt(Number.MAX_SAFE_INTEGER) ? BigInt(max) : BigInt(Number.MAX_SAFE_INTEGER);
  const count = most - least + 1n;
  return count > 0n ? Number(least + (((BigInt(high) << 32n) | BigInt(low)) % count)) : Number(most);
}

/**
 * The seeds of a graph: those written into inputs of that name, and those of number nodes linked to nothing
 * else. Negative ones are left out; by convention they make the node choose for itself.
 */
export function seedPlaces(graph: ApiGraph): SeedPlace[] {
  const places: SeedPlace[] = [];
  const shared = linkedElsewhere(graph);
  for (const [nodeId, node] of Object.entries(graph)) {
    for (const [input, value] of Object.entries(node.inputs)) {
      if (!SEED_INPUT.test(input)) {
        continue;
      }
      const usedBy = { className: node.class_type, input };
      if (!isLink(value)) {
        places.push(...placeOf(graph, nodeId, input, usedBy));
      } else if (!shared.has(value[0])) {
        const source = nodeOf(graph, value[0]);
        const name = source && NUMBER_INPUTS.find((key) => key in source.inputs);
        places.push(...(name ? placeOf(graph, value[0], name, usedBy) : []));
      }
    }
  }
  // One number node may feed several samplers.
  return [...new Map(places.map((place) => [`${place.nodeId}\0${place.input}`, place])).values()];
}

/** Whether a graph has a seed: if not, running it again makes the same. */
export function hasSeed(graph: ApiGraph): boolean {
  return seedPlaces(graph).length > 0;
}

/**
 * The job with every seed drawn anew, also where its PNG tells of them; seeds that were equal stay equal.
 * `null` when it has none. The given job is left as it is.
 * @param rangeOf what the server says an input takes; `null` where it says nothing.
 */
export function withNewSeeds<J extends Job>(
  job: J,
  rangeOf: (place: SeedPlace) => SeedRange | null = () => null,
): J | null {
  const places = seedPlaces(job.graph);
  if (places.length === 0) {
    return null;
  }
  const drawn = new Map<bigint, number>();
  const graph = { ...job.graph };
  let { pngInfo } = job;
  for (const place of places) {
    const old = BigInt(place.value);
    const range = rangeOf(place);
    const known = drawn.get(old);
    const seed = known !== undefined && isWithin(known, range) ? known : drawOther(place.value, range);
    drawn.set(old, seed);
    const node = graph[place.nodeId];
    if (node) {
      graph[place.nodeId] = { ...node, inputs: { ...node.inputs, [place.input]: seed } };
    }
    if (pngInfo['workflow'] !== undefined) {
      pngInfo = { ...pngInfo, workflow: workflowWithSeed(pngInfo['workflow'], place, seed) };
    }
  }
  return { ...job, graph, pngInfo: inRecord(pngInfo, drawn) };
}

/** Nodes whose output also feeds inputs that are no seeds. */
function linkedElsewhere(graph: ApiGraph): Set<string> {
  const links = Object.values(graph).flatMap(({ inputs }) => Object.entries(inputs));
  return new Set(links.flatMap(([name, value]) => (isLink(value) && !SEED_INPUT.test(name) ? value[0] : [])));
}

function placeOf(graph: ApiGraph, nodeId: string, input: string, usedBy: SeedPlace['usedBy']): SeedPlace[] {
  const value = asSeed(nodeOf(graph, nodeId)?.inputs[input]);
  return value === null ? [] : [{ nodeId, input, value, usedBy }];
}

/** The server takes digits in a string as well (API reference 10.1). */
function asSeed(value: unknown): ExactInt | null {
  const number = typeof value === 'string' ? parseExactInt(value) : value;
  const isWhole = typeof number === 'bigint' || (typeof number === 'number' && Number.isInteger(number));
  return isWhole && number >= 0 ? number : null;
}

function isWithin(seed: number, range: SeedRange | null): boolean {
  return range === null || (seed >= (range.min ?? 0) && seed <= (range.max ?? Infinity));
}

function drawOther(old: ExactInt, range: SeedRange | null): number {
  const min = range?.min != null && range.min > 0 ? range.min : 0;
  const max = range?.max ?? COMMON_LIMITS.find((limit) => old <= limit) ?? Number.MAX_SAFE_INTEGER;
  const seed = randomBetween(min, max);
  return BigInt(seed) !== BigInt(old) ? seed : seed < max ? seed + 1 : Number(min);
}

/** What Darkroom wrote of the form, so that editing again starts from the seed that was used. */
function inRecord(pngInfo: Job['pngInfo'], drawn: ReadonlyMap<bigint, number>): Job['pngInfo'] {
  const { darkroom } = pngInfo;
  if (!isObject(darkroom)) {
    return pngInfo;
  }
  // With other seeds it is no run of the sweep any more: those differ by what is swept alone.
  const { sweep: _, ...rest } = darkroom;
  const { values } = rest;
  if (!isObject(values)) {
    return 'sweep' in darkroom ? { ...pngInfo, darkroom: rest } : pngInfo;
  }
  const fresh = Object.entries(values).map(([key, value]) => {
    const old = SEED_INPUT.test(key) ? asSeed(value) : null;
    return [key, (old === null ? undefined : drawn.get(BigInt(old))) ?? value];
  });
  return { ...pngInfo, darkroom: { ...rest, values: Object.fromEntries(fresh) as ExactJson } };
}

function isObject(value: unknown): value is { [key: string]: ExactJson } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
