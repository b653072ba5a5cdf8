import { maskFromAlpha } from './alpha';
import type { MaskSize } from './coverage';
import { type ImportTarget, type MaskPlacement, laidOn, placeMask } from './mask-fit';
import { type MaskGrid, touchTile } from './mask-grid';
import { LOSSY_NOISE, MaskEvidence } from './mask-evidence';
import { MaskRows, gridFromTiles } from './mask-tiles';
import { type PngImage, readPng, rowAlpha } from './png-read';

/**
 * What in a picture is its mask. `alpha`: 0 = repaint, as in ComfyUI. `luma`: brightness, white = repaint.
 * `shown`: what is white and visible, as a drawing on transparent ground has it.
 */
export type MaskChannel = 'alpha' | 'luma' | 'shown';

/** One way to read a file. */
export interface MaskReading {
  grid: MaskGrid;
  channel: MaskChannel;
}

/** A mask made from a picture file. */
export interface ImportedMask extends MaskReading {
  /** Another way to read it that is as likely: somebody has to choose. */
  other?: MaskReading;
  /** Size of the file, px. */
  sourceWidth: number;
  sourceHeight: number;
}

/** Brightness of an sRGB colour as stored, 0 to 255 (BT.601, as Pillow and ComfyUI compute it). */
export function luma(red: number, green: number, blue: number): number {
  return Math.round((red * 299 + green * 587 + blue * 114) / 1000);
}

/**
 * Makes a mask from a picture's rows, which arrive from the top. Unless told, it finds out where the mask is:
 * an opaque picture is read by its brightness, a transparent one as `MaskEvidence` says. All readings are kept
 * until that is known.
 */
export class MaskImport {
  readonly #width: number;
  readonly #height: number;
  readonly #channel: MaskChannel | 'auto';
  readonly #wanted: MaskSize;
  readonly #place: MaskPlacement;
  readonly #scalers = new Map<MaskChannel, MaskScaler>();
  readonly #evidence = new MaskEvidence();
  readonly #alpha: Uint8Array;
  readonly #luma: Uint8Array;
  readonly #values: Uint8Array;

  /**
   * Sizes in px.
   * @param wanted size of the mask, and how another shape is placed on it; null: the size of the picture.
   *   Smaller results are area means, larger ones are interpolated.
   * @throws RangeError for sizes no mask can have, MaskShapeError for another shape without a fit.
   */
  constructor(
    width: number,
    height: number,
    wanted: ImportTarget | null = null,
    channel: MaskChannel | 'auto' = 'auto',
  ) {
    this.#width = width;
    this.#height = height;
    this.#channel = channel;
    const size = { width, height };
    this.#wanted = wanted ?? size;
    this.#place = wanted ? placeMask(size, wanted) : { ...size, x: 0, y: 0 };
    for (const each of channel === 'auto' ? CHANNELS : [channel]) {
      this.#scalers.set(each, new MaskScaler(size, this.#place));
    }
    this.#alpha = new Uint8Array(width);
    this.#luma = new Uint8Array(width);
    this.#values = new Uint8Array(width);
  }

  /**
   * The next rows, four bytes a pixel, alpha not premultiplied.
   * @param noise brightness this close to black or white counts as black or white, in levels
   */
  addRgba(rgba: Uint8Array | Uint8ClampedArray, noise = 0): void {
    for (let start = 0; start + this.#width * 4 <= rgba.length; start += this.#width * 4) {
      for (let x = 0, i = start; x < this.#width; x++, i += 4) {
        this.#addPixel(x, rgba[i] ?? 0, rgba[i + 1] ?? 0, rgba[i + 2] ?? 0, rgba[i + 3] ?? 255, noise);
      }
      this.#addRow();
    }
  }

  /** The next row of a PNG. */
  addPng(row: Uint8Array, image: PngImage): void {
    const values = this.#values;
    rowAlpha(row, image, values);
    const { colorType, channels, palette } = image;
    for (let x = 0, i = 0; x < this.#width; x++, i += channels) {
      const first = row[i] ?? 0;
      const alpha = values[x] ?? 255;
      if (colorType === 3) {
        const entry = first * 3;
        this.#addPixel(x, palette[entry] ?? 0, palette[entry + 1] ?? 0, palette[entry + 2] ?? 0, alpha, 0);
      } else if (channels < 3) {
        this.#addPixel(x, first, first, first, alpha, 0);
      } else {
        this.#addPixel(x, first, row[i + 1] ?? 0, row[i + 2] ?? 0, alpha, 0);
      }
    }
    this.#addRow();
  }

  /** The mask of all rows. */
  finish(): ImportedMask {
    const about = { sourceWidth: this.#width, sourceHeight: this.#height };
    if (this.#channel !== 'auto') {
      return { ...this.#read(this.#channel), ...about };
    }
    const verdict = this.#evidence.verdict;
    if (verdict === 'ask') {
      return { ...this.#read('alpha'), other: this.#read('shown'), ...about };
    }
    const mask = this.#read(verdict);
    if (verdict === 'luma' && this.#evidence.noisy) {
      cleanUp(mask.grid);
    }
    return { ...mask, ...about };
  }

  #addPixel(x: number, red: number, green: number, blue: number, alpha: number, noise: number): void {
    const level = snapped(luma(red, green, blue), noise);
    this.#alpha[x] = alpha;
    this.#luma[x] = level;
    if (this.#channel === 'auto') {
      this.#evidence.add(level, Math.max(red, green, blue) - Math.min(red, green, blue), alpha);
    }
  }

  #addRow(): void {
    const [alpha, levels, values] = [this.#alpha, this.#luma, this.#values];
    this.#scalers.get('luma')?.add(levels);
    const shown = this.#scalers.get('shown');
    if (shown) {
      for (let x = 0; x < values.length; x++) {
        values[x] = Math.round(((levels[x] ?? 0) * (alpha[x] ?? 0)) / 255);
      }
      shown.add(values);
    }
    const clear = this.#scalers.get('alpha');
    if (clear) {
      for (let x = 0; x < values.length; x++) {
        values[x] = maskFromAlpha(alpha[x] ?? 255);
      }
      clear.add(values);
    }
  }

  #read(channel: MaskChannel): MaskReading {
    const scaler = this.#scalers.get(channel);
    if (!scaler) {
      throw new RangeError(`no ${channel} was read`);
    }
    return { grid: laidOn(scaler.finish(), this.#place, this.#wanted), channel };
  }
}

const CHANNELS: readonly MaskChannel[] = ['alpha', 'luma', 'shown'];

/** Nothing of a mask is nearly black any more, or nearly white. */
function cleanUp(grid: MaskGrid): void {
  for (let index = 0; index < grid.length; index++) {
    if (grid.tile(index) && !grid.isFull(index)) {
      const tile = grid.editable(index);
      tile.data.forEach((value, at) => (tile.data[at] = snapped(value, LOSSY_NOISE)));
      touchTile(tile);
      grid.normalise(index);
    }
  }
}

function snapped(value: number, noise: number): number {
  return value <= noise ? 0 : value >= 255 - noise ? 255 : value;
}

/** Where the source pixels of each pixel are, and how much each counts. */
interface Weights {
  /** First source pixel of each pixel. */
  from: Int32Array;
  /** `count` weights for each pixel; their sum is 1. */
  parts: Float64Array;
  count: number;
}

/** Area means where it gets smaller, straight lines between pixel centres where it gets larger. */
function weightsOf(source: number, wanted: number): Weights {
  const scale = source / wanted;
  const count = scale > 1 ? Math.ceil(scale) + 1 : 2;
  const from = new Int32Array(wanted);
  const parts = new Float64Array(wanted * count);
  for (let i = 0; i < wanted; i++) {
    if (scale > 1) {
      const start = i * scale;
      const end = Math.min(source, start + scale);
      const first = Math.floor(start);
      from[i] = first;
      for (let k = 0; k < count; k++) {
        const part = Math.min(end, first + k + 1) - Math.max(start, first + k);
        parts[i * count + k] = Math.max(0, part) / (end - start);
      }
    } else {
      const at = Math.min(source - 1, Math.max(0, (i + 0.5) * scale - 0.5));
      const first = Math.floor(at);
      from[i] = first;
      parts[i * count] = 1 - (at - first);
      parts[i * count + 1] = at - first;
    }
  }
  return { from, parts, count };
}

/** Scales rows of values as they arrive. Holds the rows that the next result rows need. */
class MaskScaler {
  readonly #rows: MaskRows;
  readonly #source: MaskSize;
  readonly #wanted: MaskSize;
  readonly #across: Weights;
  readonly #down: Weights;
  /** Rows already scaled horizontally, by number. */
  readonly #held = new Map<number, Float64Array>();
  readonly #out: Uint8Array;
  #read = 0;
  #written = 0;

  constructor(source: MaskSize, wanted: MaskSize) {
    this.#rows = new MaskRows(wanted.width, wanted.height);
    this.#source = source;
    this.#wanted = wanted;
    this.#across = weightsOf(source.width, wanted.width);
    this.#down = weightsOf(source.height, wanted.height);
    this.#out = new Uint8Array(wanted.width);
  }

  add(row: Uint8Array): void {
    const y = this.#read++;
    if (y >= this.#source.height) {
      return;
    }
    if (this.#source.width === this.#wanted.width && this.#source.height === this.#wanted.height) {
      this.#rows.add(y, row);
      return;
    }
    this.#held.set(y, this.#acrossRow(row));
    while (this.#written < this.#wanted.height && this.#lastRow(this.#written) <= y) {
      this.#writeRow(this.#written++);
    }
    const first = this.#down.from[Math.min(this.#written, this.#wanted.height - 1)] ?? 0;
    for (const held of this.#held.keys()) {
      if (held < first) {
        this.#held.delete(held);
      }
    }
  }

  finish(): MaskGrid {
    return gridFromTiles(this.#rows.finish());
  }

  /** The last source row that counts for a row. */
  #lastRow(y: number): number {
    const { from, parts, count } = this.#down;
    let last = count - 1;
    while (last > 0 && parts[y * count + last] === 0) {
      last--;
    }
    return (from[y] ?? 0) + last;
  }

  #acrossRow(row: Uint8Array): Float64Array {
    const { from, parts, count } = this.#across;
    const out = new Float64Array(this.#wanted.width);
    for (let x = 0; x < out.length; x++) {
      let sum = 0;
      const first = from[x] ?? 0;
      for (let k = 0; k < count; k++) {
        const part = parts[x * count + k] ?? 0;
        sum += part === 0 ? 0 : part * (row[first + k] ?? 0);
      }
      out[x] = sum;
    }
    return out;
  }

  #writeRow(y: number): void {
    const { from, parts, count } = this.#down;
    const sums = new Float64Array(this.#wanted.width);
    for (let k = 0; k < count; k++) {
      const part = parts[y * count + k] ?? 0;
      const row = this.#held.get((from[y] ?? 0) + k);
      if (part !== 0 && row) {
        for (let x = 0; x < sums.length; x++) {
          sums[x] = (sums[x] ?? 0) + part * (row[x] ?? 0);
        }
      }
    }
    for (let x = 0; x < sums.length; x++) {
      this.#out[x] = Math.round(sums[x] ?? 0);
    }
    this.#rows.add(y, this.#out);
  }
}

/**
 * The mask in a PNG, read without a canvas: exact at every level.
 * @throws PngError, RangeError for sizes no mask can have, MaskShapeError for another shape without a fit.
 */
export async function importMaskPng(
  bytes: Uint8Array,
  wanted: ImportTarget | null = null,
  channel: MaskChannel | 'auto' = 'auto',
): Promise<ImportedMask> {
  const box: { mask: MaskImport | null } = { mask: null };
  const image = await readPng(bytes, (_, row, head) => {
    box.mask ??= new MaskImport(head.width, head.height, wanted, channel);
    box.mask.addPng(row, head);
  });
  return (box.mask ?? new MaskImport(image.width, image.height, wanted, channel)).finish();
}
