/** What scrolls an element; `null` for the page itself. */
export function nearestScroller(element: HTMLElement): HTMLElement | null {
  const parent = element.parentElement;
  return parent && getComputedStyle(parent).overflowY !== 'auto' ? nearestScroller(parent) : parent;
}
