import { readMediaHead } from '../../comfy/metadata/media-head';
import { readPictureSize } from '../../comfy/picture-size';
import type { DiskFile } from './disk-file';
import type { FileFormat } from './file-format';

/** Upright px and ms; 0 for what a file does not have or tell. */
export interface Extent {
  width: number;
  height: number;
  duration: number;
}

const UNKNOWN: Extent = { width: 0, height: 0, duration: 0 };
/** Nobody makes larger ones; what claims to be is damaged. */
const MOST = 1_000_000;
const LONGEST_MS = 1_000 * 3_600 * 24 * 30;

/** Reads how large a picture or video is, and how long, from its headers. Damaged files tell what can be read. */
export async function measureFile(file: DiskFile, format: FileFormat): Promise<Extent> {
  try {
    return plausible(await measure(file, format));
  } catch (error) {
    if (error instanceof RangeError) {
      // Cut off in the middle of a number.
      return UNKNOWN;
    }
    throw error;
  }
}

async function measure(file: DiskFile, format: FileFormat): Promise<Extent> {
  const { head } = file;
  switch (format) {
    case 'png':
    case 'gif':
    case 'webp':
      return { ...UNKNOWN, ...readPictureSize(head) };
    case 'jpeg':
      return { ...UNKNOWN, ...(readPictureSize(head) ?? jpegWithExif(file)) };
    case 'avif':
      return { ...UNKNOWN, ...avifSize(head) };
    case 'mp4':
      return mp4Extent(Buffer.from((await readMediaHead(file)) ?? []));
    case 'webm':
      return webmExtent(head);
    case 'flac':
      return { ...UNKNOWN, duration: flacDuration(head) };
    case 'wav':
      return { ...UNKNOWN, duration: wavDuration(file) };
    case 'other':
      return UNKNOWN;
  }
}

function plausible({ width, height, duration }: Extent): Extent {
  const size = width > 0 && height > 0 && width <= MOST && height <= MOST;
  return {
    width: size ? Math.round(width) : 0,
    height: size ? Math.round(height) : 0,
    duration: duration > 0 && duration < LONGEST_MS ? Math.round(duration) : 0,
  };
}

type Size = Pick<Extent, 'width' | 'height'>;

/** Segments looked at; profiles and previews come in a few dozens. */
const MOST_SEGMENTS = 400;

/** The size of a JPEG whose EXIF data may say that it is turned. */
function jpegWithExif(file: DiskFile): Size | null {
  let turned = false;
  for (let at = 2, count = 0; count < MOST_SEGMENTS; count += 1) {
    const segment = file.readNow(at, at + 12);
    const marker = segment.readUInt16BE(0);
    const length = segment.readUInt16BE(2);
    if (marker === 0xffe1 && segment.toString('latin1', 4, 8) === 'Exif') {
      turned ||= isTurned(file.readNow(at + 10, at + 2 + length));
    } else if (marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)) {
      const [height, width] = [segment.readUInt16BE(5), segment.readUInt16BE(7)];
      return turned ? { width: height, height: width } : { width, height };
    } else if (marker < 0xff01 || marker === 0xffda || length < 2) {
      return null;
    }
    at += 2 + length;
  }
  return null;
}

const ORIENTATION = 0x0112;

/** Whether EXIF data says that the picture lies on its side: orientations 5 to 8. */
function isTurned(tiff: Buffer): boolean {
  const little = tiff.toString('latin1', 0, 2) === 'II';
  const u16 = (at: number): number => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const start = little ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  if (start + 2 > tiff.length) {
    return false;
  }
  for (let entry = 0, count = u16(start); entry < count; entry += 1) {
    const at = start + 2 + entry * 12;
    if (at + 10 > tiff.length) {
      return false;
    }
    if (u16(at) === ORIENTATION) {
      return u16(at + 8) >= 5;
    }
  }
  return false;
}

/** The largest of the pictures in an AVIF, of which the others are tiles, masks and previews. */
function avifSize(head: Buffer): Size | null {
  let size: Size | null = null;
  for (let at = head.indexOf('ispe'); at >= 0; at = head.indexOf('ispe', at + 4)) {
    const [width, height] = [head.readUInt32BE(at + 8), head.readUInt32BE(at + 12)];
    if (width * height > (size?.width ?? 0) * (size?.height ?? 0)) {
      size = { width, height };
    }
  }
  const turn = head.indexOf('irot');
  return size && turn >= 0 && (head.readUInt8(turn + 4) & 1) === 1
    ? { width: size.height, height: size.width }
    : size;
}

/** The duration in `mvhd`, the size in the `tkhd` of the first track that has one; a matrix can turn it. */
function mp4Extent(boxes: Buffer): Extent {
  const movie = boxes.indexOf('mvhd');
  let duration = 0;
  if (movie >= 0) {
    const isLong = boxes.readUInt8(movie + 4) === 1;
    const scale = boxes.readUInt32BE(movie + (isLong ? 24 : 16));
    const length = isLong ? Number(boxes.readBigUInt64BE(movie + 28)) : boxes.readUInt32BE(movie + 20);
    duration = scale > 0 ? (length / scale) * 1000 : 0;
  }
  for (let at = boxes.indexOf('tkhd'); at >= 0; at = boxes.indexOf('tkhd', at + 4)) {
    const matrix = at + (boxes.readUInt8(at + 4) === 1 ? 56 : 44);
    const [width, height] = [
      boxes.readUInt32BE(matrix + 36) / 65_536,
      boxes.readUInt32BE(matrix + 40) / 65_536,
    ];
    if (width > 0 && height > 0) {
      const isTurned = boxes.readInt32BE(matrix) === 0;
      return { width: isTurned ? height : width, height: isTurned ? width : height, duration };
    }
  }
  return { ...UNKNOWN, duration };
}

/** Elements by the bytes of their id. */
const WEBM = {
  scale: [0x2a, 0xd7, 0xb1],
  duration: [0x44, 0x89],
  info: [0x15, 0x49, 0xa9, 0x66],
  tracks: [0x16, 0x54, 0xae, 0x6b],
  video: [0xe0],
  width: [0xb0],
  height: [0xba],
};

/** Length in units of the time scale (ns, a million as a rule), size in the video track. */
function webmExtent(head: Buffer): Extent {
  const info = contents(head, WEBM.info);
  const video = contents(contents(head, WEBM.tracks), WEBM.video);
  const scale = uint(child(info, WEBM.scale)) || 1_000_000;
  const length = child(info, WEBM.duration);
  const units =
    length.length === 8 ? length.readDoubleBE(0) : length.length === 4 ? length.readFloatBE(0) : 0;
  return {
    width: uint(child(video, WEBM.width)),
    height: uint(child(video, WEBM.height)),
    duration: (units * scale) / 1e6,
  };
}

const NOTHING = Buffer.alloc(0);

/** What the first element of an id holds, wherever it stands. */
function contents(bytes: Buffer, id: readonly number[]): Buffer {
  const at = bytes.indexOf(Buffer.from(id));
  return at < 0 ? NOTHING : (element(bytes, at, id.length)?.body ?? NOTHING);
}

/** What a child of this id holds. */
function child(bytes: Buffer, id: readonly number[]): Buffer {
  for (let at = 0; at < bytes.length;) {
    const idLength = Math.clz32(bytes.readUInt8(at)) - 23;
    const found = element(bytes, at, idLength);
    if (!found) {
      break;
    }
    if (idLength === id.length && id.every((byte, i) => bytes[at + i] === byte)) {
      return found.body;
    }
    at = found.end;
  }
  return NOTHING;
}

function element(bytes: Buffer, at: number, idLength: number): { body: Buffer; end: number } | null {
  const sizeAt = at + idLength;
  const first = bytes[sizeAt] ?? 0;
  const length = Math.clz32(first) - 23;
  if (idLength > 4 || length > 8 || sizeAt + length > bytes.length) {
    return null;
  }
  let size = first & (0xff >> length);
  for (let i = 1; i < length; i += 1) {
    size = size * 256 + (bytes[sizeAt + i] ?? 0);
  }
  const start = sizeAt + length;
  return { body: bytes.subarray(start, start + size), end: start + size };
}

function uint(bytes: Buffer): number {
  return bytes.length > 0 && bytes.length <= 6 ? bytes.readUIntBE(0, bytes.length) : 0;
}

/** Sample rate (20 bits) and number of samples (36 bits) stand in the first block. */
function flacDuration(head: Buffer): number {
  const rate = head.readUIntBE(18, 3) >> 4;
  const samples = (head.readUInt8(21) & 0x0f) * 2 ** 32 + head.readUInt32BE(22);
  return rate > 0 ? (samples / rate) * 1000 : 0;
}

/** Bytes of sound by bytes per second. */
function wavDuration(file: DiskFile): number {
  const { head } = file;
  const format = head.indexOf('fmt ');
  const data = head.indexOf('data');
  const rate = format >= 0 ? head.readUInt32LE(format + 16) : 0;
  return rate > 0 && data >= 0 ? (Math.min(head.readUInt32LE(data + 4), file.length) / rate) * 1000 : 0;
}
