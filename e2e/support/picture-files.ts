import sharp from 'sharp';
import { PNG_SIGNATURE, pngChunk, readPngChunks } from '../../src/comfy/png';

/** Colours of the quarters of `quartersPng`: upper left, upper right, lower left, lower right. */
export const QUARTERS = [
  [220, 40, 40],
  [40, 180, 60],
  [50, 70, 220],
  [230, 210, 60],
] as const;

/** A picture of four quarters, each of another colour, as PNG. Sizes in px. */
export async function quartersPng(width: number, height: number): Promise<Buffer> {
  const data = Buffer.alloc(width * height * 3);
  for (let at = 0; at < width * height; at++) {
    const right = at % width >= width / 2 ? 1 : 0;
    const low = Math.floor(at / width) >= height / 2 ? 2 : 0;
    data.set(QUARTERS[right + low] ?? [], at * 3);
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** A camera's JPEG: stored in one way, to be shown as its EXIF tag says (1 to 8). */
export function turnedJpeg(png: Buffer, orientation: number): Promise<Buffer> {
  return sharp(png)
    .withMetadata({ orientation })
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

/** A JPEG of four printing colours. */
export function cmykJpeg(png: Buffer): Promise<Buffer> {
  return sharp(png).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
}

/** A PNG of 16 bits per channel: three channels, or one. */
export function deepPng(png: Buffer, colors: 'rgb16' | 'grey16' = 'rgb16'): Promise<Buffer> {
  return sharp(png).toColourspace(colors).png().toBuffer();
}

/** An animated PNG whose frames all have one size; the first is what viewers without animation show. */
export function animatedPng(frames: readonly Buffer[]): Buffer {
  const [first, ...rest] = frames.map((png) => readPngChunks(png));
  const header = first?.find(({ type }) => type === 'IHDR')?.data ?? new Uint8Array();
  const size = header.subarray(0, 8);
  let sequence = 0;
  const frameControl = (): Uint8Array => {
    const data = Buffer.alloc(26);
    data.writeUInt32BE(sequence++, 0);
    data.set(size, 4);
    // 100 ms, kept as it is, over what was there.
    data.writeUInt16BE(100, 20);
    data.writeUInt16BE(1000, 22);
    return pngChunk('fcTL', data);
  };
  const pixels = (chunks: typeof first): Uint8Array[] =>
    chunks?.filter(({ type }) => type === 'IDAT').map(({ data }) => data) ?? [];
  const control = Buffer.alloc(8);
  control.writeUInt32BE(frames.length, 0);
  // Frames are numbered in the order of the file.
  const start = frameControl();
  const later = rest.flatMap((chunks) => [
    frameControl(),
    ...pixels(chunks).map((data) => {
      const numbered = Buffer.alloc(4 + data.length);
      numbered.writeUInt32BE(sequence++, 0);
      numbered.set(data, 4);
      return pngChunk('fdAT', numbered);
    }),
  ]);
  return Buffer.concat([
    PNG_SIGNATURE,
    pngChunk('IHDR', header),
    pngChunk('acTL', control),
    start,
    ...pixels(first).map((data) => pngChunk('IDAT', data)),
    ...later,
    pngChunk('IEND', new Uint8Array()),
  ]);
}

/** A PNG that says it is this large (px) and has next to nothing in it. */
export function hugePng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    PNG_SIGNATURE,
    pngChunk('IHDR', header),
    pngChunk('IDAT', Uint8Array.of(0x78, 0x9c, 0x03, 0, 0, 0, 0, 1)),
    pngChunk('IEND', new Uint8Array()),
  ]);
}

/** A PNG whole by its chunks whose pixels are rubbish. */
export function rottenPng(png: Buffer): Buffer {
  const chunks = readPngChunks(png).map(({ type, data }) =>
    pngChunk(type, type === 'IDAT' ? data.map((byte, at) => (at < 2 ? byte : byte ^ 0x5a)) : data),
  );
  return Buffer.concat([PNG_SIGNATURE, ...chunks]);
}

/** A large picture with a pattern that shows any shift, cheap to make and to decode; `side` in px. */
export async function largePng(side: number): Promise<Buffer> {
  const tile = Buffer.alloc(512 * 512 * 3);
  for (let at = 0; at < 512 * 512; at++) {
    const x = at % 512;
    const y = Math.floor(at / 512);
    tile.set([x >> 1, y >> 1, (x ^ y) & 255], at * 3);
  }
  const input = await sharp(tile, { raw: { width: 512, height: 512, channels: 3 } })
    .png()
    .toBuffer();
  return sharp({ create: { width: side, height: side, channels: 3, background: '#808080' } })
    .composite([{ input, tile: true, blend: 'over' }])
    .removeAlpha()
    .png({ compressionLevel: 1, adaptiveFiltering: false })
    .toBuffer();
}
