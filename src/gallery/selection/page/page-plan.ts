import { report } from '../../../base/report';
import type { PictureSource } from '../../../comfy/picture-source';
import { randomUuid } from '../../../comfy/uuid';
import { locale, t } from '../../../i18n/index.svelte';
import type { GalleryItem } from '../../../jobs/job-store.svelte';
import { shortTitle } from '../../grid/item-words';
import { countWords } from '../count-words';
import type { DownloadPlan } from '../save/download.svelte';
import { safeName } from '../save/file-names';
import { pageFigure, pageFoot, pageHead, type PageWords } from './page-html';
import { drawPicture, fitted, SIDES } from './page-picture';
import { recipeRows } from './recipe-rows';

/** What a page is to hold. */
export interface PageChoices {
  title: string;
  /** Pictures large enough to fill a screen, besides those of the grid. */
  large: boolean;
  /** How each picture was made. */
  recipes: boolean;
}

/** Bytes of WebP for a px of a picture, on average, and of a recipe. */
const BYTES_PER_PX = 0.14;
const RECIPE = 1200;
const BASE64 = 4 / 3;

/** About how large the page will be, bytes. `sizeOf`: px of a picture where they are known. */
export function estimatePage(
  items: readonly GalleryItem[],
  { large, recipes }: PageChoices,
  sizeOf: (item: GalleryItem) => { width: number; height: number } | undefined,
): number {
  const bytesOf = (item: GalleryItem, side: number): number => {
    const { width, height } = sizeOf(item) ?? { width: 1024, height: 1024 };
    const size = fitted(width, height, side);
    return size.width * size.height * BYTES_PER_PX * BASE64;
  };
  return items.reduce(
    (sum, item) =>
      sum + bytesOf(item, SIDES.thumb) + (large ? bytesOf(item, SIDES.large) : 0) + (recipes ? RECIPE : 0),
    8000,
  );
}

/** One file of HTML that holds the pictures and a viewer for them, and needs nothing else. */
export function pagePlan(choices: PageChoices, pictures: PictureSource): DownloadPlan {
  return {
    name: `${safeName(choices.title)}.html`,
    type: 'text/html',
    open: (items, signal, tell) => {
      const parts = pageParts(items, choices, pictures, signal, tell);
      const encoder = new TextEncoder();
      return Promise.resolve(
        new ReadableStream<Uint8Array>({
          async pull(controller) {
            const { done, value } = await parts.next();
            if (done) {
              controller.close();
            } else {
              controller.enqueue(encoder.encode(value));
            }
          },
        }),
      );
    },
  };
}

async function* pageParts(
  items: readonly GalleryItem[],
  { title, large, recipes }: PageChoices,
  pictures: PictureSource,
  signal: AbortSignal,
  tell: Parameters<DownloadPlan['open']>[2],
): AsyncGenerator<string, void> {
  const nonce = randomUuid();
  const words: PageWords = {
    lang: locale(),
    title,
    count: countWords('selection.pictures', items.length),
    previous: t('selection.page.previous'),
    next: t('selection.page.next'),
    close: t('common.close'),
    recipe: t('selection.page.recipe'),
    viewer: t('selection.page.viewer'),
  };
  yield pageHead(words, nonce);
  for (const item of items) {
    try {
      const drawn = await drawPicture(item, pictures, large, signal);
      // A title is the prompt itself: it is kept back with the recipe.
      const name = recipes ? shortTitle(item) : item.output.ref.filename;
      yield pageFigure({ ...drawn, title: name, recipe: recipes ? recipeRows(item) : [] });
    } catch (error) {
      signal.throwIfAborted();
      report(error, 'selection.page');
      tell.failed(item.output.ref.filename);
    }
    tell.done(item);
  }
  yield pageFoot(words, nonce);
}
