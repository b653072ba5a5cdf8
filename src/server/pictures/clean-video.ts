import { type FileHandle, open } from 'node:fs/promises';

/**
 * Boxes of MP4 and QuickTime that hold what other boxes do not need: tags, whatever programs add, and what they
 * left behind in space they no longer use.
 */
const MP4_TEXTS = new Set(['udta', 'meta', 'uuid', 'free', 'skip']);
/** Boxes that hold boxes among which those are found. */
const MP4_PARENTS = new Set(['moov', 'trak', 'mdia', 'minf', 'moof', 'traf']);
const DEEPEST = 8;

const EBML_HEADER = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TRACKS = 0x1654ae6b;
const TRACK = 0xae;
const EBML_PARENTS = new Set([SEGMENT, INFO, TRACKS, TRACK]);
const VOID = 0xec;
/** Tags, attachments, chapters, title and file name within the info, names of tracks, and space no longer used. */
const EBML_TEXTS = new Set([0x1254c367, 0x1941a469, 0x1043a770, 0x7ba9, 0x7384, 0x536e, VOID]);

const ZEROS = Buffer.alloc(64 * 1024);

/**
 * Blanks out, in place, what a video says besides picture and sound: ComfyUI writes prompt and workflow there. No
 * byte moves, so that nothing within the file points to the wrong place.
 * @throws when the file is not as its format says: it must not be shown then.
 */
export async function cleanVideo(path: string, extension: '.mp4' | '.webm'): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    await (extension === '.mp4' ? cleanBoxes(file, 0, size, 0) : cleanElements(file, 0, size));
    await file.sync();
  } finally {
    await file.close();
  }
}

async function cleanBoxes(file: FileHandle, start: number, end: number, depth: number): Promise<void> {
  for (let at = start; at < end;) {
    const head = await read(file, at, 16, end);
    if (head.length < 8) {
      throw new Error('The video is cut off.');
    }
    const type = head.toString('latin1', 4, 8);
    const short = head.readUInt32BE(0);
    const isLong = short === 1;
    const size =
      short === 0 ? end - at : isLong && head.length === 16 ? Number(head.readBigUInt64BE(8)) : short;
    const headSize = isLong ? 16 : 8;
    if (size < headSize || at + size > end) {
      throw new Error('A box of the video is larger than the video.');
    }
    if (MP4_TEXTS.has(type)) {
      await file.write(Buffer.from('free', 'latin1'), 0, 4, at + 4);
      await blank(file, at + headSize, at + size);
    } else if (MP4_PARENTS.has(type) && depth < DEEPEST) {
      await cleanBoxes(file, at + headSize, at + size, depth + 1);
    }
    at += size;
  }
}

async function cleanElements(file: FileHandle, start: number, end: number): Promise<void> {
  for (let at = start; at < end;) {
    const head = await read(file, at, 12, end);
    const idLength = Math.clz32(head[0] ?? 0) - 23;
    const sizeLength = Math.clz32(head[idLength] ?? 0) - 23;
    if (idLength < 1 || idLength > 4 || sizeLength < 1 || sizeLength > 8) {
      throw new Error('The video is not made of elements.');
    }
    const id = head.readUIntBE(0, idLength);
    const body = at + idLength + sizeLength;
    const size = sizeOf(head.subarray(idLength, idLength + sizeLength));
    if (size === null && id !== SEGMENT) {
      // Written while it was being made: where the next element begins is unknown.
      throw new Error('An element of the video does not say its size.');
    }
    const next = size === null ? end : body + size;
    if (next > end) {
      throw new Error('An element of the video is larger than the video.');
    }
    if (EBML_TEXTS.has(id)) {
      await voidElement(file, at, next);
    } else if (EBML_PARENTS.has(id)) {
      await cleanElements(file, body, next);
    } else if (at === 0 && id !== EBML_HEADER) {
      throw new Error('The video does not begin as one.');
    }
    at = next;
  }
}

/** A size of EBML, `null` if it is left open. */
function sizeOf(bytes: Buffer): number | null {
  const width = bytes.length;
  const mask = 2 ** (8 - width) - 1;
  const first = (bytes[0] ?? 0) & mask;
  const isOpen = first === mask && bytes.subarray(1).every((byte) => byte === 0xff);
  return isOpen ? null : bytes.subarray(1).reduce((sum, byte) => sum * 256 + byte, first);
}

async function voidElement(file: FileHandle, at: number, next: number): Promise<void> {
  const total = next - at;
  // One byte of id, and a size in one byte or in eight.
  const head = total < 9 ? Buffer.from([VOID, 0x80 | (total - 2)]) : Buffer.alloc(9);
  if (total >= 9) {
    head.writeUInt8(VOID, 0);
    head.writeBigUInt64BE(BigInt(total - 9) | (1n << 56n), 1);
  }
  await file.write(head, 0, head.length, at);
  await blank(file, at + head.length, next);
}

async function blank(file: FileHandle, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += ZEROS.length) {
    await file.write(ZEROS, 0, Math.min(ZEROS.length, to - at), at);
  }
}

async function read(file: FileHandle, at: number, length: number, end: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.min(length, end - at));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
  return buffer.subarray(0, bytesRead);
}
