import { loadWords } from '../i18n/index.svelte';
import { LatePart } from '../ui/late-part.svelte';

/** The search, which loads on demand. */
export const searchPart = new LatePart(async () => {
  const [parts] = await Promise.all([import('./search/parts'), loadWords('search'), loadWords('library')]);
  return parts;
});
