import { isLink, type ApiGraph } from '../../comfy/graph';
import { PythonError } from '../python/errors';
import { pythonJson } from '../python/json';
import type { NodeResult, UiOutput } from './node-types';

/** The result of a node: its outputs, and what it showed the client. */
export interface CacheEntry {
  outputs: unknown[];
  ui: { output: UiOutput; meta: Record<string, unknown> } | null;
}

/** Fingerprints of the external state nodes depend on, by node id; `NaN` equals nothing, not even itself. */
export type Fingerprints = ReadonlyMap<string, unknown>;

/**
 * The key of a node: its class, its inputs and those of everything before it. Node ids do not matter, so
 * the same graph with other ids is cached too (API notes §6).
 * @throws PythonError (KeyError) when a node lacks `inputs`: this is what kills ComfyUI's worker (§2.1).
 */
export function cacheKey(
  prompt: ApiGraph,
  nodeId: string,
  fingerprints: Fingerprints,
  runId: string,
): string {
  const order = ancestry(prompt, nodeId);
  const index = new Map(order.map((id, at) => [id, at]));
  const signature = [nodeId, ...order].map((id) => nodeSignature(prompt, id, fingerprints, index));
  const key = pythonJson(signature);
  return /\bNaN\b/.test(key) ? `${runId} ${key}` : key;
}

function inputsOf(prompt: ApiGraph, nodeId: string): [string, unknown][] {
  const node = prompt[nodeId];
  if (node && !('inputs' in node)) {
    throw new PythonError('KeyError', "'inputs'");
  }
  return Object.entries(node?.inputs ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

function nodeSignature(
  prompt: ApiGraph,
  nodeId: string,
  fingerprints: Fingerprints,
  index: ReadonlyMap<string, number>,
): unknown[] {
  const node = prompt[nodeId];
  if (!node) {
    return [NaN];
  }
  return [
    node.class_type,
    fingerprints.get(nodeId) ?? false,
    ...inputsOf(prompt, nodeId).map(([name, value]) =>
      isLink(value) ? [name, ['ANCESTOR', index.get(value[0]), value[1]]] : [name, value],
    ),
  ];
}

/** Everything upstream of a node, in the order of its sorted inputs. */
function ancestry(
  prompt: ApiGraph,
  nodeId: string,
  found: string[] = [],
  seen = new Set<string>(),
): string[] {
  for (const [, value] of inputsOf(prompt, nodeId)) {
    if (isLink(value) && !seen.has(value[0])) {
      seen.add(value[0]);
      found.push(value[0]);
      ancestry(prompt, value[0], found, seen);
    }
  }
  return found;
}

/** Results by key. The least recently used are dropped when memory runs short. */
export class ResultCache {
  readonly #budget: number;
  readonly #entries = new Map<string, { entry: CacheEntry; bytes: number }>();
  #bytes = 0;

  /** @param budget memory for tensors, in bytes. */
  constructor(budget: number) {
    this.#budget = budget;
  }

  get(key: string): CacheEntry | null {
    const found = this.#entries.get(key);
    if (!found) {
      return null;
    }
    this.#entries.delete(key);
    this.#entries.set(key, found);
    return found.entry;
  }

  set(key: string, entry: CacheEntry): void {
    this.#drop(key);
    const bytes = entryBytes(entry);
    this.#entries.set(key, { entry, bytes });
    this.#bytes += bytes;
  }

  /** Frees memory, but keeps the results of the running prompt. */
  trim(inUse: ReadonlySet<string>): void {
    for (const key of this.#entries.keys()) {
      if (this.#bytes <= this.#budget) {
        return;
      }
      if (!inUse.has(key)) {
        this.#drop(key);
      }
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #drop(key: string): void {
    const found = this.#entries.get(key);
    if (found) {
      this.#entries.delete(key);
      this.#bytes -= found.bytes;
    }
  }
}

function entryBytes(entry: CacheEntry): number {
  return entry.outputs.reduce<number>((sum, value) => sum + valueBytes(value), 0);
}

function valueBytes(value: unknown): number {
  if (value instanceof Float32Array) {
    return value.byteLength;
  }
  if (typeof value === 'object' && value !== null) {
    return Object.values(value).reduce<number>((sum, member) => sum + valueBytes(member), 0);
  }
  return 0;
}

/** An entry for a node's result. */
export function entryOf(result: NodeResult, meta: Record<string, unknown>): CacheEntry {
  return { outputs: result.outputs, ui: result.ui ? { output: result.ui, meta } : null };
}
