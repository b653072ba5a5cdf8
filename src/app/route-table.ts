import type { RouteDefinition } from 'svelte-spa-router';
import { wrap } from 'svelte-spa-router/wrap';
import { loadWords } from '../i18n/index.svelte';
import Gallery from '../gallery/Gallery.svelte';
import NotFound from './NotFound.svelte';
import RoomLoading from './RoomLoading.svelte';

/** The rooms by hash route. Konva and the editor load on demand. */
export const routeTable: RouteDefinition = {
  // Left for the gallery at once.
  '/': RoomLoading,
  '/gallery/:job?/:output?': Gallery,
  '/queue': wrap({
    asyncComponent: () => import('../queue/QueueRoom.svelte'),
    loadingComponent: RoomLoading,
  }),
  '/edit': wrap({
    asyncComponent: async () =>
      (await Promise.all([import('../editor/Editor.svelte'), loadWords('editor')]))[0],
    loadingComponent: RoomLoading,
  }),
  '*': NotFound,
};
