import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { PNG } from 'pngjs';

/** Decoded picture: straight RGBA bytes, whatever the file's colour type. */
export interface Picture {
  width: number;
  height: number;
  /** 4 bytes per px. */
  rgba: Uint8Array;
}

/** One channel of a picture, 0–255. */
export type Channel = 0 | 1 | 2 | 3;

/** A picture computed from a function of the position. */
export function picture(
  width: number,
  height: number,
  at: (x: number, y: number) => [number, number, number, number],
): Picture {
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      rgba.set(at(x, y), (y * width + x) * 4);
    }
  }
  return { width, height, rgba };
}

export function solid(width: number, height: number, color: [number, number, number, number]): Picture {
  return picture(width, height, () => color);
}

/** PNG bytes, 8 bits: RGBA, or RGB or grey with alpha dropped. */
export function encodePng(image: Picture, kind: 'rgba' | 'rgb' | 'grey' = 'rgba'): Uint8Array {
  const png = new PNG({ width: image.width, height: image.height });
  // The encoder would blend with white when it drops alpha.
  png.data = Buffer.from(kind === 'rgba' ? image.rgba : image.rgba.map((v, i) => (i % 4 === 3 ? 255 : v)));
  const colorType = { rgba: 6, rgb: 2, grey: 0 } as const;
  return new Uint8Array(PNG.sync.write(png, { colorType: colorType[kind], inputHasAlpha: true }));
}

export function decodePng(bytes: Uint8Array): Picture {
  const png = PNG.sync.read(Buffer.from(bytes));
  return { width: png.width, height: png.height, rgba: new Uint8Array(png.data) };
}

/** One channel, row by row. */
export function channelOf(image: Picture, channel: Channel): Uint8Array {
  return Uint8Array.from({ length: image.width * image.height }, (_, i) => image.rgba[i * 4 + channel] ?? 0);
}

/** RGB without alpha, row by row. */
export function rgbOf(image: Picture): Uint8Array {
  return image.rgba.filter((_, i) => i % 4 !== 3);
}

interface Chunk {
  type: string;
  data: Buffer;
}

function chunksOf(bytes: Uint8Array): Chunk[] {
  const buffer = Buffer.from(bytes);
  const chunks: Chunk[] = [];
  for (let at = 8; at < buffer.length; at += 12 + buffer.readUInt32BE(at)) {
    const length = buffer.readUInt32BE(at);
    chunks.push({
      type: buffer.toString('latin1', at + 4, at + 8),
      data: buffer.subarray(at + 8, at + 8 + length),
    });
  }
  return chunks;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

function pngOf(chunks: Buffer[]): Uint8Array {
  return new Uint8Array(Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), ...chunks]));
}

/** The PNG's colour type: 0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGBA. */
export function colorTypeOf(bytes: Uint8Array): number {
  return chunksOf(bytes)[0]?.data[9] ?? -1;
}

/** The types of the PNG's chunks in file order. */
export function chunkTypesOf(bytes: Uint8Array): string[] {
  return chunksOf(bytes).map(({ type }) => type);
}

/** tEXt, zTXt and iTXt of a PNG. */
export function readTextChunks(bytes: Uint8Array): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const { type, data } of chunksOf(bytes)) {
    const key = data.toString('latin1', 0, data.indexOf(0));
    const rest = data.subarray(data.indexOf(0) + 1);
    if (type === 'tEXt') {
      texts[key] = rest.toString('latin1');
    } else if (type === 'zTXt') {
      texts[key] = inflateSync(rest.subarray(1)).toString('latin1');
    } else if (type === 'iTXt') {
      const text = rest.subarray(rest.indexOf(0, rest.indexOf(0, 2) + 1) + 1);
      texts[key] = (rest[0] === 1 ? inflateSync(text) : text).toString('utf8');
    }
  }
  return texts;
}

/** A PNG with text chunks after its header: tEXt, or the kind given in `kinds`. */
export function withTexts(
  bytes: Uint8Array,
  texts: Record<string, string>,
  kind: 'tEXt' | 'zTXt' | 'iTXt' = 'tEXt',
): Uint8Array {
  const [header, ...rest] = chunksOf(bytes).map(({ type, data }) => chunk(type, data));
  const added = Object.entries(texts).map(([key, text]) => {
    const head = Buffer.from(`${key}\0`, 'latin1');
    const body = {
      tEXt: () => Buffer.from(text, 'latin1'),
      zTXt: () => Buffer.concat([Buffer.from([0]), deflateSync(Buffer.from(text, 'latin1'))]),
      iTXt: () => Buffer.concat([Buffer.from([0, 0, 0, 0]), Buffer.from(text, 'utf8')]),
    }[kind]();
    return chunk(kind, Buffer.concat([head, body]));
  });
  return pngOf([header ?? Buffer.alloc(0), ...added, ...rest]);
}

/**
 * An 8-bit palette PNG: `indices` row by row, a grey palette of 256 entries, and the alpha of each entry.
 * This is the form the mask editor uploads.
 */
export function encodeIndexedPng(
  width: number,
  height: number,
  indices: Uint8Array,
  alphaOf: (index: number) => number,
): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++) {
    rows.set(indices.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  }
  const levels = Uint8Array.from({ length: 256 }, (_, i) => i);
  return pngOf([
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(levels.length ? [...levels].flatMap((v) => [v, v, v]) : [])),
    chunk('tRNS', Buffer.from(levels.map(alphaOf))),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** An opaque PNG in which one colour is clear. */
export function withClearColor(rgb: Uint8Array, [red, green, blue]: [number, number, number]): Uint8Array {
  const [header, ...rest] = chunksOf(rgb).map(({ type, data }) => chunk(type, data));
  const key = chunk('tRNS', Buffer.from([0, red, 0, green, 0, blue]));
  return pngOf([header ?? Buffer.alloc(0), key, ...rest]);
}

/** A grey + alpha PNG (colour type 4), which decodes as mode LA. */
export function encodeGreyAlphaPng(image: Picture): Uint8Array {
  const png = new PNG({ width: image.width, height: image.height });
  png.data = Buffer.from(image.rgba);
  return new Uint8Array(PNG.sync.write(png, { colorType: 4, inputHasAlpha: true }));
}
