import type { RouteDefinition } from 'svelte-spa-router';
import { wrap } from 'svelte-spa-router/wrap';
import type { ComfyClient } from '../comfy/client';
import { isFolderType } from '../comfy/file-ref';
import { serverPictures } from '../comfy/picture-source';
import type * as EditorModule from '../editor/Editor.svelte';
import Gallery from '../gallery/Gallery.svelte';
import { loadWords } from '../i18n/index.svelte';
import { heldFiles } from '../jobs/thumbs/held-files';
import NotFound from './NotFound.svelte';
import RoomLoading from './RoomLoading.svelte';

let editorLoaded = false;

/** The rooms by hash route. Konva and the editor load on demand. */
export function routeTable(client: ComfyClient): RouteDefinition {
  return {
    // Left for the gallery at once.
    '/': RoomLoading,
    '/gallery/:job?/:output?': Gallery,
    '/queue': wrap({
      asyncComponent: () => import('../queue/QueueRoom.svelte'),
      loadingComponent: RoomLoading,
    }),
    '/edit': wrap({
      asyncComponent: () => {
        if (!editorLoaded) {
          fetchPicture(client);
        }
        return warmEditor();
      },
      loadingComponent: RoomLoading,
    }),
    '*': NotFound,
  };
}

/** Loads the editor, so that nobody waits for it when it is opened. */
export async function warmEditor(): Promise<typeof EditorModule> {
  const [editor] = await Promise.all([import('../editor/Editor.svelte'), loadWords('editor')]);
  editorLoaded = true;
  return editor;
}

/** Begins to fetch the picture the address names while the room that opens it is loading. */
function fetchPicture(client: ComfyClient): void {
  const query = new URLSearchParams(location.hash.split('?')[1]);
  const filename = query.get('filename');
  const type = query.get('type');
  if (filename) {
    heldFiles(serverPictures(client)).ahead({
      filename,
      subfolder: query.get('subfolder') ?? '',
      type: isFolderType(type) ? type : 'output',
    });
  }
}
