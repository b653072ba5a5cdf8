import { isLink, type ApiGraph } from '../../comfy/graph';

/**
 * Orders a graph topologically: says which node runs next, choosing among the ready ones as ComfyUI does
 * (outputs first, then nodes that feed an output directly; API notes §4.3).
 */
export class ExecutionOrder {
  readonly #prompt: ApiGraph;
  readonly #isCached: (id: string) => boolean;
  readonly #isOutput: (id: string) => boolean;
  /** Pending nodes in the order they were added, with the number of nodes they wait for. */
  readonly #waitsFor = new Map<string, number>();
  readonly #blocks = new Map<string, Set<string>>();

  constructor(prompt: ApiGraph, isCached: (id: string) => boolean, isOutput: (id: string) => boolean) {
    this.#prompt = prompt;
    this.#isCached = isCached;
    this.#isOutput = isOutput;
  }

  get isEmpty(): boolean {
    return this.#waitsFor.size === 0;
  }

  /** Adds a node and everything before it that is not cached. */
  add(nodeId: string): void {
    const links: [from: string, to: string][] = [];
    const open = [nodeId];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (this.#waitsFor.has(id)) {
        continue;
      }
      this.#waitsFor.set(id, 0);
      this.#blocks.set(id, new Set());
      for (const value of Object.values(this.#prompt[id]?.inputs ?? {})) {
        if (isLink(value) && !this.#isCached(value[0])) {
          open.push(value[0]);
          links.push([value[0], id]);
        }
      }
    }
    for (const [from, to] of links) {
      const blocked = this.#blocks.get(from);
      if (blocked && !blocked.has(to)) {
        blocked.add(to);
        this.#waitsFor.set(to, (this.#waitsFor.get(to) ?? 0) + 1);
      }
    }
  }

  /** The node to run next. It stays pending until `complete`. `null`: nothing is ready. */
  next(): string | null {
    const ready = [...this.#waitsFor].filter(([, count]) => count === 0).map(([id]) => id);
    const blockedBy = (id: string): string[] => [...(this.#blocks.get(id) ?? [])];
    return (
      ready.find((id) => this.#isOutput(id)) ??
      ready.find((id) => blockedBy(id).some((next) => this.#isOutput(next))) ??
      ready.find((id) =>
        blockedBy(id).some((next) => blockedBy(next).some((last) => this.#isOutput(last))),
      ) ??
      ready[0] ??
      null
    );
  }

  /** Marks a node as run, so that its dependants wait for one node less. */
  complete(nodeId: string): void {
    for (const blocked of this.#blocks.get(nodeId) ?? []) {
      this.#waitsFor.set(blocked, (this.#waitsFor.get(blocked) ?? 1) - 1);
    }
    this.#blocks.delete(nodeId);
    this.#waitsFor.delete(nodeId);
  }
}
