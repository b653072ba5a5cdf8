import { BINS, type ColorBins, logRatio } from './color-bins';
import { MaxFlow } from './max-flow';
import type { PatchGraph } from './patch-graph';

/** What is known before patches are told apart. */
export interface Hints {
  /** 1 = surely inside, 2 = surely outside, 0 = to be found out; by patch. */
  known: Uint8Array;
  /** Colours that are surely inside, by box; null: those of the patches known to be inside. */
  ink: Float32Array | null;
  /** 1 for patches that say nothing about what the outside looks like. */
  silent: Uint8Array | null;
  /** 0 to 1: how weak an edge may be to stop the selection. */
  sensitivity: number;
}

/** Units of the cut's whole numbers for one pixel that speaks with strength 1. */
const UNIT = 64;
/** A colour speaks with at most this strength. */
const LOUDEST = 3;
const ROUNDS = 2;
const BOX_ROUNDS = 3;
/** In a box, what is at least so far from its border, against the farthest, begins as the object. */
const STRANGE = 0.7;
/** What no cut can afford. */
const NEVER = 0x0fffffff;

/** Tells the object that was pointed at from its surroundings, patch by patch. */
export class Segmenter {
  readonly #graph: PatchGraph;
  readonly #bins: ColorBins;
  readonly #flow: MaxFlow;
  #prices: Prices | null = null;
  /** Lies at the border of what is seen. */
  readonly #border: Uint8Array;

  constructor(graph: PatchGraph, bins: ColorBins) {
    this.#graph = graph;
    this.#bins = bins;
    const { patches } = graph;
    this.#flow = new MaxFlow(patches.count, patches.edges.from.length);
    this.#border = borderOf(patches);
  }

  /** 1 for every patch of the object, 0 for others. */
  grow(hints: Hints): Uint8Array {
    const { patches } = this.#graph;
    const { known, sensitivity } = hints;
    const inside = known.map((value) => (value === 1 ? 1 : 0));
    if (!inside.includes(1)) {
      return inside;
    }
    const far = this.#strangeness(inside, sensitivity);
    const { walls } = this.#priced(sensitivity);
    let found: Uint8Array = inside;
    for (let round = 0; round < ROUNDS; round++) {
      const mine = hints.ink ? hints.ink.slice() : new Float32Array(BINS);
      const theirs = new Float32Array(BINS);
      const share = round === 0 ? 0 : 0.5;
      for (let patch = 0; patch < patches.count; patch++) {
        if (known[patch] === 1 && !hints.ink) {
          this.#bins.add(mine, patch, 1);
        } else if (found[patch] && known[patch] !== 1) {
          this.#bins.add(mine, patch, share);
        }
        if (known[patch] === 2) {
          this.#bins.add(theirs, patch, 1);
        } else if (!found[patch] && !hints.silent?.[patch]) {
          this.#bins.add(theirs, patch, (far[patch] ?? 0) ** 2);
        }
      }
      found = this.#cut(known, logRatio(mine, theirs, LOUDEST), far, walls);
    }
    return this.#filled(this.#graph.reached(found, inside), known);
  }

  /** The object that lies between patches which surely do not belong to it. 1 for every patch of it. */
  enclosed(outside: Uint8Array, sensitivity: number): Uint8Array {
    const { patches } = this.#graph;
    const known = outside.map((is) => (is ? 2 : 0));
    const strange = this.#strangeness(outside, sensitivity);
    const most = strange.reduce((one, other) => Math.max(one, other), 0);
    const { walls } = this.#priced(sensitivity);
    let found: Uint8Array = outside.map((is, patch) =>
      !is && (strange[patch] ?? 0) >= STRANGE * most ? 1 : 0,
    );
    const far = strange.map((value) => 1 - value);
    for (let round = 0; round < BOX_ROUNDS && found.includes(1); round++) {
      const mine = new Float32Array(BINS);
      const theirs = new Float32Array(BINS);
      for (let patch = 0; patch < patches.count; patch++) {
        this.#bins.add(found[patch] ? mine : theirs, patch, 1);
      }
      found = this.#cut(known, logRatio(mine, theirs, LOUDEST), far, walls);
    }
    return this.#filled(found, known);
  }

  /** How far each patch is from those inside, over edges: 0 the same thing, 1 something else. */
  #strangeness(inside: Uint8Array, sensitivity: number): Float32Array {
    return this.#graph.distances(inside, this.#priced(sensitivity).ways, 1);
  }

  /** What the edges cost: the same for all of a stroke. */
  #priced(sensitivity: number): Prices {
    if (this.#prices?.sensitivity !== sensitivity) {
      this.#prices = pricesOf(this.#graph, sensitivity);
    }
    return this.#prices;
  }

  #cut(known: Uint8Array, table: Float32Array, far: Float32Array, walls: Int32Array): Uint8Array {
    const { patches } = this.#graph;
    const flow = this.#flow;
    flow.reset(patches.count);
    for (let patch = 0; patch < patches.count; patch++) {
      const hint = known[patch];
      if (hint === 1 || hint === 2) {
        flow.tie(patch, hint === 1 ? NEVER : -NEVER);
        continue;
      }
      const color = this.#bins.mean(table, patch);
      const place = 1 - 2 * (far[patch] ?? 0);
      flow.tie(patch, Math.round(UNIT * (patches.area[patch] ?? 0) * (color + 0.8 * place)));
    }
    const { from, to } = patches.edges;
    for (let edge = 0; edge < from.length; edge++) {
      flow.join(from[edge] ?? 0, to[edge] ?? 0, walls[edge] ?? 0);
    }
    flow.solve();
    const found = new Uint8Array(patches.count);
    for (let patch = 0; patch < found.length; patch++) {
      found[patch] = flow.inside(patch) ? 1 : 0;
    }
    return found;
  }

  /** Closes small holes: what an object encloses mostly belongs to it. */
  #filled(found: Uint8Array, known: Uint8Array): Uint8Array {
    const { patches } = this.#graph;
    const outside = found.map((is) => 1 - is);
    const open = this.#graph.reached(outside, this.#border);
    const area = found.reduce((sum, is, patch) => sum + (is ? (patches.area[patch] ?? 0) : 0), 0);
    const left = outside.map((is, patch) => (is && !open[patch] ? 1 : 0));
    for (let patch = 0; patch < left.length; patch++) {
      if (!left[patch]) {
        continue;
      }
      const start = new Uint8Array(left.length);
      start[patch] = 1;
      const hole = this.#graph.reached(left, start);
      let size = 0;
      let forbidden = false;
      hole.forEach((is, at) => {
        if (is) {
          size += patches.area[at] ?? 0;
          forbidden ||= known[at] === 2;
          left[at] = 0;
        }
      });
      if (!forbidden && size < area * 0.02) {
        hole.forEach((is, at) => {
          if (is) {
            found[at] = 1;
          }
        });
      }
    }
    return found;
  }
}

/** What it costs to go across each edge, and to cut it. */
interface Prices {
  sensitivity: number;
  ways: Float32Array;
  walls: Int32Array;
}

function pricesOf({ contrast, usual, patches }: PatchGraph, sensitivity: number): Prices {
  const scale = edgeScale(usual, sensitivity);
  const across = Math.hypot(patches.width, patches.height);
  const { from, to, length } = patches.edges;
  const ways = new Float32Array(from.length);
  const walls = new Int32Array(from.length);
  for (let edge = 0; edge < from.length; edge++) {
    const one = from[edge] ?? 0;
    const other = to[edge] ?? 0;
    const value = contrast[edge] ?? 0;
    const dx = (patches.x[one] ?? 0) - (patches.x[other] ?? 0);
    const dy = (patches.y[one] ?? 0) - (patches.y[other] ?? 0);
    ways[edge] = Math.max(0, value - usual) / (4 * scale) + Math.sqrt(dx * dx + dy * dy) / across;
    walls[edge] = UNIT * (length[edge] ?? 0) * (0.3 + 12 * Math.exp(-((value / scale) ** 2) / 2));
  }
  return { sensitivity, ways, walls };
}

/** A colour difference that counts as an edge, OKLab × 100. */
function edgeScale(usual: number, sensitivity: number): number {
  return Math.max(0.8, 2 * usual) * 2 ** (1 - 2 * sensitivity);
}

function borderOf({ labels, width, height, count }: PatchGraph['patches']): Uint8Array {
  const border = new Uint8Array(count);
  for (let x = 0; x < width; x++) {
    border[labels[x] ?? 0] = 1;
    border[labels[(height - 1) * width + x] ?? 0] = 1;
  }
  for (let y = 0; y < height; y++) {
    border[labels[y * width] ?? 0] = 1;
    border[labels[y * width + width - 1] ?? 0] = 1;
  }
  return border;
}
