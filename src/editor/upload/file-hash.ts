import { xxh32 } from '../mask/hash';

/** Bytes hashed without a pause: some milliseconds. */
const PIECE = 4 * 2 ** 20;
/** Any number but 0, so that the two halves of the hash differ. */
const SECOND_SEED = 0x165667b1;

/**
 * 16 hex digits over a file's bytes, computed in pieces so that the page stays responsive. Not cryptographic.
 */
export async function fileHash(file: Blob): Promise<string> {
  let halves = [file.size | 0, SECOND_SEED];
  for (let at = 0; at < file.size; at += PIECE) {
    const bytes = new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer());
    halves = halves.map((seed) => xxh32(bytes, seed));
  }
  return halves.map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
