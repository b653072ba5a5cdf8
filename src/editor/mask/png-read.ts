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

/** A PNG whose pixels come row by row. */
export interface PngImage {
  width: number;
  height: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGBA. */
  colorType: number;
  /** Bytes per pixel of a row: 1, 2, 3 or 4. */
  channels: number;
  /** Three bytes for each entry; empty when there is none. */
  palette: Uint8Array;
  /** Contents of tRNS; null when there is none. */
  transparency: Uint8Array | null;
}

const CHANNELS: Partial<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * Reads an 8-bit PNG that is not interlaced, as Pillow and this editor write them, without a canvas: values
 * are those of the file, whatever the browser does to colours or against fingerprinting.
 * @param onRow gets each row from the top; the bytes are valid during the call only.
 * @throws PngError
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
  const { width, height, colorType } = header;
  const channels = CHANNELS[colorType];
  if (header.bitDepth !== 8 || header.interlaced || !channels || width === 0 || height === 0) {
    throw new PngError(
      'unsupported',
      `${width}×${height}, ${header.bitDepth} bit, colour type ${colorType}${header.interlaced ? ', interlaced' : ''}`,
    );
  }
  const chunks = readPngChunks(bytes);
  const find = (type: string): Uint8Array | null => chunks.find((chunk) => chunk.type === type)?.data ?? null;
  const image: PngImage = {
    width,
    height,
    colorType,
    channels,
    palette: find('PLTE') ?? new Uint8Array(0),
    transparency: find('tRNS'),
  };
  const pixels = chunks.filter((chunk) => chunk.type === 'IDAT').map((chunk) => chunk.data);
  let y = 0;
  const rows = new RowReader(width * channels, channels, (row) => {
    if (y < height) {
      onRow(y++, row, image);
    }
  });
  try {
    await inflate(pixels, (piece) => {
      rows.feed(piece);
      return y < height;
    });
  } catch (error) {
    if (error instanceof PngError) {
      throw error;
    }
    if (y < height) {
      throw new PngError('damaged', `pixels end at row ${y} of ${height}`, error);
    }
  }
  if (y < height) {
    throw new PngError('damaged', `pixels end at row ${y} of ${height}`);
  }
  return image;
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

/** Cuts a stream of bytes into rows and takes their filters away. */
class RowReader {
  readonly #stride: number;
  readonly #channels: number;
  readonly #sink: (row: Uint8Array) => void;
  #row: Uint8Array;
  #above: Uint8Array;
  #filter = -1;
  #filled = 0;

  constructor(stride: number, channels: number, sink: (row: Uint8Array) => void) {
    this.#stride = stride;
    this.#channels = channels;
    this.#sink = sink;
    this.#row = new Uint8Array(stride);
    this.#above = new Uint8Array(stride);
  }

  feed(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#filter < 0) {
        this.#filter = bytes[at++] ?? 0;
        this.#filled = 0;
        continue;
      }
      const count = Math.min(bytes.length - at, this.#stride - this.#filled);
      this.#row.set(bytes.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      if (this.#filled === this.#stride) {
        unfilter(this.#filter, this.#row, this.#above, this.#channels);
        this.#sink(this.#row);
        [this.#row, this.#above] = [this.#above, this.#row];
        this.#filter = -1;
      }
    }
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
    // One colour is see-through: two bytes a channel, of which 8-bit pictures use the lower.
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
 * The mask a picture's alpha stands for, as `/view?channel=a` or `/upload/mask`'s file give it. A picture
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
