import type { Component } from 'svelte';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import type { PictureFacts } from '../../jobs/thumbs/thumb-db';
import type { ThumbStore } from '../../jobs/thumbs/thumb-store.svelte';
import type { Output } from '../../jobs/state/job';
import { LatePart } from '../../ui/late-part.svelte';
import type { GridView, TileBox } from './grid-view.svelte';
import type { TilePick } from './tile-pick';

/** The dates beside the grid; they load once the first pictures are there. */
export const scrubberPart = new LatePart<Component<{ grid: GridView }>>(
  async () => (await import('./Scrubber.svelte')).default,
);

/** A line of the compact list, which loads when somebody wants the list. */
export const linePart = new LatePart<
  Component<{
    tile: TileBox;
    height: number;
    thumbs: ThumbStore;
    stop: boolean;
    hot: boolean;
    pick: TilePick | null;
  }>
>(async () => (await import('./ListLine.svelte')).default);

/** A video or an animation that plays in its tile, which loads when the mouse first comes to one. */
export const movingPart = new LatePart<Component<{ output: Output; crop: boolean }>>(
  async () => (await import('./Moving.svelte')).default,
);

/** What an edit changed, and what it was made from; loads when the mouse first comes to one. */
export const changePart = new LatePart<
  Component<{ item: GalleryItem; thumbs: ThumbStore; facts: PictureFacts | undefined; crop: boolean }>
>(async () => (await import('../lineage/TileChange.svelte')).default);
