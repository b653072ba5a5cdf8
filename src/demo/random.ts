/** A seeded stream of numbers in [0, 1): the same seed gives the same pictures on every machine. */
export type Random = () => number;

/** mulberry32: small, fast, and good enough for pictures and planned faults. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** FNV-1a of a text, as a 32-bit seed. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/** A 32-bit seed from a 64-bit one; both halves count. */
export function foldSeed(seed: number | bigint): number {
  const wide = BigInt.asUintN(64, BigInt(seed));
  return hashText(wide.toString());
}
