import type { ComfyClient } from '../../comfy/client';
import type { MirrorFeed } from '../library/mirror-feed.svelte';
import type { JobTable } from '../state/job-table.svelte';
import { deviceId } from '../user-document';
import { DaySync } from './day-sync';
import { FoundFiles } from './found-files';

export interface SourcesOptions {
  client: ComfyClient;
  feed: MirrorFeed;
  table: JobTable;
  now: () => number;
  /** Whether this server's jobs are worth it: false for the demo, `null` while that is not known. */
  allowed: () => boolean | null;
  /** Jobs of pictures on screen, which are read first. */
  visible: () => Iterable<string>;
}

/**
 * Begins with everything that finds again what the server has forgotten, until the returned function is called: first
 * what other browsers wrote down of it, then the files that nobody tells of.
 */
export function startSources(options: SourcesOptions): () => void {
  const files = new FoundFiles(options);
  const days = new DaySync({ ...options, device: deviceId(), synced: () => void files.find() });
  const stops = [files.start(), days.start()];
  return () => stops.forEach((stop) => stop());
}
