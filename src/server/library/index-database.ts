import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

import Sqlite from 'libsql';

import { INDEX_STEPS } from './index-schema';

/** How long a change waits for one of another process, ms. */
const BUSY_MS = 5_000;
/** Page cache, kB: the index of 100,000 files is read through, not kept. */
const CACHE_KB = 8_000;

/** The index and how it came to be opened. */
export interface OpenedIndex {
  connection: Sqlite.Database;
  /** Why what was there before was thrown away; `null` if it was not. */
  rebuilt: 'damaged' | 'later_version' | null;
}

/**
 * Opens the index of the library. It holds nothing that the folders do not tell, so a file that is damaged or of a
 * later version is removed and begun anew: that costs a scan. For the same reason it is a file of its own, without
 * backups and not synchronised at every commit: after a loss of power it may be older than the folder, which the next
 * scan sees.
 * @throws when the folder cannot be written.
 */
export function openIndex(path: string): OpenedIndex {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const found = tryOpen(path);
  if (typeof found !== 'string') {
    return { connection: found, rebuilt: null };
  }
  removeIndex(path);
  const begun = tryOpen(path);
  if (typeof begun === 'string') {
    throw new Error(`The index ${path} cannot be begun.`);
  }
  return { connection: begun, rebuilt: found };
}

/** Removes an index that is closed. */
export function removeIndex(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) {
    rmSync(path + suffix, { force: true });
  }
}

/** Whether SQLite says that the file itself is at fault, rather than the disk or its rights. */
export function isDamage(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB';
}

function tryOpen(path: string): Sqlite.Database | 'damaged' | 'later_version' {
  let connection: Sqlite.Database | undefined;
  try {
    connection = new Sqlite(path, { timeout: BUSY_MS });
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = NORMAL');
    connection.pragma(`cache_size = -${CACHE_KB}`);
    connection.pragma('trusted_schema = OFF');
    const check = connection.prepare('PRAGMA quick_check(1)').pluck().all();
    if (check[0] !== 'ok') {
      connection.close();
      return 'damaged';
    }
    if (migrate(connection)) {
      return connection;
    }
    connection.close();
    return 'later_version';
  } catch (error) {
    connection?.close();
    if (isDamage(error)) {
      return 'damaged';
    }
    throw error;
  }
}

/** Brings an index up to date. @returns whether it could: not when a later version has written it. */
function migrate(connection: Sqlite.Database): boolean {
  connection.exec('BEGIN IMMEDIATE');
  try {
    const done = Number(connection.prepare('PRAGMA user_version').pluck().all()[0]);
    if (done <= INDEX_STEPS.length) {
      for (const step of INDEX_STEPS.slice(done)) {
        connection.exec(step);
      }
      connection.exec(`PRAGMA user_version = ${INDEX_STEPS.length}`);
      connection
        .prepare("INSERT OR IGNORE INTO facts VALUES ('epoch', ?), ('revision', '0'), ('floor', '0')")
        .run(randomBytes(9).toString('base64url'));
    }
    connection.exec('COMMIT');
    return done <= INDEX_STEPS.length;
  } catch (error) {
    connection.exec('ROLLBACK');
    throw error;
  }
}
