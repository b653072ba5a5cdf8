import { router } from 'svelte-spa-router';
import { untrack } from 'svelte';
import { Stored } from '../../base/stored';
import type { ComfyClient } from '../../comfy/client';
import type { Facet, Facets } from '../../jobs/library/search/facets';
import { stretches } from '../../jobs/library/search/fold';
import {
  asksForHidden,
  exceptHidden,
  needlesOf,
  toggled,
  withoutCondition,
} from '../../jobs/library/search/filters';
import { parse, type Problem } from '../../jobs/library/search/parse';
import { conditions, print, type Query } from '../../jobs/library/search/query';
import type { SearchSession } from '../../jobs/library/search/search-session.svelte';
import { libraryPort } from '../../ports/library.svelte';
import { goTo, replaceRoute, routes } from '../../ui/routes';
import { type GalleryView, presentView, suffixOf } from '../gallery-address';
import type { GalleryRoom } from '../gallery-room.svelte';
import { marksOf } from '../../jobs/marks/marks-of';
import { highlight, type Stretch } from '../highlight.svelte';
import { SavedSearches } from './saved-searches.svelte';
import { searchOf } from './search-of';

/** How long after the last key the address follows, ms: browsers refuse to have it changed at every key. */
const ADDRESS_DELAY = 300;
/** Where in a caption what was found begins at the latest, characters. */
const LEAD = 40;

const stored = new Stored<boolean>('darkroom.folders-shown', { read: (json) => json === true });

/** The search of the gallery: what is typed, what it means, and what the grid shows of it. */
export class GallerySearch {
  readonly room: GalleryRoom;
  readonly session: SearchSession;
  readonly saved: SavedSearches;
  #text = $state('');
  #sort = $state<GalleryView['sort']>('newest');
  /** The end of the address as this search wrote or read it last. */
  #address = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What was looked at before anything was searched for. */
  #before: string | null = null;
  /** Whether the filters are on screen. */
  panel = $state(false);
  #folders = $state(stored.load());
  /** Whether a phone shows the field. */
  field = $state(false);
  /** Whether the field has the focus. */
  typing = $state(false);
  #ready = $state(false);
  #facets = $state.raw<Facets | null>(null);
  #counting = false;
  #countAgain = false;

  /** Folders are typed by names that become known with the library. */
  readonly #hasNames = $derived(libraryPort.status?.on === true);
  readonly #parsed = $derived.by(() => {
    void this.#hasNames;
    return parse(this.#text);
  });
  /** One text for what means the same, so that nothing is searched twice. */
  readonly #printed = $derived(print(this.#parsed.query));

  /** @param address of the server, as people know it. */
  constructor(room: GalleryRoom, client: ComfyClient, address: string) {
    this.room = room;
    this.session = searchOf(room.jobs, room.thumbs, marksOf(client, address));
    this.saved = new SavedSearches(client);
    this.session.visible = () =>
      untrack(() => room.grid.onScreen.flatMap(({ tiles }) => tiles.map(({ item }) => item.job.id)));
    this.session.calm = room.grid.isCalm;
  }

  get text(): string {
    return this.#text;
  }

  get sort(): GalleryView['sort'] {
    return this.#sort;
  }

  get query(): Query {
    return this.#parsed.query;
  }

  /** What is not understood, but for the word that is just being typed. */
  get problem(): Problem | undefined {
    const end = this.typing ? this.#text.length : Infinity;
    return this.#parsed.problems.find((problem) => problem.end < end);
  }

  /** Whether something is asked for. */
  get filters(): boolean {
    return this.#printed !== '';
  }

  /** Whether hidden pictures are asked for. */
  get showsHidden(): boolean {
    return asksForHidden(this.query);
  }

  /** How many pictures the search found; `null` while it is not answered. */
  get count(): number | null {
    return this.filters && this.session.answered ? this.session.found.length : null;
  }

  /** Whether the grid shows what the address asked for when this search began. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Whether nothing was found, for certain. */
  get foundNothing(): boolean {
    return this.count === 0 && this.session.indexed && !this.room.shown.isAll;
  }

  /** Whether the folders are on screen: the same at the next visit. */
  get folders(): boolean {
    return this.#folders;
  }

  set folders(shown: boolean) {
    this.#folders = shown;
    stored.save(shown);
  }

  get facets(): Facets | null {
    return this.#facets;
  }

  /** Searches for what is being typed. */
  type(text: string): void {
    this.#text = text;
    this.#writeSoon();
  }

  /** Has the address say what was typed, before something else is opened from here. */
  settle(): void {
    // The field also loses focus when another room replaces it.
    if (router.location === routes.gallery()) {
      this.#write();
    }
  }

  /** Searches for something else. */
  ask(query: Query): void {
    this.show({ q: print(query), sort: this.#sort });
  }

  toggle(facet: Facet, value: string): void {
    this.ask(toggled(this.query, facet, value));
  }

  /** Takes away one of the conditions, by its position among them. */
  remove(at: number): void {
    this.ask(withoutCondition(this.query, at));
  }

  clear(): void {
    this.show({ q: '', sort: this.#sort });
  }

  setSort(sort: GalleryView['sort']): void {
    this.show({ q: this.#text, sort });
  }

  /** Shows a view as a whole, and says so in the address at once. */
  show({ q, sort }: GalleryView): void {
    this.#text = q;
    this.#sort = sort;
    this.#write();
  }

  get conditions(): Query[] {
    return conditions(this.query);
  }

  /** Counts what saved searches find now. */
  async countSaved(): Promise<Map<string, number>> {
    const all = this.saved.all;
    const counts = await this.countAll(all.map(({ q }) => parse(q).query));
    return new Map(all.map(({ id }, i) => [id, counts[i] ?? 0]));
  }

  /** Counts what each query finds now. */
  countAll(queries: Query[]): Promise<number[]> {
    return this.session.client.count(queries.map(exceptHidden));
  }

  /** Keeps address, results and grid in step, until the component that called it is gone. */
  follow(): void {
    $effect.pre(() => {
      const view = presentView();
      untrack(() => this.#read(view));
    });
    $effect.pre(() => {
      void this.#printed;
      const sort = this.#sort;
      untrack(() => {
        const { query } = this;
        // Everything, newest first, is no search: the grid has its own list for that.
        const isAll = query.kind === 'all' && sort === 'newest';
        this.session.search(isAll ? query : exceptHidden(query), sort);
      });
    });
    $effect(() => this.#show());
    $effect(() => {
      highlight.cut = this.filters ? marker(needlesOf(this.query)) : null;
    });
    $effect(() => this.#count());
    $effect(() => {
      if (this.room.jobs.connection.state === 'connected') {
        untrack(() => this.session.resume());
      }
    });
    $effect(() => () => {
      clearTimeout(this.#timer);
      highlight.cut = null;
      this.room.shown.show(null);
    });
  }

  #read(view: GalleryView): void {
    const address = suffixOf(view);
    if (address !== this.#address) {
      clearTimeout(this.#timer);
      this.#address = address;
      this.#text = view.q;
      this.#sort = view.sort;
    }
  }

  #writeSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#write(), ADDRESS_DELAY);
  }

  #write(): void {
    clearTimeout(this.#timer);
    const address = suffixOf({ q: this.#text, sort: this.#sort });
    if (address !== this.#address) {
      // The way back leads out of the search, not through every letter of it.
      const go = this.#address === '' || address === '' ? goTo : replaceRoute;
      this.#address = address;
      go(routes.gallery() + address);
    }
  }

  #show(): void {
    const { shown, grid } = this.room;
    const wanted = this.filters || this.#sort !== 'newest';
    if (wanted && !this.session.answered) {
      return;
    }
    this.#ready = true;
    if (wanted) {
      untrack(() => {
        this.#before ??= shown.isAll && !grid.isAtTop ? grid.topKey : null;
        shown.show(this.session.found);
      });
    } else {
      untrack(() => {
        const before = this.#before;
        this.#before = null;
        shown.show(null);
        if (before !== null) {
          void grid.lookAt(before);
        }
      });
    }
  }

  #count(): void {
    if (this.panel) {
      void this.session.rev;
      void this.#printed;
      untrack(() => void this.#countFacets());
    }
  }

  /** One question at a time: while older pictures are read, the answer changes many times a second. */
  async #countFacets(): Promise<void> {
    if (this.#counting) {
      this.#countAgain = true;
      return;
    }
    this.#counting = true;
    do {
      this.#countAgain = false;
      this.#facets = await this.session.client.facets(exceptHidden(this.query));
    } while (this.#countAgain);
    this.#counting = false;
  }
}

/** Cuts texts at what was searched for; of a cut text, so that it can be seen. */
function marker(needles: readonly string[]): (text: string, full: string) => Stretch[] {
  return (text, full) => {
    const parts = stretches(text, needles);
    if (full.length <= text.length || parts.some(({ hit }) => hit)) {
      return parts;
    }
    const whole = stretches(full, needles);
    const at = whole.findIndex(({ hit }) => hit);
    const lead = whole[at - 1]?.text ?? '';
    const rest = whole.slice(at);
    return at < 1 ? parts : [{ text: `…${lead.slice(-LEAD)}`, hit: false }, ...rest];
  };
}
