/** Time the page gets to answer the input itself, ms. */
const PAUSE = 300;

/**
 * Does something a moment after the first click, tap or key on the page.
 * @returns takes it back.
 */
export function onFirstInput(work: () => void): () => void {
  const off = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const begin = (): void => {
    timer ??= setTimeout(work, PAUSE);
  };
  for (const type of ['pointerdown', 'keydown']) {
    addEventListener(type, begin, { signal: off.signal, capture: true, once: true });
  }
  return () => {
    off.abort();
    clearTimeout(timer);
  };
}
