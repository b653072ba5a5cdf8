import type { ComfyClient } from '../../comfy/client';
import { ThumbStore } from './thumb-store.svelte';
import { isNear } from './view-plan';

/** Thumbnails in memory outlive the rooms: coming back from one to another shows them at once. */
const stores = new WeakMap<ComfyClient, ThumbStore>();

/** The thumbnails of a server's outputs, the same for all rooms of the page. */
export function thumbsOf(client: ComfyClient): ThumbStore {
  const known = stores.get(client) ?? new ThumbStore({ client, near: isNear(location.hostname) });
  stores.set(client, known);
  return known;
}
