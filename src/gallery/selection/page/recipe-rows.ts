import { formatList } from '../../../i18n/format-list';
import { t } from '../../../i18n/index.svelte';
import type { GalleryItem } from '../../../jobs/job-store.svelte';

/** How a picture was made, in words for people; what is not known is left out. */
export function recipeRows({ job: { summary } }: GalleryItem): { name: string; value: string }[] {
  if (!summary) {
    return [];
  }
  const loras = summary.loras.map(({ name, strength }) =>
    strength === null ? name : `${name} (${strength})`,
  );
  const rows: [string, string | number | bigint | null][] = [
    [t('selection.recipe.prompt'), summary.prompt],
    [t('selection.recipe.negative'), summary.negative],
    [t('selection.recipe.model'), summary.model],
    [t('selection.recipe.loras'), formatList(loras)],
    [t('selection.recipe.seed'), summary.seed],
    [t('selection.recipe.steps'), summary.steps],
    [t('selection.recipe.cfg'), summary.cfg],
    [
      t('selection.recipe.sampler'),
      formatList([summary.sampler, summary.scheduler].flatMap((part) => (part ? [part] : []))),
    ],
    [t('selection.recipe.denoise'), summary.denoise],
  ];
  return rows.flatMap(([name, value]) =>
    value === null || value === '' ? [] : [{ name, value: String(value) }],
  );
}
