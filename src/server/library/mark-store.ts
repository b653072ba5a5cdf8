import { randomBytes } from 'node:crypto';

import type { LibraryMark, LibraryMarks } from '../../ports/library-wire';
import { type Entry, isLater } from '../../ports/stamped-entry';
import type { Database, Row } from '../store/database';

/** Marks by the content of files, in the server's database, where a rebuilding of the index does not reach. */
export class MarkStore {
  readonly #database: Database;
  /** Of this database as it was opened: a backup that took its place would count its revisions anew. */
  readonly #epoch = randomBytes(9).toString('base64url');

  constructor(database: Database) {
    this.#database = database;
  }

  /** What changed since a revision; everything for 0, and when the revision is of another epoch. */
  since(revision: number, epoch: string | null): LibraryMarks {
    const from = epoch === this.#epoch ? revision : 0;
    const rows = this.#database.all(
      'SELECT key, field, at, by, value FROM marks WHERE revision > ? ORDER BY revision, key, field',
      from,
    );
    return { epoch: this.#epoch, revision: this.#revision(), marks: rows.map(markOf) };
  }

  /**
   * Merges marks in: of each the later change counts.
   * @returns the revision there is now.
   */
  merge(marks: readonly LibraryMark[]): Pick<LibraryMarks, 'epoch' | 'revision'> {
    return this.#database.transaction(() => {
      const before = this.#revision();
      let changed = false;
      for (const mark of marks) {
        const [key, field, at, by, value] = mark;
        const known = this.#database.get(
          'SELECT key, field, at, by, value FROM marks WHERE key = ? AND field = ?',
          ...[key, field],
        );
        if (!known || isLater(entryOf(mark), entryOf(markOf(known)))) {
          this.#database.run(
            `INSERT INTO marks VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key, field) DO UPDATE
             SET at = excluded.at, by = excluded.by, value = excluded.value, revision = excluded.revision`,
            ...[key, field, at, by, value === undefined ? null : JSON.stringify(value), before + 1],
          );
          changed = true;
        }
      }
      return { epoch: this.#epoch, revision: before + (changed ? 1 : 0) };
    });
  }

  /** Contents that were ever marked. */
  keys(): string[] {
    return this.#database
      .all("SELECT DISTINCT key FROM marks WHERE key <> 'collections'")
      .map(({ key }) => String(key));
  }

  /** The marks of a content by their fields; `null` for those that were taken away. */
  ofKey(key: string): [field: string, value: number | string | null][] {
    return this.#database
      .all('SELECT field, value FROM marks WHERE key = ?', key)
      .map(({ field, value }) => [
        String(field),
        value === null ? null : (JSON.parse(String(value)) as number | string),
      ]);
  }

  #revision(): number {
    return Number(this.#database.get('SELECT coalesce(max(revision), 0) AS revision FROM marks')?.revision);
  }
}

function markOf({ key, field, at, by, value }: Row): LibraryMark {
  const mark = [String(key), String(field), Number(at), String(by)] as const;
  return value === null ? [...mark] : [...mark, JSON.parse(String(value)) as number | string];
}

function entryOf([, , at, by, value]: LibraryMark): Entry {
  return value === undefined ? { at, by } : { at, by, value };
}
