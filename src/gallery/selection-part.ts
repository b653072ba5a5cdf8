import { loadWords } from '../i18n/index.svelte';
import { LatePart } from '../ui/late-part.svelte';

/** What selects pictures and acts on many of them; loads on demand. */
export const selectionPart = new LatePart(async () => {
  const [parts] = await Promise.all([
    import('./selection/parts'),
    loadWords('selection'),
    loadWords('organise'),
    loadWords('library'),
  ]);
  return parts;
});
