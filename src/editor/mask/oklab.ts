/** Linear light of the 256 sRGB levels, 0 to 1. */
const LINEAR = Float64Array.from({ length: 256 }, (_, level) => {
  const c = level / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
});

/** Linear sRGB → cone responses (B. Ottosson, OKLab). */
const TO_CONES = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
] as const;
/** Cube roots of the cone responses → L, a, b. */
const TO_LAB = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
] as const;

/** OKLab of an sRGB colour (0 to 255 each): L 0 to 1, a and b about −0.4 to 0.4. */
export function oklab(red: number, green: number, blue: number): [number, number, number] {
  const r = LINEAR[red] ?? 0;
  const g = LINEAR[green] ?? 0;
  const b = LINEAR[blue] ?? 0;
  const [l, m, s] = TO_CONES.map((row) => Math.cbrt(row[0] * r + row[1] * g + row[2] * b));
  const [lightness, a, yellow] = TO_LAB.map(
    (row) => row[0] * (l ?? 0) + row[1] * (m ?? 0) + row[2] * (s ?? 0),
  );
  return [lightness ?? 0, a ?? 0, yellow ?? 0];
}

/** Steps of a cone response from 0 to 1. */
const STEPS = 65_535;

/** The tables below are built at first use. */
interface Tables {
  /** For each cone and channel: what a level adds, in STEPS. */
  cones: readonly (readonly [Float32Array, Float32Array, Float32Array])[];
  /** Cube root of a response in STEPS. */
  root: Float32Array;
}

let tables: Tables | null = null;

function makeTables(): Tables {
  return {
    cones: TO_CONES.map((row) => {
      const channel = (weight: number): Float32Array => Float32Array.from(LINEAR, (c) => c * weight * STEPS);
      return [channel(row[0]), channel(row[1]), channel(row[2])] as const;
    }),
    root: Float32Array.from({ length: STEPS + 2 }, (_, i) => Math.cbrt(i / STEPS)),
  };
}

/**
 * Which pixels of a row are like a colour: out[i] becomes 1 or 0. Distance is OKLab's × 100, so that black
 * and white are 100 apart; it is exact to about 0.2.
 * @param rgb three bytes a pixel.
 * @param from first pixel of the row, followed by `count` pixels.
 * @param color sRGB, 0 to 255 with fractions.
 */
export class ColorMatcher {
  readonly #tables = (tables ??= makeTables());
  readonly #roots: readonly [number, number, number];
  readonly #limit: number;
  /** The quadratic form of a difference of cone roots that gives the squared distance. */
  readonly #form: readonly number[];

  /** @param tolerance 0 to 100; 100 takes everything no further away than black from white. */
  constructor(color: readonly [number, number, number], tolerance: number) {
    this.#roots = this.#rootsOf(color);
    // One table step more, so that tolerance 0 takes equal colours.
    this.#limit = (tolerance / 100 + 1e-4) ** 2;
    const product = (i: 0 | 1 | 2, j: 0 | 1 | 2): number =>
      TO_LAB.reduce((sum, row) => sum + row[i] * row[j], 0);
    this.#form = [
      product(0, 0),
      product(1, 1),
      product(2, 2),
      2 * product(0, 1),
      2 * product(0, 2),
      2 * product(1, 2),
    ];
  }

  match(rgb: Uint8Array, from: number, count: number, out: Uint8Array, at: number): void {
    const [[lr, lg, lb], [mr, mg, mb], [sr, sg, sb]] = this.#tables.cones as [Cone, Cone, Cone];
    const { root } = this.#tables;
    const [l0, m0, s0] = this.#roots;
    const [ll = 0, mm = 0, ss = 0, lm = 0, ls = 0, ms = 0] = this.#form;
    const limit = this.#limit;
    let i = from * 3;
    for (let x = 0; x < count; x++, i += 3) {
      const r = rgb[i] ?? 0;
      const g = rgb[i + 1] ?? 0;
      const b = rgb[i + 2] ?? 0;
      const l = (root[((lr[r] ?? 0) + (lg[g] ?? 0) + (lb[b] ?? 0) + 0.5) | 0] ?? 0) - l0;
      const m = (root[((mr[r] ?? 0) + (mg[g] ?? 0) + (mb[b] ?? 0) + 0.5) | 0] ?? 0) - m0;
      const s = (root[((sr[r] ?? 0) + (sg[g] ?? 0) + (sb[b] ?? 0) + 0.5) | 0] ?? 0) - s0;
      const squared = ll * l * l + mm * m * m + ss * s * s + lm * l * m + ls * l * s + ms * m * s;
      out[at + x] = squared <= limit ? 1 : 0;
    }
  }

  #rootsOf(color: readonly [number, number, number]): readonly [number, number, number] {
    const { cones, root } = this.#tables;
    const [l = 0, m = 0, s = 0] = cones.map((cone) => {
      // Between two levels the tables are read as straight lines.
      const response = color.reduce((sum, value, channel) => {
        const table = cone[channel as 0 | 1 | 2];
        const low = Math.floor(value);
        const a = table[low] ?? 0;
        return sum + a + ((table[low + 1] ?? a) - a) * (value - low);
      }, 0);
      return root[(response + 0.5) | 0] ?? 0;
    });
    return [l, m, s];
  }
}

type Cone = readonly [Float32Array, Float32Array, Float32Array];

/** OKLab × 100 in three planes, so that black and white are 100 apart. */
export interface LabPlanes {
  l: Float32Array;
  a: Float32Array;
  b: Float32Array;
}

/** The colours of so many pixels, three bytes each (sRGB), exact to about 0.02. */
export function labPlanes(rgb: Uint8Array, count: number): LabPlanes {
  const { cones, root } = (tables ??= makeTables());
  const [[lr, lg, lb], [mr, mg, mb], [sr, sg, sb]] = cones as [Cone, Cone, Cone];
  const [[ll, lm, ls], [al, am, as], [bl, bm, bs]] = TO_LAB;
  const planes = { l: new Float32Array(count), a: new Float32Array(count), b: new Float32Array(count) };
  for (let at = 0, i = 0; at < count; at++, i += 3) {
    const red = rgb[i] ?? 0;
    const green = rgb[i + 1] ?? 0;
    const blue = rgb[i + 2] ?? 0;
    const long = root[((lr[red] ?? 0) + (lg[green] ?? 0) + (lb[blue] ?? 0) + 0.5) | 0] ?? 0;
    const middle = root[((mr[red] ?? 0) + (mg[green] ?? 0) + (mb[blue] ?? 0) + 0.5) | 0] ?? 0;
    const short = root[((sr[red] ?? 0) + (sg[green] ?? 0) + (sb[blue] ?? 0) + 0.5) | 0] ?? 0;
    planes.l[at] = 100 * (ll * long + lm * middle + ls * short);
    planes.a[at] = 100 * (al * long + am * middle + as * short);
    planes.b[at] = 100 * (bl * long + bm * middle + bs * short);
  }
  return planes;
}
