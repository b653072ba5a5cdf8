import { expect, it } from 'vitest';
import { ProgressIcon } from './progress-icon';

it('shows a ring that grows in the page’s icon, and gives the icon back', async () => {
  const page = document.implementation.createHTMLDocument();
  page.head.innerHTML = '<link rel="icon" href="http://here/own.svg" />';
  const link = page.querySelector('link');
  const icon = new ProgressIcon(page);
  icon.show(0.25);
  const quarter = link?.href ?? '';
  icon.show(0.26);
  expect(link?.href).toBe(quarter);
  icon.show(0.75);
  expect(link?.href).not.toBe(quarter);
  const ring = new Image();
  ring.src = quarter;
  await ring.decode();
  icon.show(null);
  expect(link?.href).toBe('http://here/own.svg');
});
