import type { RouteDefinition } from 'svelte-spa-router';
import { wrap } from 'svelte-spa-router/wrap';
import type { ComfyClient } from '../comfy/client';
import { isFolderType } from '../comfy/file-ref';
import { serverPictures } from '../comfy/picture-source';
import Gallery from '../gallery/Gallery.svelte';
import { heldFiles } from '../jobs/thumbs/held-files';
import { lateRooms } from './late-rooms';
import LateRoom from './LateRoom.svelte';
import RoomLoading from './RoomLoading.svelte';

/** The rooms by hash route. Konva and the editor load on demand. */
export function routeTable(client: ComfyClient): RouteDefinition {
  return {
    // Left for the gallery at once.
    '/': RoomLoading,
    '/gallery/:job?/:output?': Gallery,
    '/queue': wrap({ component: LateRoom, props: { part: lateRooms.queue } }),
    '/edit': wrap({
      component: LateRoom,
      props: { part: lateRooms.editor, meanwhile: () => fetchPicture(client) },
    }),
    '/compare': wrap({ component: LateRoom, props: { part: lateRooms.compare } }),
    '/workflows/:open?/:kind?': wrap({ component: LateRoom, props: { part: lateRooms.workflows } }),
    '*': wrap({ component: LateRoom, props: { part: lateRooms.notFound } }),
  };
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
