import { browser } from '../../../base/browser';
import { report } from '../../../base/report';
import type { Facets, ValueCount, ValueField } from './facets';
import type { Query } from './query';
import { type Answer, type Question, SearchEngine } from './search-engine';

export type SearchAnswer = Extract<Answer, { type: 'changed' | 'found' }>;

/** What a client says by itself. */
export interface SearchListener {
  /** An answer to `change` or `find`, in the order they were asked. */
  answered: (answer: SearchAnswer) => void;
  /** The engine had to be replaced: it knows nothing any more. */
  restarted: () => void;
}

type Open = (answer: Answer) => void;

/** Talks to the engine: in a worker, so that no key press waits for a search; without workers, in the page. */
export class SearchClient {
  readonly #listener: SearchListener;
  readonly #now: () => number;
  readonly #open = new Map<number, Open>();
  #worker: Worker | null;
  #engine: SearchEngine | null = null;
  #nextId = 1;

  constructor(listener: SearchListener, { now = Date.now, worker = browser.worker } = {}) {
    this.#listener = listener;
    this.#now = now;
    this.#worker = worker ? this.#start() : null;
  }

  /** Tells what came into slots and what left them. */
  change(set: Extract<Question, { type: 'change' }>['set'], clear: number[]): void {
    this.#ask({ type: 'change', set, clear, now: this.#now() });
  }

  /** Asks for pictures; the listener gets the answer under the returned id, and then what changes about it. */
  find(query: Query): number {
    const id = this.#nextId++;
    this.#ask({ type: 'find', id, query, now: this.#now() });
    return id;
  }

  async facets(query: Query): Promise<Facets> {
    const answer = await this.#reply((id) => ({ type: 'facets', id, query, now: this.#now() }));
    return (answer as Extract<Answer, { type: 'facets' }>).facets;
  }

  /** Values of a field among the results of a query, those with a part in them. */
  async values(query: Query, field: ValueField, part: string, most: number): Promise<ValueCount[]> {
    const now = this.#now();
    const answer = await this.#reply((id) => ({ type: 'values', id, query, field, part, most, now }));
    return (answer as Extract<Answer, { type: 'values' }>).values;
  }

  /** How many pictures each query finds. */
  async count(queries: Query[]): Promise<number[]> {
    const answer = await this.#reply((id) => ({ type: 'count', id, queries, now: this.#now() }));
    return (answer as Extract<Answer, { type: 'count' }>).counts;
  }

  close(): void {
    this.#worker?.terminate();
  }

  #reply(question: (id: number) => Question): Promise<Answer> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#open.set(id, resolve);
      this.#ask(question(id));
    });
  }

  #ask(question: Question): void {
    if (this.#worker) {
      this.#worker.postMessage(question);
      return;
    }
    this.#engine ??= new SearchEngine();
    const answer = this.#engine.answer(question);
    // As late as a worker's: nobody is called back before knowing the id of what was asked.
    queueMicrotask(() => {
      this.#take(answer);
    });
  }

  #take(answer: Answer): void {
    if (answer.type === 'changed' || answer.type === 'found') {
      this.#listener.answered(answer);
    } else {
      this.#open.get(answer.id)?.(answer);
      this.#open.delete(answer.id);
    }
  }

  #start(): Worker {
    const worker = new Worker(new URL('./search-worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      this.#take(data);
    };
    worker.onerror = (event) => {
      report(event, 'search.worker');
      worker.terminate();
      this.#worker = null;
      this.#open.clear();
      this.#listener.restarted();
    };
    return worker;
  }
}
