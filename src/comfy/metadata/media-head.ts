import { mediaKind } from '../media-text';
import { concatBytes } from '../png';

/** A file of which parts can be read. */
export interface PartialFile {
  /** Bytes `from … to − 1`, fewer at the end of the file. More than that is the whole file: not every server cuts. */
  read(from: number, to: number): Promise<Uint8Array>;
  /** Size in bytes, asked for only where it is needed; `null` when nobody tells. */
  size(): Promise<number | null>;
}

/** Most files tell everything within this many bytes of their beginning. */
const HEAD = 64 * 1024;
/** What is read of the end of a file, first and at last: a workflow with pictures inside can take megabytes. */
const TAILS = [64 * 1024, 1024 * 1024, 8 * 1024 * 1024];
/** The most that is read of a file for its texts. */
const MOST = 8 * 1024 * 1024;
/** What is read around a header, bytes: the next one is often near. */
const AROUND = 4096;
/** Chunks and boxes that are looked at before giving up. */
const MOST_STEPS = 2000;

/**
 * The parts of a picture or video that can hold texts, put together so that `readMediaText` finds them there, without
 * the pixels. `null` for any other file.
 *
 * ComfyUI writes texts of PNG before the pixels, of WebP behind them, of MP4 in a box that can stand at either end, of
 * WebM mostly at the beginning (API reference 8).
 */
export async function readMediaHead(source: PartialFile): Promise<Uint8Array | null> {
  const head = await source.read(0, HEAD);
  const kind = mediaKind(head);
  if (kind === null || head.length !== HEAD) {
    return kind && head;
  }
  const file = new Sparse(source, head);
  switch (kind) {
    case 'PNG':
      return (await animationTexts(file)) ?? file.upTo(await endOfPngText(file));
    case 'JPEG':
      return file.upTo(await endOfJpegHead(file));
    case 'WebP':
      return webpTail(file);
    case 'MP4':
      return mp4Boxes(file);
    case 'WebM':
      return webmTags(file);
  }
}

/** A file of which parts are read when they are needed; neighbouring bytes come along. */
class Sparse {
  readonly #source: PartialFile;
  readonly head: Uint8Array;
  #at = 0;
  #bytes: Uint8Array;
  #spent: number;

  constructor(source: PartialFile, head: Uint8Array) {
    this.#source = source;
    this.head = head;
    this.#bytes = head;
    this.#spent = head.length;
  }

  size(): Promise<number | null> {
    return this.#source.size();
  }

  /** Bytes of the file; `null` when it does not have them, or more was read of it than is worth while. */
  async get(from: number, length: number): Promise<Uint8Array | null> {
    const end = from + length;
    if (from < this.#at || end > this.#at + this.#bytes.length) {
      if (length > MOST || this.#spent > MOST) {
        return null;
      }
      const wanted = Math.max(length, AROUND);
      const bytes = await this.#source.read(from, from + wanted);
      this.#at = bytes.length > wanted ? 0 : from;
      this.#bytes = bytes;
      this.#spent += bytes.length;
    }
    const start = from - this.#at;
    return start + length <= this.#bytes.length ? this.#bytes.subarray(start, start + length) : null;
  }

  /** The file from its beginning. */
  async upTo(end: number): Promise<Uint8Array> {
    return end <= this.head.length ? this.head : this.#source.read(0, Math.min(end, MOST));
  }
}

/** Where the pixels begin. */
async function endOfPngText(file: Sparse): Promise<number> {
  let at = 8;
  for (let step = 0; step < MOST_STEPS && at < MOST; step++) {
    const header = await file.get(at, 8);
    if (!header || letters(header, 4) === 'IDAT') {
      break;
    }
    at += 12 + viewOf(header).getUint32(0);
  }
  return at;
}

/** Signature and header. */
const PNG_START = 33;

/** SaveAnimatedPNG writes its texts behind the frames, as the last chunks of the file. */
async function animationTexts(file: Sparse): Promise<Uint8Array | null> {
  const size = letters(file.head, PNG_START + 4) === 'acTL' ? await file.size() : null;
  if (size === null) {
    return null;
  }
  for (const length of TAILS) {
    const from = Math.max(PNG_START, size - length);
    const tail = await file.get(from, size - from);
    const texts = tail && lastPngChunks(tail, 'comf');
    if (texts) {
      return concatBytes([file.head.subarray(0, PNG_START), texts]);
    }
    if (!tail || from === PNG_START) {
      break;
    }
  }
  return null;
}

/** The chunks from the first of a type on, if they lead to the end of the file. */
function lastPngChunks(tail: Uint8Array, type: string): Uint8Array | null {
  const view = viewOf(tail);
  for (let at = 4; at + 4 <= tail.length; at++) {
    if (tail[at] !== type.charCodeAt(0) || letters(tail, at) !== type) {
      continue;
    }
    let next = at - 4;
    while (next + 8 <= tail.length && letters(tail, next + 4) === type) {
      next += 12 + view.getUint32(next);
    }
    if (next + 12 === tail.length && letters(tail, next + 4) === 'IEND') {
      return tail.subarray(at - 4);
    }
  }
  return null;
}

async function endOfJpegHead(file: Sparse): Promise<number> {
  let at = 2;
  for (let step = 0; step < MOST_STEPS && at < MOST; step++) {
    const header = await file.get(at, 4);
    const length = header ? viewOf(header).getUint16(2) : 0;
    // Behind the start of the scan there are only pixels.
    if (!header || header[0] !== 0xff || header[1] === 0xda || length < 2) {
      break;
    }
    at += 2 + length;
  }
  return at;
}

/** EXIF stands behind the pictures, of which an animation has hundreds: from the end it is found at once. */
async function webpTail(file: Sparse): Promise<Uint8Array> {
  const { head } = file;
  // The file says how long it is.
  const end = viewOf(head).getUint32(4, true) + 8;
  for (const length of TAILS) {
    const from = Math.max(12, end - length);
    const tail = await file.get(from, end - from);
    const exif = tail && lastChunk(tail, 'EXIF');
    if (exif) {
      return concatBytes([head.subarray(0, 12), exif]);
    }
    if (!tail || from === 12) {
      break;
    }
  }
  return head;
}

/** The last chunk of a type that ends where another begins, or with the file. */
function lastChunk(tail: Uint8Array, type: string): Uint8Array | null {
  const view = viewOf(tail);
  for (let at = tail.length - 8; at >= 0; at--) {
    if (letters(tail, at) !== type) {
      continue;
    }
    const length = view.getUint32(at + 4, true);
    const end = at + 8 + length;
    const next = end + (length & 1);
    if (end <= tail.length && (next >= tail.length || letters(tail, next) === 'XMP ')) {
      return tail.subarray(at, end);
    }
  }
  return null;
}

/** `moov`, which stands behind the frames unless the file was made to be streamed. */
async function mp4Boxes(file: Sparse): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (let step = 0; step < MOST_STEPS; step++) {
    const header = await file.get(at, 16);
    if (!header) {
      break;
    }
    const view = viewOf(header);
    const short = view.getUint32(0);
    const size = short === 1 ? Number(view.getBigUint64(8)) : short;
    const type = letters(header, 4);
    if (size < 8) {
      break;
    }
    if (type === 'ftyp' || type === 'moov' || type === 'meta') {
      const box = await file.get(at, size);
      if (box) {
        parts.push(box.slice());
      }
      if (type === 'moov') {
        break;
      }
    }
    at += size;
  }
  return parts.length > 0 ? concatBytes(parts) : file.head;
}

const TAGS_ID = [0x12, 0x54, 0xc3, 0x67];

/** The tags stand before the clusters as a rule; written by others, at the end of the file. */
async function webmTags(file: Sparse): Promise<Uint8Array> {
  const here = find(file.head, TAGS_ID);
  if (here >= 0) {
    return file.upTo(here + 4 + elementSize(file.head, here + 4));
  }
  const size = await file.size();
  for (const length of size === null ? [] : TAILS.slice(0, 2)) {
    const from = Math.max(0, (size ?? 0) - length);
    const tail = await file.get(from, (size ?? 0) - from);
    const at = tail ? find(tail, TAGS_ID) : -1;
    if (tail && at >= 0) {
      return concatBytes([Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3, 0x80), tail.subarray(at)]);
    }
  }
  return file.head;
}

/** Bytes of an EBML element behind its id: those of its size, and as many as that says. */
function elementSize(bytes: Uint8Array, at: number): number {
  const marker = bytes[at] ?? 0;
  const length = Math.clz32(marker) - 23;
  let size = marker & (0xff >> length);
  for (let i = 1; i < length; i++) {
    size = size * 256 + (bytes[at + i] ?? 0);
  }
  return Math.min(length + size, MOST);
}

function find(bytes: Uint8Array, wanted: readonly number[]): number {
  for (let at = bytes.indexOf(wanted[0] ?? 0); at >= 0; at = bytes.indexOf(wanted[0] ?? 0, at + 1)) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) {
      return at;
    }
  }
  return -1;
}

function letters(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
