import { TILE } from './mask-grid';

/** Side of a square of pixels that is one pixel of the small copy. */
export const COARSE = 4;

/** Colours of a picture as whoever selects by them reads them. Sizes in px. */
export interface ColorSource {
  readonly width: number;
  readonly height: number;
  /** Mean sRGB of the 3 × 3 px around a pixel, without those outside the picture. */
  meanColor: (x: number, y: number) => [number, number, number];
  /**
   * The colours of a tile, three bytes a pixel: pixel (x, y) of the tile starts at (from + y · stride + x) · 3.
   * @param left and `top`: multiples of 256.
   */
  tileColors: (left: number, top: number) => { colors: Uint8Array; from: number; stride: number };
}

/** Mean of the 3 × 3 px around a pixel, without those outside the picture. */
export function meanAround(
  { width, height }: { width: number; height: number },
  x: number,
  y: number,
  colorAt: (x: number, y: number) => [number, number, number],
): [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0];
  let count = 0;
  for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
    for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
      const [red, green, blue] = colorAt(column, row);
      sum[0] += red;
      sum[1] += green;
      sum[2] += blue;
      count++;
    }
  }
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}

/**
 * A picture's colours for selecting by them, in bands of 256 rows, three bytes a pixel (alpha says nothing
 * about colour). In bands, because engines do not readily allocate one array for 8192² pixels: 8192 × 8192 px
 * are 32 bands of 6.3 MB, 201 MB in all, and 12.6 MB for the copy at a quarter of the size.
 */
export class PixelSource implements ColorSource {
  readonly #bands: (Uint8Array | null)[];
  #coarse: PixelSource | null = null;

  /** Sizes in px. Black until rows are set. */
  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.#bands = new Array<Uint8Array | null>(Math.ceil(height / TILE)).fill(null);
  }

  /** Rows starting at `y` as RGBA, as canvases return them. What lies below the picture is dropped. */
  setRows(y: number, rgba: Uint8Array | Uint8ClampedArray): void {
    const { width, height } = this;
    const rows = Math.min(height - y, Math.floor(rgba.length / (width * 4)));
    this.#coarse = null;
    for (let row = 0; row < rows; row++) {
      const band = this.#writable((y + row) >> 8);
      let to = ((y + row) & 255) * width * 3;
      const end = (row + 1) * width * 4;
      for (let from = row * width * 4; from < end; from += 4, to += 3) {
        band[to] = rgba[from] ?? 0;
        band[to + 1] = rgba[from + 1] ?? 0;
        band[to + 2] = rgba[from + 2] ?? 0;
      }
    }
  }

  /** The band of 256 rows that holds row `y`: three bytes a pixel, row y starts at (y & 255) · width · 3. */
  band(y: number): Uint8Array {
    return this.#writable(y >> 8);
  }

  tileColors(left: number, top: number): { colors: Uint8Array; from: number; stride: number } {
    return { colors: this.band(top), from: (top & 255) * this.width + left, stride: this.width };
  }

  meanColor(x: number, y: number): [number, number, number] {
    return meanAround(this, x, y, (column, row) => {
      const band = this.band(row);
      const at = ((row & 255) * this.width + column) * 3;
      return [band[at] ?? 0, band[at + 1] ?? 0, band[at + 2] ?? 0];
    });
  }

  /** The picture at a quarter of its size, each pixel the mean of 4 × 4 (fewer at the far edges). */
  get coarse(): PixelSource {
    this.#coarse ??= this.#shrunk();
    return this.#coarse;
  }

  /** Bytes held, the small copy included. */
  bytes(): number {
    const own = this.#bands.reduce((sum, band) => sum + (band?.length ?? 0), 0);
    return own + (this.#coarse?.bytes() ?? 0);
  }

  #writable(band: number): Uint8Array {
    const there = this.#bands[band];
    if (there) {
      return there;
    }
    const fresh = new Uint8Array(Math.max(0, Math.min(TILE, this.height - band * TILE)) * this.width * 3);
    if (band >= 0 && band < this.#bands.length) {
      this.#bands[band] = fresh;
    }
    return fresh;
  }

  #shrunk(): PixelSource {
    const { width, height } = this;
    const small = new PixelSource(Math.ceil(width / COARSE), Math.ceil(height / COARSE));
    const sums = new Float64Array(small.width * 3);
    for (let y = 0; y < small.height; y++) {
      const end = Math.min(height, (y + 1) * COARSE);
      sums.fill(0);
      for (let row = y * COARSE; row < end; row++) {
        const band = this.band(row);
        let from = (row & 255) * width * 3;
        for (let x = 0; x < width; x++, from += 3) {
          const at = (x >> 2) * 3;
          sums[at] = (sums[at] ?? 0) + (band[from] ?? 0);
          sums[at + 1] = (sums[at + 1] ?? 0) + (band[from + 1] ?? 0);
          sums[at + 2] = (sums[at + 2] ?? 0) + (band[from + 2] ?? 0);
        }
      }
      const out = small.band(y);
      const start = (y & 255) * small.width * 3;
      for (let x = 0; x < small.width; x++) {
        const count = (end - y * COARSE) * (Math.min(width, (x + 1) * COARSE) - x * COARSE);
        for (let channel = 0; channel < 3; channel++) {
          out[start + x * 3 + channel] = Math.round((sums[x * 3 + channel] ?? 0) / count);
        }
      }
    }
    return small;
  }
}
