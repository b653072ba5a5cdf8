const KEY = 'darkroom.discarded';
/** Beyond this many, the oldest are shown again. */
const LIMIT = 1000;

/** Keys of results removed from the strip. The pictures themselves stay on the server. */
export function readDiscards(): Set<string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return new Set(Array.isArray(kept) ? kept.filter((key) => typeof key === 'string') : []);
  } catch {
    return new Set();
  }
}

/** Stores the newest discards for the next page. */
export function keepDiscards(keys: ReadonlySet<string>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([...keys].slice(-LIMIT)));
  } catch {
    // Storage can be full or forbidden; the discards then last as long as the page.
  }
}
