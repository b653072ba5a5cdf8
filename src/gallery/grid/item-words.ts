import { displayPath } from '../../comfy/file-ref';
import { jobTime } from '../../jobs/state/job';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import type { Stack } from '../stacked-list.svelte';
import { formatDuration, formatTime } from '../../i18n/index.svelte';

const SHORT = 140;

/** The first words of the prompt, else the file's name: what a picture is called where there is little room. */
export function shortTitle({ job, output }: GalleryItem): string {
  const prompt = job.summary?.prompt?.replace(/\s+/g, ' ').trim() ?? '';
  if (prompt === '') {
    return displayPath(output.ref);
  }
  return prompt.length > SHORT ? `${prompt.slice(0, SHORT).trimEnd()}…` : prompt;
}

/** What a tile is called: its picture, or the sheet it stands for by what was swept. */
export function tileTitle(item: GalleryItem, stack: Stack | null): string {
  const swept = stack?.open === false ? stack.sheet?.axes : undefined;
  return [...(swept ? [swept.map(({ name }) => name).join(' × ')] : []), shortTitle(item)].join(': ');
}

/** When the job ended, as a time of day; empty when the server does not tell. */
export function timeOfDay({ job }: GalleryItem): string {
  const at = jobTime(job);
  return at > 0 ? formatTime(at, { hour: '2-digit', minute: '2-digit' }) : '';
}

/** How long the job of a picture took; empty where nobody knows, or it did nothing. */
export function tookWords({ job: { startedAt, endedAt, unchanged } }: GalleryItem): string {
  return startedAt !== null && endedAt !== null && endedAt >= startedAt && !unchanged
    ? formatDuration(endedAt - startedAt)
    : '';
}
