import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { pastJobs, type PastJob } from '../jobs/fixtures/comfy-page';
import { found, jobOf, OpenGallery } from './fixtures/gallery-page';

let gallery: OpenGallery;
let past: PastJob[];

const menu = page.getByRole('menu', { name: 'What to do with the picture' });
const viewer = page.getByRole('dialog', { name: 'Picture viewer' });
const choices = (): string[] =>
  [...document.querySelectorAll('[role="menuitem"]')].map(
    (choice) => choice.firstChild?.textContent?.trim() ?? '',
  );

function tileAt(index: number): HTMLAnchorElement {
  const tile = gallery.tiles[index];
  if (!tile) {
    throw new Error(`no tile ${index}`);
  }
  return tile;
}

const nextFrame = (): Promise<unknown> => new Promise(requestAnimationFrame);

/** A finger that rests on an element for a while, then leaves it. */
async function press(element: Element, ms: number, drift = 0): Promise<void> {
  const { left, top } = element.getBoundingClientRect();
  const at = { clientX: left + 20, clientY: top + 20, pointerType: 'touch', isPrimary: true, bubbles: true };
  element.dispatchEvent(new PointerEvent('pointerdown', at));
  element.dispatchEvent(new PointerEvent('pointermove', { ...at, clientY: at.clientY + drift }));
  await new Promise((resolve) => setTimeout(resolve, ms));
  element.dispatchEvent(new PointerEvent('pointerup', at));
  element.dispatchEvent(new MouseEvent('click', { ...at, cancelable: true }));
}

beforeEach(async () => {
  past = pastJobs(30);
  gallery = await OpenGallery.open(past);
});

afterEach(() => gallery.page.close());

describe('the menu of a tile', () => {
  it('opens with the right button, acts on that tile, and gives the focus back to it', async () => {
    const tile = tileAt(3);
    await userEvent.click(tile, { button: 'right' });
    await expect.element(menu).toBeVisible();
    expect(choices()).toEqual(
      expect.arrayContaining([
        'Run again with a new seed',
        'Run again with the same seed',
        'Open the picture',
        'Inpaint this picture',
        'Download',
        'Remove from the list',
      ]),
    );
    await userEvent.keyboard('{Escape}');
    await expect.element(menu).not.toBeInTheDocument();
    await expect.poll(() => document.activeElement).toBe(tile);
    expect(location.hash).toBe('#/gallery');

    await userEvent.click(tile, { button: 'right' });
    await menu.getByRole('menuitem', { name: 'Open the picture' }).click();
    await expect.element(viewer).toBeVisible();
    expect(location.hash).toContain(jobOf(tile));
  });

  it.each(['{Shift>}{F10}{/Shift}', '{ContextMenu}'])(
    'opens with %s and is walked with arrows',
    async (keys) => {
      tileAt(1).focus();
      await userEvent.keyboard(keys);
      await expect.element(menu).toBeVisible();
      await expect.poll(() => found('[role="menu"]').contains(document.activeElement)).toBe(true);
      // A letter chooses in the menu and is no shortcut of the page.
      await userEvent.keyboard('e');
      expect(location.hash).toBe('#/gallery');
      await userEvent.keyboard('{Home}{Enter}');
      await expect.element(viewer).toBeVisible();
      expect(location.hash).toContain(jobOf(tileAt(1)));
    },
  );

  it('opens under a finger that rests, and that press is no click', async () => {
    await press(tileAt(2), 700);
    await expect.element(menu).toBeVisible();
    expect(location.hash).toBe('#/gallery');
  });

  it('stays closed under a finger that taps or scrolls', async () => {
    await press(tileAt(2), 700, 40);
    await expect.element(menu).not.toBeInTheDocument();
    await press(tileAt(2), 100);
    await expect.element(viewer).toBeVisible();
    await expect.element(menu).not.toBeInTheDocument();
  });

  it('leaves the browser its own menu beside the tiles', async () => {
    const event = new MouseEvent('contextmenu', { bubbles: true, cancelable: true });
    found('[role="grid"]').dispatchEvent(event);
    expect(event.defaultPrevented).toBe(false);
    await expect.element(menu).not.toBeInTheDocument();
  });
});

describe('what a tile offers under the mouse', () => {
  it('is there for one tile at a time, and its menu is that of the tile', async () => {
    await userEvent.hover(tileAt(4));
    const more = page.getByRole('button', { name: 'More' });
    await expect.element(more).toBeVisible();
    const buttons = [...document.querySelectorAll('[role="gridcell"] button')];
    expect(new Set(buttons.map((button) => button.closest('[data-tile]')))).toEqual(
      new Set([tileAt(4).closest('[data-tile]')]),
    );
    await more.click();
    await menu.getByRole('menuitem', { name: 'Remove from the list' }).click();
    await expect.poll(() => gallery.tiles.map(jobOf)).not.toContain(past.at(-5)?.id);
  });

  it('is shown for the keyboard too', async () => {
    tileAt(0).focus();
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(page.getByRole('button', { name: 'More' })).toBeVisible();
    await userEvent.keyboard('{ArrowRight}');
    await expect
      .poll(() => document.querySelector('[role="gridcell"] button')?.closest('[data-tile]'))
      .toBe(tileAt(2).closest('[data-tile]'));
  });

  it('stays with the keyboard while tiles pass under a mouse at rest, until it moves', async () => {
    await userEvent.hover(tileAt(4));
    tileAt(0).focus();
    await userEvent.keyboard('{ArrowRight}');
    const withActions = (): Element | null | undefined =>
      document.querySelector('[role="gridcell"] button')?.closest('[data-tile]');
    await expect.poll(withActions).toBe(tileAt(1).closest('[data-tile]'));

    const scroller = found('[data-testid="gallery-scroller"]');
    // The browser tells what lies under the mouse only some time after a scroll.
    const isOver = new Promise((resolve) => {
      scroller.addEventListener('pointerover', resolve, { once: true });
    });
    scroller.scrollTop = 400;
    await isOver;
    await nextFrame();
    expect(withActions()).toBe(tileAt(1).closest('[data-tile]'));

    scroller.scrollTop = 0;
    await userEvent.hover(tileAt(5));
    await expect.poll(withActions).toBe(tileAt(5).closest('[data-tile]'));
  });
});

describe('the menu of the viewer', () => {
  it('opens on the picture and from the keyboard, and leaves the details to the browser', async () => {
    tileAt(0).click();
    await expect.element(viewer).toBeVisible();
    await userEvent.keyboard('{Shift>}{F10}{/Shift}');
    await expect.element(menu).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(menu).not.toBeInTheDocument();
    await expect.element(viewer).toBeVisible();
    await expect.poll(() => document.activeElement).toBe(found('[role="dialog"]'));

    await userEvent.click(found('[data-testid="viewer-stage"]'), { button: 'right' });
    await expect.element(menu).toBeVisible();
    await menu.getByRole('menuitem', { name: 'Actual size, 100 %' }).click();
    await expect.element(menu).not.toBeInTheDocument();

    const event = new MouseEvent('contextmenu', { bubbles: true, cancelable: true });
    found('[data-testid="details"]').dispatchEvent(event);
    expect(event.defaultPrevented).toBe(false);
  });
});
