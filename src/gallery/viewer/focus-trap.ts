const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, audio[controls], video[controls], [tabindex]:not([tabindex="-1"])';

/**
 * Keeps the Tab key inside an element and puts the focus on it at first. Toasts stay reachable by their own
 * shortcut, since only Tab is held.
 */
export function focusTrap(node: HTMLElement): () => void {
  node.focus({ preventScroll: true });
  const keydown = (event: KeyboardEvent): void => {
    if (event.key !== 'Tab' || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const stops = [...node.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(isReachable);
    const first = stops[0];
    const last = stops.at(-1);
    const active = document.activeElement;
    if (event.shiftKey && (active === first || active === node)) {
      event.preventDefault();
      last?.focus();
    } else if (!event.shiftKey && active === last) {
      event.preventDefault();
      first?.focus();
    }
  };
  node.addEventListener('keydown', keydown);
  return () => node.removeEventListener('keydown', keydown);
}

function isReachable(element: HTMLElement): boolean {
  return element.getClientRects().length > 0 && element.closest('[inert]') === null;
}
