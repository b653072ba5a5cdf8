import { Stored } from '../../base/stored';

/** Beyond this many, the oldest are shown again. */
const LIMIT = 1000;

const stored = new Stored<string[]>('darkroom.discarded', {
  read: (kept) => (Array.isArray(kept) ? kept.filter((key) => typeof key === 'string') : []),
});

/** Keys of results removed from the strip. The pictures themselves stay on the server. */
export function readDiscards(): Set<string> {
  return new Set(stored.load());
}

/** Stores the newest discards for the next page. */
export function keepDiscards(keys: ReadonlySet<string>): void {
  stored.save([...keys].slice(-LIMIT));
}
