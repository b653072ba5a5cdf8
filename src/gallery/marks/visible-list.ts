import { untrack } from 'svelte';
import { FoundList } from '../../jobs/library/search/found-list.svelte';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import type { OutputLibrary } from '../../jobs/library/output-library.svelte';
import type { MarksPort } from '../../jobs/marks/marks';

/** Of more changes at once the list is made anew: each by itself moves all that come after it. */
const MANY = 2000;

/**
 * Every picture but the hidden ones, kept in step with both until `stop` is called.
 * @param which results, or what they are made from.
 */
export function visibleList(
  items: OutputLibrary,
  marks: MarksPort,
  which: 'outputs' | 'inputs' = 'outputs',
): { list: FoundList; stop: () => void } {
  return untrack(() => {
    const isVisible = ({ output }: GalleryItem): boolean =>
      (output.ref.type === 'input') === (which === 'inputs') && !marks.of(output.ref).hidden;
    const list = new FoundList((key) => items.find(key));
    list.reset(items.slice(0).filter(isVisible), 'newest');
    const stops = [
      items.onSplice((splices) =>
        list.change(
          splices.flatMap(({ removed }) => removed),
          splices.flatMap(({ added }) => added.filter(isVisible)),
        ),
      ),
      marks.onChange((files) =>
        untrack(() => {
          const known = files.flatMap((ref) => items.byFile(ref) ?? []);
          if (known.length > MANY) {
            list.reset(items.slice(0).filter(isVisible), 'newest');
            return;
          }
          list.change(
            known.filter((item) => !isVisible(item)),
            known.filter((item) => isVisible(item) && list.indexOf(item) < 0),
          );
        }),
      ),
    ];
    return { list, stop: () => stops.forEach((stop) => stop()) };
  });
}
