import { Stored } from '../../base/stored';

/** What people removed from the gallery is remembered up to so many files. */
const MOST_REMOVED = 5000;

const stored = new Stored<string[]>('darkroom.removed-files', {
  read: (json) => (Array.isArray(json) ? json.filter((id) => typeof id === 'string') : []),
});

/** The ids of files that people removed from the gallery although they are still on the disk. */
export function removedFiles(): ReadonlySet<string> {
  return new Set(stored.load());
}

/** Remembers that people removed files from the gallery. */
export function noteRemovedFiles(ids: readonly string[]): void {
  if (ids.length > 0) {
    stored.save([...new Set([...stored.load(), ...ids])].slice(-MOST_REMOVED));
  }
}

/** Forgets that people removed files from the gallery. */
export function dropRemovedFiles(ids: readonly string[]): void {
  if (ids.length > 0) {
    const dropped = new Set(ids);
    stored.save(stored.load().filter((id) => !dropped.has(id)));
  }
}
