/**
 * A random seed. Kept within 2^53−1 although servers take 2^64−1: other front ends round larger ones, and
 * a picture should be repeatable everywhere.
 */
export function randomSeed(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 11) * 2 ** 32 + low;
}
