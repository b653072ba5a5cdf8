import type { Component } from 'svelte';
import { loadWords } from '../i18n/index.svelte';
import { LatePart } from '../ui/late-part.svelte';
import type { GalleryRoom } from './gallery-room.svelte';

/** What marks pictures; loads once the first of them are there, or before them when some may be hidden. */
export const organisePart = new LatePart<Component<{ room: GalleryRoom }>>(async () => {
  const [host] = await Promise.all([import('./marks/MarksHost.svelte'), loadWords('organise')]);
  return host.default;
});
