import { locale } from './index.svelte';
import { listIn } from './list-in';

/** Texts joined as the present language separates them. */
export function formatList(parts: Iterable<string>): string {
  return listIn(locale(), parts);
}
