import type { RouteDefinition } from 'svelte-spa-router';
import { wrap } from 'svelte-spa-router/wrap';
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
    asyncComponent: () => import('../editor/Editor.svelte'),
    loadingComponent: RoomLoading,
  }),
  '*': NotFound,
};
