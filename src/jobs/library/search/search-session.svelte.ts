import { untrack } from 'svelte';
import { reporting } from '../../../base/report';
import type { JobStore } from '../../job-store.svelte';
import { isFinished } from '../../state/job';
import type { JobFacts } from '../job-facts';
import type { FactsPage, FactsPlace } from '../job-mirror';
import { breathe } from '../mirror-feed.svelte';
import type { GalleryItem, Splice } from '../output-index';
import { FactsFiller } from './facts-filler';
import { FoundList } from './found-list.svelte';
import { docOf } from './item-doc';
import type { MarksPort } from '../../marks/marks';
import { ALL, type Query } from './query';
import { type SearchAnswer, SearchClient } from './search-client';
import type { Sort } from '../sort';

/** How many pictures are described to the engine at once: some 5 ms of cloning. */
const CHUNK = 500;
const FACTS_PAGE = 500;
/** More arguments of one call overflow some engines' stacks. */
const LONGEST_RUN = 10_000;

export interface SearchSessionOptions {
  jobs: Pick<JobStore, 'items' | 'facts' | 'factsPage'>;
  marks: MarksPort;
  /** Size of the file of a picture, px, where it has been seen. */
  sizeOf?: (item: GalleryItem) => { width: number; height: number } | null;
  /** When the file of a picture was written, ms since the epoch, where that is known. */
  writtenAt?: (item: GalleryItem) => number | null;
  client?: { now?: () => number; worker?: boolean };
}

/**
 * Keeps the engine in step with the list of pictures, and the results in step with both. A picture has a slot
 * for as long as it is listed; what comes and goes costs the same however many there are.
 */
export class SearchSession {
  readonly #options: SearchSessionOptions;
  readonly client: SearchClient;
  /** What the search asked last has found. */
  readonly found: FoundList;
  readonly #filler: FactsFiller;
  /** Slots by key, the picture of each slot, and the slots in the order of the list. */
  readonly #slots = new Map<string, number>();
  readonly #items: (GalleryItem | undefined)[] = [];
  #order: number[] = [];
  readonly #free: number[] = [];
  /** Slots the engine has to be told of. */
  readonly #due = new Set<number>();
  #cleared: number[] = [];
  #pumping = false;
  /** 1 for every slot that is on the list of results. */
  #members = new Uint8Array(0);
  /** What graphs tell of each job; equal ones are one object. */
  readonly #facts = new Map<string, JobFacts>();
  readonly #sameFacts = new Map<string, JobFacts>();
  #query: Query = ALL;
  #sort: Sort = 'newest';
  #asked = 0;
  #active = false;
  #answered = $state(true);
  #indexed = $state(false);
  #rev = $state(0);
  #stopped = false;
  /** Jobs of pictures on screen, whose facts are read first. */
  visible: () => Iterable<string> = () => [];
  /** Whether the page has time for what is not on screen. */
  calm: () => boolean = () => true;

  constructor(options: SearchSessionOptions) {
    this.#options = options;
    this.found = new FoundList((key) => untrack(() => options.jobs.items.find(key)), {
      rating: ({ output }) => options.marks.of(output.ref).rating,
      written: (item) => options.writtenAt?.(item) ?? null,
    });
    this.client = new SearchClient(
      { answered: (answer) => this.#take(answer), restarted: () => this.#restart() },
      options.client,
    );
    this.#filler = new FactsFiller({
      read: (id) => options.jobs.facts(id),
      filled: (id, facts) => this.#learn(id, facts),
      visible: () => this.visible(),
      calm: () => this.calm(),
    });
  }

  /** Whether every picture there was at the start has been described to the engine. */
  get indexed(): boolean {
    return this.#indexed;
  }

  /** Whether the search asked last has been answered. */
  get answered(): boolean {
    return this.#answered;
  }

  /** Grows when the engine has been told of something: counts may be others now. */
  get rev(): number {
    return this.#rev;
  }

  /** Follows the list until the returned function is called. */
  start(): () => void {
    const { jobs, marks } = this.#options;
    const { items } = jobs;
    const all = untrack(() => items.slice(0));
    this.#order = all.map((item) => this.#place(item));
    this.#order.forEach((slot) => this.#due.add(slot));
    const stops = [
      items.onSplice((splices) => this.#follow(splices)),
      marks.onChange((files) => {
        const marked = files.flatMap((ref) => untrack(() => items.byFile(ref)) ?? []);
        this.refresh(marked);
        if (this.#sort === 'best') {
          this.#rankAnew(marked);
        }
      }),
    ];
    void this.#pump()
      .then(() => this.#readFacts())
      .catch(reporting('search.index'));
    return () => {
      this.#stopped = true;
      stops.forEach((stop) => stop());
      this.#filler.stop();
      this.client.close();
    };
  }

  /** Describes pictures anew, of which something else has become known. */
  refresh(items: readonly GalleryItem[] | 'all'): void {
    const keys = items === 'all' ? this.#slots.keys() : items.map(({ key }) => key);
    for (const key of keys) {
      const slot = this.#slots.get(key);
      if (slot !== undefined) {
        this.#due.add(slot);
      }
    }
    if (this.#sort === 'file') {
      if (items === 'all') {
        this.search(this.#query, this.#sort);
      } else {
        this.#rankAnew(items);
      }
    }
    void this.#pump();
  }

  /** Puts results where they belong by now. */
  #rankAnew(items: readonly GalleryItem[]): void {
    const members = items.filter(({ key }) => this.#members[this.#slots.get(key) ?? -1] === 1);
    this.found.change(members, members);
  }

  /** The server answers again: what only it knows can be asked for. */
  resume(): void {
    this.#filler.resume();
  }

  /** Searches; `found` then follows. Everything, newest first, is no search. */
  search(query: Query, sort: Sort): void {
    this.#query = query;
    this.#sort = sort;
    this.#active = query.kind !== 'all' || sort !== 'newest';
    if (this.#active) {
      this.#answered = false;
    }
    this.#asked = this.client.find(query);
  }

  #place(item: GalleryItem): number {
    const known = this.#slots.get(item.key);
    const slot = known ?? this.#free.pop() ?? this.#items.length;
    if (known === undefined) {
      // A search answered before the engine knew the slot was empty may have found its last picture in it.
      this.#setMember(slot, false);
    }
    this.#items[slot] = item;
    this.#slots.set(item.key, slot);
    return slot;
  }

  #follow(splices: readonly Splice[]): void {
    const coming = new Map(splices.flatMap(({ added }) => added.map((item) => [item.key, item] as const)));
    const removed = splices.flatMap((splice) => splice.removed);
    // Whatever was found stays so until the engine says otherwise: it may only have got new words.
    const members = removed.filter(({ key }) => this.#members[this.#slots.get(key) ?? -1] === 1);
    for (const { key } of removed) {
      const slot = this.#slots.get(key);
      if (slot !== undefined && !coming.has(key)) {
        this.#slots.delete(key);
        this.#items[slot] = undefined;
        this.#members[slot] = 0;
        this.#due.delete(slot);
        // Only when the engine knows that it is empty may another picture have it.
        this.#cleared.push(slot);
      }
    }
    for (const { at, removed: gone, added } of splices) {
      this.#order.splice(at, gone.length);
      for (let from = 0; from < added.length; from += LONGEST_RUN) {
        const run = added.slice(from, from + LONGEST_RUN).map((item) => this.#place(item));
        this.#order.splice(at + from, 0, ...run);
        run.forEach((slot) => this.#due.add(slot));
      }
    }
    if (this.#active) {
      this.found.change(
        members,
        members.flatMap(({ key }) => coming.get(key) ?? []),
      );
    }
    if (this.#indexed) {
      this.#wantFacts(coming.values());
    }
    void this.#pump();
  }

  /** Tells the engine what is due, in pieces between which input and frames go first. */
  async #pump(): Promise<void> {
    if (this.#pumping) {
      return;
    }
    this.#pumping = true;
    // Of several changes in a row one message.
    await Promise.resolve();
    while (!this.#stopped && this.#due.size + this.#cleared.length > 0) {
      const slots = [...take(this.#due, CHUNK)];
      const cleared = this.#cleared;
      this.#cleared = [];
      this.client.change(
        slots.flatMap((slot) => {
          const item = this.#items[slot];
          return item ? [[slot, this.#describe(item)]] : [];
        }),
        cleared,
      );
      this.#free.push(...cleared);
      this.#rev += 1;
      if (this.#due.size > 0) {
        await breathe();
      }
    }
    this.#pumping = false;
  }

  #describe(item: GalleryItem): ReturnType<typeof docOf> {
    const { marks, sizeOf } = this.#options;
    const facts = this.#facts.get(item.job.id);
    const own = marks.of(item.output.ref);
    const names = own.collections.flatMap((id) => marks.collectionName(id) ?? []);
    return docOf(item, facts, { ...own, names }, sizeOf?.(item) ?? null);
  }

  /** Everything remembered first; what is missing is then read from graphs. */
  async #readFacts(): Promise<void> {
    if (this.#active) {
      // What was asked before may be answered from a part of the pictures, which must not pass for all of them.
      this.search(this.#query, this.#sort);
    }
    this.#indexed = true;
    for (let from: FactsPlace | null = null; ;) {
      const { facts, next }: FactsPage = await this.#options.jobs.factsPage(from, FACTS_PAGE);
      facts.forEach(([id, told]) => this.#facts.set(id, this.#shared(told)));
      if (next === null || this.#stopped) {
        break;
      }
      from = next;
      await breathe();
    }
    for (const item of this.#items) {
      if (item && this.#facts.has(item.job.id)) {
        this.#due.add(this.#slots.get(item.key) ?? 0);
      }
    }
    void this.#pump();
    this.#wantFacts(this.#order.flatMap((slot) => this.#items[slot] ?? []));
  }

  /** Has the facts of these pictures read, unless they are known. */
  #wantFacts(items: Iterable<GalleryItem>): void {
    const missing = new Set<string>();
    for (const { job, output } of items) {
      // What was found in the library has told all it knows.
      if (isFinished(job.state) && !output.file && !(output.nodeId in (this.#facts.get(job.id) ?? {}))) {
        missing.add(job.id);
      }
    }
    this.#filler.add(missing);
  }

  #learn(id: string, facts: JobFacts): void {
    this.#facts.set(id, this.#shared(facts));
    for (const { key, job } of untrack(() => this.#of(id))) {
      const slot = this.#slots.get(key);
      if (slot !== undefined && job.id === id) {
        this.#due.add(slot);
      }
    }
    void this.#pump();
  }

  #of(id: string): GalleryItem[] {
    const { items } = this.#options.jobs;
    const found: GalleryItem[] = [];
    for (let index = 0; ; index++) {
      const item = items.find(`${id}/${index}`);
      if (!item) {
        return found;
      }
      found.push(item);
    }
  }

  /** Jobs of one workflow tell the same: kept once, they take no room. */
  #shared(facts: JobFacts): JobFacts {
    if (Object.values(facts).some(({ summary }) => summary !== null)) {
      return facts;
    }
    const key = JSON.stringify(facts);
    const known = this.#sameFacts.get(key) ?? facts;
    this.#sameFacts.set(key, known);
    return known;
  }

  #take(answer: SearchAnswer): void {
    // Of an older search: the newer one, which is under way, counts what has changed meanwhile.
    if (answer.id !== this.#asked || !this.#active) {
      return;
    }
    if (answer.type === 'found') {
      this.#members = answer.found;
      this.found.reset(this.#listFound(), this.#sort);
      this.#answered = true;
    } else if (this.#answered) {
      this.#adjust(answer.slots, answer.found);
    }
  }

  #listFound(): GalleryItem[] {
    const found: GalleryItem[] = [];
    const members = this.#members;
    for (const slot of this.#order) {
      const item = members[slot] === 1 ? this.#items[slot] : undefined;
      if (item) {
        found.push(item);
      }
    }
    return found;
  }

  #adjust(slots: readonly number[], found: readonly boolean[]): void {
    const gone: GalleryItem[] = [];
    const come: GalleryItem[] = [];
    slots.forEach((slot, i) => {
      const item = this.#items[slot];
      const is = this.#members[slot] === 1;
      if (item && found[i] !== is) {
        (is ? gone : come).push(item);
        this.#setMember(slot, !is);
      }
    });
    if (gone.length + come.length > 0) {
      this.found.change(gone, come);
    }
  }

  #setMember(slot: number, is: boolean): void {
    if (slot >= this.#members.length) {
      const larger = new Uint8Array(Math.max(slot + 1, this.#members.length * 2));
      larger.set(this.#members);
      this.#members = larger;
    }
    this.#members[slot] = is ? 1 : 0;
  }

  #restart(): void {
    this.#order.forEach((slot) => this.#due.add(slot));
    void this.#pump();
    this.search(this.#query, this.#sort);
  }
}

/** Takes the first values out of a set, up to a number. */
function* take<T>(set: Set<T>, count: number): Generator<T> {
  let left = count;
  for (const value of set) {
    if (left-- <= 0) {
      return;
    }
    set.delete(value);
    yield value;
  }
}
