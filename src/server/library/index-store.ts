import { createHash } from 'node:crypto';

import type Sqlite from 'libsql';

import type { LibraryHead } from '../../ports/library-wire';
import type { FileFormat } from './file-format';
import type { FileMaking } from './file-making';
import type { Extent } from './measure-file';
import { isDamage, openIndex, removeIndex } from './index-database';

/**
 * What is known of a file: all; that it has to be read; that it is gone, which browsers may still have to hear; that it
 * could not be read.
 */
const STATE = { known: 0, toRead: 1, gone: 2, unreadable: 3 } as const;
/** Files that are gone and remembered: who was away for longer gets everything anew. */
const MOST_GONE = 50_000;
/** Texts whose number is remembered. */
const MOST_TEXTS = 4_000;
/** Lines of a page of changes. */
const PAGE = 2_000;

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

/** A stream of changes, page by page. */
export interface Changes {
  head: LibraryHead;
  /** The lines of the next page, each with its line feed; `null` after the last. */
  next(): string | null;
}

type Value = string | number | null;

/** The index of all trees in SQLite. Every change is a transaction, and counts the revision up. */
export class IndexStore {
  readonly #path: string;
  #db: Sqlite.Database;
  #statements = new Map<string, Sqlite.Statement>();
  #texts = new Map<string, number>();
  #epoch = '';
  #revision = 0;
  #floor = 0;
  #known = new Map<string, number>();
  #toRead = 0;
  /** Why the index was begun anew, for the owner. */
  rebuilt: 'damaged' | 'later_version' | null;

  constructor(path: string) {
    this.#path = path;
    const { connection, rebuilt } = openIndex(path);
    this.#db = connection;
    this.rebuilt = rebuilt;
    this.#load();
  }

  get epoch(): string {
    return this.#epoch;
  }

  get revision(): number {
    return this.#revision;
  }

  get counts(): Counts {
    return { known: this.#known, toRead: this.#toRead };
  }

  /** Begins anew if an error says that the file is damaged. @returns whether it did. */
  recover(error: unknown): boolean {
    if (!isDamage(error)) {
      return false;
    }
    this.#db.close();
    removeIndex(this.#path);
    const { connection } = openIndex(this.#path);
    this.#db = connection;
    this.rebuilt = 'damaged';
    this.#statements.clear();
    this.#texts.clear();
    this.#load();
    return true;
  }

  close(): void {
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
    this.#db.close();
  }

  /** What a tree lay on when it was last read; `null` when that is not known. */
  device(tree: string): string | null {
    return this.#pluck('SELECT device FROM trees WHERE id = ?', tree) as string | null;
  }

  setDevice(tree: string, device: string): void {
    this.#run(
      'INSERT INTO trees VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET device = excluded.device',
      tree,
      device,
    );
  }

  /** Number of a folder, which is entered if it is new. `walk` notes that it was seen in a walk. */
  folder(tree: string, path: string, raw: string | null, walk: number | null): number {
    const known = this.#all('SELECT id, walk FROM folders WHERE tree = ? AND path = ?', tree, path)[0];
    if (known) {
      if (walk !== null && known[1] !== walk) {
        this.#run('UPDATE folders SET walk = ? WHERE id = ?', walk, known[0] ?? null);
      }
      return Number(known[0]);
    }
    this.#run('INSERT INTO folders (tree, path, raw, walk) VALUES (?, ?, ?, ?)', tree, path, raw, walk ?? 0);
    return this.folder(tree, path, raw, walk);
  }

  /** Number of the last walk that was begun. */
  lastWalk(): number {
    return Number(this.#pluck('SELECT coalesce(max(walk), 0) FROM folders'));
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
    const tree = String(this.#pluck('SELECT tree FROM folders WHERE id = ?', folder));
    this.#change(revived.length + gone.length > 0, () => {
      const rows = fresh.map(({ name, raw, size, modified }) => [name, raw, size, modified]);
      this.#run(
        `INSERT INTO files (folder, name, raw, size, modified, state)
         SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, ${STATE.toRead} FROM json_each(?)`,
        folder,
        JSON.stringify(rows),
      );
      for (const [[id, , , , state, hasKey], { size, modified }] of changed) {
        this.#toRead += state === STATE.toRead ? 0 : 1;
        this.#count(tree, state === STATE.gone ? hasKey : 0);
        this.#run(
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

  /** Takes out folders below a path that a walk, or anybody, no longer finds, with all that is in them. */
  loseFolders(tree: string, path: string, exceptWalk: number | null): void {
    const inside = path === '' ? '' : `${path}/`;
    const ids = this.#all(
      `SELECT id FROM folders WHERE tree = ? AND (path = ? OR substr(path, 1, ?) = ?) AND walk IS NOT ?`,
      tree,
      path,
      inside.length,
      inside,
      exceptWalk,
    ).map(([id]) => Number(id));
    for (const id of ids) {
      this.compare(id, []);
    }
  }

  /** Notes that folders below a path were seen, where they could not be looked into. */
  keepFolders(tree: string, path: string, walk: number): void {
    const inside = path === '' ? '' : `${path}/`;
    this.#run(
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
    const lost = this.#all(
      'SELECT DISTINCT tree FROM folders WHERE tree NOT IN (SELECT value FROM json_each(?))',
      JSON.stringify(kept),
    );
    for (const [tree] of lost) {
      this.loseFolders(String(tree), '', null);
    }
  }

  /** Whether there is a folder of this path. */
  hasFolder(tree: string, path: string): boolean {
    return this.#pluck('SELECT 1 FROM folders WHERE tree = ? AND path = ?', tree, path) !== null;
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
      const numberOf = this.#enterTexts(readings.flatMap(([, reading]) => wordsOf(reading?.making ?? null)));
      const rows = readings.flatMap(([{ id }, reading]) =>
        reading ? [[id, ...factsOf(reading), ...numbered(reading.making, numberOf)]] : [],
      );
      this.#run(
        `UPDATE files SET state = ${STATE.known}, revision = ?, key = new.value ->> 1, size = new.value ->> 2,
           modified = new.value ->> 3, format = new.value ->> 4, width = new.value ->> 5, height = new.value ->> 6,
           duration = new.value ->> 7, making = new.value ->> 8, texts = new.value ->> 9
         FROM json_each(?) AS new WHERE files.id = new.value ->> 0`,
        revision,
        JSON.stringify(rows),
      );
      for (const [{ id, tree, key }, reading] of readings) {
        if (!reading) {
          this.#run(`UPDATE files SET state = ${STATE.unreadable} WHERE id = ?`, id);
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
    return this.#all('SELECT path, raw FROM folders WHERE tree = ?', tree) as [string, string | null][];
  }

  /**
   * What changed since a revision; all there is, newest files first, without one or when too much was forgotten. A file
   * that changes while the stream runs may be left out of it: it has a later revision than the stream says.
   */
  changes(since: number | null, epoch: string | null): Changes {
    const upTo = this.#revision;
    const reset = since === null || epoch !== this.#epoch || since < this.#floor || since > upTo;
    const head: LibraryHead = { v: 1, epoch: this.#epoch, revision: upTo, reset };
    const told = { texts: new Set<number>(), folders: new Set<number>() };
    let at: [number, number] | null = null;
    let isOver = !reset && since === upTo;
    return {
      head,
      next: () => {
        if (isOver) {
          return null;
        }
        const rows: PageRow[] = reset ? this.#newest(at) : this.#since(at ?? [since, Infinity], upTo);
        const last = rows.at(-1);
        isOver = rows.length < PAGE || !last;
        at = last ? [last[0], last[1]] : at;
        return rows.length === 0 ? null : this.#page(rows, told);
      },
    };
  }

  #newest(before: [number, number] | null): PageRow[] {
    const [modified, id] = before ?? [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
    return this.#json(
      `SELECT json_group_array(json_array(at, id, folder, texts, line)) FROM (
         SELECT modified AS at, id, folder, texts, ${LINE} AS line FROM files
         WHERE (modified, id) < (?, ?) AND state <> ${STATE.gone} AND key IS NOT NULL
         ORDER BY modified DESC, id DESC LIMIT ${PAGE})`,
      modified,
      id,
    );
  }

  #since([revision, id]: [number, number], upTo: number): PageRow[] {
    return this.#json(
      `SELECT json_group_array(json_array(at, id, folder, texts, line)) FROM (
         SELECT revision AS at, id, folder, CASE state WHEN ${STATE.gone} THEN NULL ELSE texts END AS texts,
           CASE state WHEN ${STATE.gone} THEN ${GONE_LINE} ELSE ${LINE} END AS line
         FROM files WHERE (revision, id) > (?, ?) AND revision <= ? AND key IS NOT NULL
         ORDER BY revision, id LIMIT ${PAGE})`,
      revision,
      Math.min(id, Number.MAX_SAFE_INTEGER),
      upTo,
    );
  }

  /** Lines of files, after those of the folders and texts they are the first to name. */
  #page(rows: readonly PageRow[], told: { texts: Set<number>; folders: Set<number> }): string {
    const folders = new Set<number>();
    const texts = new Set<number>();
    for (const [, , folder, ids] of rows) {
      if (!told.folders.has(folder)) {
        folders.add(folder);
      }
      for (const id of ids === null ? [] : ids.split(',')) {
        if (!told.texts.has(Number(id))) {
          texts.add(Number(id));
        }
      }
    }
    const lines = [
      ...this.#lines(`'["d",'||id||','||json_quote(tree)||','||json_quote(path)||']' FROM folders`, folders),
      ...this.#lines(`'["t",'||id||','||json_quote(text)||']' FROM texts`, texts),
      ...rows.map((row) => row[4]),
    ];
    folders.forEach((id) => told.folders.add(id));
    texts.forEach((id) => told.texts.add(id));
    return `${lines.join('\n')}\n`;
  }

  #lines(expression: string, ids: ReadonlySet<number>): string[] {
    if (ids.size === 0) {
      return [];
    }
    return this.#all(
      `SELECT ${expression} WHERE id IN (SELECT value FROM json_each(?))`,
      JSON.stringify([...ids]),
    ).map(([line]) => String(line));
  }

  /** Enters texts that are new. @returns what tells the number of each. */
  #enterTexts(texts: readonly string[]): (text: string) => number {
    const ids = this.#texts;
    const unknown = [...new Set(texts)].filter((text) => !ids.has(text));
    if (unknown.length > 0) {
      const digests = new Map(unknown.map((text) => [digestOf(text), text]));
      this.#run(
        `INSERT OR IGNORE INTO texts (digest, text) SELECT value ->> 0, value ->> 1 FROM json_each(?)`,
        JSON.stringify([...digests]),
      );
      if (ids.size + unknown.length > MOST_TEXTS) {
        ids.clear();
        return this.#enterTexts(texts);
      }
      const found = this.#json<[string, number]>(
        `SELECT json_group_array(json_array(digest, id)) FROM texts
         WHERE digest IN (SELECT value FROM json_each(?))`,
        JSON.stringify([...digests.keys()]),
      );
      for (const [digest, id] of found) {
        ids.set(digests.get(digest) ?? '', id);
      }
    }
    return (text) => ids.get(text) ?? 0;
  }

  /** Files of a folder, by name, as one piece of JSON: row by row would take five times as long. */
  #knownIn(folder: number, only?: readonly string[]): Map<string, KnownRow> {
    const rows = this.#json<KnownRow>(
      `SELECT json_group_array(json_array(id, name, size, modified, state, key IS NOT NULL)) FROM files
       WHERE folder = ? AND ${only ? 'name IN (SELECT value FROM json_each(?))' : '? IS NULL'}`,
      folder,
      only ? JSON.stringify(only) : null,
    );
    return new Map(rows.map((row) => [row[1], row]));
  }

  // CROSS JOIN keeps SQLite from beginning with the folders, and sorting all files that are to be read each time.
  #places(where: string, ...values: Value[]): Place[] {
    return this.#json<PlaceRow>(
      `SELECT json_group_array(json_array(id, tree, folder, folderRaw, name, raw, size, modified, key, format)) FROM (
         SELECT files.id, folders.tree, folders.path AS folder, folders.raw AS folderRaw, files.name, files.raw,
           files.size, files.modified, files.key, files.format
         FROM files CROSS JOIN folders ON folders.id = files.folder WHERE ${where})`,
      ...values,
    ).map(([id, tree, folder, folderRaw, name, raw, size, modified, key, format]) => ({
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
    this.#run('DELETE FROM files WHERE key IS NULL AND id IN (SELECT value FROM json_each(?))', list);
    this.#setState(ids, STATE.gone);
    const remembered = Number(this.#pluck(`SELECT count(*) FROM files WHERE state = ${STATE.gone}`));
    if (remembered > MOST_GONE) {
      this.#floor = this.#revision;
      this.#run('UPDATE facts SET value = ? WHERE name = ?', String(this.#floor), 'floor');
      this.#run(`DELETE FROM files WHERE state = ${STATE.gone} AND revision <= ?`, this.#floor);
    }
  }

  #setState(ids: readonly number[], state: number): void {
    if (ids.length > 0) {
      this.#run(
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
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      work(revision);
      if (isVisible) {
        this.#run('UPDATE facts SET value = ? WHERE name = ?', String(revision), 'revision');
      }
      this.#db.exec('COMMIT');
      this.#revision = isVisible ? revision : this.#revision;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      this.#texts.clear();
      this.#load();
      throw error;
    }
  }

  #load(): void {
    const fact = (name: string): string =>
      String(this.#pluck('SELECT value FROM facts WHERE name = ?', name));
    this.#epoch = fact('epoch');
    this.#revision = Number(fact('revision'));
    this.#floor = Number(fact('floor'));
    this.#recount();
  }

  #recount(): void {
    this.#known = new Map(
      this.#all(
        `SELECT tree, count(*) FROM files JOIN folders ON folders.id = files.folder
         WHERE key IS NOT NULL AND state <> ${STATE.gone} GROUP BY tree`,
      ).map(([tree, count]) => [String(tree), Number(count)]),
    );
    this.#toRead = Number(this.#pluck(`SELECT count(*) FROM files WHERE state = ${STATE.toRead}`));
  }

  #count(tree: string, by: number): void {
    this.#known.set(tree, (this.#known.get(tree) ?? 0) + by);
  }

  #statement(sql: string): Sqlite.Statement {
    const known = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }

  #all(sql: string, ...values: Value[]): Value[][] {
    return this.#statement(sql)
      .raw()
      .all(...values) as Value[][];
  }

  #pluck(sql: string, ...values: Value[]): Value {
    return this.#all(sql, ...values)[0]?.[0] ?? null;
  }

  #json<T extends readonly unknown[] = PageRow>(sql: string, ...values: Value[]): T[] {
    return JSON.parse(String(this.#pluck(sql, ...values) ?? '[]')) as T[];
  }

  #run(sql: string, ...values: Value[]): void {
    this.#statement(sql).run(...values);
  }
}

type KnownRow = [id: number, name: string, size: number, modified: number, state: number, hasKey: 0 | 1];
type PageRow = [at: number, id: number, folder: number, texts: string | null, line: string];

/** Lines of the wire format, put together by SQLite: building them row by row would take three times as long. */
const LINE = `'["f",'||json_quote(key)||','||folder||','||json_quote(name)||','||size||','||modified||','||width||','
  ||height||','||duration||','||coalesce(making, '0')||']'`;
const GONE_LINE = `'["x",'||folder||','||json_quote(name)||']'`;
/** Fields of a making that are texts with a number. */
const NUMBERED: ReadonlySet<string> = new Set(['p', 'n', 'm', 'l', 'sa', 'sc']);

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

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

function factsOf({ key, size, modified, format, width, height, duration }: Reading): Value[] {
  return [key, size, modified, format, width, height, duration];
}

/** The texts of a making, in no particular order. */
function wordsOf(made: FileMaking | null): string[] {
  return Object.entries(made ?? {}).flatMap(([field, value]) =>
    NUMBERED.has(field) ? (Array.isArray(value) ? value : [String(value)]) : [],
  );
}

/** A making as JSON with numbers for its texts, and those numbers with commas between. */
function numbered(
  made: FileMaking | null,
  numberOf: (text: string) => number,
): [making: string | null, texts: string | null] {
  if (!made) {
    return [null, null];
  }
  const entries = Object.entries(made).map(([field, value]) => [
    field,
    !NUMBERED.has(field) ? value : Array.isArray(value) ? value.map(numberOf) : numberOf(String(value)),
  ]);
  const used = new Set(wordsOf(made).map(numberOf));
  return [JSON.stringify(Object.fromEntries(entries)), used.size > 0 ? [...used].join() : null];
}
