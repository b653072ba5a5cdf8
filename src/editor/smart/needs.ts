import type { SelectionNeed, SelectionWish } from '../../workflows/selection/selection-graph';
import type { SmartSelection } from './smart-selection.svelte';

/** What the server lacks for any of these, each thing once; nothing while that is not known. */
export function needsOf(
  smart: Pick<SmartSelection, 'missing'>,
  wishes: readonly SelectionWish[],
): SelectionNeed[] {
  const all = wishes.flatMap((wish) => smart.missing(wish) ?? []);
  return [...new Map(all.map((need) => [JSON.stringify(need), need])).values()];
}
