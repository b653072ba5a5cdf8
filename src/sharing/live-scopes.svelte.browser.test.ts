import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GalleryItem } from '../jobs/job-store.svelte';
import { facetTerm } from '../jobs/library/search/filters';
import { memoryMarks } from '../jobs/fixtures/memory-marks';
import { newJob } from '../jobs/fixtures/records';
import { OutputLibrary } from '../jobs/library/output-library.svelte';
import { print } from '../jobs/library/search/query';
import { DEFAULT_RIGHTS, type Share, type ShareScope } from '../ports/share-wire';
import { liveQuery, LiveScopes, type LiveScopesOptions } from './live-scopes.svelte';

const item = (key: string): GalleryItem =>
  ({
    key,
    job: { id: key, summary: null, endedAt: null, startedAt: null, createdAt: null },
    output: { index: 0, ref: { filename: `${key}.png`, subfolder: '', type: 'output' } },
  }) as unknown as GalleryItem;

class StubSearch {
  indexed = $state(true);
  answered = $state(true);
  items = $state.raw<GalleryItem[]>([]);
  readonly found = { slice: (): GalleryItem[] => this.items } as never;
}

const share = (id: string, scope: ShareScope, expiresAt: number | null = null): Share => ({
  id,
  title: id,
  slug: null,
  scope,
  rights: DEFAULT_RIGHTS,
  hasPassword: false,
  createdAt: 1,
  expiresAt,
  count: 1,
  views: 0,
  lastSeenAt: null,
  path: 's/T',
});

describe('links that show what a search finds', () => {
  let searches: Map<string, StubSearch>;
  let scopes: LiveScopes;
  let shares = $state.raw<readonly Share[]>([]);
  let sent: [string, string[]][];
  let failing = false;
  let stop: () => void;

  const search = (query: string): StubSearch => {
    const known = searches.get(query) ?? new StubSearch();
    searches.set(query, known);
    return known;
  };
  const rest = async (): Promise<void> => {
    flushSync();
    await vi.advanceTimersByTimeAsync(1500);
  };

  beforeEach(() => {
    vi.useFakeTimers();
    searches = new Map();
    sent = [];
    failing = false;
    shares = [];
    scopes = new LiveScopes({
      jobs: {} as LiveScopesOptions['jobs'],
      thumbs: { size: () => undefined } as unknown as LiveScopesOptions['thumbs'],
      marks: () => {
        throw new Error('Only searches look at marks.');
      },
      search: (query) => search(query),
    });
    stop = $effect.root(() => {
      scopes.follow(
        () => shares,
        (id, items) => {
          sent.push([id, items.map(({ ref }) => ref.filename)]);
          return failing ? Promise.reject(new Error('away')) : Promise.resolve();
        },
      );
    });
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it('are sent once at the start, and again when the search finds others', async () => {
    search('cat').items = [item('a')];
    shares = [share('s', { kind: 'search', query: 'cat' })];
    await rest();
    expect(sent).toEqual([['s', ['a.png']]]);
    search('cat').items = [item('b'), item('a')];
    await rest();
    expect(sent.at(-1)).toEqual(['s', ['b.png', 'a.png']]);
  });

  it('are not sent again for nothing, and of many changes at once only the last is', async () => {
    shares = [share('s', { kind: 'search', query: 'cat' })];
    for (const keys of [['a'], ['a', 'b'], ['a', 'b', 'c']]) {
      search('cat').items = keys.map(item);
      flushSync();
      await vi.advanceTimersByTimeAsync(100);
    }
    await rest();
    search('cat').items = ['a', 'b', 'c'].map(item);
    await rest();
    expect(sent).toEqual([['s', ['a.png', 'b.png', 'c.png']]]);
  });

  it('are sent while they go on changing: a queue that never rests keeps nothing from guests', async () => {
    shares = [share('s', { kind: 'search', query: 'cat' })];
    for (let made = 1; made <= 10; made += 1) {
      search('cat').items = Array.from({ length: made }, (_, at) => item(String(at)));
      flushSync();
      await vi.advanceTimersByTimeAsync(1000);
    }
    await rest();
    expect(sent.length).toBeGreaterThan(4);
    expect(sent.at(-1)?.[1]).toHaveLength(10);
  });

  it('are not sent before the search knows all pictures', async () => {
    search('cat').indexed = false;
    shares = [share('s', { kind: 'search', query: 'cat' })];
    await rest();
    expect(sent).toEqual([]);
    search('cat').indexed = true;
    await rest();
    expect(sent).toHaveLength(1);
  });

  it('are sent anew after a failure, with the next change', async () => {
    failing = true;
    search('cat').items = [item('a')];
    shares = [share('s', { kind: 'search', query: 'cat' })];
    await rest();
    failing = false;
    search('cat').items = [item('a')];
    await rest();
    expect(sent).toHaveLength(2);
  });

  it('leave out lists, everything new, and what has expired', async () => {
    shares = [
      share('list', { kind: 'list' }),
      share('new', { kind: 'new' }),
      share('over', { kind: 'search', query: 'cat' }, Date.now() - 1),
    ];
    await rest();
    expect(sent).toEqual([]);
  });

  it('wait for the search when they are made', async () => {
    const cat = search('cat');
    cat.answered = false;
    const found = scopes.find('cat');
    flushSync();
    cat.items = [item('a')];
    cat.answered = true;
    flushSync();
    expect((await found).map(({ key }) => key)).toEqual(['a']);
  });

  it('leave out hidden pictures, and show nothing before it is known which are', async () => {
    vi.useRealTimers();
    const items = new OutputLibrary();
    const refs = ['open', 'shy'].map((name) => ({
      filename: `${name}.png`,
      subfolder: '',
      type: 'output' as const,
    }));
    const outputs = refs.map((ref, index) => ({ nodeId: '9', index, media: 'image' as const, ref }));
    const shy = refs.slice(1);
    items.change({ removed: [], added: [newJob('cat', 'completed', { endedAt: 1, outputs })] });
    const book = memoryMarks();
    book.change(shy, { favourite: true });
    let read = (): void => undefined;
    const reading = new Promise<void>((resolve) => (read = resolve));
    const real = new LiveScopes({
      jobs: {
        items,
        facts: () => Promise.resolve(null),
        factsPage: () => Promise.resolve({ facts: [], next: null }),
      } as unknown as LiveScopesOptions['jobs'],
      thumbs: { size: () => undefined } as unknown as LiveScopesOptions['thumbs'],
      marks: () => ({
        of: (ref) => book.of(ref),
        collectionName: (id) => book.collectionName(id),
        onChange: (listener) => book.onChange(listener),
        inStep: () => reading,
      }),
    });
    const all = real.find('type:image');
    const favourites = real.find('is:favourite');
    book.change(shy, { hidden: true });
    read();
    expect((await all).map(({ output }) => output.ref.filename)).toEqual(['open.png']);
    expect(await favourites).toEqual([]);
  });

  it('ask for a collection by its name', () => {
    expect(liveQuery({ kind: 'collection', name: 'Sea' })).toBe(print(facetTerm('in', 'Sea')));
    expect(liveQuery({ kind: 'list' })).toBeNull();
  });
});
