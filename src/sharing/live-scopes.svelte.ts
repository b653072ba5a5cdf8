import { untrack } from 'svelte';
import { reporting } from '../base/report';
import type { GalleryItem, JobStore } from '../jobs/job-store.svelte';
import { exceptHidden, facetTerm } from '../jobs/library/search/filters';
import { parse } from '../jobs/library/search/parse';
import { print } from '../jobs/library/search/query';
import { SearchSession } from '../jobs/library/search/search-session.svelte';
import type { MarkBook } from '../jobs/marks/mark-book.svelte';
import type { MarksPort } from '../jobs/marks/marks';
import type { ThumbStore } from '../jobs/thumbs/thumb-store.svelte';
import type { Share, SharedFile, ShareScope } from '../ports/share-wire';
import { type Paced, paced } from './paced';
import { sharedFile } from './shared-file';

/**
 * Guests see a change within two seconds, the way to them included, and a queue that makes a picture every second does
 * not have the whole list sent as often.
 */
const PACE = { soon: 300, pause: 1500 };

/** The results of one search, kept up to date. */
export type LiveSearch = Pick<SearchSession, 'indexed' | 'answered' | 'found'>;

export interface LiveScopesOptions {
  jobs: JobStore;
  thumbs: ThumbStore;
  /** What searches for favourites, tags and collections look at. */
  marks: () => MarksPort & Pick<MarkBook, 'inStep'>;
  /** Begins a search; in tests, one of their own. */
  search?: (query: string) => LiveSearch;
}

/** The query of a link whose pictures this page keeps up to date; `null` for all others. */
export function liveQuery(scope: ShareScope): string | null {
  if (scope.kind === 'search') {
    return scope.query;
  }
  return scope.kind === 'collection' ? print(facetTerm('in', scope.name)) : null;
}

/** Finds what links show whose pictures are those of a search, and tells the server when that changes. */
export class LiveScopes {
  readonly #options: LiveScopesOptions;
  readonly #searches = new Map<string, LiveSearch>();

  constructor(options: LiveScopesOptions) {
    this.#options = options;
  }

  /** The pictures a query finds, newest first, once all pictures are known to the search. */
  find(query: string): Promise<GalleryItem[]> {
    const search = this.#search(query);
    return new Promise((resolve) => {
      const stop = $effect.root(() => {
        $effect(() => {
          if (search.indexed && search.answered) {
            resolve(untrack(() => search.found.slice(0)));
            queueMicrotask(() => stop());
          }
        });
      });
    });
  }

  files(items: readonly GalleryItem[]): SharedFile[] {
    return items.map((item) => sharedFile(item, this.#options.thumbs));
  }

  /**
   * Sends the pictures of each live link once, and again whenever they change, until the component is gone.
   * @param put takes the pictures of a link.
   */
  follow(
    shares: () => readonly Share[],
    put: (id: string, items: readonly SharedFile[]) => Promise<unknown>,
  ): void {
    const senders = new Map<string, Paced>();
    $effect(() => {
      for (const { id, scope, expiresAt } of shares()) {
        const query = liveQuery(scope);
        if (query === null || (expiresAt !== null && expiresAt < Date.now())) {
          continue;
        }
        const search = this.#search(query);
        // Only that something changed: the list itself is looked at when it is sent.
        void search.found.slice(0, 0);
        if (search.indexed && search.answered) {
          const sender = senders.get(id) ?? this.#sender(search, (items) => put(id, items));
          senders.set(id, sender);
          sender.ask();
        }
      }
    });
    $effect(() => () => senders.forEach((sender) => sender.stop()));
  }

  /** Sends what a search finds, unless it is what was sent before. */
  #sender(search: LiveSearch, put: (items: readonly SharedFile[]) => Promise<unknown>): Paced {
    let sent: string | null = null;
    return paced(async () => {
      const items = search.found.slice(0);
      const keys = items.map(({ key }) => key).join('\n');
      // Asked anew meanwhile, it says so when it is answered.
      if (!search.answered || sent === keys) {
        return;
      }
      try {
        await put(this.files(items));
        sent = keys;
      } catch (error) {
        // The next change, or the next start, sends them again.
        sent = null;
        reporting('sharing.refresh')(error);
      }
    }, PACE);
  }

  #search(query: string): LiveSearch {
    const known = this.#searches.get(query) ?? untrack(() => (this.#options.search ?? this.#begin)(query));
    this.#searches.set(query, known);
    return known;
  }

  /** Apart from the gallery's search, which follows what is typed there. */
  readonly #begin = (query: string): LiveSearch => {
    const { jobs, thumbs, marks } = this.#options;
    const book = marks();
    const session = new SearchSession({ jobs, marks: book, sizeOf: (item) => thumbs.size(item) ?? null });
    session.search(exceptHidden(parse(query).query), 'newest');
    // Until its marks are known, a hidden picture looks like any other: guests must not see it even for a moment.
    void book
      .inStep()
      .then(() => session.start())
      .catch(reporting('sharing.search'));
    return session;
  };
}
