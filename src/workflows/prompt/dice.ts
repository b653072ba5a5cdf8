/** A throw: a whole number from 0 to `sides` − 1. */
export type Dice = (sides: number) => number;

/**
 * Dice that fall alike for the same text, on every device: what a seed and a prompt made once can be made again.
 * Good enough for a choice of words, and for nothing that must not be guessed.
 */
export function diceOf(text: string): Dice {
  let state = hash(text);
  return (sides) => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    const share = ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    return Math.floor(share * sides);
  };
}

/** FNV-1a over UTF-16 units, mixed once more so that neighbours such as two seeds in a row lie far apart. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}
