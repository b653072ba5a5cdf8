/** A marker segment of a JPEG: the marker's second byte, and what follows its length. */
export interface JpegSegment {
  marker: number;
  data: Uint8Array;
}

/** A chunk of a WebP. */
export interface WebpChunk {
  type: string;
  /** Where its four-letter type begins. */
  at: number;
  data: Uint8Array;
}

/** The segments of a JPEG before its pixels; those that are whole of a file cut short. */
export function* jpegSegments(bytes: Uint8Array): Generator<JpegSegment> {
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    // Start of scan or end of image: no more headers.
    if (marker === 0xda || marker === 0xd9) {
      return;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 2;
      continue;
    }
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    if (length < 2) {
      return;
    }
    yield { marker, data: bytes.subarray(at + 4, at + 2 + length) };
    at += 2 + length;
  }
}

/** The chunks of a WebP in file order; none for other files. */
export function* webpChunks(bytes: Uint8Array): Generator<WebpChunk> {
  if (ascii(bytes, 0, 4) !== 'RIFF' || ascii(bytes, 8, 12) !== 'WEBP') {
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = view.getUint32(at + 4, true);
    yield { type: ascii(bytes, at, at + 4), at, data: bytes.subarray(at + 8, at + 8 + length) };
    at += 8 + length + (length & 1);
  }
}

/** Bytes as text, one character each. */
export function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}
