import { type MessageKey, t } from '../../i18n/index.svelte';
import type { Field } from '../../jobs/library/search/parse';
import { facetWords, fieldWords } from './term-words';

const HINTED = ['steps', 'size', 'date', 'seed', 'rating', 'is', 'has', 'type'] as const;

/**
 * What stands beside a completion: of an operator what it takes, of a value what it means.
 * @param field whose value it is; `null` for operators.
 */
export function completionHint(field: Field | null, value: string): string {
  if (field === null) {
    const hinted = HINTED.find((each) => each === value);
    return hinted ? t(`search.hint.${hinted}`) : fieldWords(value as Field);
  }
  if (field === 'is' || field === 'has') {
    return t(`search.value.${value}` as MessageKey);
  }
  if (field === 'type') {
    return facetWords('type', value);
  }
  return field === 'date' ? facetWords('date', value) : '';
}
