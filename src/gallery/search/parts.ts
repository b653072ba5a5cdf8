/** What the gallery shows of the search; loads on demand. */
export { default as Filters } from './Filters.svelte';
export { default as NoMatch } from './NoMatch.svelte';
export { default as Notes } from './Notes.svelte';
export { default as SearchBar } from './SearchBar.svelte';
export { default as SearchHost } from './SearchHost.svelte';
export { default as SearchStrip } from './SearchStrip.svelte';
