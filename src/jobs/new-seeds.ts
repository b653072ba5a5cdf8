import { reportingAs } from '../base/report';
import type { ComfyClient } from '../comfy/client';
import { seedPlaces, withNewSeeds } from '../comfy/graph-seeds';
import type { JobGraph } from './state/job';

/** A job with every seed drawn anew, within what the server's nodes take; `null` when it has none. */
export async function newSeeds(client: ComfyClient, job: JobGraph): Promise<JobGraph | null> {
  const classes = [...new Set(seedPlaces(job.graph).map(({ usedBy }) => usedBy.className))];
  // Without an answer, the size of the old seed tells enough.
  const infos = await Promise.all(
    classes.map((name) => client.nodeInfo(name).catch(reportingAs('jobs.node-info', null))),
  );
  return withNewSeeds(job, ({ usedBy: { className, input } }) => {
    const spec = infos[classes.indexOf(className)]?.inputs.get(input);
    return spec?.kind === 'int' ? spec : null;
  });
}
