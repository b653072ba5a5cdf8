import type { Dab } from './brush';

/** Called with each straight piece of a stroke; each starts where the previous one ended. */
export type PieceSink = (from: Dab, to: Dab) => void;

/** Most pieces a curve between two samples is cut into. */
const MAX_PIECES = 32;

/**
 * Turns samples into a smooth line through all of them (centripetal Catmull-Rom), cut into straight pieces as
 * long as the curve allows. A piece is final once the sample after it is known; the rest, from the last final
 * point to the newest sample, is the tip, which is redrawn each time. The result depends on the samples
 * alone, never on when they were handed over.
 */
export class StrokePath {
  readonly #hard: boolean;
  /** At most the last four accepted points; `#points[length − 1]` is the newest. */
  #points: Dab[] = [];
  /** A sample too close to its predecessor to be a point of the curve. */
  #pending: Dab | null = null;

  /** @param hard hard edges show the curve's corners sooner, so more samples are used. */
  constructor(hard: boolean) {
    this.#hard = hard;
  }

  /** The newest sample; null before the first. */
  get last(): Dab | null {
    return this.#pending ?? this.#points[this.#points.length - 1] ?? null;
  }

  /** Takes a sample and hands out the pieces that became final. */
  add(sample: Dab, sink: PieceSink): void {
    const newest = this.#points[this.#points.length - 1];
    if (!newest) {
      this.#points.push(sample);
      sink(sample, sample);
      return;
    }
    const distance = Math.hypot(sample.x - newest.x, sample.y - newest.y);
    const spacing = Math.max(0.5, sample.radius * (this.#hard ? 0.02 : 0.04));
    const swell = Math.abs(sample.radius - newest.radius) + Math.abs(sample.strength - newest.strength);
    if (distance < spacing && swell < 0.1 * (newest.radius + newest.strength)) {
      this.#pending = distance > 0 || swell > 0 ? sample : this.#pending;
      return;
    }
    this.#pending = null;
    this.#points.push(sample);
    const count = this.#points.length;
    const from = this.#points[count - 3];
    const to = this.#points[count - 2];
    if (from && to) {
      this.#curve(this.#points[count - 4] ?? null, from, to, sample, sink);
    }
    if (count > 4) {
      this.#points.shift();
    }
  }

  /** Hands out the pieces from the last final point to the newest sample. The next sample may change them. */
  tip(sink: PieceSink): void {
    this.#rest(sink);
  }

  /** Hands out what `tip` last did, as final. The path cannot be used afterwards. */
  finish(sink: PieceSink): void {
    this.#rest(sink);
    this.#points = [];
    this.#pending = null;
  }

  #rest(sink: PieceSink): void {
    const count = this.#points.length;
    const from = this.#points[count - 2];
    const to = this.#points[count - 1];
    if (from && to) {
      this.#curve(this.#points[count - 3] ?? null, from, to, this.#pending, sink);
    }
    if (to && this.#pending) {
      this.#curve(from ?? null, to, this.#pending, null, sink);
    }
  }

  /** The curve from p1 to p2; a missing neighbour is the reflection of the other end. */
  #curve(p0: Dab | null, p1: Dab, p2: Dab, p3: Dab | null, sink: PieceSink): void {
    const before = p0 ?? { x: 2 * p1.x - p2.x, y: 2 * p1.y - p2.y };
    const after = p3 ?? { x: 2 * p2.x - p1.x, y: 2 * p2.y - p1.y };
    const d1 = Math.sqrt(Math.hypot(p1.x - before.x, p1.y - before.y)) || 1e-6;
    const d2 = Math.sqrt(Math.hypot(p2.x - p1.x, p2.y - p1.y)) || 1e-6;
    const d3 = Math.sqrt(Math.hypot(after.x - p2.x, after.y - p2.y)) || 1e-6;
    const c1x = p1.x + (d2 * tangent(before.x, p1.x, p2.x, d1, d2)) / 3;
    const c1y = p1.y + (d2 * tangent(before.y, p1.y, p2.y, d1, d2)) / 3;
    const c2x = p2.x - (d2 * tangent(p1.x, p2.x, after.x, d2, d3)) / 3;
    const c2y = p2.y - (d2 * tangent(p1.y, p2.y, after.y, d2, d3)) / 3;
    const bend = Math.max(
      Math.hypot(p1.x - 2 * c1x + c2x, p1.y - 2 * c1y + c2y),
      Math.hypot(c1x - 2 * c2x + p2.x, c1y - 2 * c2y + p2.y),
    );
    const tolerance = Math.max(0.1, Math.min(0.5, p1.radius * 0.02));
    const pieces = Math.max(1, Math.min(MAX_PIECES, Math.ceil(Math.sqrt((0.75 * bend) / tolerance))));
    let from = p1;
    for (let i = 1; i <= pieces; i++) {
      const t = i / pieces;
      const s = 1 - t;
      const to =
        i === pieces
          ? p2
          : {
              x: s * s * s * p1.x + 3 * s * s * t * c1x + 3 * s * t * t * c2x + t * t * t * p2.x,
              y: s * s * s * p1.y + 3 * s * s * t * c1y + 3 * s * t * t * c2y + t * t * t * p2.y,
              radius: p1.radius + (p2.radius - p1.radius) * t,
              strength: p1.strength + (p2.strength - p1.strength) * t,
            };
      sink(from, to);
      from = to;
    }
  }
}

/** Slope at b, per unit of its own knot span, for knots `d1` before and `d2` after. */
function tangent(a: number, b: number, c: number, d1: number, d2: number): number {
  return (b - a) / d1 - (c - a) / (d1 + d2) + (c - b) / d2;
}
