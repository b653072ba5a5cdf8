import { PNG_SIGNATURE, readPngChunks, readPngHeader } from '../../comfy/png';
import { maskFromAlpha } from './alpha';
import { MaskRows, type MaskTiles } from './mask-tiles';

/** Why a PNG cannot be read. */
export type PngProblem = 'not-png' | 'unsupported' | 'damaged';

export class PngError extends Error {
  override readonly name = 'PngError';

  constructor(
    readonly problem: PngProblem,
    detail: string,
    cause?: unknown,
  ) {
    super(`${problem}: ${detail}`, { cause });
  }
}

/** A PNG whose pixels arrive row by row, one byte a channel whatever the file has. */
export interface PngImage {
  width: number;
  height: number;
  /**
   * Of the rows: 0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGBA. A 16-bit file with one transparent colour
   * gets an alpha channel for it.
   */
  colorType: number;
  /** Bytes per pixel of a row: 1, 2, 3 or 4. */
  channels: number;
  /** Three bytes for each entry; empty when there is none. */
  palette: Uint8Array;
  /** Contents of tRNS, for 8-bit values; null when there is none. */
  transparency: Uint8Array | null;
}

const CHANNELS: Partial<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Bits per channel that each colour type may have (PNG specification 11.2.1). */
const DEPTHS: Partial<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/**
 * Reads a PNG of any kind without a canvas: values are those of the file, whatever the browser does to
 * colours or against fingerprinting; other depths are scaled to 8 bit. An interlaced file needs memory for
 * the whole picture, others for one row.
 * @param onRow gets each row from the top; the bytes are valid during the call only.
 * @throws what `onRow` throws, and PngError: `unsupported` only for kinds the PNG specification does not
 *   have.
 */
export async function readPng(
  bytes: Uint8Array,
  onRow: (y: number, row: Uint8Array, image: PngImage) => void,
): Promise<PngImage> {
  const header = readPngHeader(bytes);
  if (!header) {
    const signed = PNG_SIGNATURE.every((byte, i) => bytes[i] === byte);
    throw new PngError(signed ? 'damaged' : 'not-png', 'no PNG header');
  }
  const { width, height, colorType, bitDepth } = header;
  const channels = CHANNELS[colorType];
  if (!channels || !DEPTHS[colorType]?.includes(bitDepth) || width === 0 || height === 0) {
    throw new PngError('unsupported', `${width}×${height}, ${bitDepth} bit, colour type ${colorType}`);
  }
  const chunks = readPngChunks(bytes);
  const find = (type: string): Uint8Array | null => chunks.find((chunk) => chunk.type === type)?.data ?? null;
  const file: PngImage = {
    width,
    height,
    colorType,
    channels,
    palette: find('PLTE') ?? new Uint8Array(0),
    transparency: find('tRNS'),
  };
  const sample = toBytes(file, bitDepth);
  const { image } = sample;
  const pixels = chunks.filter((chunk) => chunk.type === 'IDAT').map((chunk) => chunk.data);
  const passes = passesOf(width, height, header.interlaced);
  const whole = header.interlaced ? wholePicture(image) : null;
  // Whatever the receiver of the rows throws is not the file's fault.
  let refused: { error: unknown } | null = null;
  const rows = new RowReader(passes, channels, bitDepth, (pass, line, row) => {
    const converted = sample.convert(row, pass.width);
    if (whole) {
      spreadRow(whole, image, pass, line, converted);
    } else {
      try {
        onRow(line, converted, image);
      } catch (error) {
        refused = { error };
        throw error;
      }
    }
  });
  const cut = (cause?: unknown): PngError =>
    new PngError('damaged', `pixels end at row ${rows.done} of ${rows.total}`, cause);
  try {
    await inflate(pixels, (piece) => {
      rows.feed(piece);
      return rows.done < rows.total;
    });
  } catch (error) {
    if (refused || error instanceof PngError) {
      throw error;
    }
    if (rows.done < rows.total) {
      throw cut(error);
    }
  }
  if (rows.done < rows.total) {
    throw cut();
  }
  if (whole) {
    const stride = width * image.channels;
    for (let y = 0; y < height; y++) {
      onRow(y, whole.subarray(y * stride, (y + 1) * stride), image);
    }
  }
  return image;
}

/** A part of the pixels that is stored as a picture of its own: every `stepX`th from (x, y) on. */
interface Pass {
  x: number;
  y: number;
  stepX: number;
  stepY: number;
  width: number;
  height: number;
}

/** PNG specification 8.2. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function passesOf(width: number, height: number, interlaced: boolean): Pass[] {
  return (interlaced ? ADAM7 : ([[0, 0, 1, 1]] as const))
    .map(([x, y, stepX, stepY]) => ({
      x,
      y,
      stepX,
      stepY,
      width: Math.max(0, Math.ceil((width - x) / stepX)),
      height: Math.max(0, Math.ceil((height - y) / stepY)),
    }))
    .filter((pass) => pass.width > 0 && pass.height > 0);
}

function wholePicture({ width, height, channels }: PngImage): Uint8Array {
  try {
    return new Uint8Array(width * height * channels);
  } catch (cause) {
    throw new PngError('unsupported', `no memory for ${width}×${height} px interlaced`, cause);
  }
}

/** Puts a row of a pass to its places in the whole picture. */
function spreadRow(whole: Uint8Array, image: PngImage, pass: Pass, line: number, row: Uint8Array): void {
  const { channels, width } = image;
  const start = (pass.y + line * pass.stepY) * width + pass.x;
  for (let x = 0; x < pass.width; x++) {
    for (let channel = 0; channel < channels; channel++) {
      whole[(start + x * pass.stepX) * channels + channel] = row[x * channels + channel] ?? 0;
    }
  }
}

/** How a file's rows become one byte a channel. */
function toBytes(
  file: PngImage,
  bitDepth: number,
): { image: PngImage; convert: (row: Uint8Array, width: number) => Uint8Array } {
  if (bitDepth === 8) {
    return { image: file, convert: (row) => row };
  }
  if (bitDepth === 16) {
    const { channels, colorType } = file;
    const key = colorType === 0 || colorType === 2 ? file.transparency : null;
    const image = key
      ? { ...file, colorType: colorType + 4, channels: channels + 1, transparency: null }
      : file;
    const out = new Uint8Array(file.width * image.channels);
    return { image, convert: (row, width) => halve(row, width, channels, key, out) };
  }
  const most = (1 << bitDepth) - 1;
  const scale = file.colorType === 3 ? 1 : 255 / most;
  const key = file.colorType === 0 ? file.transparency : null;
  const image = key ? { ...file, transparency: Uint8Array.of(0, ((key[1] ?? 0) & most) * scale) } : file;
  const out = new Uint8Array(file.width);
  const convert = (row: Uint8Array, width: number): Uint8Array => {
    for (let x = 0; x < width; x++) {
      const bit = x * bitDepth;
      out[x] = (((row[bit >> 3] ?? 0) >> (8 - bitDepth - (bit & 7))) & most) * scale;
    }
    return out;
  };
  return { image, convert };
}

/** 16 bit → 8 bit, rounded. @param key the transparent colour, for which an alpha channel is added. */
function halve(
  row: Uint8Array,
  width: number,
  channels: number,
  key: Uint8Array | null,
  out: Uint8Array,
): Uint8Array {
  let to = 0;
  for (let x = 0; x < width; x++) {
    let seeThrough = true;
    for (let channel = 0; channel < channels; channel++) {
      const at = (x * channels + channel) * 2;
      const value = ((row[at] ?? 0) << 8) | (row[at + 1] ?? 0);
      seeThrough &&= key !== null && row[at] === key[channel * 2] && row[at + 1] === key[channel * 2 + 1];
      out[to++] = Math.round(value / 257);
    }
    if (key) {
      out[to++] = seeThrough ? 0 : 255;
    }
  }
  return out;
}

/** @param sink false: no more bytes are wanted. */
async function inflate(parts: readonly Uint8Array[], sink: (piece: Uint8Array) => boolean): Promise<void> {
  const zip = new DecompressionStream('deflate');
  const writer = zip.writable.getWriter();
  const feed = async (): Promise<void> => {
    for (const part of parts) {
      await writer.ready;
      await writer.write(new Uint8Array(part));
    }
    await writer.close();
  };
  // eslint-disable-next-line local/no-silent-catch -- a damaged stream fails at its other end, which is read here
  const feeding = feed().catch(() => undefined);
  const reader = zip.readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      await feeding;
      return;
    }
    if (!sink(value)) {
      await reader.cancel();
      return;
    }
  }
}

/** Cuts a stream of bytes into rows and removes their filters. */
class RowReader {
  /** Rows of all passes. */
  readonly total: number;
  /** Rows read. */
  done = 0;
  readonly #passes: readonly Pass[];
  readonly #bits: number;
  /** Bytes from one pixel to the next, for the filters. */
  readonly #step: number;
  readonly #sink: (pass: Pass, line: number, row: Uint8Array) => void;
  #pass = -1;
  #line = 0;
  #row = new Uint8Array(0);
  #above = new Uint8Array(0);
  #filter = -1;
  #filled = 0;

  constructor(
    passes: readonly Pass[],
    channels: number,
    bitDepth: number,
    sink: (pass: Pass, line: number, row: Uint8Array) => void,
  ) {
    this.#passes = passes;
    this.#bits = channels * bitDepth;
    this.#step = Math.max(1, this.#bits >> 3);
    this.#sink = sink;
    this.total = passes.reduce((sum, pass) => sum + pass.height, 0);
    this.#nextPass();
  }

  feed(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && this.done < this.total) {
      if (this.#filter < 0) {
        this.#filter = bytes[at++] ?? 0;
        this.#filled = 0;
        continue;
      }
      const count = Math.min(bytes.length - at, this.#row.length - this.#filled);
      this.#row.set(bytes.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      if (this.#filled === this.#row.length) {
        this.#finishRow();
      }
    }
  }

  #finishRow(): void {
    const pass = this.#passes[this.#pass];
    if (!pass) {
      return;
    }
    unfilter(this.#filter, this.#row, this.#above, this.#step);
    this.#sink(pass, this.#line, this.#row);
    [this.#row, this.#above] = [this.#above, this.#row];
    this.#filter = -1;
    this.done++;
    this.#line++;
    if (this.#line === pass.height) {
      this.#nextPass();
    }
  }

  #nextPass(): void {
    const pass = this.#passes[++this.#pass];
    const stride = Math.ceil(((pass?.width ?? 0) * this.#bits) / 8);
    this.#line = 0;
    this.#row = new Uint8Array(stride);
    this.#above = new Uint8Array(stride);
  }
}

/** PNG specification 9.2; in place. */
function unfilter(filter: number, row: Uint8Array, above: Uint8Array, step: number): void {
  const length = row.length;
  switch (filter) {
    case 0:
      return;
    case 1:
      for (let i = step; i < length; i++) {
        row[i] = (row[i] ?? 0) + (row[i - step] ?? 0);
      }
      return;
    case 2:
      for (let i = 0; i < length; i++) {
        row[i] = (row[i] ?? 0) + (above[i] ?? 0);
      }
      return;
    case 3:
      for (let i = 0; i < length; i++) {
        row[i] = (row[i] ?? 0) + (((row[i - step] ?? 0) + (above[i] ?? 0)) >> 1);
      }
      return;
    case 4:
      for (let i = 0; i < length; i++) {
        row[i] = (row[i] ?? 0) + paeth(row[i - step] ?? 0, above[i] ?? 0, above[i - step] ?? 0);
      }
      return;
    default:
      throw new PngError('damaged', `filter type ${filter}`);
  }
}

function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) {
    return left;
  }
  return toAbove <= toCorner ? above : corner;
}

/** Alpha of each pixel of a row into `out`; 255 where the file has none. */
export function rowAlpha(row: Uint8Array, image: PngImage, out: Uint8Array): void {
  const { width, colorType, channels, transparency } = image;
  if (colorType === 4 || colorType === 6) {
    for (let x = 0, i = channels - 1; x < width; x++, i += channels) {
      out[x] = row[i] ?? 255;
    }
  } else if (colorType === 3) {
    for (let x = 0; x < width; x++) {
      out[x] = transparency?.[row[x] ?? 0] ?? 255;
    }
  } else if (transparency) {
    // One colour is transparent: two bytes a channel, of which 8-bit pictures use the lower.
    for (let x = 0; x < width; x++) {
      let same = true;
      for (let channel = 0; channel < channels; channel++) {
        same &&= row[x * channels + channel] === transparency[channel * 2 + 1];
      }
      out[x] = same ? 0 : 255;
    }
  } else {
    out.fill(255, 0, width);
  }
}

/**
 * The mask a picture's alpha represents, as in files from `/view?channel=a` or `/upload/mask`. A picture
 * without alpha is an empty mask.
 * @throws PngError
 */
export async function decodeMaskPng(bytes: Uint8Array): Promise<MaskTiles> {
  let rows: MaskRows | null = null;
  let values = new Uint8Array(0);
  await readPng(bytes, (y, row, image) => {
    if (!rows) {
      rows = new MaskRows(image.width, image.height);
      values = new Uint8Array(image.width);
    }
    rowAlpha(row, image, values);
    for (let x = 0; x < image.width; x++) {
      values[x] = maskFromAlpha(values[x] ?? 255);
    }
    rows.add(y, values);
  });
  return (rows as MaskRows | null)?.finish() ?? { width: 0, height: 0, mixed: [], full: [] };
}
