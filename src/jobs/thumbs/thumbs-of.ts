import type { PictureSource } from '../../comfy/picture-source';
import { loadImage } from './load-image';
import { ThumbStore } from './thumb-store.svelte';
import { isNear } from './view-plan';

/** Thumbnails in memory outlive the rooms: coming back from one to another shows them at once. */
const stores = new WeakMap<PictureSource, ThumbStore>();

/** The thumbnails of a source's pictures, the same for all rooms of the page. */
export function thumbsOf(pictures: PictureSource): ThumbStore {
  const known =
    stores.get(pictures) ?? new ThumbStore({ pictures, loadImage, near: isNear(location.hostname) });
  stores.set(pictures, known);
  return known;
}
