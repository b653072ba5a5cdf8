import { router } from 'svelte-spa-router';
import { SORTS, type Sort } from '../jobs/library/sort';
import type { GalleryItem } from '../jobs/job-store.svelte';
import { routes } from '../ui/routes';
import type { Stack } from './stacked-list.svelte';

/** What the address says of the list of pictures: the search, and its order. */
export interface GalleryView {
  q: string;
  sort: Sort;
}

/** Reads the query of an address. */
export function readView(query: string): GalleryView {
  const params = new URLSearchParams(query);
  const sort = SORTS.find((known) => known === params.get('sort'));
  return { q: params.get('q') ?? '', sort: sort ?? 'newest' };
}

/** The query of an address with its question mark; empty when everything is shown, newest first. */
export function suffixOf({ q, sort }: GalleryView): string {
  const params = new URLSearchParams({
    ...(q.trim() !== '' && { q }),
    ...(sort !== 'newest' && { sort }),
  }).toString();
  return params === '' ? '' : `?${params}`;
}

/** The view that the present address asks for. Reactive. */
export function presentView(): GalleryView {
  return readView(router.location.startsWith('/gallery') ? (router.querystring ?? '') : '');
}

/** What the address of a picture ends with, so that the way back leads to the same view. Reactive. */
export function viewSuffix(): string {
  return suffixOf(presentView());
}

/** Where a tile leads: to its picture in the viewer, or to the sheet it stands for. Reactive. */
export function routeOf({ job, output }: GalleryItem, stack: Stack | null): string {
  const { open, sheet } = stack ?? {};
  return (sheet && !open ? routes.sheet(sheet.id) : routes.output(job.id, output.index)) + viewSuffix();
}
