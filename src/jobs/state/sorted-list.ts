/** More arguments of one call overflow some engines' stacks. */
const LONGEST_RUN = 10_000;

/** Where a value is, or would be inserted, in a list sorted by a total order. */
export function placeOf<T>(list: readonly T[], value: T, compare: (a: T, b: T) => number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(list[middle] as T, value) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** Removes a value; one that is not there is left alone. */
export function removeSorted<T>(list: T[], value: T, compare: (a: T, b: T) => number): void {
  const at = placeOf(list, value, compare);
  if (list[at] === value) {
    list.splice(at, 1);
  }
}

/**
 * Removes values that are on the list, neighbours together: a folder that goes costs one splice. `told` hears of each
 * run that went out, the last of the list first.
 */
export function removeRuns<T>(
  list: T[],
  values: readonly T[],
  compare: (a: T, b: T) => number,
  told: (at: number, run: T[]) => void,
): void {
  const places = values.map((value) => placeOf(list, value, compare)).sort((a, b) => b - a);
  for (let first = 0; first < places.length;) {
    let end = first + 1;
    while (places[end] === (places[first] as number) - (end - first)) {
      end += 1;
    }
    const at = places[end - 1] as number;
    told(at, list.splice(at, end - first));
    first = end;
  }
}

/**
 * Adds values that are sorted already, each at its place: neighbours go in together, so that a page of
 * history costs one splice. `told` hears of each run that went in.
 */
export function insertRuns<T>(
  list: T[],
  sorted: readonly T[],
  compare: (a: T, b: T) => number,
  told: (at: number, run: readonly T[]) => void = () => undefined,
): void {
  for (let first = 0; first < sorted.length;) {
    const at = placeOf(list, sorted[first] as T, compare);
    const next = list[at];
    let end = first + 1;
    while (
      end < sorted.length &&
      end - first < LONGEST_RUN &&
      (next === undefined || compare(sorted[end] as T, next) < 0)
    ) {
      end += 1;
    }
    const run = sorted.slice(first, end);
    list.splice(at, 0, ...run);
    told(at, run);
    first = end;
  }
}

/** Takes some values out of a sorted list, and puts others in. */
export function replaceSorted<T>(
  list: T[],
  removed: readonly T[],
  added: T[],
  compare: (a: T, b: T) => number,
): void {
  removed.forEach((value) => removeSorted(list, value, compare));
  insertRuns(list, added.sort(compare), compare);
}
