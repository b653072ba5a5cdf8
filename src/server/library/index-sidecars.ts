import { STATE } from './index-schema';
import type { IndexSql } from './index-sql';
import type { SidecarState } from './sidecar';
import type { XmpSaid } from './xmp-text';

/** The file that a sidecar belongs to. */
export interface SidecarPlace {
  tree: string;
  /** Below the tree. */
  folder: string;
  name: string;
}

/** A sidecar as it was when it was last read or written. */
export interface SidecarRow extends SidecarState {
  /** Content of its file then. */
  key: string;
  /** `null` where it could not be read. */
  said: XmpSaid | null;
}

/** What the index remembers of sidecars, to tell what other programs changed in them. */
export class IndexSidecars {
  readonly #sql: IndexSql;

  constructor(sql: IndexSql) {
    this.#sql = sql;
  }

  get({ tree, folder, name }: SidecarPlace): SidecarRow | null {
    const [row] = this.#sql.all(
      'SELECT key, size, modified, said FROM sidecars WHERE tree = ? AND folder = ? AND name = ?',
      ...[tree, folder, name],
    );
    if (!row) {
      return null;
    }
    const [key, size, modified, said = null] = row;
    return {
      key: String(key),
      size: Number(size),
      modified: Number(modified),
      said: said === null ? null : (JSON.parse(String(said)) as XmpSaid),
    };
  }

  set({ tree, folder, name }: SidecarPlace, { key, size, modified, said }: SidecarRow): void {
    this.#sql.run(
      'INSERT OR REPLACE INTO sidecars VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[tree, folder, name, key, size, modified, said === null ? null : JSON.stringify(said)],
    );
  }

  /** Forgets all sidecars of a folder but those of these files. */
  keepOnly(tree: string, folder: string, names: readonly string[]): void {
    this.#sql.run(
      `DELETE FROM sidecars WHERE tree = ? AND folder = ? AND name NOT IN (SELECT value FROM json_each(?))`,
      ...[tree, folder, JSON.stringify(names)],
    );
  }

  /** Forgets those of folders that are no longer there. */
  tidy(): void {
    this.#sql.run(
      'DELETE FROM sidecars WHERE (tree, folder) NOT IN (SELECT tree, path FROM folders WHERE there = 1)',
    );
  }

  /** Content of a file; `null` while it has to be read, and when there is none. */
  keyOf({ tree, folder, name }: SidecarPlace): string | null {
    return this.#sql.pluck(
      `SELECT key FROM folders JOIN files ON files.folder = folders.id
       WHERE tree = ? AND path = ? AND name = ? AND state = ${STATE.known}`,
      ...[tree, folder, name],
    ) as string | null;
  }
}
