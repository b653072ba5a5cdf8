import { TILE_BYTES } from './mask-grid';
import type { MaskTiles } from './mask-tiles';

const P1 = 0x9e3779b1;
const P2 = 0x85ebca77;
const P3 = 0xc2b2ae3d;
const P4 = 0x27d4eb2f;
const P5 = 0x165667b1;

function rotate(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

function round(lane: number, input: number): number {
  return Math.imul(rotate((lane + Math.imul(input, P2)) | 0, 13), P1);
}

/** XXH32 of the bytes: fast and well mixed, not cryptographic. */
export function xxh32(bytes: Uint8Array, seed = 0): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length;
  let at = 0;
  let hash: number;
  if (length >= 16) {
    let a = (seed + P1 + P2) | 0;
    let b = (seed + P2) | 0;
    let c = seed | 0;
    let d = (seed - P1) | 0;
    for (; at + 16 <= length; at += 16) {
      a = round(a, view.getInt32(at, true));
      b = round(b, view.getInt32(at + 4, true));
      c = round(c, view.getInt32(at + 8, true));
      d = round(d, view.getInt32(at + 12, true));
    }
    hash = (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0;
  } else {
    hash = (seed + P5) | 0;
  }
  hash = (hash + length) | 0;
  for (; at + 4 <= length; at += 4) {
    hash = Math.imul(rotate((hash + Math.imul(view.getInt32(at, true), P3)) | 0, 17), P4);
  }
  for (; at < length; at++) {
    hash = Math.imul(rotate((hash + Math.imul(bytes[at] ?? 0, P5)) | 0, 11), P1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), P2);
  hash = Math.imul(hash ^ (hash >>> 13), P3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * 16 hex digits that are equal for equal masks (size and every pixel). Names files; the same in every
 * browser, unlike a hash of compressed bytes.
 */
export function maskHash(tiles: MaskTiles): string {
  const table = new Int32Array(4 + tiles.full.length * 2 + tiles.mixed.length * 3);
  table.set([tiles.width, tiles.height, tiles.full.length, tiles.mixed.length]);
  const second = table.slice();
  let at = 4;
  for (const index of tiles.full) {
    table.set([index, -1], at);
    second.set([index, -1], at);
    at += 2;
  }
  for (const { index, data } of tiles.mixed) {
    table.set([index, 1, xxh32(data.subarray(0, TILE_BYTES), 0)], at);
    second.set([index, 1, xxh32(data.subarray(0, TILE_BYTES), P5)], at);
    at += 3;
  }
  return [xxh32(new Uint8Array(table.buffer), 0), xxh32(new Uint8Array(second.buffer), P5)]
    .map((half) => half.toString(16).padStart(8, '0'))
    .join('');
}
