import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { pastJobs, type PastJob } from '../../jobs/fixtures/comfy-page';
import { found, jobOf, OpenGallery, rest } from '../fixtures/gallery-page';
import { selectionPart } from '../selection-part';

let gallery: OpenGallery;
let past: PastJob[];

const bar = page.getByRole('region', { name: 'Selection' });

function tileAt(index: number): HTMLAnchorElement {
  const tile = gallery.tiles[index];
  if (!tile) {
    throw new Error(`no tile ${index}`);
  }
  return tile;
}

const cellOf = (tile: HTMLAnchorElement): HTMLElement => {
  const cell = tile.closest<HTMLElement>('[role="gridcell"]');
  if (!cell) {
    throw new Error('the tile is in no cell');
  }
  return cell;
};

/** Positions of the tiles in the document that say they are selected. */
const selected = (): number[] =>
  gallery.tiles.flatMap((tile, at) => (cellOf(tile).ariaSelected === 'true' ? [at] : []));

/** Positions of the tiles that have a check mark in it. */
const marked = (): number[] =>
  gallery.tiles.flatMap((tile, at) => (cellOf(tile).querySelector('[data-check] svg') ? [at] : []));

const upTo = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

const click = (tile: HTMLAnchorElement, modifiers: ('Shift' | 'Control')[] = []): Promise<void> =>
  userEvent.click(tile, { modifiers, position: { x: 60, y: 60 } });

async function open(count: number): Promise<void> {
  past = pastJobs(count);
  gallery = await OpenGallery.open(past);
  await selectionPart.load();
  await expect.poll(() => cellOf(tileAt(0)).ariaSelected).toBe('false');
}

/** A finger that rests on an element for a while, then leaves it. */
async function press(element: Element, ms: number): Promise<void> {
  const { left, top } = element.getBoundingClientRect();
  const at = { clientX: left + 20, clientY: top + 20, pointerType: 'touch', isPrimary: true, bubbles: true };
  element.dispatchEvent(new PointerEvent('pointerdown', at));
  await new Promise((resolve) => setTimeout(resolve, ms));
  element.dispatchEvent(new PointerEvent('pointerup', at));
  element.dispatchEvent(new MouseEvent('click', { ...at, detail: 1, cancelable: true }));
}

/** Moves a pressed mouse over the grid; points are px from the top left of what is scrolled. */
function drag(points: readonly (readonly [number, number])[], ctrlKey = false): void {
  const { scroller } = gallery;
  const { left, top } = scroller.getBoundingClientRect();
  const at = ([x, y]: readonly [number, number]): PointerEventInit => ({
    clientX: left + x,
    clientY: top + y,
    pointerType: 'mouse',
    pointerId: 1,
    isPrimary: true,
    bubbles: true,
    ctrlKey,
  });
  const [first = [0, 0], ...others] = points;
  found('[role="grid"]').dispatchEvent(new PointerEvent('pointerdown', at(first)));
  others.forEach((point) => scroller.dispatchEvent(new PointerEvent('pointermove', at(point))));
}

function release(): void {
  gallery.scroller.dispatchEvent(new PointerEvent('pointerup', { pointerId: 1, bubbles: true }));
}

afterEach(async () => {
  localStorage.removeItem('darkroom.gallery');
  gallery.page.close();
  await page.viewport(1280, 720);
});

describe('selecting with the mouse', () => {
  beforeEach(() => open(40));

  it('begins with the check mark; the whole tile toggles from then on', async () => {
    await userEvent.hover(tileAt(2));
    await userEvent.click(cellOf(tileAt(2)).querySelector('[data-check]') ?? document.body);
    expect(selected()).toEqual([2]);
    await expect.element(bar).toHaveTextContent('1 selected');
    await click(tileAt(5));
    await click(tileAt(6));
    await click(tileAt(2));
    expect(selected()).toEqual([5, 6]);
    expect(location.hash).toMatch(/^#\/gallery(\?|$)/);
    await bar.getByRole('button', { name: 'Clear the selection' }).click();
    expect(selected()).toEqual([]);
    await expect.element(bar).not.toBeInTheDocument();
    await click(tileAt(5));
    await expect.poll(() => location.hash).toContain(jobOf(tileAt(5)));
  });

  it('takes single pictures with Ctrl and ranges with Shift, which show before the click', async () => {
    await click(tileAt(4), ['Control']);
    await click(tileAt(12), ['Control']);
    expect(selected()).toEqual([4, 12]);
    await userEvent.keyboard('{Shift>}');
    await userEvent.hover(tileAt(9));
    await expect.poll(marked).toEqual([4, ...upTo(9, 12)]);
    expect(selected()).toEqual([4, 12]);
    await userEvent.keyboard('{/Shift}');
    await expect.poll(() => marked().length).toBeLessThan(5);
    await click(tileAt(9), ['Shift']);
    expect(selected()).toEqual([4, ...upTo(9, 12)]);
    // A range from the same picture on takes the place of the one before, and of nothing else.
    await click(tileAt(14), ['Shift']);
    expect(selected()).toEqual([4, 12, 13, 14]);
  });

  it('draws around pictures from empty space, adds what is in there, or takes it away with Ctrl', async () => {
    await click(tileAt(4), ['Control']);
    const { left: x, top: y } = gallery.scroller.getBoundingClientRect();
    const [first, third] = [tileAt(0), tileAt(2)].map((tile) => tile.getBoundingClientRect());
    const inside = [(third?.left ?? 0) - x + 20, (third?.top ?? 0) - y + 20] as const;
    drag([[(first?.left ?? 0) - x + 3, 10], [100, 60], inside]);
    await expect.element(page.getByTestId('marquee')).toBeVisible();
    await expect.poll(marked).toEqual([0, 1, 2, 4]);
    expect(selected()).toEqual([4]);
    release();
    await expect.element(page.getByTestId('marquee')).not.toBeInTheDocument();
    await expect.poll(selected).toEqual([0, 1, 2, 4]);
    drag(
      [
        [(first?.left ?? 0) - x + 3, 10],
        [100, 60],
        [120, 70],
      ],
      true,
    );
    release();
    await expect.poll(selected).toEqual([1, 2, 4]);
  });

  it('gives up an area with Escape, and keeps what was selected before', async () => {
    await click(tileAt(4), ['Control']);
    drag([
      [5, 10],
      [100, 60],
      [700, 300],
    ]);
    await expect.element(page.getByTestId('marquee')).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByTestId('marquee')).not.toBeInTheDocument();
    release();
    expect(selected()).toEqual([4]);
    await userEvent.keyboard('{Escape}');
    await expect.poll(selected).toEqual([]);
  });
});

describe('an area drawn to the edge of the view', () => {
  it('scrolls, and holds the pictures that have gone out of sight', async () => {
    await open(200);
    const height = gallery.scroller.clientHeight;
    const { top: start } = tileAt(0).getBoundingClientRect();
    drag([
      [2, start - gallery.scroller.getBoundingClientRect().top - 10],
      [200, 100],
      [gallery.scroller.clientWidth - 4, height - 1],
    ]);
    await expect.poll(() => gallery.scroller.scrollTop, { timeout: 15_000 }).toBeGreaterThan(2 * height);
    release();
    await expect.element(bar).toBeVisible();
    const count = Number(/\d+/.exec(bar.element().textContent)?.[0]);
    expect(count).toBeGreaterThan(20);
    await gallery.scrollTo(0);
    expect(selected().slice(0, 6)).toEqual(upTo(0, 5));
  });
});

describe('selecting with the keyboard', () => {
  beforeEach(() => open(60));

  it('toggles with Space, takes ranges with Shift and arrows, opens with Enter', async () => {
    tileAt(3).focus();
    await userEvent.keyboard(' ');
    expect(selected()).toEqual([3]);
    await userEvent.keyboard('{Shift>}{ArrowRight}{ArrowRight}{ArrowRight}{/Shift}');
    await expect.poll(selected).toEqual(upTo(3, 6));
    await userEvent.keyboard('{Shift>}{ArrowLeft}{/Shift}');
    await expect.poll(selected).toEqual(upTo(3, 5));
    expect(document.activeElement).toBe(tileAt(5));
    await userEvent.keyboard('{ArrowRight}{ArrowRight} ');
    await expect.poll(selected).toEqual([...upTo(3, 5), 7]);
    await expect.element(page.getByRole('status').filter({ hasText: '4 selected' })).toBeInTheDocument();
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByRole('dialog', { name: 'Picture viewer' })).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('dialog', { name: 'Picture viewer' })).not.toBeInTheDocument();
    expect(selected()).toEqual([...upTo(3, 5), 7]);
  });

  it('selects all with Ctrl+A, inverts, and clears with Escape', async () => {
    await userEvent.keyboard('{Control>}a{/Control}');
    await expect.element(bar).toHaveTextContent('60 selected');
    await click(tileAt(1));
    await expect.element(bar).toHaveTextContent('59 selected');
    await userEvent.keyboard('{Control>}i{/Control}');
    await expect.poll(selected).toEqual([1]);
    await bar.getByRole('button', { name: 'Select all 60' }).click();
    await expect.element(bar).toHaveTextContent('60 selected');
    await userEvent.keyboard('{Escape}');
    await expect.element(bar).not.toBeInTheDocument();
  });
});

describe('selecting with a finger', () => {
  it('begins with a long press, whose menu may be closed; taps then toggle', async () => {
    await open(30);
    const menu = page.getByRole('menu', { name: 'What to do with the picture' });
    await press(tileAt(2), 800);
    expect(selected()).toEqual([2]);
    await expect.element(menu).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(menu).not.toBeInTheDocument();
    await press(tileAt(4), 50);
    await press(tileAt(5), 50);
    expect(selected()).toEqual([2, 4, 5]);
    await press(tileAt(5), 50);
    expect(selected()).toEqual([2, 4]);
    expect(location.hash).toMatch(/^#\/gallery(\?|$)/);
  });

  it('selects nothing for somebody who chooses from the menu', async () => {
    await open(30);
    await press(tileAt(2), 800);
    await page.getByRole('menuitem', { name: 'Copy the seed' }).click();
    await expect.poll(selected).toEqual([]);
  });
});

describe('what is selected', () => {
  it('stays so when pictures arrive, when the layout changes, and when one of them goes', async () => {
    await open(40);
    await userEvent.keyboard('{Control>}a{/Control}');
    await expect.element(bar).toHaveTextContent('40 selected');
    await gallery.page.finishForeignJob(['news-1.png']);
    await expect.poll(() => selected()).not.toContain(0);
    await expect.element(bar).toHaveTextContent('40 selected');
    await page.getByRole('button', { name: 'Equal squares' }).click();
    await rest();
    await expect.element(bar).toHaveTextContent('40 selected');
    gallery.page.jobs.forget(past.slice(-3).map(({ id }) => id));
    await expect.element(bar).toHaveTextContent('37 selected');
  });

  it('is weighed as the server tells', async () => {
    await open(6);
    await click(tileAt(0), ['Control']);
    await click(tileAt(1), ['Control']);
    await expect.element(bar).toHaveTextContent(/2 selected · 1 kB/);
  });
});

describe('what is done with everything selected', () => {
  const dialog = page.getByRole('dialog');

  beforeEach(async () => {
    await open(12);
    await click(tileAt(0), ['Control']);
    await click(tileAt(1), ['Control']);
  });

  const action = (name: RegExp): Promise<void> => bar.getByRole('button', { name }).click();

  it('is one step: a tag on two pictures, and off again', async () => {
    await action(/^Tag the selected/);
    await dialog.getByRole('combobox', { name: 'Tag' }).fill('keep');
    await userEvent.keyboard('{Enter}');
    const tag = dialog.getByRole('button', { name: 'Take away “keep”' });
    await expect.element(tag).toHaveTextContent('keep 2');
    await tag.click();
    await expect.element(dialog.getByText('These pictures have no tags yet.')).toBeVisible();
  });

  it('puts pictures into a collection, which is made', async () => {
    await action(/^Put the selected/);
    await dialog.getByRole('combobox', { name: 'Collection' }).fill('Best');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await expect
      .element(dialog.getByRole('button', { name: 'Take away “Best”' }))
      .toHaveTextContent('Best 2');
  });

  it('forgets jobs only after it has said what that means', async () => {
    const ids = [jobOf(tileAt(0)), jobOf(tileAt(1))];
    await action(/^Remove the selected/);
    await expect.element(dialog).toHaveTextContent(/undo this for a few seconds, not later/);
    await dialog.getByRole('button', { name: /^Forget 2 jobs/ }).click();
    await expect.poll(() => gallery.tiles.map(jobOf)).not.toContain(ids[0]);
    expect(gallery.tiles.map(jobOf)).not.toContain(ids[1]);
    await expect.element(bar).not.toBeInTheDocument();
    // The server still has them: only when the offer to undo has passed are they gone for good.
    expect([...gallery.page.server.history.keys()]).toEqual(expect.arrayContaining(ids));
  });

  it('offers to compare from two to four pictures', async () => {
    const compare = bar.getByRole('button', { name: /^Compare/ });
    await expect.element(compare).toBeEnabled();
    await click(tileAt(2));
    await click(tileAt(3));
    await click(tileAt(4));
    await expect.element(compare).toBeDisabled();
    await click(tileAt(4));
    await compare.click();
    expect(location.hash).toMatch(/^#\/compare\?a=output\/.*&d=output\//);
  });

  it('offers no sharing where nothing can share', async () => {
    await expect.element(bar.getByRole('button', { name: /^Download/ })).toBeVisible();
    expect(bar.getByRole('button', { name: /^Share/ }).elements()).toEqual([]);
  });
});
