import type { JobStore } from '../../jobs/job-store.svelte';
import { timeOfTag } from '../../jobs/library/tag-time';
import { SearchSession } from '../../jobs/library/search/search-session.svelte';
import type { MarksPort } from '../../jobs/marks/marks';
import type { ThumbStore } from '../../jobs/thumbs/thumb-store.svelte';

/** What was read of the pictures outlives the room. */
const sessions = new WeakMap<JobStore, SearchSession>();

/** The search over the pictures of a store, the same for as long as the page lives. */
export function searchOf(jobs: JobStore, thumbs: ThumbStore, marks: MarksPort): SearchSession {
  const known = sessions.get(jobs);
  if (known) {
    return known;
  }
  const session = new SearchSession({
    jobs,
    marks,
    sizeOf: (item) => thumbs.facts(item) ?? null,
    writtenAt: (item) => timeOfTag(thumbs.facts(item)?.tag ?? null),
  });
  thumbs.onFacts((items) => session.refresh(items));
  session.start();
  sessions.set(jobs, session);
  return session;
}
