/** Where the focus was in a list of rows. */
interface Place {
  element: HTMLElement;
  row: HTMLElement;
  /** Of the row among all rows, and of the element among what can have the focus in it. */
  index: number;
  part: number;
  /** It was shown: whoever uses the keyboard has to see where it went. */
  seen: boolean;
}

const PARTS = 'button, a[href], input';

/**
 * Keeps the focus in a list whose rows move and go. A row that changes its place in the document loses it, and one that
 * is gone lets it fall to the top of the page: then it goes to the same part of the row that has taken its place.
 */
export function keepFocus(list: HTMLElement): () => void {
  let place: Place | null = null;
  const rowsNow = (): HTMLElement[] =>
    [...list.querySelectorAll<HTMLElement>('li')].filter((row) => row.querySelector(PARTS) !== null);
  const partsOf = (row: HTMLElement): HTMLElement[] => [...row.querySelectorAll<HTMLElement>(PARTS)];
  const isLost = (): boolean => document.activeElement === null || document.activeElement === document.body;

  const onFocusIn = ({ target }: FocusEvent): void => {
    const row = target instanceof HTMLElement ? target.closest<HTMLElement>('li') : null;
    place =
      row && target instanceof HTMLElement
        ? {
            ...{ element: target, row, index: rowsNow().indexOf(row), part: partsOf(row).indexOf(target) },
            seen: target.matches(':focus-visible'),
          }
        : null;
  };
  const onFocusOut = ({ relatedTarget }: FocusEvent): void => {
    if (relatedTarget === null) {
      // By a press beside the list, unless a row that moves has just lost it: that is seen before this.
      setTimeout(() => (place = isLost() ? null : place));
    } else if (relatedTarget instanceof Node && !list.contains(relatedTarget)) {
      place = null;
    }
  };
  const observer = new MutationObserver(() => {
    if (!place || !isLost()) {
      return;
    }
    const { element, row, index, part, seen } = place;
    if (element.isConnected) {
      element.focus({ preventScroll: !seen });
      return;
    }
    const rows = rowsNow();
    const heir = row.isConnected ? row : rows[Math.min(Math.max(0, index), rows.length - 1)];
    const parts = heir ? partsOf(heir) : [];
    // A form within the row has gone: what had opened it is a menu.
    const menu = parts.find((one) => one.getAttribute('aria-haspopup') === 'menu');
    (row.isConnected ? (menu ?? parts[0]) : (parts[part] ?? parts[0]))?.focus({ preventScroll: !seen });
  });

  list.addEventListener('focusin', onFocusIn);
  list.addEventListener('focusout', onFocusOut);
  observer.observe(list, { childList: true, subtree: true });
  return () => {
    list.removeEventListener('focusin', onFocusIn);
    list.removeEventListener('focusout', onFocusOut);
    observer.disconnect();
  };
}
