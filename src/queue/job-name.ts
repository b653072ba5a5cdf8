import { displayPath } from '../comfy/file-ref';
import { t } from '../i18n/index.svelte';
import { isSelection, type JobRecord } from '../jobs/state/job';
import { recipeTitle } from '../workflows/recipe-title';

/**
 * What a job is called in lists: its prompt where it has one, else the recipe, the file it made, its id. People tell
 * jobs apart by their words, not by numbers.
 */
export function jobName(job: JobRecord): string {
  if (isSelection(job)) {
    return t('queue.selecting');
  }
  const recipe = job.darkroom ? recipeTitle(job.darkroom.recipe) : null;
  const prompt = job.summary?.prompt?.replace(/\s+/g, ' ').trim();
  const file = job.outputs[0] && displayPath(job.outputs[0].ref);
  return prompt || recipe || file || t('queue.unnamed', { id: job.id.slice(0, 8) });
}
