import { insertRuns, placeOf, removeRuns } from '../state/sorted-list';
import type { GalleryItem, Splice } from './output-index';

/**
 * Takes items off a sorted list and puts others on it; one that changed is in both, as two objects of one key.
 * Returns what that did to the list, in order.
 */
export function exchange(
  list: GalleryItem[],
  removed: readonly GalleryItem[],
  added: readonly GalleryItem[],
  compare: (a: GalleryItem, b: GalleryItem) => number,
): Splice[] {
  const splices: Splice[] = [];
  const coming = new Map(added.map((item) => [item.key, item]));
  const going: GalleryItem[] = [];
  for (const item of removed) {
    const next = coming.get(item.key);
    const at = next ? placeOf(list, item, compare) : -1;
    if (next && staysAt(list, at, next, compare)) {
      // Same place, new words: no row has to move.
      list[at] = next;
      coming.delete(item.key);
      splices.push({ at, removed: [item], added: [next] });
    } else {
      going.push(item);
    }
  }
  removeRuns(list, going, compare, (at, run) => splices.push({ at, removed: run, added: [] }));
  insertRuns(list, [...coming.values()].sort(compare), compare, (at, run) =>
    splices.push({ at, removed: [], added: run }),
  );
  return splices;
}

/** Whether a value belongs where another one of the list is that it takes the place of. */
function staysAt<T>(list: readonly T[], at: number, next: T, compare: (a: T, b: T) => number): boolean {
  const [before, after] = [list[at - 1], list[at + 1]];
  return (
    (before === undefined || compare(before, next) < 0) && (after === undefined || compare(next, after) < 0)
  );
}
