import { reportingAs } from '../../base/report';
import type { FileRef } from '../../comfy/file-ref';
import type { PictureSource } from '../../comfy/picture-source';

/** Codecs as people know them, by what an MP4 or MOV calls the format of a track. */
const MP4_CODECS: Readonly<Record<string, string>> = {
  avc1: 'H.264',
  avc3: 'H.264',
  hvc1: 'H.265',
  hev1: 'H.265',
  dvh1: 'H.265',
  dvhe: 'H.265',
  vvc1: 'H.266',
  av01: 'AV1',
  vp08: 'VP8',
  vp09: 'VP9',
  mp4v: 'MPEG-4',
  apcn: 'ProRes',
  apch: 'ProRes',
  apcs: 'ProRes',
  apco: 'ProRes',
  ap4h: 'ProRes',
  ap4x: 'ProRes',
};

/** The same for Matroska and WebM, whose names are texts. */
const MATROSKA_CODECS: readonly [name: string, codec: string][] = [
  ['V_MPEGH/ISO/HEVC', 'H.265'],
  ['V_MPEG4/ISO/AVC', 'H.264'],
  ['V_MPEG4/', 'MPEG-4'],
  ['V_AV1', 'AV1'],
  ['V_VP8', 'VP8'],
  ['V_VP9', 'VP9'],
  ['V_PRORES', 'ProRes'],
  ['V_FFV1', 'FFV1'],
];

/** The description of the tracks is that long at most, bytes; long videos have long tables behind it. */
const HEAD_BYTES = 64 * 1024;
/** No container has more parts before its description. */
const MAX_PARTS = 64;

/**
 * What a video's picture is coded with, such as `H.265`; `null` when the file does not say, or has no picture.
 * @throws ComfyError when the file cannot be read.
 */
export async function readVideoCodec(
  pictures: PictureSource,
  ref: FileRef,
  signal?: AbortSignal,
): Promise<string | null> {
  const read = async (from: number): Promise<Uint8Array> => {
    const range: [number, number] = [from, from + HEAD_BYTES - 1];
    const part = await pictures.read(ref, { range, ...(signal && { signal }) });
    // A server that knows no ranges sends everything.
    const start = part.size > HEAD_BYTES ? from : 0;
    return new Uint8Array(await part.slice(start, start + HEAD_BYTES).arrayBuffer());
  };
  const head = await read(0);
  if (isMatroska(head)) {
    return matroskaCodec(head);
  }
  // The description may come first or last: each part tells how far the next one is.
  let bytes = head;
  let base = 0;
  let at = 0;
  for (let parts = 0; parts < MAX_PARTS; parts++) {
    if (at + 16 > base + bytes.length) {
      bytes = at > 0 ? await read(at).catch(reportingAs('viewer.codec-part', new Uint8Array())) : bytes;
      base = at;
    }
    const part = partAt(bytes, at - base);
    if (!part) {
      return null;
    }
    if (part.type === 'moov') {
      const inside = base === at ? bytes : await read(at);
      return mp4Codec(inside);
    }
    at += part.size;
  }
  return null;
}

/** A part of an MP4 file: its length with its header, bytes, and what it is. `null` where none begins. */
function partAt(bytes: Uint8Array, at: number): { size: number; type: string } | null {
  if (at < 0 || at + 16 > bytes.length) {
    return null;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const short = view.getUint32(at);
  const size = short === 1 ? Number(view.getBigUint64(at + 8)) : short;
  const type = text(bytes, at + 4, 4);
  return size >= 8 && /^[\x20-\x7e]{4}$/.test(type) ? { size, type } : null;
}

/** The first track whose format is a known picture format: `stsd`, version, count, length, format. */
function mp4Codec(bytes: Uint8Array): string | null {
  for (let at = find(bytes, 'stsd', 0); at >= 0; at = find(bytes, 'stsd', at + 4)) {
    const format = text(bytes, at + 16, 4);
    if (Object.hasOwn(MP4_CODECS, format)) {
      return MP4_CODECS[format] ?? null;
    }
  }
  return null;
}

function isMatroska(bytes: Uint8Array): boolean {
  return [0x1a, 0x45, 0xdf, 0xa3].every((byte, at) => bytes[at] === byte);
}

function matroskaCodec(bytes: Uint8Array): string | null {
  return MATROSKA_CODECS.find(([name]) => find(bytes, name, 0) >= 0)?.[1] ?? null;
}

function find(bytes: Uint8Array, word: string, from: number): number {
  for (
    let at = bytes.indexOf(word.charCodeAt(0), from);
    at >= 0;
    at = bytes.indexOf(word.charCodeAt(0), at + 1)
  ) {
    if (text(bytes, at, word.length) === word) {
      return at;
    }
  }
  return -1;
}

function text(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
