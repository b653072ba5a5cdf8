import { readPngChunks, readPngHeader } from '../../comfy/png';

/** Whether an encoded picture may have transparent pixels, from its first kilobytes. True when in doubt. */
export function mayHaveAlpha(head: Uint8Array): boolean {
  if (head[0] === 0xff && head[1] === 0xd8) {
    return false;
  }
  const png = readPngHeader(head);
  if (png) {
    const seeThroughColour = readPngChunks(head).some((chunk) => chunk.type === 'tRNS');
    return png.colorType >= 4 || seeThroughColour;
  }
  // Plain lossy WebP has no alpha; the extended and lossless kinds may.
  const fourth = String.fromCharCode(...head.subarray(12, 16));
  return !(String.fromCharCode(...head.subarray(8, 12)) === 'WEBP' && fourth === 'VP8 ');
}
