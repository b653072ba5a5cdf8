import { beforeEach, afterEach, describe, expect, it, vi } from 'vitest';
import { reports, resetReports } from '../base/report';
import { DEFAULT_RIGHTS, type Feedback, type Share } from '../ports/share-wire';
import { type BookSocket, ShareBook } from './share-book.svelte';
import { ShareClient } from './share-client';

const FILE = { filename: 'a.png', subfolder: '', type: 'output' as const };
const share = (id: string, rest: Partial<Share> = {}): Share => ({
  id,
  title: id,
  slug: null,
  scope: { kind: 'list' },
  rights: { ...DEFAULT_RIGHTS, voting: true },
  hasPassword: false,
  createdAt: 1,
  expiresAt: null,
  count: 1,
  views: 0,
  lastSeenAt: null,
  path: `s/TOKEN-${id}`,
  ...rest,
});
const feedback = (rest: Partial<Feedback> = {}): Feedback => ({
  files: { i: FILE },
  favourites: {},
  votes: {},
  voters: 0,
  comments: [],
  ...rest,
});

class StubSocket implements BookSocket {
  onmessage: BookSocket['onmessage'] = null;
  onclose: BookSocket['onclose'] = null;
  close = vi.fn();
  tell(event: object): void {
    this.onmessage?.(new MessageEvent('message', { data: JSON.stringify(event) }));
  }
}

describe('the book of links', () => {
  let answers: Map<string, unknown>;
  let status = 200;
  let asked: string[];
  let sockets: StubSocket[];
  let book: ShareBook;
  const said = vi.fn();
  const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

  beforeEach(async () => {
    vi.useFakeTimers();
    said.mockClear();
    status = 200;
    asked = [];
    sockets = [];
    answers = new Map<string, unknown>([
      ['GET shares', { shares: [share('a')] }],
      ['GET addresses', { lan: true, addresses: [{ url: 'http://192.168.1.2:8199/', kind: 'private' }] }],
      ['GET shares/a/feedback', feedback()],
    ]);
    const client = new ShareClient('http://darkroom.test/', (address, { method } = {}) => {
      const asking = `${method} ${(address as string).split('/darkroom/')[1]}`;
      asked.push(asking);
      const answer = answers.get(asking);
      const code = answer === undefined ? 404 : status;
      return Promise.resolve(
        new Response(code === 204 ? null : JSON.stringify(answer ?? {}), { status: code }),
      );
    });
    book = new ShareBook({
      client,
      onComment: said,
      connect: () => {
        const socket = new StubSocket();
        sockets.push(socket);
        return socket;
      },
    });
    book.start();
    await settle();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('knows the links, where guests find them and what they said', () => {
    expect(book.state).toBe('ready');
    expect(book.shares.map(({ id }) => id)).toEqual(['a']);
    expect(book.addresses?.lan).toBe(true);
    expect(book.feedback('a')).toEqual(feedback());
  });

  it('tells that a guest opened a link', () => {
    expect(book.wasOpened('a')).toBe(false);
    sockets[0]?.tell({ type: 'opened', share: 'a', views: 3, at: 77 });
    expect(book.wasOpened('a')).toBe(true);
    expect(book.find('a')).toMatchObject({ views: 3, lastSeenAt: 77, path: 's/TOKEN-a' });
  });

  it('follows favourites, votes and comments', () => {
    const comment = { id: 'c', item: 'i', name: 'Kim', text: 'Nice', at: 1 };
    sockets[0]?.tell({ type: 'favourites', share: 'a', item: 'i', count: 2 });
    sockets[0]?.tell({ type: 'votes', share: 'a', item: 'i', count: 4, voters: 5 });
    sockets[0]?.tell({ type: 'comment', share: 'a', comment });
    sockets[0]?.tell({ type: 'comment', share: 'a', comment });
    expect(book.feedback('a')).toEqual(
      feedback({ favourites: { i: 2 }, votes: { i: 4 }, voters: 5, comments: [comment] }),
    );
    expect([...book.votes.values()]).toEqual([4]);
    expect(said).toHaveBeenCalledWith(expect.objectContaining({ id: 'a' }), 'Kim', 'Nice');
  });

  it('adds up the votes of links that show the same file, and leaves out those that take none', async () => {
    answers.set('GET shares', {
      shares: [share('a'), share('b'), share('c', { rights: DEFAULT_RIGHTS })],
    });
    for (const id of ['a', 'b', 'c']) {
      answers.set(`GET shares/${id}/feedback`, feedback({ votes: { i: 2 } }));
    }
    await book.load();
    expect([...book.votes.values()]).toEqual([4]);
  });

  it('asks anew about a picture it does not know yet', async () => {
    answers.set('GET shares/a/feedback', feedback({ files: { i: FILE, j: FILE }, favourites: { j: 1 } }));
    sockets[0]?.tell({ type: 'favourites', share: 'a', item: 'j', count: 1 });
    await settle();
    expect(book.feedback('a')?.favourites).toEqual({ j: 1 });
  });

  it('keeps the address of a link whose change is answered without one', async () => {
    answers.set('PATCH shares/a', share('a', { title: 'New', path: '' }));
    await book.change('a', { title: 'New' });
    expect(book.find('a')).toMatchObject({ title: 'New', path: 's/TOKEN-a' });
  });

  it('forgets a link only once the server has stopped it', async () => {
    await expect(book.stop('a')).rejects.toThrow();
    expect(book.shares).toHaveLength(1);
    answers.set('DELETE shares/a', null);
    status = 204;
    await book.stop('a');
    expect(book.shares).toHaveLength(0);
  });

  it('listens again after the socket was lost, and reads what it missed', async () => {
    answers.set('GET shares', { shares: [share('a', { views: 9 })] });
    sockets[0]?.onclose?.(new Event('close') as CloseEvent);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sockets).toHaveLength(2);
    expect(book.find('a')?.views).toBe(9);
  });

  it('asks nothing where another server than ours holds the page', async () => {
    asked = [];
    const other = new ShareBook({ client: book.client, hosted: false });
    other.start();
    await settle();
    expect(other.state).toBe('absent');
    expect(asked).toEqual([]);
  });

  it.each(['absent', 'storeless'])('says so where links are %s, and asks no more', async (state) => {
    if (state === 'absent') {
      answers.clear();
    } else {
      status = 503;
      const none = { error: { type: 'no_database' } };
      answers.set('GET shares', none).set('GET addresses', none);
    }
    resetReports();
    await book.load();
    expect(book.state).toBe(state);
    // It is how the server is, not a fault of anything.
    expect(reports()).toEqual([]);
    const before = asked.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked.length).toBe(before);
  });
});
