import type { ViewSettings } from '../grid/view-settings.svelte';

type GridMode = ViewSettings['mode'];

/** How many selected pictures an address names; of more it names where they are written down. */
export const MOST_NAMED = 12;
const MODES: readonly GridMode[] = ['justified', 'uniform', 'list'];
/** What is shown where the address says nothing. */
const PLAIN: GridMode = 'justified';

/** What the address says of the grid beside the search: where it is scrolled to, what is selected, its layout. */
export interface Place {
  /** Key of the picture at the top; `null` at the beginning of the list. */
  at: string | null;
  selected: SelectedAddress;
  mode: GridMode | null;
}

/** Keys of few pictures, or where more are written down. */
export type SelectedAddress = { keys: readonly string[] } | { stored: string } | null;

/** Reads the query of an address. */
export function readPlace(query: string): Place {
  const params = new URLSearchParams(query);
  const selected = params.get('sel') ?? '';
  const keys = selected.split('_').flatMap((text) => readKey(text) ?? []);
  return {
    at: readKey(params.get('at') ?? ''),
    selected: selected.startsWith('~') ? { stored: selected.slice(1) } : keys.length > 0 ? { keys } : null,
    mode: MODES.find((mode) => mode === params.get('as')) ?? null,
  };
}

/** The query of an address with a place in it, all else as it was. */
export function withPlace(query: string, { at, selected, mode }: Place): string {
  const params = new URLSearchParams(query);
  const set = (name: string, value: string | null): void => {
    if (value === null) {
      params.delete(name);
    } else {
      params.set(name, value);
    }
  };
  set('as', mode === null || mode === PLAIN ? null : mode);
  set('at', at === null ? null : writeKey(at));
  set('sel', selected && ('stored' in selected ? `~${selected.stored}` : writeKeys(selected.keys)));
  return params.toString();
}

/** Whether an address can name these pictures. */
export function canName(keys: readonly string[]): boolean {
  return keys.length <= MOST_NAMED && keys.every((key) => writeKey(key) !== null);
}

function writeKeys(keys: readonly string[]): string | null {
  return keys.length === 0 ? null : keys.map(writeKey).join('_');
}

/** `<job>/<output>` without signs that an address would have to escape. */
function writeKey(key: string): string | null {
  return /^[\da-z-]+\/\d+$/i.test(key) ? key.replace('/', '.') : null;
}

function readKey(text: string): string | null {
  return /^[\da-z-]+\.\d+$/i.test(text) ? text.replace('.', '/') : null;
}
