/**
 * The highest value within a small distance of every pixel of a block: exact dilation by a disc. Pixels are
 * samples with straight lines between them along rows and columns, so the radius may be fractional. Costs
 * about five operations per pixel and px of radius.
 */
export class DiscMax {
  readonly #radius: number;
  /** Rows read above and below. */
  readonly #reach: number;

  /** @param radius px, above 0. */
  constructor(radius: number) {
    this.#radius = radius;
    this.#reach = Math.ceil(radius);
  }

  /**
   * @param values row by row, `side` px each; holds the block and at least `reach` + 1 px around it.
   * @param left first column of the block in there.
   * @param top first row of the block in there.
   * @param write gets the result of each row of the block, 0 to 255 with fractions; the array is reused.
   */
  run(
    values: Uint8Array,
    side: number,
    left: number,
    top: number,
    width: number,
    height: number,
    write: (row: Float32Array, y: number) => void,
  ): void {
    const rows = this.#rows({
      values,
      side,
      start: (top - this.#reach) * side + left,
      width,
      count: height + 2 * this.#reach,
    });
    const out = new Float32Array(width);
    for (let y = 0; y < height; y++) {
      out.fill(0);
      for (const { dy, spans } of rows) {
        const at = (y + dy + this.#reach) * width;
        for (let x = 0; x < width; x++) {
          const value = spans[at + x] ?? 0;
          if (value > (out[x] ?? 0)) {
            out[x] = value;
          }
        }
      }
      write(out, y);
    }
  }

  /** For each row of the disc, the highest value of its span around every pixel of the rows. */
  #rows(rows: Rows): { dy: number; spans: Float32Array }[] {
    const found: { dy: number; spans: Float32Array }[] = [];
    // From the narrow ends of the disc to its middle, each span contains the previous one.
    const widest = new Float32Array(rows.count * rows.width);
    let whole = -1;
    for (let dy = this.#reach; dy >= 0; dy--) {
      const half = Math.sqrt(Math.max(0, this.#radius ** 2 - dy ** 2));
      for (; whole < Math.floor(half); whole++) {
        widen(widest, rows, whole + 1);
      }
      const beyond = Math.max(0, dy - this.#radius);
      if (beyond > 0) {
        found.push({ dy, spans: between(rows, beyond, -1) }, { dy: -dy, spans: between(rows, beyond, 1) });
        continue;
      }
      const spans = withEnds(widest, rows, half);
      found.push({ dy, spans });
      if (dy > 0) {
        found.push({ dy: -dy, spans });
      }
    }
    return found;
  }
}

/** Rows of a block of values, from its top minus the reach to its bottom plus the reach. */
interface Rows {
  values: Uint8Array;
  side: number;
  /** Index of the first value of the first row. */
  start: number;
  width: number;
  count: number;
}

/** Adds the pixels at this distance on both sides to the spans. */
function widen(widest: Float32Array, { values, side, start, width, count }: Rows, distance: number): void {
  for (let y = 0; y < count; y++) {
    for (let x = 0, i = start + y * side, o = y * width; x < width; x++, i++, o++) {
      const value = Math.max(values[i - distance] ?? 0, values[i + distance] ?? 0);
      if (value > (widest[o] ?? 0)) {
        widest[o] = value;
      }
    }
  }
}

/** The spans with the points at their very ends, between two pixels. */
function withEnds(
  widest: Float32Array,
  { values, side, start, width, count }: Rows,
  half: number,
): Float32Array {
  const whole = Math.floor(half);
  const part = half - whole;
  const spans = widest.slice();
  if (part > 0) {
    for (let y = 0; y < count; y++) {
      for (let x = 0, i = start + y * side, o = y * width; x < width; x++, i++, o++) {
        const toLeft = mix(values[i - whole] ?? 0, values[i - whole - 1] ?? 0, part);
        const toRight = mix(values[i + whole] ?? 0, values[i + whole + 1] ?? 0, part);
        spans[o] = Math.max(spans[o] ?? 0, toLeft, toRight);
      }
    }
  }
  return spans;
}

/** The upper or lower end of the disc, which lies between two rows: each row mixed with its neighbour. */
function between({ values, side, start, width, count }: Rows, part: number, next: 1 | -1): Float32Array {
  const mixed = new Float32Array(count * width);
  for (let y = 0; y < count; y++) {
    for (let x = 0, i = start + y * side, o = y * width; x < width; x++, i++, o++) {
      mixed[o] = mix(values[i] ?? 0, values[i + next * side] ?? 0, part);
    }
  }
  return mixed;
}

function mix(a: number, b: number, part: number): number {
  return a + (b - a) * part;
}
