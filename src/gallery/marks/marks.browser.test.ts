import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { pastJobs, type PastJob } from '../../jobs/fixtures/comfy-page';
import { commands } from '../../ui/commands.svelte';
import { normalShortcut } from '../../ui/keymap';
import { jobOf, OpenGallery } from '../fixtures/gallery-page';
import { organise } from './organise.svelte';

let gallery: OpenGallery;
let past: PastJob[];

beforeEach(async () => {
  past = pastJobs(24);
  gallery = await OpenGallery.open(past);
  await expect.poll(() => organise.parts).not.toBeNull();
  // Wherever the mouse was left, it is on none of the pictures.
  await userEvent.hover(page.getByRole('button', { name: 'Outside' }));
});

afterEach(() => {
  gallery.page.close();
  localStorage.removeItem('darkroom.gallery');
  localStorage.removeItem('darkroom.culling');
  localStorage.removeItem('darkroom.hides');
});

/** The tile of a picture, counted from the newest. */
function tile(step: number): HTMLAnchorElement {
  const wanted = past.at(-1 - step)?.id;
  const shown = gallery.tiles.find((each) => jobOf(each) === wanted);
  if (!shown) {
    throw new Error(`no tile ${step} steps from the newest`);
  }
  return shown;
}

const nameOf = (step: number): string => tile(step).getAttribute('aria-label') ?? '';
const isShown = (step: number): boolean =>
  gallery.tiles.some((each) => jobOf(each) === past.at(-1 - step)?.id);

/** Keys that more than one command would take now. */
function sharedKeys(): string[][] {
  const owners = new Map<string, Set<string>>();
  for (const { id, shortcuts = [], enabled, handledElsewhere } of commands.all) {
    if (enabled?.() !== false && !handledElsewhere) {
      for (const shortcut of shortcuts) {
        const key = normalShortcut(shortcut);
        owners.set(key, (owners.get(key) ?? new Set()).add(id));
      }
    }
  }
  return [...owners].filter(([, ids]) => ids.size > 1).map(([key, ids]) => [key, ...ids]);
}

/** Puts the keyboard on the newest picture. */
async function enter(): Promise<void> {
  await userEvent.keyboard('{ArrowRight}');
  tile(0).focus();
  await expect.poll(() => document.activeElement).toBe(tile(0));
}

describe('keys in the grid', () => {
  it('mark picture after picture', async () => {
    await enter();
    await userEvent.keyboard('5');
    await userEvent.keyboard('p');
    await userEvent.keyboard('x');
    await expect.poll(() => document.activeElement).toBe(tile(3));
    expect([0, 1, 2].map(nameOf)).toEqual([
      expect.stringMatching(/Rated 5 of 5$/),
      expect.stringMatching(/Favourite$/),
      expect.stringMatching(/Rejected$/),
    ]);
    await expect.element(page.getByTestId('rejected')).toBeInTheDocument();
    await userEvent.keyboard('{Control>}z{/Control}');
    await expect.poll(() => nameOf(2)).not.toMatch(/Rejected/);
    expect(nameOf(1)).toMatch(/Favourite/);
  });

  it('have names, for the palette and the list of shortcuts', () => {
    const named = commands.all.filter(({ id }) => id.startsWith('gallery.mark.'));
    expect(named).toHaveLength(13);
    expect(named.map(({ title }) => title()).filter((title) => !/^[A-Z][a-z]+[ …\w]*$/.test(title))).toEqual(
      [],
    );
  });

  it('stay on the picture when people want that', async () => {
    organise.parts?.marks.setAdvances(false);
    await enter();
    await userEvent.keyboard('3');
    await userEvent.keyboard('p');
    expect(nameOf(0)).toMatch(/Favourite, Rated 3 of 5$/);
    expect(document.activeElement).toBe(tile(0));
    await userEvent.keyboard('0');
    await userEvent.keyboard('p');
    expect(nameOf(0)).not.toMatch(/Favourite|Rated/);
  });

  it('hide a picture, which leaves its place to the next, and comes back', async () => {
    await enter();
    await userEvent.keyboard('h');
    await expect.poll(() => isShown(0)).toBe(false);
    await expect.poll(() => document.activeElement).toBe(tile(1));
    await userEvent.keyboard('{Control>}z{/Control}');
    await expect.poll(() => isShown(0)).toBe(true);
  });

  it('are no other command’s, in the grid or in the viewer', async () => {
    await enter();
    // Whatever loads with the first key, and the viewer, is there then.
    await expect.poll(() => commands.get('gallery.compare')).toBeDefined();
    await expect.poll(() => commands.get('gallery.invertSelection')).toBeDefined();
    expect(sharedKeys()).toEqual([]);
    location.hash = tile(0).getAttribute('href') ?? '';
    await expect.poll(() => commands.get('gallery.viewer.edit')).toBeDefined();
    expect(sharedKeys()).toEqual([]);
  });

  it('do not lead from a hidden picture to others that are hidden', async () => {
    await enter();
    const addresses = [0, 2].map((step) => tile(step).getAttribute('href') ?? '');
    await userEvent.keyboard('hh');
    await expect.poll(() => [0, 1, 2].map(isShown)).toEqual([false, false, true]);
    location.hash = addresses[0] ?? '';
    await expect.poll(() => commands.can('gallery.viewer.first')).toBe(true);
    await userEvent.keyboard('{Home}');
    await expect.poll(() => location.hash).toBe(addresses[1]);
  });

  it('mark everything that is selected, in one step', async () => {
    await enter();
    await userEvent.keyboard(' ');
    await userEvent.keyboard('{ArrowRight}{ArrowRight} ');
    await expect.poll(() => document.querySelectorAll('[aria-selected="true"]').length).toBe(2);
    await userEvent.keyboard('4p');
    await expect.poll(() => nameOf(0)).toMatch(/Favourite, Rated 4 of 5/);
    expect(nameOf(2)).toMatch(/Favourite, Rated 4 of 5/);
    expect(nameOf(1)).not.toMatch(/Rated/);
    await expect.poll(() => document.activeElement).toBe(tile(2));
    // A menu is about its picture, unless that is selected too.
    await userEvent.keyboard('{ArrowLeft}{Shift>}{F10}{/Shift}');
    await page.getByRole('menuitem', { name: /^Reject/ }).click();
    await expect.poll(() => nameOf(1)).toMatch(/Rejected/);
    expect(nameOf(0)).not.toMatch(/Rejected/);
    await userEvent.keyboard('h');
    await expect.poll(() => [0, 1, 2].map(isShown)).toEqual([false, true, false]);
    await userEvent.keyboard('{Control>}z{/Control}');
    await expect.poll(() => [0, 1, 2].map(isShown)).toEqual([true, true, true]);
    expect(document.querySelectorAll('[aria-selected="true"]')).toHaveLength(0);
  });

  it('tag, with the tags in use on offer, and collect', async () => {
    await enter();
    await userEvent.keyboard('t');
    const field = page.getByRole('combobox', { name: 'Add a tag' });
    await expect.element(field).toHaveFocus();
    await userEvent.keyboard(`night sky ${past[0]?.id}{Enter}`);
    await expect.element(page.getByRole('button', { name: /^Take the tag “night sky/ })).toBeVisible();
    await userEvent.keyboard('{Escape}');
    expect(nameOf(0)).toMatch(/Tags: night sky/);
    await expect.poll(() => document.activeElement).toBe(tile(0));
    await userEvent.keyboard('{ArrowRight}t');
    await userEvent.keyboard(`sky ${past[0]?.id}`);
    await expect.element(page.getByRole('option', { name: /^night sky/ })).toBeVisible();
    await userEvent.keyboard('{ArrowDown}{Enter}{Escape}');
    await expect.poll(() => nameOf(1)).toMatch(/Tags: night sky/);
    await userEvent.keyboard('b');
    await userEvent.keyboard(`Best ${past[0]?.id}{Enter}`);
    await expect.element(page.getByRole('button', { name: /^Take out of “Best/ })).toBeVisible();
    await page.getByRole('button', { name: 'Done' }).click();
    const ref = { filename: past.at(-2)?.file ?? '', subfolder: '', type: 'output' as const };
    expect(organise.parts?.marks.book.of(ref).collections).toHaveLength(1);
  });
});

describe('the mouse on a tile', () => {
  it('finds a heart and stars, which say what they are', async () => {
    await userEvent.hover(tile(2));
    await page.getByRole('button', { name: 'Mark as favourite' }).click();
    await page.getByRole('button', { name: 'Rate with 4 stars' }).click();
    expect(nameOf(2)).toMatch(/Favourite, Rated 4 of 5$/);
    await page.getByRole('button', { name: 'Rate with 4 stars' }).click();
    expect(nameOf(2)).toMatch(/Favourite$/);
    await page.getByRole('button', { name: 'No longer a favourite' }).click();
    expect(nameOf(2)).not.toMatch(/Favourite/);
  });
});

describe('the viewer', () => {
  it('marks among the details as well', async () => {
    location.hash = `#/gallery/${past.at(-1)?.id}/0`;
    const row = page.getByTestId('details').getByTestId('mark-row');
    await row.getByRole('button', { name: 'Rate with 3 stars' }).click();
    await row.getByRole('button', { name: 'Mark as favourite' }).click();
    await expect.element(row.getByRole('button', { name: 'No longer a favourite' })).toBeVisible();
    const bar = page.getByTestId('mark-bar').first();
    await expect.element(bar.getByRole('group', { name: 'Rated 3 of 5' })).toBeVisible();
  });

  it('marks with keys and goes on, and with its bar, and stays', async () => {
    location.hash = `#/gallery/${past.at(-1)?.id}/0`;
    const bar = page.getByTestId('mark-bar').first();
    await expect.element(bar).toBeVisible();
    await userEvent.keyboard('4');
    await expect.poll(() => location.hash).toBe(`#/gallery/${past.at(-2)?.id}/0`);
    await bar.getByRole('button', { name: 'Mark as favourite' }).click();
    await expect.element(bar.getByRole('button', { name: 'No longer a favourite' })).toBeVisible();
    expect(location.hash).toBe(`#/gallery/${past.at(-2)?.id}/0`);
    const field = page.getByRole('combobox', { name: 'Add a tag' });
    await field.fill(`x5 ${past[0]?.id}`);
    await userEvent.keyboard('{Enter}{Escape}');
    // Out of the field, not out of the viewer; letters are keys again.
    await expect.element(field).not.toHaveFocus();
    expect(location.hash).toBe(`#/gallery/${past.at(-2)?.id}/0`);
    await userEvent.keyboard('h');
    await expect.poll(() => location.hash).toBe(`#/gallery/${past.at(-3)?.id}/0`);
    await userEvent.keyboard('{Control>}z{/Control}');
    await userEvent.keyboard('{Escape}');
    await expect.poll(() => location.hash).toBe('#/gallery');
    expect([nameOf(0), nameOf(1)]).toEqual([
      expect.stringMatching(/Rated 4 of 5$/),
      expect.stringMatching(/Favourite, Tags: x5/),
    ]);
  });
});
