import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { ShareRights } from '../ports/share-wire';
import Doorway from './Doorway.svelte';
import { GuestClient } from './guest-client';
import { GuestShow } from './guest-show.svelte';
import GuestGallery from './GuestGallery.svelte';
import { guestGallery, StubServer } from './testing/stub-link';

/** A picture of one pixel, so that every address of a picture leads somewhere. */
const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

class PixelClient extends GuestClient {
  override picture(): string {
    return PIXEL;
  }
}

describe("the guest's page", () => {
  let server: StubServer;

  const open = (count: number, rights: Partial<ShareRights> = {}): GuestShow => {
    const show = new GuestShow(new PixelClient('/', server.fetch), guestGallery(count, rights));
    void render(GuestGallery, { show, isAway: false, onwake: vi.fn() });
    return show;
  };
  const tiles = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[data-index]')];
  const offences = async (): Promise<string[]> =>
    (
      await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    ).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);

  beforeEach(() => {
    server = new StubServer();
    localStorage.removeItem('darkroom.guest.name');
    document.documentElement.lang = 'en';
    document.title = 'Pictures';
  });
  afterEach(() => {
    history.replaceState(null, '', location.pathname + location.search);
    scrollTo(0, 0);
  });

  it('keeps few of two thousand pictures in the document, those in view', async () => {
    open(2000);
    await expect.poll(() => tiles().length).toBeGreaterThan(5);
    expect(tiles().length).toBeLessThan(60);
    scrollTo(0, document.documentElement.scrollHeight);
    await expect.poll(() => tiles().at(-1)?.dataset['index']).toBe('1999');
    expect(tiles().length).toBeLessThan(60);
  });

  it('opens a picture, names it in the address, steps by keys and comes back to its tile', async () => {
    open(12);
    await page.getByRole('link', { name: 'Picture 3 of 12' }).click();
    await expect.element(page.getByRole('dialog')).toHaveTextContent('3 of 12');
    expect(location.hash).toBe('#item-2');
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(page.getByRole('dialog')).toHaveTextContent('4 of 12');
    expect(location.hash).toBe('#item-3');
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
    expect(location.hash).toBe('');
    await expect.poll(() => (document.activeElement as HTMLElement).dataset['index']).toBe('3');
  });

  it.each([
    ['#item-6', '#item-6'],
    ['#7', '#item-6'],
  ])('lands on picture 7 by %s', async (hash, named) => {
    history.replaceState(null, '', hash);
    open(12);
    await expect.element(page.getByRole('dialog')).toHaveTextContent('7 of 12');
    expect(location.hash).toBe(named);
    await page.getByRole('button', { name: 'Back to all pictures' }).click();
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
    expect(location.hash).toBe('');
  });

  it('goes from picture to picture by the arrows, with one stop for Tab', async () => {
    open(12);
    await expect.poll(() => tiles().filter(({ tabIndex }) => tabIndex === 0).length).toBe(1);
    tiles()[0]?.focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    await expect.poll(() => (document.activeElement as HTMLElement).dataset['index']).toBe('2');
    await userEvent.keyboard('{End}');
    await expect.poll(() => (document.activeElement as HTMLElement).dataset['index']).toBe('11');
  });

  it('keeps favourites, and shows them alone', async () => {
    server.answer('PUT /s/public/items/item-1/favourite', null, 204);
    open(12);
    await page.getByRole('link', { name: 'Picture 2 of 12' }).click();
    await page.getByRole('button', { name: 'Add to favourites' }).click();
    await expect.element(page.getByRole('button', { name: 'Remove from favourites' })).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await page.getByRole('button', { name: 'Favourites, 1' }).click();
    await expect.poll(() => tiles().length).toBe(1);
  });

  it('sends a comment under the name that was given, and keeps what was not sent', async () => {
    open(3);
    await page.getByRole('link', { name: 'Picture 1 of 3' }).click();
    await page.getByRole('button', { name: 'Comments and details' }).click();
    await page.getByLabelText('Your name').fill('Kim');
    await page.getByLabelText('Comment', { exact: true }).fill('More of these');
    server.isAsleep = true;
    await page.getByRole('button', { name: 'Send' }).click();
    await expect.element(page.getByText('The comment was not sent.')).toBeVisible();
    await expect.element(page.getByLabelText('Comment', { exact: true })).toHaveValue('More of these');
    server.isAsleep = false;
    server.answer('POST /s/public/items/item-0/comments', {
      id: 'c',
      item: 'item-0',
      name: 'Kim',
      text: 'More of these',
      at: 1_700_000_000_000,
    });
    await page.getByRole('button', { name: 'Send' }).click();
    await expect.element(page.getByRole('listitem').filter({ hasText: 'More of these' })).toBeVisible();
    await expect.element(page.getByLabelText('Comment', { exact: true })).toHaveValue('');
    expect(localStorage.getItem('darkroom.guest.name')).toBe('"Kim"');
  });

  it('offers nothing that the link does not allow', async () => {
    open(3, { favourites: false, comments: false, download: 'none' });
    await page.getByRole('link', { name: 'Picture 1 of 3' }).click();
    await expect.element(page.getByRole('dialog')).toBeVisible();
    for (const name of ['Add to favourites', 'Comments and details', 'Vote for picture 1']) {
      expect(page.getByRole('button', { name }).query(), name).toBeNull();
    }
    expect(page.getByRole('link', { name: 'Download' }).query()).toBeNull();
  });

  it('takes votes on the tiles', async () => {
    server.answer('PUT /s/public/items/item-2/vote', null, 204);
    open(12, { voting: true });
    await page.getByRole('button', { name: 'Vote for picture 3' }).click();
    await expect
      .element(page.getByRole('button', { name: 'Take back the vote for picture 3' }))
      .toBeVisible();
    await expect.element(page.getByText('1 vote given')).toBeVisible();
  });

  it('shows what is being made', async () => {
    const show = open(3, { liveQueue: true });
    show.setQueue({ pending: 2, running: { progress: 0.42, elapsed: 9 } });
    await expect.element(page.getByText('42 %')).toBeVisible();
    await expect.element(page.getByText('2 waiting')).toBeVisible();
    show.setQueue({ pending: 0, running: null });
    await expect.element(page.getByText('Nothing is being made right now.')).toBeVisible();
  });

  it('keeps what is looked at in its place when pictures come in above', async () => {
    const show = open(300);
    await expect.poll(() => document.documentElement.scrollHeight).toBeGreaterThan(3000);
    scrollTo(0, 2000);
    const first = (): HTMLElement | undefined =>
      tiles().find(
        (tile) => tile.getBoundingClientRect().bottom > 80 && tile.getBoundingClientRect().top < 300,
      );
    await expect.poll(() => first()).toBeTruthy();
    const label = first()?.getAttribute('href') ?? '';
    const before = first()?.getBoundingClientRect().top ?? 0;
    const fresh = guestGallery(300);
    const added = guestGallery(9).items.map((item) => ({ ...item, id: `new-${item.id}` }));
    show.update({ ...fresh, items: [...added, ...fresh.items] });
    await expect.poll(() => scrollY).not.toBe(2000);
    const row = document.querySelector(`[href="${label}"]`)?.getBoundingClientRect().top ?? NaN;
    expect(Math.abs(row - before)).toBeLessThan(2);
  });

  it('has no fault of accessibility, in the grid, the viewer and at its doors', async () => {
    open(12, { voting: true, liveQueue: true, making: true });
    await expect.poll(() => tiles().length).toBe(12);
    expect(await offences()).toEqual([]);
    server.answer('GET /s/public/items/item-0/making', { prompt: 'a harbour', steps: 20 });
    await page.getByRole('link', { name: 'Picture 1 of 12' }).click();
    await page.getByRole('button', { name: 'Comments and details' }).click();
    await expect.element(page.getByText('a harbour')).toBeVisible();
    expect(await offences()).toEqual([]);
  });

  it('at its door asks for a password, and says how long to wait', async () => {
    const onpassword = vi.fn();
    const door = await render(Doorway, {
      state: { status: 'refused', refusal: { reason: 'password' }, wrong: false },
      busy: false,
      onpassword,
      onwake: vi.fn(),
    });
    await page.getByLabelText('Password', { exact: true }).fill('letmein');
    await userEvent.keyboard('{Enter}');
    expect(onpassword).toHaveBeenCalledExactlyOnceWith('letmein');
    await door.rerender({
      state: { status: 'refused', refusal: { reason: 'too-many-attempts', retryAfter: 300 }, wrong: false },
    });
    await expect.element(page.getByText(/The next one is possible in \d+ seconds/)).toBeVisible();
    await userEvent.keyboard('{Enter}');
    expect(onpassword).toHaveBeenCalledTimes(1);
    expect(await offences()).toEqual([]);
  });
});
