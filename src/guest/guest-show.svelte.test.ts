import { beforeEach, describe, expect, it, vi } from 'vitest';
import { GuestClient } from './guest-client';
import { GuestShow } from './guest-show.svelte';
import { guestGallery, guestItem, StubServer } from './testing/stub-link';

describe('what a guest says of the pictures', () => {
  let server: StubServer;
  let show: GuestShow;
  const FAVOURITE = 'PUT /s/public/items/item-1/favourite';

  beforeEach(() => {
    vi.stubGlobal('localStorage', { getItem: () => null, setItem: vi.fn() });
    server = new StubServer();
    show = new GuestShow(new GuestClient('/', server.fetch), guestGallery(3));
  });

  it('shows a favourite at once and sends it', async () => {
    server.answer(FAVOURITE, null, 204);
    const kept = show.toggleFavourite(guestItem(1));
    expect(show.isFavourite(guestItem(1))).toBe(true);
    await kept;
    expect(show.favourites.map(({ id }) => id)).toEqual(['item-1']);
    expect(server.asked).toEqual([
      { method: 'PUT', path: '/s/public/items/item-1/favourite', body: { favourite: true } },
    ]);
  });

  it('offers no download of a file that is another one now', async () => {
    server.answer('HEAD /s/public/items/item-1/preview', null, 409);
    server.answer('HEAD /s/public/items/item-2/preview', null, 503);
    expect(await show.isChanged(guestItem(1), 'preview')).toBe(true);
    expect(await show.isChanged(guestItem(2), 'preview')).toBe(false);
    expect([1, 2].map((at) => show.download(guestItem(at)))).toEqual([null, '/s/public/items/item-2/clean']);
  });

  it('takes a favourite back that was not kept, and says so', async () => {
    server.isAsleep = true;
    await show.toggleFavourite(guestItem(1));
    expect(show.isFavourite(guestItem(1))).toBe(false);
    expect(show.notice).toContain('not kept');
  });

  it('keeps the last of two quick changes when the first one fails', async () => {
    server.isAsleep = true;
    const first = show.toggleFavourite(guestItem(1));
    server.isAsleep = false;
    server.answer(FAVOURITE, null, 204);
    const second = show.toggleFavourite(guestItem(1));
    await Promise.all([first, second]);
    expect(show.isFavourite(guestItem(1))).toBe(false);
    expect(server.asked.map(({ body }) => body)).toEqual([{ favourite: true }, { favourite: false }]);
  });

  it('believes the server, except about what has not reached it', async () => {
    server.answer(FAVOURITE, null, 204);
    await show.toggleFavourite(guestItem(1));
    show.update(guestGallery(3));
    expect(show.isFavourite(guestItem(1))).toBe(false);
    const onItsWay = show.toggleFavourite(guestItem(1));
    show.update(guestGallery(3));
    expect(show.isFavourite(guestItem(1))).toBe(true);
    await onItsWay;
  });

  it('counts the votes given', async () => {
    server.answer('PUT /s/public/items/item-2/vote', null, 204);
    await show.toggleVote(guestItem(2));
    expect(show.votesGiven).toBe(1);
    expect(server.asked[0]?.body).toEqual({ vote: true });
  });

  it('signs comments with the name that was kept, or as a guest', async () => {
    const comment = { id: 'c', item: 'item-0', name: 'Guest', text: 'Nice', at: 1 };
    server.answer('POST /s/public/items/item-0/comments', comment);
    expect(await show.comment(guestItem(0), '  Nice ')).toBe(true);
    expect(server.asked[0]?.body).toEqual({ name: 'Guest', text: 'Nice' });
    show.setName(' Kim ');
    await show.comment(guestItem(0), 'Nice');
    expect(server.asked[1]?.body).toEqual({ name: 'Kim', text: 'Nice' });
    expect(show.comments('item-0')).toEqual([comment]);
  });

  it('gives back a comment that was not kept', async () => {
    server.isAsleep = true;
    expect(await show.comment(guestItem(0), 'Nice')).toBe(false);
    expect(show.comments('item-0')).toEqual([]);
  });

  it('asks once how a picture was made, and again after a failure', async () => {
    server.isAsleep = true;
    await expect(show.making(guestItem(0))).rejects.toThrow();
    server.isAsleep = false;
    server.answer('GET /s/public/items/item-0/making', { prompt: 'a cat' });
    expect(await show.making(guestItem(0))).toEqual({ prompt: 'a cat' });
    await show.making(guestItem(0));
    expect(server.asked).toHaveLength(2);
  });

  it.each([
    ['none', null],
    ['clean', '/s/public/items/item-0/clean'],
    ['original', '/s/public/items/item-0/original'],
  ] as const)('with downloads of %s offers %s', (download, address) => {
    show.update(guestGallery(3, { download }));
    expect(show.download(guestItem(0))).toBe(address);
  });
});
