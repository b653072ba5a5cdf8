import { createRandom } from '../random';

const SIZE = 512;
const MASK = SIZE - 1;

/** A seamlessly repeating tile of noise. A lookup costs no more than a single octave would. */
export interface NoiseTile {
  readonly values: Float32Array;
}

/** Perlin's gradient noise that repeats after `period` cells, about -1..1. */
function gradientNoise(seed: number, period: number): (x: number, y: number) => number {
  const random = createRandom(seed);
  const angles = Float64Array.from({ length: period * period }, () => random() * Math.PI * 2);
  const cos = angles.map(Math.cos);
  const sin = angles.map(Math.sin);
  return (x, y) => {
    const cellX = Math.floor(x);
    const cellY = Math.floor(y);
    const dx = x - cellX;
    const dy = y - cellY;
    const x0 = cellX % period;
    const y0 = (cellY % period) * period;
    const x1 = (cellX + 1) % period;
    const y1 = ((cellY + 1) % period) * period;
    const a = (cos[y0 + x0] as number) * dx + (sin[y0 + x0] as number) * dy;
    const b = (cos[y0 + x1] as number) * (dx - 1) + (sin[y0 + x1] as number) * dy;
    const c = (cos[y1 + x0] as number) * dx + (sin[y1 + x0] as number) * (dy - 1);
    const d = (cos[y1 + x1] as number) * (dx - 1) + (sin[y1 + x1] as number) * (dy - 1);
    const u = dx * dx * dx * (dx * (dx * 6 - 15) + 10);
    const v = dy * dy * dy * (dy * (dy * 6 - 15) + 10);
    return 1.5 * (a + u * (b - a) + v * (c + u * (d - c) - a - u * (b - a)));
  };
}

/** `fold` shapes each octave before it is added: identity for clouds, ridges for rock. */
function makeTile(seed: number, cells: number, octaves: number, fold: (value: number) => number): NoiseTile {
  const values = new Float32Array(SIZE * SIZE);
  let weight = 0.5;
  for (let octave = 0; octave < octaves; octave++) {
    const period = cells << octave;
    const noise = gradientNoise(seed + octave * 101, period);
    const scale = period / SIZE;
    for (let y = 0; y < SIZE; y++) {
      for (let x = 0; x < SIZE; x++) {
        const at = y * SIZE + x;
        values[at] = (values[at] as number) + weight * fold(noise(x * scale, y * scale));
      }
    }
    weight *= 0.5;
  }
  return { values };
}

let clouds: NoiseTile | null = null;
let ridges: NoiseTile | null = null;

/** Soft noise around 0, about -0.7..0.7; four large features across the tile. */
export function cloudTile(): NoiseTile {
  clouds ??= makeTile(11, 4, 6, (value) => value);
  return clouds;
}

/** Sharp-crested noise, 0..1. */
export function ridgeTile(): NoiseTile {
  ridges ??= makeTile(23, 4, 6, (value) => (1 - Math.abs(value)) ** 2);
  return ridges;
}

/** Features per unit: a coordinate of 1 spans one large feature of a tile. */
const TEXELS = SIZE / 4;

/** The tile at a place, smoothly between its points. */
export function lookUp(tile: NoiseTile, x: number, y: number): number {
  const px = x * TEXELS;
  const py = y * TEXELS;
  const cellX = Math.floor(px);
  const cellY = Math.floor(py);
  const u = px - cellX;
  const v = py - cellY;
  const { values } = tile;
  const row0 = (cellY & MASK) * SIZE;
  const row1 = ((cellY + 1) & MASK) * SIZE;
  const x0 = cellX & MASK;
  const x1 = (cellX + 1) & MASK;
  const top = (values[row0 + x0] as number) * (1 - u) + (values[row0 + x1] as number) * u;
  const bottom = (values[row1 + x0] as number) * (1 - u) + (values[row1 + x1] as number) * u;
  return top * (1 - v) + bottom * v;
}

/** As `lookUp`, with a finer copy on top, for close-ups where the tile's own detail runs out. */
export function lookUpFine(tile: NoiseTile, x: number, y: number): number {
  return lookUp(tile, x, y) + 0.12 * lookUp(tile, x * 5.3 + 1.7, y * 5.3 + 4.1);
}

/** A pseudo-random number in 0..1 that depends only on the integer position. */
export function hashCell(x: number, y: number, salt: number): number {
  let mixed = Math.imul(x | 0, 0x27d4eb2d) ^ Math.imul(y | 0, 0x165667b1) ^ Math.imul(salt | 0, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 0x1_0000_0000;
}
