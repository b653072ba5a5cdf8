import { concatBytes, PNG_SIGNATURE, pngChunk } from '../../comfy/png';
import { alphaFromMask } from './alpha';
import type { MaskTiles } from './mask-tiles';
import { TILE, TILE_BYTES } from './mask-grid';

/**
 * How a mask is written.
 * - `indexed`: 8-bit palette, all entries black, alpha of entry i = 255 − i. Smallest; exact at all levels.
 * - `rgba`: black with alpha, for readers that misread palettes.
 * - `gray`: white = repaint, no alpha; for other programs.
 */
export type MaskPngVariant = 'indexed' | 'rgba' | 'gray';

const COLOR_TYPE: Record<MaskPngVariant, number> = { indexed: 3, rgba: 6, gray: 0 };
/** Bytes of compressed pixels in one IDAT chunk. */
const IDAT_BYTES = 1 << 18;

/** Encodes a mask as PNG, one band of tiles at a time, so memory stays flat whatever the size. */
export async function encodeMaskPng(
  tiles: MaskTiles,
  variant: MaskPngVariant = 'indexed',
): Promise<Uint8Array<ArrayBuffer>> {
  const palette = [
    pngChunk('PLTE', new Uint8Array(768)),
    pngChunk(
      'tRNS',
      Uint8Array.from({ length: 256 }, (_, mask) => alphaFromMask(mask)),
    ),
  ];
  const more = variant === 'indexed' ? palette : [];
  return encodePng(tiles, COLOR_TYPE[variant], bands(tiles, variant), more);
}

/**
 * Encodes an 8-bit PNG.
 * @param size px
 * @param colorType 0 grey, 2 RGB, 3 palette, 6 RGBA
 * @param rows filtered rows from the top, each after its filter's byte, in pieces of any number of whole rows
 * @param chunks what stands between header and pixels
 */
export async function encodePng(
  size: { width: number; height: number },
  colorType: number,
  rows: Iterable<Uint8Array<ArrayBuffer>> | AsyncIterable<Uint8Array<ArrayBuffer>>,
  chunks: readonly Uint8Array[] = [],
): Promise<Uint8Array<ArrayBuffer>> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, size.width);
  view.setUint32(4, size.height);
  header.set([8, colorType, 0, 0, 0], 8);
  const parts: Uint8Array[] = [PNG_SIGNATURE, pngChunk('IHDR', header), ...chunks];
  for (const data of await deflate(rows)) {
    parts.push(pngChunk('IDAT', data));
  }
  parts.push(pngChunk('IEND', new Uint8Array(0)));
  return concatBytes(parts);
}

async function deflate(
  rows: Iterable<Uint8Array<ArrayBuffer>> | AsyncIterable<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array[]> {
  const zip = new CompressionStream('deflate');
  const writer = zip.writable.getWriter();
  const collected = collect(zip.readable.getReader());
  const feed = async (): Promise<void> => {
    try {
      for await (const piece of rows) {
        await writer.ready;
        await writer.write(piece);
      }
      await writer.close();
    } catch (error) {
      // Else the reader would wait for ever for rows that do not come.
      await writer.abort(error);
      throw error;
    }
  };
  const [chunks] = await Promise.all([collected, feed()]);
  return chunks;
}

/** Joins the stream's output into pieces of IDAT size. */
async function collect(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  let piece = new Uint8Array(IDAT_BYTES);
  let filled = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      pieces.push(piece.subarray(0, filled));
      return pieces;
    }
    for (let at = 0; at < value.length;) {
      const count = Math.min(value.length - at, IDAT_BYTES - filled);
      piece.set(value.subarray(at, at + count), filled);
      filled += count;
      at += count;
      if (filled === IDAT_BYTES) {
        pieces.push(piece);
        piece = new Uint8Array(IDAT_BYTES);
        filled = 0;
      }
    }
  }
}

/**
 * The filtered rows of each row of tiles. Rows are filtered "Up" (difference to the row above): masks repeat
 * downwards, so most bytes become 0, soft edges included.
 */
function* bands(tiles: MaskTiles, variant: MaskPngVariant): Generator<Uint8Array<ArrayBuffer>> {
  const { width, height } = tiles;
  const columns = Math.ceil(width / TILE);
  const mixed = new Map(tiles.mixed.map(({ index, data }) => [index, data]));
  const full = new Set(tiles.full);
  const channels = variant === 'rgba' ? 4 : 1;
  const stride = 1 + width * channels;
  // The row above the first is all zero bytes; for rgba that is mask 255, because alpha is 0 there.
  let above: Uint8Array = new Uint8Array(width).fill(variant === 'rgba' ? 255 : 0);
  let sameAsAbove = new Uint8Array(0);
  for (let top = 0; top < height; top += TILE) {
    const rows = Math.min(TILE, height - top);
    const first = (top / TILE) * columns;
    if (isBlank(first, columns, mixed, full) && above.every((value) => value === 0)) {
      if (sameAsAbove.length !== rows * stride) {
        sameAsAbove = new Uint8Array(rows * stride);
        for (let y = 0; y < rows; y++) {
          sameAsAbove[y * stride] = 2;
        }
      }
      yield sameAsAbove;
      continue;
    }
    const values = new Uint8Array(rows * width);
    for (let column = 0; column < columns; column++) {
      const index = first + column;
      const left = column * TILE;
      const count = Math.min(TILE, width - left);
      const data = mixed.get(index);
      if (data?.length === TILE_BYTES) {
        for (let y = 0; y < rows; y++) {
          values.set(data.subarray(y * TILE, y * TILE + count), y * width + left);
        }
      } else if (full.has(index)) {
        for (let y = 0; y < rows; y++) {
          values.fill(255, y * width + left, y * width + left + count);
        }
      }
    }
    const out = new Uint8Array(rows * stride);
    for (let y = 0; y < rows; y++) {
      out[y * stride] = 2;
      const row = values.subarray(y * width, (y + 1) * width);
      let at = y * stride + 1;
      if (variant === 'rgba') {
        // Alpha is 255 − mask, so its difference is that of the masks, negated.
        for (let x = 0; x < width; x++, at += 4) {
          out[at + 3] = (above[x] ?? 0) - (row[x] ?? 0);
        }
      } else {
        for (let x = 0; x < width; x++, at++) {
          out[at] = (row[x] ?? 0) - (above[x] ?? 0);
        }
      }
      above = row;
    }
    yield out;
  }
}

function isBlank(
  first: number,
  columns: number,
  mixed: ReadonlyMap<number, Uint8Array>,
  full: ReadonlySet<number>,
): boolean {
  for (let index = first; index < first + columns; index++) {
    if (mixed.has(index) || full.has(index)) {
      return false;
    }
  }
  return true;
}
