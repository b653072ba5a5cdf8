/**
 * The part of a list in which it differs from what it was: all before `from` is as it was, and so is all from `end` on,
 * counted from the end of either list. Compares references, and stops at the first that differ.
 */
export function changedPart<T>(before: readonly T[], after: readonly T[]): { from: number; end: number } {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) {
    from += 1;
  }
  let behind = 0;
  while (behind < shorter - from && before.at(-1 - behind) === after.at(-1 - behind)) {
    behind += 1;
  }
  return { from, end: after.length - behind };
}
