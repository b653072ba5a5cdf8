import { afterEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { pastJobs } from '../jobs/fixtures/comfy-page';
import { jobOf, OpenGallery, rest } from './fixtures/gallery-page';
import type { GalleryItem } from '../jobs/job-store.svelte';
import { sharingPort } from '../ports/sharing.svelte';
import { commands } from '../ui/commands.svelte';
import { organise } from './marks/organise.svelte';
import { selectionPart } from './selection-part';
import { tileCommandsPart } from './viewer-part';

let gallery: OpenGallery;

const SAVED = 6;
const badge = page.getByRole('button', { name: `Show all ${SAVED} pictures of this job` });
const closing = page.getByRole('button', { name: `Stack the ${SAVED} pictures of this job` });
const viewer = page.getByRole('dialog', { name: 'Picture viewer' });

/** Opens a gallery whose newest job made a stack of pictures; gives the job's id. */
async function open(older: number): Promise<string> {
  const past = pastJobs(older);
  gallery = await OpenGallery.open(past);
  const images = Array.from({ length: SAVED }, (_, i) => ({
    filename: `${past[0]?.id}-batch-${i}.png`,
    subfolder: '',
    type: 'output',
  }));
  const id = await gallery.page.finishWith({ save: { images } });
  await expect.element(badge).toBeVisible();
  await Promise.all([selectionPart.load(), tileCommandsPart.load()]);
  return id;
}

/** Positions of the tiles of a job in the document. */
const tilesOf = (id: string): HTMLAnchorElement[] => gallery.tiles.filter((tile) => jobOf(tile) === id);

afterEach(() => {
  localStorage.removeItem('darkroom.gallery');
  gallery.page.close();
});

describe('the pictures of a large job', () => {
  it('share a tile that says how many they are, and open in place', async () => {
    const id = await open(8);
    const [tile] = tilesOf(id);
    expect(tilesOf(id).length).toBe(1);
    expect(tile?.ariaExpanded).toBe('false');
    expect(document.querySelector('[role="rowheader"]')?.textContent).toContain(`${8 + SAVED} files`);
    expect(tile?.ariaLabel).toContain(`${SAVED} files`);
    await badge.click();
    await expect.poll(() => tilesOf(id).length).toBe(SAVED);
    expect(tilesOf(id).map(({ ariaExpanded }) => ariaExpanded)).toEqual([
      'true',
      ...Array.from({ length: SAVED - 1 }, () => null),
    ]);
    await closing.click();
    await expect.poll(() => tilesOf(id).length).toBe(1);
  });

  it('open and close with a key, and the focus stays with them', async () => {
    const id = await open(8);
    tilesOf(id)[0]?.focus();
    await userEvent.keyboard('o');
    await expect.poll(() => tilesOf(id).length).toBe(SAVED);
    expect(document.activeElement).toBe(tilesOf(id)[0]);
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    await expect.poll(() => document.activeElement).toBe(tilesOf(id)[2]);
    await userEvent.keyboard('o');
    await expect.poll(() => tilesOf(id).length).toBe(1);
    await expect.poll(() => document.activeElement).toBe(tilesOf(id)[0]);
  });

  it('are selected together, and counted one by one', async () => {
    const id = await open(8);
    tilesOf(id)[0]?.focus();
    await userEvent.keyboard(' ');
    const bar = page.getByRole('region', { name: 'Selection' });
    await expect.element(bar).toHaveTextContent(`${SAVED} selected`);
    await userEvent.keyboard('{Shift>}{ArrowRight}{/Shift}');
    await expect.element(bar).toHaveTextContent(`${SAVED + 1} selected`);
    await userEvent.keyboard('o');
    await userEvent.keyboard('{ArrowLeft}o');
    await expect.poll(() => tilesOf(id).length).toBe(SAVED);
    const cells = tilesOf(id).map((tile) => tile.closest('[role="gridcell"]')?.ariaSelected);
    expect(cells).toEqual(Array.from({ length: SAVED }, () => 'true'));
  });

  it('open from the menu of their tile, which offers that for no other', async () => {
    const id = await open(8);
    const menu = page.getByRole('menu', { name: 'What to do with the picture' });
    const entry = menu.getByRole('menuitem', { name: `Show all ${SAVED} pictures of this job` });
    const single = gallery.tiles.find((tile) => jobOf(tile) !== id);
    single?.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }));
    await expect.element(menu).toBeVisible();
    expect(menu.getByRole('menuitem', { name: /of this job/ }).query()).toBeNull();
    await userEvent.keyboard('{Escape}');
    await expect.poll(() => menu.query()).toBeNull();
    tilesOf(id)[0]?.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }));
    await entry.click();
    await expect.poll(() => tilesOf(id).length).toBe(SAVED);
  });

  it('are shared together while they share a tile', async () => {
    const id = await open(8);
    tilesOf(id)[0]?.focus();
    await expect.poll(() => sharingPort.picked.length).toBe(SAVED);
    await userEvent.keyboard('o');
    await expect.poll(() => sharingPort.picked.length).toBe(1);
  });

  it('are marked together while they share a tile, and one by one otherwise', async () => {
    const id = await open(8);
    await expect.poll(() => organise.parts).not.toBeNull();
    const { book } = organise.parts?.marks ?? {};
    const job = (): GalleryItem[] => gallery.page.jobs.items.slice(0).filter((each) => each.job.id === id);
    const ratings = (): (number | undefined)[] => job().map(({ output }) => book?.of(output.ref).rating);
    tilesOf(id)[0]?.focus();
    expect(commands.all.find((each) => each.id === 'gallery.mark.favourite')?.title()).toBe(
      `Mark as favourite (all ${SAVED})`,
    );
    await userEvent.keyboard('4');
    await expect.poll(ratings).toEqual(Array.from({ length: SAVED }, () => 4));
    await userEvent.keyboard('{Control>}z{/Control}');
    await expect.poll(ratings).toEqual(Array.from({ length: SAVED }, () => 0));

    tilesOf(id)[0]?.focus();
    await userEvent.keyboard('o');
    await expect.poll(() => tilesOf(id).length).toBe(SAVED);
    await userEvent.keyboard('5');
    await expect.poll(() => ratings().filter((rating) => rating === 5).length).toBe(1);
  });

  it('are stepped through one by one in the viewer, which closes to their tile', async () => {
    const id = await open(8);
    tilesOf(id)[0]?.focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(viewer).toBeVisible();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    await expect.poll(() => location.hash).toContain(`/gallery/${id}/2`);
    await userEvent.keyboard('{Escape}');
    await expect.element(viewer).not.toBeInTheDocument();
    await expect.poll(() => document.activeElement).toBe(tilesOf(id)[0]);
  });

  it('come in as one tile, and move nothing that is looked at', async () => {
    await open(120);
    await gallery.scrollTo(1500);
    const places = (): string[] =>
      gallery.visible.map((tile) => `${jobOf(tile)} ${tile.getBoundingClientRect().top}`);
    const before = places();
    const files = Array.from({ length: SAVED }, (_, i) => `late-${i}.png`);
    await gallery.page.finishForeignJob(files);
    await expect.element(page.getByRole('button', { name: `${SAVED} new` })).toBeVisible();
    await rest();
    expect(places()).toEqual(before);
  });
});
