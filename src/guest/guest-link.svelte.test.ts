import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GuestClient } from './guest-client';
import { GuestLink, type LinkState } from './guest-link.svelte';
import { guestGallery, guestItem, StubServer, StubSocket } from './testing/stub-link';

describe('a link', () => {
  let server: StubServer;
  let sockets: StubSocket[];
  let loading: string[];
  let entries: { state: unknown; path: string; replaceState: History['replaceState'] };

  const makeLink = (key = 'SECRET', hash = ''): GuestLink =>
    new GuestLink({
      client: new GuestClient('/', server.fetch),
      address: { base: '/', key, slug: 'trip' },
      history: entries,
      hash: () => hash,
      load: (url) => loading.push(url),
      connect: () => {
        const socket = new StubSocket();
        sockets.push(socket);
        return socket;
      },
    });
  const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
  const asked = (): string[] => server.asked.map(({ method, path }) => `${method} ${path}`);
  const reason = (state: LinkState): string =>
    state.status === 'refused' ? state.refusal.reason : state.status;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('location', { href: 'http://darkroom.test/s/SECRET/trip' });
    server = new StubServer();
    sockets = [];
    loading = [];
    entries = {
      state: { kept: 1 },
      path: '/s/SECRET/trip',
      replaceState: (state, _, path) => {
        entries.state = state;
        entries.path = String(path);
      },
    };
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('exchanges its secret, which leaves the address, while the picture it names stays', async () => {
    server.answer('POST /s/open', guestGallery(3));
    const link = makeLink('SECRET', '#7');
    link.start();
    await settle();
    expect(link.state.status).toBe('open');
    expect(server.asked).toEqual([{ method: 'POST', path: '/s/open', body: { token: 'SECRET' } }]);
    expect(entries.path).toBe('/s/public/trip#7');
    expect(entries.state).toEqual({ kept: 1, guest: 'public' });
  });

  it('asks for the first thumbnails before there is a page, and for no video', async () => {
    const items = [guestItem(0), guestItem(1, { kind: 'video' }), guestItem(2)];
    server.answer('POST /s/open', guestGallery(0, {}, { items }));
    const link = makeLink();
    link.start();
    await settle();
    expect(loading).toEqual(['/s/public/items/item-0/thumb', '/s/public/items/item-2/thumb']);
  });

  it('opens after a reload by its public id, without the secret', async () => {
    entries.state = { guest: 'public' };
    server.answer('GET /s/public/gallery', guestGallery(3));
    const link = makeLink('public');
    link.start();
    await settle();
    expect(link.state.status).toBe('open');
    expect(asked()).toEqual(['GET /s/public/gallery']);
  });

  it('opens in another tab of the same browser, where only the cookie is known', async () => {
    server.answer('GET /s/public/gallery', guestGallery(3));
    const link = makeLink('public');
    link.start();
    await settle();
    expect(link.state.status).toBe('open');
    expect(asked()).toEqual(['POST /s/open', 'GET /s/public/gallery']);
  });

  it('asks for its password, says when it was the wrong one, and opens with the right one', async () => {
    server.answer('POST /s/open', { reason: 'password' }, 401);
    const link = makeLink();
    link.start();
    await settle();
    expect(link.state).toMatchObject({ refusal: { reason: 'password' }, wrong: false });
    await link.enter('wrong');
    expect(link.state).toMatchObject({ refusal: { reason: 'password' }, wrong: true });
    expect(entries.path).toBe('/s/SECRET/trip');
    server.answer('POST /s/open', guestGallery(3));
    await link.enter('right');
    expect(link.state.status).toBe('open');
    expect(server.asked.at(-1)?.body).toEqual({ token: 'SECRET', password: 'right' });
  });

  it.each(['expired', 'stopped', 'gone'])('that is %s says so and asks no more', async (why) => {
    server.answer('POST /s/open', { reason: why }, 410);
    const link = makeLink();
    link.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reason(link.state)).toBe(why);
    expect(sockets).toHaveLength(0);
    expect(server.asked.length).toBeLessThanOrEqual(2);
  });

  it('waits for a server that is asleep, ever more patiently, and opens by itself', async () => {
    server.isAsleep = true;
    const link = makeLink();
    link.start();
    await settle();
    expect(reason(link.state)).toBe('asleep');
    await vi.advanceTimersByTimeAsync(7000);
    expect(server.asked).toHaveLength(4);
    server.isAsleep = false;
    server.answer('POST /s/open', guestGallery(3));
    await vi.advanceTimersByTimeAsync(8000);
    expect(link.state.status).toBe('open');
  });

  it('asks at once when the phone is woken', async () => {
    server.isAsleep = true;
    const link = makeLink();
    link.start();
    await vi.advanceTimersByTimeAsync(40_000);
    server.isAsleep = false;
    server.answer('POST /s/open', guestGallery(3));
    link.wake();
    await settle();
    expect(link.state.status).toBe('open');
  });

  describe('once open', () => {
    let link: GuestLink;

    beforeEach(async () => {
      server.answer('POST /s/open', guestGallery(3));
      link = makeLink();
      link.start();
      await settle();
      sockets[0]?.onopen?.(new Event('open'));
    });

    it('is out at once when the owner stops it', () => {
      sockets[0]?.tell({ type: 'ended', reason: 'stopped' });
      expect(reason(link.state)).toBe('stopped');
      expect(sockets[0]?.isClosed).toBe(true);
    });

    it('is out when the socket is lost and the server refuses it', async () => {
      server.answer('GET /s/public/gallery', { reason: 'stopped' }, 410);
      sockets[0]?.drop();
      await vi.advanceTimersByTimeAsync(1000);
      expect(reason(link.state)).toBe('stopped');
      await vi.advanceTimersByTimeAsync(60_000);
      expect(sockets).toHaveLength(1);
    });

    it('keeps its pictures while the server is away, and follows it again afterwards', async () => {
      server.isAsleep = true;
      sockets[0]?.drop();
      await vi.advanceTimersByTimeAsync(1000);
      expect(link.state.status).toBe('open');
      expect(link.isAway).toBe(true);
      server.isAsleep = false;
      server.answer('GET /s/public/gallery', guestGallery(5));
      await vi.advanceTimersByTimeAsync(2000);
      expect(link.isAway).toBe(false);
      expect(link.state.status === 'open' && link.state.show.items.length).toBe(5);
      expect(sockets).toHaveLength(2);
    });

    it('shows what is added, and comments of others, each once', () => {
      const comment = { id: 'c', item: 'item-1', name: 'A', text: 'Nice', at: 1 };
      sockets[0]?.tell({ type: 'items', gallery: guestGallery(4) });
      sockets[0]?.tell({ type: 'comment', comment });
      sockets[0]?.tell({ type: 'comment', comment });
      const show = link.state.status === 'open' ? link.state.show : null;
      expect(show?.items).toHaveLength(4);
      expect(show?.comments('item-1')).toEqual([comment]);
    });

    it('listens no more when the page goes', async () => {
      server.answer('POST /s/open', guestGallery(3));
      const other = makeLink();
      const stop = other.start();
      await settle();
      stop();
      sockets[1]?.drop();
      await vi.advanceTimersByTimeAsync(60_000);
      expect(sockets).toHaveLength(2);
      expect(sockets[1]?.isClosed).toBe(true);
    });
  });
});
