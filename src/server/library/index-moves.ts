import { STATE } from './index-schema';
import type { IndexSql } from './index-sql';

/** A move. Paths with `/` between names. */
export interface IndexMove {
  /** It leaves this tree; where it goes to, `enter` says. */
  tree: string;
  from: string;
  to: string;
  /** In which browsers hear of it. */
  revision: number;
  /** Number of a folder, which is entered if it is new. */
  enter: (path: string, raw: string | null) => number;
}

const FACTS = 'size, modified, state, key, format, width, height, duration, making, texts';

/** Follows a folder with all below it. @returns the numbers of the folders that are left. */
export function moveFolderRows(sql: IndexSql, { tree, from, to, revision, enter }: IndexMove): number[] {
  const folders = sql.all(
    'SELECT id, path, raw FROM folders WHERE tree = ? AND there = 1 AND (path = ? OR substr(path, 1, ?) = ?)',
    ...[tree, from, from.length + 1, `${from}/`],
  );
  for (const [id = null, path, raw = null] of folders) {
    const target = enter(
      to + String(path).slice(from.length),
      raw === null ? null : movedRaw(String(raw), from, to),
    );
    sql.run(
      `INSERT OR REPLACE INTO files (folder, name, raw, revision, ${FACTS})
       SELECT ?, name, raw, ?, ${FACTS} FROM files WHERE folder = ? AND state <> ${STATE.gone}`,
      ...[target, revision, id],
    );
    leave(sql, 'folder = ?', revision, [id]);
  }
  return folders.map(([id]) => Number(id));
}

/** Follows a file, if it is known. */
export function moveFileRow(sql: IndexSql, { tree, from, to, revision, enter }: IndexMove): void {
  const [folder, name] = split(from);
  const [targetFolder, targetName] = split(to);
  const id = sql.pluck(
    `SELECT files.id FROM folders JOIN files ON files.folder = folders.id
     WHERE tree = ? AND path = ? AND name = ? AND state <> ${STATE.gone}`,
    ...[tree, folder, name],
  );
  if (id === null) {
    return;
  }
  sql.run(
    `INSERT OR REPLACE INTO files (folder, name, raw, revision, ${FACTS})
     SELECT ?, ?, NULL, ?, ${FACTS} FROM files WHERE id = ?`,
    ...[enter(targetFolder, null), targetName, revision, id],
  );
  leave(sql, 'id = ?', revision, [id]);
}

/** What nobody was told of, nobody needs to hear about. */
function leave(sql: IndexSql, where: string, revision: number, values: (string | number | null)[]): void {
  sql.run(`DELETE FROM files WHERE key IS NULL AND ${where}`, ...values);
  sql.run(
    `UPDATE files SET state = ${STATE.gone}, revision = ? WHERE state <> ${STATE.gone} AND ${where}`,
    revision,
    ...values,
  );
}

function split(path: string): [folder: string, name: string] {
  const cut = path.lastIndexOf('/');
  return cut < 0 ? ['', path] : [path.slice(0, cut), path.slice(cut + 1)];
}

/** The bytes of a path below a folder that has moved. */
function movedRaw(raw: string, from: string, to: string): string {
  const rest = Buffer.from(raw, 'base64').subarray(Buffer.byteLength(from));
  return Buffer.concat([Buffer.from(to), rest]).toString('base64');
}
