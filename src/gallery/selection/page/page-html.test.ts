import { describe, expect, it } from 'vitest';
import { escapeHtml, pageFigure, pageFoot, pageHead, type PagePicture, type PageWords } from './page-html';

const HOSTILE = `</script></dl><script>alert(1)</script><img src=x onerror="alert(2)">'"&<!--`;

const words: PageWords = {
  lang: 'en',
  title: HOSTILE,
  count: '2 pictures',
  previous: HOSTILE,
  next: 'Next',
  close: 'Close',
  recipe: 'Recipe',
  viewer: 'Viewer',
};

const picture: PagePicture = {
  thumb: 'data:image/webp;base64,AAAA',
  large: null,
  width: 64,
  height: 32,
  title: HOSTILE,
  recipe: [{ name: HOSTILE, value: HOSTILE }],
};

describe('an exported page', () => {
  const head = pageHead(words, 'n0nce');
  const page = head + pageFigure(picture) + pageFoot(words, 'n0nce');

  it('holds its own script and no other, whatever titles and prompts say', () => {
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page.match(/<\/script/g)).toHaveLength(1);
    expect(page).not.toMatch(/<img src=x|<!--/);
    expect(page.match(/<dl/g)).toHaveLength(2);
  });

  it('allows nothing but its own style and script, and pictures it holds', () => {
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(head)?.[1];
    expect(policy).toBe(
      "default-src 'none'; img-src data:; style-src 'nonce-n0nce'; script-src 'nonce-n0nce'; base-uri 'none'; form-action 'none'",
    );
    // Before anything that it has to hold for.
    expect(head.indexOf('Content-Security-Policy')).toBeLessThan(head.indexOf('<style'));
  });

  it('says nothing of how a picture was made where that is kept back', () => {
    expect(pageFigure({ ...picture, recipe: [], title: 'a.png' })).not.toContain('<dl');
  });

  it('writes every sign that HTML reads', () => {
    expect(escapeHtml(`<>&"'`)).toBe('&lt;&gt;&amp;&quot;&#39;');
  });
});
