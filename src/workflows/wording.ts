import { type MessageKey, t } from '../i18n/index.svelte';

/**
 * A title or label: a message of the catalogue, or text as it stands, for what has one name in every
 * language (models, samplers) and for recipes that come from outside.
 */
export type Wording = MessageKey | { readonly text: string };

/** The words in the present language. */
export function inWords(wording: Wording): string {
  return typeof wording === 'string' ? t(wording) : wording.text;
}
