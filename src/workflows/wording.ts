import { type MessageKey, t } from '../i18n/index.svelte';

/**
 * A title or label: a message of the catalogue, with what fills its placeholders if it has any, or text as it
 * stands, for what has one name in every language (models, samplers) and for recipes that come from outside.
 */
export type Wording =
  | MessageKey
  | { readonly key: MessageKey; readonly values: Readonly<Record<string, string | number>> }
  | { readonly text: string };

/** The words in the present language. */
export function inWords(wording: Wording): string {
  if (typeof wording === 'string') {
    return t(wording);
  }
  return 'key' in wording ? t(wording.key, wording.values) : wording.text;
}
