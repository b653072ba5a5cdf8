import { factsOf, type JobFacts } from './library/job-facts';
import type { MirrorFeed } from './library/mirror-feed.svelte';
import { isFinished, type JobGraph, type JobRecord } from './state/job';

/**
 * What the graph of a job tells of its files, from the mirror, or read anew and then remembered.
 * @param graphOf resolves with the job's graph, or with `null`.
 */
export async function readFacts(
  id: string,
  record: JobRecord | undefined,
  feed: MirrorFeed,
  graphOf: () => Promise<JobGraph | null>,
): Promise<JobFacts | null> {
  const known = (await feed.facts([id])).get(id);
  if (known && record?.outputs.every(({ nodeId }) => nodeId in known)) {
    return known;
  }
  const graph = record && (await graphOf());
  if (!graph) {
    return null;
  }
  const facts = factsOf(record, graph);
  if (isFinished(record.state)) {
    await feed.putFacts(new Map([[id, facts]]));
  }
  return facts;
}
