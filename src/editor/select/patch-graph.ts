import type { Superpixels } from './superpixels';

/** Which patches touch, with how different they are: for walks over the patches and for cuts through them. */
export class PatchGraph {
  /** Colour difference across each edge, OKLab × 100. */
  readonly contrast: Float32Array;
  /** A difference that is usual in this picture: half of all neighbours differ by less. */
  readonly usual: number;
  /** Patch p has the neighbours `neighbour[start[p]]` up to `neighbour[start[p + 1]]`, by the edges `edge[…]`. */
  readonly start: Int32Array;
  readonly neighbour: Int32Array;
  readonly edge: Int32Array;

  constructor(readonly patches: Superpixels) {
    const { edges, count, l, a, b } = patches;
    const { from, to } = edges;
    this.contrast = Float32Array.from(from, (one, edge) => {
      const other = to[edge] ?? 0;
      return Math.hypot(
        (l[one] ?? 0) - (l[other] ?? 0),
        (a[one] ?? 0) - (a[other] ?? 0),
        (b[one] ?? 0) - (b[other] ?? 0),
      );
    });
    this.usual = this.contrast.slice().sort()[this.contrast.length >> 1] ?? 0;
    this.start = new Int32Array(count + 1);
    for (let edge = 0; edge < from.length; edge++) {
      for (const patch of [from[edge] ?? 0, to[edge] ?? 0]) {
        this.start[patch + 1] = (this.start[patch + 1] ?? 0) + 1;
      }
    }
    for (let patch = 0; patch < count; patch++) {
      this.start[patch + 1] = (this.start[patch + 1] ?? 0) + (this.start[patch] ?? 0);
    }
    this.neighbour = new Int32Array(from.length * 2);
    this.edge = new Int32Array(from.length * 2);
    const next = this.start.slice();
    const put = (patch: number, other: number, edge: number): void => {
      const at = next[patch] ?? 0;
      next[patch] = at + 1;
      this.neighbour[at] = other;
      this.edge[at] = edge;
    };
    for (let edge = 0; edge < from.length; edge++) {
      put(from[edge] ?? 0, to[edge] ?? 0, edge);
      put(to[edge] ?? 0, from[edge] ?? 0, edge);
    }
  }

  /**
   * The length of the shortest way from any of the starting patches to each, given what each edge costs.
   * Ways longer than `farthest` count as that.
   */
  distances(starts: Uint8Array, cost: Float32Array, farthest: number): Float32Array {
    const far = new Float32Array(this.patches.count).fill(farthest);
    const heap = new Heap();
    starts.forEach((is, patch) => {
      if (is) {
        far[patch] = 0;
        heap.push(patch, 0);
      }
    });
    for (let patch = heap.pop(); patch >= 0; patch = heap.pop()) {
      const here = heap.popped;
      if (here > (far[patch] ?? 0)) {
        continue;
      }
      const end = this.start[patch + 1] ?? 0;
      for (let at = this.start[patch] ?? 0; at < end; at++) {
        const other = this.neighbour[at] ?? 0;
        const there = Math.fround(here + (cost[this.edge[at] ?? 0] ?? 0));
        if (there < (far[other] ?? 0)) {
          far[other] = there;
          heap.push(other, there);
        }
      }
    }
    return far;
  }

  /** Of the patches inside, those that are connected to one of the starting patches without leaving. */
  reached(inside: Uint8Array, starts: Uint8Array): Uint8Array {
    const found = new Uint8Array(inside.length);
    const stack: number[] = [];
    for (let patch = 0; patch < inside.length; patch++) {
      if (inside[patch] && starts[patch]) {
        found[patch] = 1;
        stack.push(patch);
      }
    }
    for (let patch = stack.pop(); patch !== undefined; patch = stack.pop()) {
      const end = this.start[patch + 1] ?? 0;
      for (let at = this.start[patch] ?? 0; at < end; at++) {
        const other = this.neighbour[at] ?? 0;
        if (inside[other] && !found[other]) {
          found[other] = 1;
          stack.push(other);
        }
      }
    }
    return found;
  }
}

/** Numbered things, the nearest first. */
class Heap {
  /** The distance of what `pop` returned last. */
  popped = 0;
  #ids: number[] = [];
  #keys: number[] = [];

  push(id: number, key: number): void {
    const ids = this.#ids;
    const keys = this.#keys;
    let at = ids.length;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const upper = keys[up] ?? 0;
      if (upper <= key) {
        break;
      }
      ids[at] = ids[up] ?? 0;
      keys[at] = upper;
      at = up;
    }
    ids[at] = id;
    keys[at] = key;
  }

  /** -1 when nothing is left. */
  pop(): number {
    const ids = this.#ids;
    const keys = this.#keys;
    const first = ids[0];
    const id = ids.pop();
    const key = keys.pop();
    if (first === undefined || id === undefined || key === undefined) {
      return -1;
    }
    if (ids.length === 0) {
      this.popped = key;
      return id;
    }
    this.popped = keys[0] ?? 0;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= ids.length) {
        break;
      }
      if ((keys[down + 1] ?? Infinity) < (keys[down] ?? Infinity)) {
        down++;
      }
      if ((keys[down] ?? Infinity) >= key) {
        break;
      }
      ids[at] = ids[down] ?? 0;
      keys[at] = keys[down] ?? 0;
      at = down;
    }
    ids[at] = id;
    keys[at] = key;
    return first;
  }
}
