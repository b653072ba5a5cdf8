import type { Component, Snippet } from 'svelte';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import type { PictureFacts } from '../../jobs/thumbs/thumb-db';
import type { ThumbStore } from '../../jobs/thumbs/thumb-store.svelte';
import type { Output } from '../../jobs/state/job';
import { loadWords } from '../../i18n/index.svelte';
import type { MenuPlace } from '../../ui/ask-menu';
import { LatePart } from '../../ui/late-part.svelte';
import type { Stack } from '../stacked-list.svelte';
import type { GridView, TileBox } from './grid-view.svelte';
import type { TilePick } from './tile-pick';

/** The dates beside the grid; they load once the first pictures are there. */
export const scrubberPart = new LatePart<Component<{ grid: GridView }>>(
  async () => (await import('./Scrubber.svelte')).default,
);

/** The way to results that arrived above what is in view; loads with the first of them. */
export const newResultsPart = new LatePart<Component<{ count: number; onclick: () => void }>>(
  async () => (await import('./NewResults.svelte')).default,
);

/** What is offered over a tile; loads once there is time, as a mouse may come to one. */
export const actionsPart = new LatePart<
  Component<{ grid: GridView; key: string; away: string | null; onmenu: (place: MenuPlace) => void }>
>(async () => (await import('./TileActions.svelte')).default);

/** A line of the compact list, which loads when somebody wants the list. */
export const linePart = new LatePart<
  Component<{
    tile: TileBox;
    height: number;
    thumbs: ThumbStore;
    stop: boolean;
    hot: boolean;
    pick: TilePick | null;
    stack: Stack | null;
    badge: Snippet<[Stack, string]>;
  }>
>(async () => (await import('./ListLine.svelte')).default);

/** How many pictures a stack holds, and what opens and closes it; loads with the first stack. */
export const stackPart = new LatePart<
  Component<{ stack: Stack; key: string; thumbs: ThumbStore; line?: boolean; ontoggle: () => void }>
>(async () => {
  const [badge] = await Promise.all([import('./StackBadge.svelte'), loadWords('lineage')]);
  return badge.default;
});

/** A video or an animation that plays in its tile, which loads when the mouse first comes to one. */
export const movingPart = new LatePart<Component<{ output: Output; crop: boolean }>>(
  async () => (await import('./Moving.svelte')).default,
);

/** What an edit changed, and what it was made from; loads when the mouse first comes to one. */
export const changePart = new LatePart<
  Component<{ item: GalleryItem; thumbs: ThumbStore; facts: PictureFacts | undefined; crop: boolean }>
>(async () => (await import('../lineage/TileChange.svelte')).default);
