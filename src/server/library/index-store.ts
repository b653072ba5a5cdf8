import { DRAWN, type FileFormat } from './file-format';
import type { FileMaking } from './file-making';
import type { NewestKeys, NewestPlace } from './idle-thumbs';
import { type Changes, changesOf } from './index-changes';
import { isDamage, openIndex, removeIndex } from './index-database';
import { moveFileRow, moveFolderRows } from './index-moves';
import { STATE } from './index-schema';
import { IndexSidecars } from './index-sidecars';
import { IndexSql, type SqlValue } from './index-sql';
import { IndexTexts, numbered, wordsOf } from './index-texts';
import type { Extent } from './measure-file';

const DRAWN_SQL = [...DRAWN].map((format) => `'${format}'`).join();
/** Files that are gone and remembered: who was away for longer gets everything anew. */
const MOST_GONE = 50_000;

/** A file in a folder, as the file system tells it. */
export interface Seen {
  name: string;
  /** Name in base64, where it is not UTF-8. */
  raw: string | null;
  size: number;
  /** Whole ms since the epoch. */
  modified: number;
}

/** Where a file of the index lies. */
export interface Place {
  id: number;
  tree: string;
  /** Below the tree. */
  folder: string;
  folderRaw: string | null;
  name: string;
  raw: string | null;
  size: number;
  modified: number;
  /** Its content, `null` until it was read. */
  key: string | null;
  format: FileFormat;
}

/** What reading a file told. */
export interface Reading extends Extent {
  key: string;
  size: number;
  modified: number;
  format: FileFormat;
  making: FileMaking | null;
}

export interface Counts {
  /** Files known, by tree. */
  known: ReadonlyMap<string, number>;
  toRead: number;
}

/** The index of all trees in SQLite. Every change is a transaction, and counts the revision up. */
export class IndexStore {
  readonly #path: string;
  #sql: IndexSql;
  #texts: IndexTexts;
  #sidecars: IndexSidecars;
  #epoch = '';
  #revision = 0;
  #floor = 0;
  #known = new Map<string, number>();
  #toRead = 0;
  /** Begins with the time, so that it is another after a restart. */
  #folderNews = Date.now();
  /** Why the index was begun anew, for the owner. */
  rebuilt: 'damaged' | 'later_version' | null;

  constructor(path: string) {
    this.#path = path;
    const { connection, rebuilt } = openIndex(path);
    this.#sql = new IndexSql(connection);
    this.#texts = new IndexTexts(this.#sql);
    this.#sidecars = new IndexSidecars(this.#sql);
    this.rebuilt = rebuilt;
    this.#load();
  }

  get epoch(): string {
    return this.#epoch;
  }

  get revision(): number {
    return this.#revision;
  }

  /** A number that changes whenever a folder comes or goes. */
  get folderNews(): number {
    return this.#folderNews;
  }

  get counts(): Counts {
    return { known: this.#known, toRead: this.#toRead };
  }

  /** What is remembered of sidecars. */
  get sidecars(): IndexSidecars {
    return this.#sidecars;
  }

  /** Begins anew if an error says that the file is damaged. @returns whether it did. */
  recover(error: unknown): boolean {
    if (!isDamage(error)) {
      return false;
    }
    this.#sql.close();
    removeIndex(this.#path);
    this.#sql = new IndexSql(openIndex(this.#path).connection);
    this.#texts = new IndexTexts(this.#sql);
    this.#sidecars = new IndexSidecars(this.#sql);
    this.rebuilt = 'damaged';
    this.#load();
    return true;
  }

  close(): void {
    this.#sql.closeWhole();
  }

  /** What a tree lay on when it was last read; `null` when that is not known. */
  device(tree: string): string | null {
    return this.#sql.pluck('SELECT device FROM trees WHERE id = ?', tree) as string | null;
  }

  setDevice(tree: string, device: string): void {
    this.#sql.run(
      'INSERT INTO trees VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET device = excluded.device',
      tree,
      device,
    );
  }

  /** Number of a folder, which is entered if it is new. `walk` notes that it was seen in a walk. */
  folder(tree: string, path: string, raw: string | null, walk: number | null): number {
    const known = this.#sql.all(
      'SELECT id, walk, there FROM folders WHERE tree = ? AND path = ?',
      tree,
      path,
    )[0];
    if (known) {
      const [id = null, before, there] = known;
      if (walk !== null && (before !== walk || there === 0)) {
        this.#folderNews += there === 0 ? 1 : 0;
        this.#sql.run('UPDATE folders SET walk = ?, there = 1 WHERE id = ?', walk, id);
      }
      return Number(id);
    }
    this.#folderNews += 1;
    this.#sql.run(
      'INSERT INTO folders (tree, path, raw, walk, there) VALUES (?, ?, ?, ?, ?)',
      ...[tree, path, raw, walk ?? 0, walk === null ? 0 : 1],
    );
    return this.folder(tree, path, raw, walk);
  }

  /** Number of the last walk that was begun. */
  lastWalk(): number {
    return Number(this.#sql.pluck('SELECT coalesce(max(walk), 0) FROM folders'));
  }

  /**
   * Takes in what a folder holds.
   * @param seen the files in it; with `only`, no more than these names were looked at.
   * @returns whether anything is different.
   */
  compare(folder: number, seen: readonly Seen[], only?: readonly string[]): boolean {
    const known = this.#knownIn(folder, only);
    const fresh: Seen[] = [];
    const changed: [KnownRow, Seen][] = [];
    const revived: number[] = [];
    for (const file of seen) {
      const row = known.get(file.name);
      if (!row) {
        fresh.push(file);
        continue;
      }
      known.delete(file.name);
      const [id, , size, modified, state, hasKey] = row;
      if (size !== file.size || modified !== file.modified || state === STATE.unreadable) {
        changed.push([row, file]);
      } else if (state === STATE.gone) {
        if (hasKey) {
          revived.push(id);
        } else {
          changed.push([row, file]);
        }
      }
    }
    const gone = [...known.values()].filter(([, , , , state]) => state !== STATE.gone);
    if (fresh.length + changed.length + revived.length + gone.length === 0) {
      return false;
    }
    const tree = String(this.#sql.pluck('SELECT tree FROM folders WHERE id = ?', folder));
    this.#change(revived.length + gone.length > 0, () => {
      const rows = fresh.map(({ name, raw, size, modified }) => [name, raw, size, modified]);
      this.#sql.run(
        `INSERT INTO files (folder, name, raw, size, modified, state)
         SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, ${STATE.toRead} FROM json_each(?)`,
        folder,
        JSON.stringify(rows),
      );
      for (const [[id, , , , state, hasKey], { size, modified }] of changed) {
        this.#toRead += state === STATE.toRead ? 0 : 1;
        this.#count(tree, state === STATE.gone ? hasKey : 0);
        this.#sql.run(
          `UPDATE files SET size = ?, modified = ?, state = ${STATE.toRead} WHERE id = ?`,
          size,
          modified,
          id,
        );
      }
      this.#toRead += fresh.length - gone.filter(([, , , , state]) => state === STATE.toRead).length;
      this.#count(tree, revived.length - gone.filter(([, , , , , hasKey]) => hasKey).length);
      this.#setState(revived, STATE.known);
      this.#lose(gone.map(([id]) => id));
    });
    return true;
  }

  /** Names of files in a folder that are not gone, in order, behind one of them. */
  namesIn(folder: number, after: string, limit: number): string[] {
    return this.#sql
      .all(
        `SELECT name FROM files WHERE folder = ? AND name > ? AND state <> ${STATE.gone} ORDER BY name LIMIT ?`,
        folder,
        after,
        limit,
      )
      .map(([name]) => String(name));
  }

  /** Folders below a path that a walk, or anybody, no longer finds; see `loseFolders`. */
  lostFolders(tree: string, path: string, exceptWalk: number | null): number[] {
    const inside = path === '' ? '' : `${path}/`;
    return this.#sql
      .all(
        `SELECT id FROM folders WHERE tree = ? AND (path = ? OR substr(path, 1, ?) = ?) AND walk IS NOT ?`,
        tree,
        path,
        inside.length,
        inside,
        exceptWalk,
      )
      .map(([id]) => Number(id));
  }

  /** Notes that folders are not on the disk. */
  leave(folders: readonly number[]): void {
    const left = this.#sql.all(
      'UPDATE folders SET there = 0 WHERE there = 1 AND id IN (SELECT value FROM json_each(?)) RETURNING id',
      JSON.stringify(folders),
    );
    this.#folderNews += left.length;
  }

  /** Paths of the folders below a tree that are on the disk, in no order. */
  foldersThere(tree: string): string[] {
    return this.#sql
      .all("SELECT path FROM folders WHERE tree = ? AND there = 1 AND path <> ''", tree)
      .map(([path]) => String(path));
  }

  /** Notes that folders below a path were seen, where they could not be looked into. */
  keepFolders(tree: string, path: string, walk: number): void {
    const inside = path === '' ? '' : `${path}/`;
    this.#sql.run(
      'UPDATE folders SET walk = ? WHERE tree = ? AND (path = ? OR substr(path, 1, ?) = ?)',
      walk,
      tree,
      path,
      inside.length,
      inside,
    );
  }

  /** Takes out trees that are no longer given. */
  loseTrees(kept: readonly string[]): void {
    const lost = this.#sql.all(
      'SELECT DISTINCT tree FROM folders WHERE tree NOT IN (SELECT value FROM json_each(?))',
      JSON.stringify(kept),
    );
    for (const [tree] of lost) {
      const folders = this.lostFolders(String(tree), '', null);
      folders.forEach((folder) => this.compare(folder, []));
      this.leave(folders);
    }
  }

  /** Whether there is a folder of this path. */
  hasFolder(tree: string, path: string): boolean {
    return this.#sql.pluck('SELECT 1 FROM folders WHERE tree = ? AND path = ?', tree, path) !== null;
  }

  /** Files to be read, the newest first. */
  toRead(trees: readonly string[], limit: number): Place[] {
    return this.#places(
      `files.state = ${STATE.toRead} AND folders.tree IN (SELECT value FROM json_each(?))
       ORDER BY files.modified DESC, files.id DESC LIMIT ?`,
      JSON.stringify(trees),
      limit,
    );
  }

  /** Takes in what reading files told; `null` for those that could not be read. */
  take(readings: readonly (readonly [Place, Reading | null])[]): void {
    if (readings.length === 0) {
      return;
    }
    this.#change(true, (revision) => {
      const numberOf = this.#texts.enter(readings.flatMap(([, reading]) => wordsOf(reading?.making ?? null)));
      const rows = readings.flatMap(([{ id }, reading]) =>
        reading ? [[id, ...factsOf(reading), ...numbered(reading.making, numberOf)]] : [],
      );
      this.#sql.run(
        `UPDATE files SET state = ${STATE.known}, revision = ?, key = new.value ->> 1, size = new.value ->> 2,
           modified = new.value ->> 3, format = new.value ->> 4, width = new.value ->> 5, height = new.value ->> 6,
           duration = new.value ->> 7, making = new.value ->> 8, texts = new.value ->> 9
         FROM json_each(?) AS new WHERE files.id = new.value ->> 0`,
        revision,
        JSON.stringify(rows),
      );
      for (const [{ id, tree, key }, reading] of readings) {
        if (!reading) {
          this.#sql.run(`UPDATE files SET state = ${STATE.unreadable} WHERE id = ?`, id);
        }
        this.#toRead -= 1;
        this.#count(tree, reading && key === null ? 1 : 0);
      }
    });
  }

  /** Files with this content, wherever they lie. */
  withKey(key: string): Place[] {
    return this.#places(`files.key = ? AND files.state <> ${STATE.gone} ORDER BY files.state LIMIT 20`, key);
  }

  /** Content keys of the newest files that can be drawn, behind a place. */
  newest(after: NewestPlace | null, count: number): NewestKeys {
    const rows = this.#sql.all(
      `SELECT key, modified, id FROM files
       WHERE (modified, id) < (?, ?) AND state = ${STATE.known} AND key IS NOT NULL AND format IN (${DRAWN_SQL})
       ORDER BY modified DESC, id DESC LIMIT ?`,
      after?.modified ?? Number.MAX_SAFE_INTEGER,
      after?.id ?? 0,
      count,
    );
    const last = rows.length === count ? rows.at(-1) : undefined;
    return {
      keys: rows.map(([key]) => String(key)),
      next: last ? { modified: Number(last[1]), id: Number(last[2]) } : null,
    };
  }

  /** A file by its path. */
  at(tree: string, folder: string, name: string): Place | null {
    return (
      this.#places(
        `folders.tree = ? AND folders.path = ? AND files.name = ? AND files.state <> ${STATE.gone}
         AND files.key IS NOT NULL`,
        tree,
        folder,
        name,
      )[0] ?? null
    );
  }

  /** Folders of a tree that are watched or polled: path, and the path in base64 where it is not UTF-8. */
  folders(tree: string): [path: string, raw: string | null][] {
    return this.#sql.all('SELECT path, raw FROM folders WHERE tree = ?', tree) as [string, string | null][];
  }

  /** What changed since a revision: see `changesOf`. */
  changes(since: number | null, epoch: string | null): Changes {
    const head = { epoch: this.#epoch, revision: this.#revision, floor: this.#floor };
    return changesOf(this.#sql, head, since, epoch);
  }

  /**
   * Follows a file or folder that was moved within its tree, or a file that was moved to another one. Browsers hear of
   * both places at once.
   */
  move(tree: string, from: string, to: string, toTree = tree): void {
    this.#change(true, (revision) => {
      const enter = (path: string, raw: string | null): number =>
        this.folder(toTree, path, raw, this.lastWalk());
      if (toTree === tree && this.hasFolder(tree, from)) {
        this.leave(moveFolderRows(this.#sql, { tree, from, to, revision, enter }));
      }
      moveFileRow(this.#sql, { tree, from, to, revision, enter });
      this.#recount();
    });
  }

  /** Files of a folder, by name. */
  #knownIn(folder: number, only?: readonly string[]): Map<string, KnownRow> {
    const rows = this.#sql.json<KnownRow>(
      `SELECT json_group_array(json_array(id, name, size, modified, state, key IS NOT NULL)) FROM files
       WHERE folder = ? AND ${only ? 'name IN (SELECT value FROM json_each(?))' : '? IS NULL'}`,
      folder,
      only ? JSON.stringify(only) : null,
    );
    return new Map(rows.map((row) => [row[1], row]));
  }

  // CROSS JOIN keeps SQLite from beginning with the folders, and sorting all files that are to be read each time.
  #places(where: string, ...values: SqlValue[]): Place[] {
    return this.#sql
      .json<PlaceRow>(
        `SELECT json_group_array(json_array(id, tree, folder, folderRaw, name, raw, size, modified, key, format)) FROM (
         SELECT files.id, folders.tree, folders.path AS folder, folders.raw AS folderRaw, files.name, files.raw,
           files.size, files.modified, files.key, files.format
         FROM files CROSS JOIN folders ON folders.id = files.folder WHERE ${where})`,
        ...values,
      )
      .map(([id, tree, folder, folderRaw, name, raw, size, modified, key, format]) => ({
        id,
        tree,
        folder,
        folderRaw,
        name,
        raw,
        size,
        modified,
        key,
        format,
      }));
  }

  /** Marks files as gone. What nobody was told of, nobody needs to hear about. */
  #lose(ids: readonly number[]): void {
    if (ids.length === 0) {
      return;
    }
    const list = JSON.stringify(ids);
    this.#sql.run('DELETE FROM files WHERE key IS NULL AND id IN (SELECT value FROM json_each(?))', list);
    this.#setState(ids, STATE.gone);
    const remembered = Number(this.#sql.pluck(`SELECT count(*) FROM files WHERE state = ${STATE.gone}`));
    if (remembered > MOST_GONE) {
      this.#floor = this.#revision;
      this.#sql.run('UPDATE facts SET value = ? WHERE name = ?', String(this.#floor), 'floor');
      this.#sql.run(`DELETE FROM files WHERE state = ${STATE.gone} AND revision <= ?`, this.#floor);
    }
  }

  #setState(ids: readonly number[], state: number): void {
    if (ids.length > 0) {
      this.#sql.run(
        'UPDATE files SET state = ?, revision = ? WHERE id IN (SELECT value FROM json_each(?))',
        state,
        this.#revision + 1,
        JSON.stringify(ids),
      );
    }
  }

  /** Makes one change of all that `work` does, and counts the revision up if browsers have to hear of it. */
  #change(isVisible: boolean, work: (revision: number) => void): void {
    const revision = this.#revision + 1;
    try {
      this.#sql.transaction(() => {
        work(revision);
        if (isVisible) {
          this.#sql.run('UPDATE facts SET value = ? WHERE name = ?', String(revision), 'revision');
        }
      });
      this.#revision = isVisible ? revision : this.#revision;
    } catch (error) {
      this.#texts.forget();
      this.#load();
      throw error;
    }
  }

  #load(): void {
    const fact = (name: string): string =>
      String(this.#sql.pluck('SELECT value FROM facts WHERE name = ?', name));
    this.#epoch = fact('epoch');
    this.#revision = Number(fact('revision'));
    this.#floor = Number(fact('floor'));
    this.#recount();
  }

  #recount(): void {
    this.#known = new Map(
      this.#sql
        .all(
          `SELECT tree, count(*) FROM files JOIN folders ON folders.id = files.folder
         WHERE key IS NOT NULL AND state <> ${STATE.gone} GROUP BY tree`,
        )
        .map(([tree, count]) => [String(tree), Number(count)]),
    );
    this.#toRead = Number(this.#sql.pluck(`SELECT count(*) FROM files WHERE state = ${STATE.toRead}`));
  }

  #count(tree: string, by: number): void {
    this.#known.set(tree, (this.#known.get(tree) ?? 0) + by);
  }
}

type KnownRow = [id: number, name: string, size: number, modified: number, state: number, hasKey: 0 | 1];
type PlaceRow = [
  id: number,
  tree: string,
  folder: string,
  folderRaw: string | null,
  name: string,
  raw: string | null,
  size: number,
  modified: number,
  key: string | null,
  format: FileFormat,
];

function factsOf({ key, size, modified, format, width, height, duration }: Reading): SqlValue[] {
  return [key, size, modified, format, width, height, duration];
}
