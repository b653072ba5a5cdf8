import { Stored } from '../../../base/stored';

/** In this tab alone; where storage is forbidden the newest document is taken. */
const stored = new Stored<string | null>('darkroom.journal', {
  read: (id) => (typeof id === 'string' ? id : null),
  parse: (text) => text,
  stringify: String,
  storage: () => sessionStorage,
});

/** The journal document this tab last showed; survives a reload of the tab. */
export function lastDocument(): string | null {
  return stored.load();
}

/** @param id null when the picture was closed. */
export function rememberDocument(id: string | null): void {
  if (id === null) {
    stored.clear();
  } else {
    stored.save(id);
  }
}
