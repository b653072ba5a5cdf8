/** A node's parent: it hangs on its terminal, has lost its parent, or belongs to no tree. */
const TERMINAL = -2;
const ORPHAN = -3;
const NONE = -1;
const FAR = 0x3fffffff;

/**
 * Minimum cut of a graph between a source and a sink, by growing a search tree from each and reusing both
 * (Boykov and Kolmogorov, 2004). Capacities are whole numbers, so the cut is exact; their sum at one node must
 * stay below 2^31. Can be used again after `reset`.
 */
export class MaxFlow {
  #nodes = 0;
  #arcs = 0;
  #time = 0;
  /** Newest arc that leaves a node. Arc a and a ^ 1 are the two directions of one edge. */
  #first: Int32Array;
  /** Arc that leaves the same node. */
  #next: Int32Array;
  #to: Int32Array;
  #capacity: Int32Array;
  /** What is left of the edge from the source (positive) or to the sink (negative). */
  #terminal: Int32Array;
  /** Arc to the parent, or one of the constants. */
  #parent: Int32Array;
  #sink: Uint8Array;
  #stamp: Int32Array;
  #distance: Int32Array;
  /** Active nodes, first in, first out; a node is in it at most once. */
  #queue: Int32Array;
  #queued: Uint8Array;
  #head = 0;
  #waiting = 0;
  readonly #orphans: number[] = [];

  /** Sizes to begin with; both grow when needed. */
  constructor(nodes = 1024, edges = 4096) {
    this.#first = new Int32Array(nodes);
    this.#terminal = new Int32Array(nodes);
    this.#parent = new Int32Array(nodes);
    this.#sink = new Uint8Array(nodes);
    this.#stamp = new Int32Array(nodes);
    this.#distance = new Int32Array(nodes);
    this.#queue = new Int32Array(nodes);
    this.#queued = new Uint8Array(nodes);
    this.#next = new Int32Array(edges * 2);
    this.#to = new Int32Array(edges * 2);
    this.#capacity = new Int32Array(edges * 2);
  }

  /** A graph of this many nodes without any edges. */
  reset(nodes: number): void {
    if (nodes > this.#first.length) {
      const size = nodes + (nodes >> 1);
      this.#first = new Int32Array(size);
      this.#terminal = new Int32Array(size);
      this.#parent = new Int32Array(size);
      this.#sink = new Uint8Array(size);
      this.#stamp = new Int32Array(size);
      this.#distance = new Int32Array(size);
      this.#queue = new Int32Array(size);
      this.#queued = new Uint8Array(size);
    }
    this.#nodes = nodes;
    this.#arcs = 0;
    this.#first.fill(-1, 0, nodes);
    this.#terminal.fill(0, 0, nodes);
  }

  /** Adds to a node's edge from the source (positive) or to the sink (negative). */
  tie(node: number, capacity: number): void {
    this.#terminal[node] = (this.#terminal[node] ?? 0) + capacity;
  }

  /** An edge with the same capacity both ways. */
  join(a: number, b: number, capacity: number): void {
    if (this.#arcs + 2 > this.#to.length) {
      const size = this.#to.length * 2;
      this.#next = grown(this.#next, size);
      this.#to = grown(this.#to, size);
      this.#capacity = grown(this.#capacity, size);
    }
    const arc = this.#arcs;
    this.#arcs += 2;
    this.#to[arc] = b;
    this.#capacity[arc] = capacity;
    this.#next[arc] = this.#first[a] ?? -1;
    this.#first[a] = arc;
    this.#to[arc + 1] = a;
    this.#capacity[arc + 1] = capacity;
    this.#next[arc + 1] = this.#first[b] ?? -1;
    this.#first[b] = arc + 1;
  }

  /** Finds the cut; see `inside`. */
  solve(): void {
    this.#begin();
    let current = -1;
    for (;;) {
      if (current >= 0 && this.#parent[current] === NONE) {
        current = -1;
      }
      if (current < 0) {
        current = this.#nextActive();
        if (current < 0) {
          return;
        }
      }
      const bridge = this.#sink[current] ? this.#growSink(current) : this.#growSource(current);
      this.#time++;
      if (bridge < 0) {
        current = -1;
        continue;
      }
      this.#augment(bridge);
      for (let at = 0; at < this.#orphans.length; at++) {
        const orphan = this.#orphans[at] ?? 0;
        this.#adopt(orphan, this.#sink[orphan] ?? 0);
      }
      this.#orphans.length = 0;
    }
  }

  /** Whether a node is on the source's side of the cut. Nodes that either side could have are not. */
  inside(node: number): boolean {
    return this.#parent[node] !== NONE && this.#sink[node] === 0;
  }

  #begin(): void {
    this.#time = 0;
    this.#head = 0;
    this.#waiting = 0;
    this.#orphans.length = 0;
    this.#queued.fill(0, 0, this.#nodes);
    this.#stamp.fill(0, 0, this.#nodes);
    for (let node = 0; node < this.#nodes; node++) {
      const left = this.#terminal[node] ?? 0;
      if (left === 0) {
        this.#parent[node] = NONE;
        continue;
      }
      this.#parent[node] = TERMINAL;
      this.#sink[node] = left < 0 ? 1 : 0;
      this.#distance[node] = 1;
      this.#activate(node);
    }
  }

  #activate(node: number): void {
    if (!this.#queued[node]) {
      this.#queued[node] = 1;
      this.#queue[(this.#head + this.#waiting) % this.#nodes] = node;
      this.#waiting++;
    }
  }

  #nextActive(): number {
    while (this.#waiting > 0) {
      const node = this.#queue[this.#head] ?? 0;
      this.#head = (this.#head + 1) % this.#nodes;
      this.#waiting--;
      this.#queued[node] = 0;
      if (this.#parent[node] !== NONE) {
        return node;
      }
    }
    return -1;
  }

  /** Lets the source's tree grow from a node; returns an arc into the sink's tree, or -1. */
  #growSource(node: number): number {
    const to = this.#to;
    for (let arc = this.#first[node] ?? -1; arc >= 0; arc = this.#next[arc] ?? -1) {
      if ((this.#capacity[arc] ?? 0) > 0) {
        const other = to[arc] ?? 0;
        if (this.#parent[other] !== NONE && this.#sink[other]) {
          return arc;
        }
        this.#reach(node, other, arc ^ 1, 0);
      }
    }
    return -1;
  }

  /** The same from the sink; the arc leads from the source's tree to the node. */
  #growSink(node: number): number {
    const to = this.#to;
    for (let arc = this.#first[node] ?? -1; arc >= 0; arc = this.#next[arc] ?? -1) {
      if ((this.#capacity[arc ^ 1] ?? 0) > 0) {
        const other = to[arc] ?? 0;
        if (this.#parent[other] !== NONE && !this.#sink[other]) {
          return arc ^ 1;
        }
        this.#reach(node, other, arc ^ 1, 1);
      }
    }
    return -1;
  }

  /** Takes a free node into the tree, or gives one of it a shorter way. */
  #reach(node: number, other: number, back: number, sink: 0 | 1): void {
    if (this.#parent[other] === NONE) {
      this.#sink[other] = sink;
      this.#activate(other);
    } else if (
      (this.#stamp[other] ?? 0) > (this.#stamp[node] ?? 0) ||
      (this.#distance[other] ?? 0) <= (this.#distance[node] ?? 0)
    ) {
      return;
    }
    this.#parent[other] = back;
    this.#stamp[other] = this.#stamp[node] ?? 0;
    this.#distance[other] = (this.#distance[node] ?? 0) + 1;
  }

  /** Sends as much as fits along the way that an arc closes. */
  #augment(bridge: number): void {
    const from = this.#to[bridge ^ 1] ?? 0;
    const into = this.#to[bridge] ?? 0;
    const amount = Math.min(this.#capacity[bridge] ?? 0, this.#narrowest(from, 1), this.#narrowest(into, 0));
    this.#capacity[bridge] = (this.#capacity[bridge] ?? 0) - amount;
    this.#capacity[bridge ^ 1] = (this.#capacity[bridge ^ 1] ?? 0) + amount;
    this.#send(from, amount, 1);
    this.#send(into, amount, 0);
  }

  /** @param flip 1 where flow comes from the parent (source), 0 where it goes there. */
  #narrowest(start: number, flip: 0 | 1): number {
    let least = FAR;
    let node = start;
    for (;;) {
      const arc = this.#parent[node] ?? NONE;
      if (arc === TERMINAL) {
        return Math.min(least, Math.abs(this.#terminal[node] ?? 0));
      }
      least = Math.min(least, this.#capacity[arc ^ flip] ?? 0);
      node = this.#to[arc] ?? 0;
    }
  }

  #send(start: number, amount: number, flip: 0 | 1): void {
    let node = start;
    for (;;) {
      const arc = this.#parent[node] ?? NONE;
      if (arc === TERMINAL) {
        break;
      }
      const used = arc ^ flip;
      this.#capacity[used ^ 1] = (this.#capacity[used ^ 1] ?? 0) + amount;
      const left = (this.#capacity[used] ?? 0) - amount;
      this.#capacity[used] = left;
      if (left === 0) {
        this.#orphan(node);
      }
      node = this.#to[arc] ?? 0;
    }
    const left = (this.#terminal[node] ?? 0) + (flip ? -amount : amount);
    this.#terminal[node] = left;
    if (left === 0) {
      this.#orphan(node);
    }
  }

  #orphan(node: number): void {
    this.#parent[node] = ORPHAN;
    this.#orphans.push(node);
  }

  /** Finds a new parent for a node, or sets it free and makes orphans of its children. */
  #adopt(node: number, sink: number): void {
    const flip = sink ? 0 : 1;
    let best = -1;
    let shortest = FAR;
    for (let arc = this.#first[node] ?? -1; arc >= 0; arc = this.#next[arc] ?? -1) {
      const other = this.#to[arc] ?? 0;
      if (
        (this.#capacity[arc ^ flip] ?? 0) > 0 &&
        this.#sink[other] === sink &&
        this.#parent[other] !== NONE
      ) {
        const distance = this.#distanceOf(other);
        if (distance < shortest) {
          best = arc;
          shortest = distance;
        }
      }
    }
    if (best >= 0) {
      this.#parent[node] = best;
      this.#stamp[node] = this.#time;
      this.#distance[node] = shortest + 1;
      return;
    }
    this.#parent[node] = NONE;
    for (let arc = this.#first[node] ?? -1; arc >= 0; arc = this.#next[arc] ?? -1) {
      const other = this.#to[arc] ?? 0;
      const parent = this.#parent[other] ?? NONE;
      if (parent === NONE || this.#sink[other] !== sink) {
        continue;
      }
      if ((this.#capacity[arc ^ flip] ?? 0) > 0) {
        this.#activate(other);
      }
      if (parent >= 0 && this.#to[parent] === node) {
        this.#orphan(other);
      }
    }
  }

  /** Steps to the terminal; FAR when an orphan is on the way. Remembers what it found. */
  #distanceOf(start: number): number {
    let steps = 0;
    let node = start;
    for (;;) {
      if (this.#stamp[node] === this.#time) {
        steps += this.#distance[node] ?? 0;
        break;
      }
      const arc = this.#parent[node] ?? NONE;
      steps++;
      if (arc === TERMINAL) {
        this.#stamp[node] = this.#time;
        this.#distance[node] = 1;
        break;
      }
      if (arc < 0) {
        return FAR;
      }
      node = this.#to[arc] ?? 0;
    }
    let left = steps;
    for (node = start; this.#stamp[node] !== this.#time; node = this.#to[this.#parent[node] ?? 0] ?? 0) {
      this.#stamp[node] = this.#time;
      this.#distance[node] = left--;
    }
    return steps;
  }
}

function grown(array: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(size);
  larger.set(array);
  return larger;
}
