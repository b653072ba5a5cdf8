import { isAbout, type Facet } from './facets';
import { isInputPath } from '../../../comfy/folder-path';
import { fold } from './fold';
import { and, conditions, not, or, print, type Query, TEXT_FIELDS as TEXTS, type TextField } from './query';
import { parse } from './parse';

/** The condition that a picture has exactly this value. */
export function facetTerm(facet: Facet, value: string): Query {
  return (TEXTS as readonly string[]).includes(facet)
    ? { kind: 'text', field: facet as TextField, text: value, exact: true }
    : parse(`${facet}:${value}`).query;
}

/** Whether a query asks for a value of a facet, alone or as one of several. */
export function isOn(query: Query, facet: Facet, value: string): boolean {
  const term = print(facetTerm(facet, value));
  return choices(query, facet).some((part) => print(part) === term);
}

/** The query with one more value of a facet to choose from, or one less. */
export function toggled(query: Query, facet: Facet, value: string): Query {
  const term = facetTerm(facet, value);
  const chosen = choices(query, facet);
  const others = chosen.filter((part) => print(part) !== print(term));
  const rest = conditions(query).filter((part) => !isAbout(part, facet));
  return and([...rest, or(others.length < chosen.length ? others : [...chosen, term])]);
}

/** What a query lets choose from for a facet. */
function choices(query: Query, facet: Facet): Query[] {
  return conditions(query)
    .filter((part) => isAbout(part, facet))
    .flatMap((part) => (part.kind === 'or' ? part.parts : [part]));
}

/** The query without hidden pictures and without inputs, unless it asks for them. */
export function exceptHidden(query: Query): Query {
  const without = (flag: 'hidden' | 'input'): Query => not({ kind: 'flag', field: 'is', flag });
  return and([
    query,
    ...(asksForHidden(query) ? [] : [without('hidden')]),
    ...(asks(query, isAboutInputs) ? [] : [without('input')]),
  ]);
}

function isAboutInputs(query: Query): boolean {
  return query.kind === 'folder' ? isInputPath(query.path) : query.kind === 'flag' && query.flag === 'input';
}

/** Whether a query asks for hidden pictures, or for those that are not. */
export function asksForHidden(query: Query): boolean {
  return asks(query, (part) => part.kind === 'flag' && part.flag === 'hidden');
}

/** Whether some condition of a query is of a kind. */
function asks(query: Query, is: (part: Query) => boolean): boolean {
  switch (query.kind) {
    case 'and':
    case 'or':
      return query.parts.some((part) => asks(part, is));
    case 'not':
      return asks(query.part, is);
    default:
      return is(query);
  }
}

/** The query without one of its conditions. */
export function withoutCondition(query: Query, at: number): Query {
  return and(conditions(query).filter((_, each) => each !== at));
}

/** The folded texts to mark in the results. */
export function needlesOf(query: Query): string[] {
  switch (query.kind) {
    case 'words':
    case 'text':
      return [fold(query.text).trim()];
    case 'seed':
      return [query.seed];
    case 'and':
    case 'or':
      return query.parts.flatMap((part) => needlesOf(part));
    default:
      return [];
  }
}
