/**
 * When a file was written, ms since the epoch: aiohttp makes ETags of that, in nanoseconds and hexadecimal, and of the
 * size (API reference 2.2). `null` for tags of another make.
 */
export function timeOfTag(tag: string | null): number | null {
  const [, time] = /^"([0-9a-f]{12,16})-[0-9a-f]+"$/.exec(tag ?? '') ?? [];
  return time === undefined ? null : Math.floor(Number(BigInt(`0x${time}`) / 1_000_000n));
}
