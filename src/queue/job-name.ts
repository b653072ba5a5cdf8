import { t } from '../i18n/index.svelte';
import type { JobRecord } from '../jobs/job';
import { recipeTitle } from '../workflows/recipe-title';

/**
 * What a job is called in lists: its prompt where it has one, else the recipe, else its id. People tell
 * jobs apart by their words, not by numbers.
 */
export function jobName(job: JobRecord): string {
  const recipe = job.darkroom ? recipeTitle(job.darkroom.recipe) : null;
  const prompt = job.summary?.prompt?.replace(/\s+/g, ' ').trim();
  return prompt || recipe || t('queue.unnamed', { id: job.id.slice(0, 8) });
}
