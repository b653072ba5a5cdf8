import type { ComfyClient } from '../comfy/client';
import { serverPictures } from '../comfy/picture-source';
import { libraryPort } from '../ports/library.svelte';
import type { OutputLibrary } from './library/output-library.svelte';

/**
 * Has a client ask for files that ComfyUI does not know by their content: as the library tells it, and before that as the
 * pictures of the gallery do.
 */
export function knowContents(client: ComfyClient, items: Pick<OutputLibrary, 'byFile'>): void {
  client.contentOf = (ref) => {
    // Addresses that are shown follow.
    void libraryPort.status;
    return serverPictures(client).library?.of(ref)?.key ?? items.byFile(ref)?.output.file?.key;
  };
}
