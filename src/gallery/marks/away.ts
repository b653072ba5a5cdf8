import type { FileRef } from '../../comfy/file-ref';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import { libraryPort } from '../../ports/library.svelte';

/** Whether the folder of a picture's file cannot be read just now, so that only what is kept of it is shown. Reactive. */
export function isAway({ output }: GalleryItem): boolean {
  return isFileAway(output.ref);
}

/** The same of a file. Reactive. */
export function isFileAway(ref: FileRef): boolean {
  return libraryPort.isAway(ref);
}
