import type { Component } from 'svelte';
import { LatePart } from '../ui/late-part.svelte';
import type { GalleryRoom } from './gallery-room.svelte';

/** The viewer, which loads on demand. */
export const viewerPart = new LatePart<Component<{ room: GalleryRoom }>>(
  async () => (await import('./viewer/Viewer.svelte')).default,
);
