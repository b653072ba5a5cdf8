import { PAGE_SCRIPT, PAGE_STYLE } from './page-parts';

/** A picture as the page shows it. */
export interface PagePicture {
  /** `data:` addresses: a small one for the grid, and a large one where the page has it. */
  thumb: string;
  large: string | null;
  /** Size of the original, px. */
  width: number;
  height: number;
  /** One line about it. */
  title: string;
  /** How it was made: names and values, in their order; none when that is kept back. */
  recipe: readonly { name: string; value: string }[];
}

/** What the page says, in the language of whoever makes it. */
export interface PageWords {
  lang: string;
  title: string;
  /** Below the title: how many pictures there are. */
  count: string;
  previous: string;
  next: string;
  close: string;
  recipe: string;
  viewer: string;
}

/** A text as part of HTML, between tags or inside double quotes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/**
 * The page up to its first picture. It loads nothing and runs only its own script, whatever a prompt holds: what is
 * not ours is text and nothing else, and the policy allows a nonce alone.
 * @param nonce letters, digits and dashes nobody can guess.
 */
export function pageHead(words: PageWords, nonce: string): string {
  const policy = [
    "default-src 'none'",
    'img-src data:',
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="${escapeHtml(words.lang)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="dark light">
<title>${escapeHtml(words.title)}</title>
<style nonce="${nonce}">${PAGE_STYLE}</style>
</head>
<body>
<header><h1>${escapeHtml(words.title)}</h1><p>${escapeHtml(words.count)}</p></header>
<main>
`;
}

/** One picture of the page. */
export function pageFigure({ thumb, large, width, height, title, recipe }: PagePicture): string {
  const rows = recipe
    .map(({ name, value }) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`)
    .join('');
  const source = large === null ? '' : ` data-large="${escapeHtml(large)}"`;
  return `<figure><button type="button"${source}><img src="${escapeHtml(thumb)}" width="${Math.round(width)}" height="${Math.round(height)}" alt="${escapeHtml(title)}" decoding="async"></button>${rows && `<dl hidden>${rows}</dl>`}</figure>
`;
}

/** The page behind its last picture. */
export function pageFoot(words: PageWords, nonce: string): string {
  const button = (id: string, label: string, sign: string): string =>
    `<button type="button" id="${id}" aria-label="${escapeHtml(label)}" title="${escapeHtml(label)}">${sign}</button>`;
  return `</main>
<dialog aria-label="${escapeHtml(words.viewer)}">
<img id="shown" alt="">
<p id="place" aria-live="polite"></p>
${button('previous', words.previous, '‹')}
${button('next', words.next, '›')}
${button('about', words.recipe, 'i')}
${button('close', words.close, '×')}
<dl id="recipe" aria-label="${escapeHtml(words.recipe)}" tabindex="0" hidden></dl>
</dialog>
<script nonce="${nonce}">${PAGE_SCRIPT}</script>
</body>
</html>
`;
}
