/** Keys that may follow a pressed Ctrl or ⌘ on the way to Generate. */
const ON_THE_WAY = ['Control', 'Meta', 'Shift', 'Enter'];

/**
 * Looks out for signs that somebody is about to press Generate: the pointer comes near the button, Ctrl or ⌘ goes
 * down, or the prompt loses the focus.
 * @param panel what holds the form, and in a `footer` the button.
 * @param soon called at such a sign.
 * @param never called when it turns out to have meant something else: another shortcut.
 * @returns stops looking.
 */
export function watchIntent(panel: HTMLElement, soon: () => void, never: () => void): () => void {
  const off = new AbortController();
  const { signal } = off;
  panel.querySelector('footer')?.addEventListener('pointerenter', soon, { signal });
  panel.addEventListener(
    'focusout',
    ({ target }) => {
      if (target instanceof HTMLTextAreaElement) {
        soon();
      }
    },
    { signal },
  );
  window.addEventListener(
    'keydown',
    ({ key, ctrlKey, metaKey, repeat }) => {
      if ((key === 'Control' || key === 'Meta') && !repeat) {
        soon();
      } else if ((ctrlKey || metaKey) && !ON_THE_WAY.includes(key)) {
        never();
      }
    },
    // The session keeps some keys to itself.
    { signal, capture: true },
  );
  return () => {
    off.abort();
  };
}
