import { conditions, and, type Query } from './query';
import type { SearchIndex } from './search-index';

/** What results are broken down by. */
export const FACETS = ['in', 'tag', 'model', 'lora', 'sampler', 'size', 'type', 'date'] as const;
export type Facet = (typeof FACETS)[number];

/** A value and how many pictures have it. */
export interface ValueCount {
  value: string;
  count: number;
}

export type Facets = Record<Facet, ValueCount[]>;

/** Fields whose values are offered while typing. */
export type ValueField = Facet | 'scheduler' | 'node';

/** How many values of each are told. */
const MOST = 40;

/**
 * The values of the results with their counts, the most frequent first, months the newest first. For each
 * field as if it were not filtered by: the other values are what one might change to.
 */
export function facetsOf(index: SearchIndex, query: Query, now: number): Facets {
  const all = index.find(query, now);
  return Object.fromEntries(
    FACETS.map((facet) => {
      const rest = without(query, facet);
      const found = rest === query ? all : index.find(rest, now);
      return [facet, valuesOf(index, facet, found).slice(0, MOST)];
    }),
  ) as Facets;
}

/** The values of one field among what was found. */
export function valuesOf(index: SearchIndex, field: ValueField, found: Uint8Array): ValueCount[] {
  const counts =
    field === 'size'
      ? index.countSizes(found)
      : field === 'date'
        ? index.countMonths(found)
        : index.countTexts(field, found);
  const values = [...counts].map(([value, count]) => ({ value, count }));
  return field === 'date'
    ? values.sort((a, b) => (a.value < b.value ? 1 : -1))
    : values.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

/** A query without its conditions on one field; the query itself when it has none. */
export function without(query: Query, field: string): Query {
  const parts = conditions(query);
  const rest = parts.filter((part) => !isAbout(part, field));
  return rest.length === parts.length ? query : and(rest);
}

/** Whether a condition names this field and no other. */
export function isAbout(query: Query, field: string): boolean {
  switch (query.kind) {
    case 'and':
    case 'or':
      return query.parts.every((part) => isAbout(part, field));
    case 'text':
    case 'number':
    case 'flag':
      return query.field === field;
    case 'all':
    case 'not':
    case 'words':
      return false;
    default:
      return query.kind === field;
  }
}
