/** The eight bytes every PNG begins with. */
export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** The IHDR fields that readers need. Sizes in px. */
export interface PngHeader {
  width: number;
  height: number;
  bitDepth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGBA. */
  colorType: number;
  interlaced: boolean;
}

/** The header of a PNG; `null` when the bytes are not a PNG. The first 33 bytes suffice. */
export function readPngHeader(bytes: Uint8Array): PngHeader | null {
  if (bytes.length < 33 || !isPng(bytes) || latin1Text(bytes.subarray(12, 16)) !== 'IHDR') {
    return null;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    bitDepth: view.getUint8(24),
    colorType: view.getUint8(25),
    interlaced: view.getUint8(28) !== 0,
  };
}

/** The types of a PNG's chunks up to its pixels, as far as the bytes reach; none of what is no PNG. */
export function chunksBeforePixels(bytes: Uint8Array): string[] {
  const types: string[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isOne = isPng(bytes);
  // Length, type, that many bytes, checksum.
  for (let at = PNG_SIGNATURE.length; isOne && at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = latin1Text(bytes.subarray(at + 4, at + 8));
    if (type === 'IDAT') {
      break;
    }
    types.push(type);
  }
  return types;
}

export function isPng(bytes: Uint8Array): boolean {
  return PNG_SIGNATURE.every((byte, i) => bytes[i] === byte);
}

export function latin1Text(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    // Spread into arguments it would be walked by its iterator, which takes twenty times as long.
    text += Reflect.apply(String.fromCharCode, null, bytes.subarray(at, at + 8192));
  }
  return text;
}
