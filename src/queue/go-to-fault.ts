import { report } from '../base/report';
import { stringifyExact } from '../comfy/exact-json';
import { nodeOf } from '../comfy/graph';
import { describeError } from '../i18n/describe-error';
import { t } from '../i18n/index.svelte';
import type { JobStore } from '../jobs/job-store.svelte';
import type { JobGraph } from '../jobs/state/job';
import { complain } from '../ui/toasts.svelte';
import { goTo, routes } from '../ui/routes';
import { isOrigin, readRecord } from '../workflows/darkroom-record';
import { recipeFieldOf } from '../workflows/recipe-field';
import { type Fault, faultField, type FieldPlace } from './fault-field';

/** Goes to what is to be changed in a job, in the room it was made in, or says why that cannot be. */
export async function goToFault(jobs: JobStore, id: string, fault: Fault): Promise<void> {
  try {
    const job = await jobs.graph(id);
    if (job) {
      goTo(routeToFault(id, job, fault));
    } else {
      complain(t('errors.graphUnknown'));
    }
  } catch (error) {
    report(error, 'queue.go-to-fault');
    complain(describeError(error));
  }
}

/** The editor for what a field of its form decides, else the whole graph as a form. */
export function routeToFault(id: string, job: JobGraph, fault: Fault): string {
  const place = faultField(job.graph, fault);
  if (place === null) {
    return routes.openForm(id);
  }
  const record = readRecord(job.pngInfo['darkroom']);
  const field = record && recipeFieldOf(record.values, place.input, valueAt(job, place));
  return field && isOrigin(record) ? routes.editJob(record.parent, id, field) : routes.openFormAt(id, place);
}

function valueAt({ graph }: JobGraph, { node, input }: FieldPlace): string | null {
  const value = nodeOf(graph, node)?.inputs[input];
  return value === undefined || value === null
    ? null
    : typeof value === 'string'
      ? value
      : stringifyExact(value);
}
