const KEY = 'darkroom.discarded';
/** The oldest are shown again beyond this. */
const LIMIT = 1000;

/** Keys of results that were taken out of the strip. The pictures themselves stay on the server. */
export function readDiscards(): Set<string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return new Set(Array.isArray(kept) ? kept.filter((key) => typeof key === 'string') : []);
  } catch {
    return new Set();
  }
}

/** Keeps the newest discards for the next page. */
export function keepDiscards(keys: ReadonlySet<string>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([...keys].slice(-LIMIT)));
  } catch {
    // Storage can be full or forbidden; the strip is then tidy as long as the page lives.
  }
}
