const KEY = 'darkroom.journal';

/** The journal document this tab last showed; survives a reload of the tab. */
export function lastDocument(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    // No storage, or forbidden: the newest document is used.
    return null;
  }
}

/** @param id null when the picture was closed. */
export function rememberDocument(id: string | null): void {
  try {
    if (id === null) {
      sessionStorage.removeItem(KEY);
    } else {
      sessionStorage.setItem(KEY, id);
    }
  } catch {
    // See above.
  }
}
