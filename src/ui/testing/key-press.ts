import type { KeyPress } from '../shortcuts';

/** A key press for tests, with no modifier down unless told. */
export function press(key: string, code = '', more: Partial<KeyPress> = {}): KeyPress {
  return { key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more };
}
