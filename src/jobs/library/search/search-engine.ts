import type { SearchDoc } from './doc';
import { type Facets, facetsOf, type ValueCount, type ValueField, valuesOf } from './facets';
import { fold } from './fold';
import { ALL, type Query } from './query';
import { SearchIndex } from './search-index';

/** What an engine is asked, or told. `now` in ms since the epoch. */
export type Question =
  | { type: 'change'; set: [slot: number, doc: SearchDoc][]; clear: number[]; now: number }
  | { type: 'find'; id: number; query: Query; now: number }
  | { type: 'facets'; id: number; query: Query; now: number }
  | { type: 'values'; id: number; query: Query; field: ValueField; part: string; most: number; now: number }
  | { type: 'count'; id: number; queries: Query[]; now: number };

export type Answer =
  /** Which of the pictures that were set are found by the query asked last, `id`. */
  | { type: 'changed'; id: number; slots: number[]; found: boolean[] }
  /** 1 for every slot that was found. */
  | { type: 'found'; id: number; found: Uint8Array<ArrayBuffer> }
  | { type: 'facets'; id: number; facets: Facets }
  | { type: 'values'; id: number; values: ValueCount[] }
  | { type: 'count'; id: number; counts: number[] };

/** Answers questions about pictures; lives in a worker, or where there is none in the page. */
export class SearchEngine {
  readonly #index = new SearchIndex();
  #query: Query = ALL;
  #id = 0;

  answer(question: Question): Answer {
    const { now } = question;
    switch (question.type) {
      case 'change': {
        question.clear.forEach((slot) => {
          this.#index.clear(slot);
        });
        question.set.forEach(([slot, doc]) => {
          this.#index.set(slot, doc);
        });
        const slots = question.set.map(([slot]) => slot);
        const found = slots.map((slot) => this.#index.matches(this.#query, slot, now));
        return { type: 'changed', id: this.#id, slots, found };
      }
      case 'find':
        this.#query = question.query;
        this.#id = question.id;
        return { type: 'found', id: question.id, found: this.#find(question.query, now) };
      case 'facets':
        return { type: 'facets', id: question.id, facets: facetsOf(this.#index, question.query, now) };
      case 'values': {
        const { id, field, most } = question;
        const part = fold(question.part).trim();
        const values = valuesOf(this.#index, field, this.#find(question.query, now))
          .filter(({ value }) => fold(value).includes(part))
          .slice(0, most);
        return { type: 'values', id, values };
      }
      case 'count':
        return {
          ...{ type: 'count', id: question.id },
          counts: question.queries.map((query) => sum(this.#find(query, now))),
        };
    }
  }

  #find(query: Query, now: number): Uint8Array<ArrayBuffer> {
    return this.#index.find(query, now);
  }
}

function sum(bits: Uint8Array): number {
  let total = 0;
  for (const bit of bits) {
    total += bit;
  }
  return total;
}
