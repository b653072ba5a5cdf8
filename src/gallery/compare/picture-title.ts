import { displayPath } from '../../comfy/file-ref';
import { shortTitle } from '../grid/item-words';
import type { ComparedPicture } from './compared-picture.svelte';

/** What a compared picture is called: as in the gallery, else by its file. */
export function titleOf({ item, ref }: ComparedPicture): string {
  return item ? shortTitle(item) : displayPath(ref);
}
