import { displayPath } from '../comfy/file-ref';
import { t } from '../i18n/index.svelte';
import { isSelection, type JobGraph, type JobRecord } from '../jobs/state/job';
import { recipeTitle } from '../workflows/recipe-title';
import { graphName } from '../workflows/graph-name';

/**
 * What a job is called in lists: its prompt where it has one, else the recipe, the file it made, what its graph says
 * where that is at hand (asked for only then), its id. People tell jobs apart by their words, not by numbers.
 */
export function jobName(job: JobRecord, graphOf: () => JobGraph | null = () => null): string {
  if (isSelection(job)) {
    return t('queue.selecting');
  }
  const recipe = job.darkroom ? recipeTitle(job.darkroom.recipe) : null;
  const prompt = job.summary?.prompt?.replace(/\s+/g, ' ').trim();
  const file = job.outputs[0] && displayPath(job.outputs[0].ref);
  const known = prompt || recipe || file;
  if (known) {
    return known;
  }
  const graph = graphOf();
  return (graph && graphName(graph)) || t('queue.unnamed', { id: job.id.slice(0, 8) });
}

/** Whether only its graph can say more of a job than its id. */
export function isNameless({ darkroom, summary, outputs }: JobRecord): boolean {
  return !darkroom && !summary?.prompt?.trim() && outputs.length === 0;
}
