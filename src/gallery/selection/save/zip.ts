import { makeZip } from 'client-zip';
import type { PictureSource } from '../../../comfy/picture-source';
import type { JobStore } from '../../../jobs/job-store.svelte';
import type { DownloadPlan } from './download.svelte';
import { type ZipContents, zipEntries } from './zip-entries';

/** What a file beside the pictures weighs in an archive, bytes: its entry, and how the picture was made. */
const OVERHEAD = { pictures: 230, everything: 9000 };

/** The size of an archive, bytes, without the pictures in it; how each was made is only known when it is read. */
export function zipOverhead(count: number, contents: ZipContents): number {
  return count * OVERHEAD[contents] + 22;
}

/** Archives of pictures. They are stored, not packed: pictures are as small as they get. */
export function zipPlan(
  contents: ZipContents,
  pictures: PictureSource,
  jobs: Pick<JobStore, 'graph'>,
  now = new Date(),
): DownloadPlan {
  return {
    name: `darkroom-${stamp(now)}.zip`,
    type: 'application/zip',
    open: (items, signal, tell) =>
      Promise.resolve(
        makeZip(
          zipEntries(items, contents, {
            pictures,
            jobs,
            signal,
            onfailed: tell.failed,
            ondone: tell.done,
          }),
        ),
      ),
  };
}

/** `2026-11-29-1405`: sorts by time, and no system refuses it. */
export function stamp(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date}-${two(time.getHours())}${two(time.getMinutes())}`;
}
