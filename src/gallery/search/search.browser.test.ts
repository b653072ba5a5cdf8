import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { cleanup } from 'vitest-browser-svelte';
import { pastJobs } from '../../jobs/fixtures/comfy-page';
import { jobOf, OpenGallery, rest } from '../fixtures/gallery-page';

let gallery: OpenGallery;

const field = (): ReturnType<typeof page.getByRole> => page.getByRole('combobox');

afterEach(async () => {
  if (field().query()) {
    await userEvent.clear(field());
  }
  gallery.page.close();
});

it('shows results from their top, follows what arrives, and leads back to where one was', async () => {
  const past = pastJobs(120);
  gallery = await OpenGallery.open(past);
  await gallery.scrollTo(1500);
  const before = gallery.visible.map(jobOf);
  await userEvent.keyboard('/');
  await expect.element(field()).toBeVisible();
  await userEvent.fill(field(), 'file:7.png');
  const wanted = past.filter(({ file }) => file.endsWith('7.png')).map(({ id }) => id);
  await expect.poll(() => gallery.tiles.map(jobOf)).toEqual(wanted.toReversed());
  expect(gallery.scroller.scrollTop).toBe(0);

  await gallery.page.finishForeignJob(['other-8.png']);
  await gallery.page.finishForeignJob(['news-7.png']);
  await expect.poll(() => gallery.tiles.length).toBe(wanted.length + 1);
  expect(gallery.tiles.slice(1).map(jobOf)).toEqual(wanted.toReversed());

  await userEvent.clear(field());
  await expect.poll(() => gallery.scroller.scrollTop).toBeGreaterThan(500);
  await rest();
  // The two new ones have moved the rows; what stood first in view is there again.
  expect(gallery.visible.slice(0, 12).map(jobOf)).toContain(before[0]);
});

it('stays at a picture that is opened while the address does not know yet what was typed', async () => {
  gallery = await OpenGallery.open(pastJobs(12));
  await userEvent.keyboard('/');
  await expect.element(field()).toBeVisible();
  await userEvent.fill(field(), 'file:png');
  const [tile] = gallery.tiles;
  const wanted = jobOf(tile as HTMLAnchorElement);
  await userEvent.click(tile as HTMLAnchorElement);
  await expect.poll(() => location.hash).toContain(wanted);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(location.hash).toContain(wanted);
  history.back();
  await expect.poll(() => location.hash).toBe('#/gallery?q=file%3Apng');
});

it('does not ask the grid of a room that was left which jobs are in view', async () => {
  const warned = vi.spyOn(console, 'warn');
  onTestFinished(() => warned.mockRestore());
  gallery = await OpenGallery.open(pastJobs(120));
  await userEvent.keyboard('/');
  await expect.element(field()).toBeVisible();
  cleanup();
  // What it says is read for the search, which goes on without the room.
  await gallery.page.finishForeignJob(['late.png']);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(warned.mock.calls.flat().filter((word) => String(word).includes('derived_inert'))).toEqual([]);
});

it.each(['tiles', 'lines'])('marks in %s what was searched for', async (layout) => {
  onTestFinished(() => localStorage.removeItem('darkroom.gallery'));
  gallery = await OpenGallery.open(pastJobs(12));
  if (layout === 'lines') {
    await page.getByRole('button', { name: 'Compact list' }).click();
    await expect.poll(() => document.querySelectorAll('[data-tile] a .truncate').length).toBeGreaterThan(0);
  }
  await userEvent.keyboard('/');
  await expect.element(field()).toBeVisible();
  await userEvent.fill(field(), '7.png');
  await expect.poll(() => gallery.tiles.length).toBe(1);
  await userEvent.hover(gallery.tiles[0] as HTMLElement);
  await expect
    .poll(() => [...document.querySelectorAll('[data-tile] mark')].map((mark) => mark.textContent))
    .toContain('7.png');
});
