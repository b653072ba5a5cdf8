import { router } from 'svelte-spa-router';
import { SORTS, type Sort } from '../jobs/library/sort';

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
