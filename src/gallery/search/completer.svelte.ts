import {
  complete,
  fieldsLike,
  FIXED_VALUES,
  type Spot,
  spotAt,
  withoutSpot,
} from '../../jobs/library/search/complete';
import { FACETS, type ValueField } from '../../jobs/library/search/facets';
import { fold } from '../../jobs/library/search/fold';
import { type Field, parse } from '../../jobs/library/search/parse';
import type { SearchClient } from '../../jobs/library/search/search-client';

/** What is offered at the caret. */
export interface Suggestion {
  value: string;
  /** How many pictures have it; `null` for operators and what is the same for everybody. */
  count: number | null;
}

const MOST = 8;
const COUNTED: readonly string[] = [...FACETS, 'scheduler', 'node'] satisfies ValueField[];

/** Completions of a query while it is typed. */
export class Completer {
  readonly #client: SearchClient;
  #text = '';
  #spot = $state.raw<Spot | null>(null);
  #list = $state.raw<readonly Suggestion[]>([]);
  #active = $state(-1);

  constructor(client: SearchClient) {
    this.#client = client;
  }

  get list(): readonly Suggestion[] {
    return this.#list;
  }

  /** The field whose values are offered; `null` when operators are. */
  get field(): Field | null {
    return this.#spot?.kind === 'value' ? this.#spot.field : null;
  }

  /** Position of the one that Enter takes; −1: none. */
  get active(): number {
    return this.#active;
  }

  /** Offers what fits at the caret. */
  async update(text: string, caret: number): Promise<void> {
    const spot = spotAt(text, caret);
    this.#text = text;
    if (!spot) {
      this.close();
      return;
    }
    this.#spot = spot;
    const list =
      spot.kind === 'field'
        ? fieldsLike(spot.part).map((value): Suggestion => ({ value, count: null }))
        : await this.#values(text, spot);
    if (this.#spot === spot) {
      this.#active = -1;
      this.#list = list;
    }
  }

  move(step: 1 | -1): void {
    const size = this.#list.length + 1;
    this.#active = ((this.#active + 1 + step + size) % size) - 1;
  }

  /** The text with a suggestion in it, and where the caret then is. */
  take(at: number): { text: string; caret: number } | null {
    const suggestion = this.#list[at];
    const spot = this.#spot;
    return suggestion && spot ? complete(this.#text, spot, suggestion.value) : null;
  }

  close(): void {
    this.#spot = null;
    this.#list = [];
    this.#active = -1;
  }

  async #values(
    text: string,
    { field, part, ...spot }: Extract<Spot, { kind: 'value' }>,
  ): Promise<Suggestion[]> {
    const folded = fold(part).trim();
    const fixed = (FIXED_VALUES[field] ?? [])
      .filter((value) => value.startsWith(folded) && value !== folded)
      .map((value): Suggestion => ({ value, count: null }));
    if (!COUNTED.includes(field) || field === 'type') {
      return fixed;
    }
    const { query } = parse(withoutSpot(text, { field, part, ...spot }));
    const counted = await this.#client.values(query, field as ValueField, part, MOST);
    return [...fixed, ...counted].slice(0, MOST + fixed.length);
  }
}
