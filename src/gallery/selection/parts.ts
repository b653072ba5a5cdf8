/** What the gallery shows of the selection; loads on demand. */
export { default as SelectionBar } from './SelectionBar.svelte';
export { default as SelectionHost } from './SelectionHost.svelte';
