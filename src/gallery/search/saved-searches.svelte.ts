import * as v from 'valibot';
import { randomUuid } from '../../comfy/uuid';
import { t } from '../../i18n/index.svelte';
import { SORTS } from '../../jobs/library/sort';
import { type DocumentClient, UserDocument } from '../../jobs/user-document';
import { say } from '../../ui/toasts.svelte';
import type { GalleryView } from '../gallery-address';

/** A search that people gave a name. */
export interface SavedSearch extends GalleryView {
  id: string;
  name: string;
}

const PREFIX = 'search/';
const searchSchema = v.object({
  name: v.string(),
  q: v.string(),
  sort: v.fallback(v.picklist(SORTS), 'newest'),
});

/** The saved searches, the same on every device; by name. */
export class SavedSearches {
  readonly #document: UserDocument;
  #rev = $state(0);
  readonly #all = $derived.by(() => {
    void this.#rev;
    return this.#document
      .entries()
      .flatMap(([key, value]): SavedSearch[] => {
        const read = key.startsWith(PREFIX) ? v.safeParse(searchSchema, value) : null;
        return read?.success ? [{ id: key.slice(PREFIX.length), ...read.output }] : [];
      })
      .sort((a, b) => a.name.localeCompare(b.name));
  });

  constructor(client: DocumentClient) {
    this.#document = new UserDocument(client, { name: 'searches' });
    this.#document.onChange(() => (this.#rev += 1));
    void this.#document.load();
  }

  get all(): SavedSearch[] {
    return this.#all;
  }

  /** Keeps a search under a name. */
  add(name: string, { q, sort }: GalleryView): void {
    this.#set(randomUuid(), { name, q, sort });
  }

  rename({ id, q, sort }: SavedSearch, name: string): void {
    this.#set(id, { name, q, sort });
  }

  /** Deletes a search and offers to undo that. */
  delete({ id, name, q, sort }: SavedSearch): void {
    this.#set(id, undefined);
    say(t('search.saved.deleted', { name }), {
      label: t('common.undo'),
      run: () => this.#set(id, { name, q, sort }),
    });
  }

  #set(id: string, value: { name: string; q: string; sort: string } | undefined): void {
    this.#document.set({ [PREFIX + id]: value });
    this.#rev += 1;
  }
}
