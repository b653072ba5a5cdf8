import { insertRuns, placeOf } from '../state/sorted-list';
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
  for (const item of removed) {
    const at = placeOf(list, item, compare);
    const next = coming.get(item.key);
    list.splice(at, 1);
    if (next && placeOf(list, next, compare) === at) {
      // Same place, new words: no row has to move.
      list.splice(at, 0, next);
      coming.delete(item.key);
      splices.push({ at, removed: [item], added: [next] });
    } else {
      splices.push({ at, removed: [item], added: [] });
    }
  }
  insertRuns(list, [...coming.values()].sort(compare), compare, (at, run) =>
    splices.push({ at, removed: [], added: run }),
  );
  return splices;
}
