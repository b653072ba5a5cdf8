import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

import type Sqlite from 'libsql';

import { DarkroomError } from '../errors';
import { Backups } from './backups';
import { MIGRATIONS } from './migrations';

export const DATABASE_FILE = 'darkroom.sqlite';
/** How long a change waits for one of another process, ms. */
const BUSY_MS = 5_000;
/** How often to see whether today's backup exists, ms. */
const BACKUP_CHECK_MS = 3_600_000;

/** What SQLite takes and gives: the tables are STRICT, and none holds bytes. */
export type SqlValue = string | number | null;
export type Row = Readonly<Record<string, SqlValue>>;

/** The embedded database. Calls are synchronous: each takes well under a millisecond. */
export interface Database {
  all(sql: string, ...values: SqlValue[]): Row[];
  get(sql: string, ...values: SqlValue[]): Row | undefined;
  /** @returns the number of rows changed. */
  run(sql: string, ...values: SqlValue[]): number;
  /** Makes several statements one change: all of them happen, or, if `work` throws, none. */
  transaction<T>(work: () => T): T;
  /** What the owner should know about opening it: a damaged file that was replaced by a backup. */
  readonly notices: readonly string[];
  close(): void;
}

type Driver = new (path: string, options?: { timeout?: number }) => Sqlite.Database;

/**
 * Opens the database in a data folder, creating both if need be. A file that fails SQLite's integrity check is
 * set aside, and the newest sound backup takes its place. A change that was reported as done survives the loss of
 * the process and of power: the journal is a write-ahead log, synchronised at every commit.
 * @throws DarkroomError `no_database`: SQLite has no build for this machine, the folder cannot be written, or
 * the file was written by a later version.
 */
export async function openDatabase(folder: string): Promise<Database> {
  const Driver = await loadDriver();
  try {
    // Others on this machine have no business with the links.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return prepare(Driver, folder);
  } catch (error) {
    throw error instanceof DarkroomError
      ? error
      : new DarkroomError('no_database', `The database in ${folder} cannot be opened: ${String(error)}`);
  }
}

async function loadDriver(): Promise<Driver> {
  try {
    return (await import('libsql')).default;
  } catch {
    throw new DarkroomError(
      'no_database',
      `SQLite has no build for this machine (${process.platform} ${process.arch}).`,
    );
  }
}

function prepare(Driver: Driver, folder: string): Database {
  const path = join(folder, DATABASE_FILE);
  const backups = new Backups(join(folder, 'backups'));
  const notices: string[] = [];
  let connection = openSound(Driver, path);
  if (!connection) {
    const aside = setAside(path);
    const backup = backups.restoreNewest(path, (file) => isSound(Driver, file));
    notices.push(
      `The database was damaged. It is kept as ${aside}; ${
        backup === null
          ? 'there was no backup, so a new one was begun'
          : `the backup ${backup} took its place`
      }.`,
    );
    connection = new Driver(path, { timeout: BUSY_MS });
  }
  const opened = connection;
  try {
    configure(opened);
    migrate(opened, path);
  } catch (error) {
    opened.close();
    throw error;
  }
  const keep = (): void => {
    backups.keepDaily((file) => {
      opened.prepare('VACUUM INTO ?').run(file);
    });
  };
  try {
    keep();
  } catch (error) {
    notices.push(`Today's backup of the database could not be made: ${String(error)}.`);
  }
  const keepIfPossible = (): void => {
    try {
      keep();
    } catch {
      // A full disk, say. Thrown from a timer it would end the server; the next hour tries again.
    }
  };
  const timer = setInterval(keepIfPossible, BACKUP_CHECK_MS).unref();
  return wrap(opened, notices, () => {
    clearInterval(timer);
  });
}

/** The database at a path if it is sound; a new one where there is none; `null` if the file is damaged. */
function openSound(Driver: Driver, path: string): Sqlite.Database | null {
  let connection: Sqlite.Database | undefined;
  try {
    connection = new Driver(path, { timeout: BUSY_MS });
    if (passesChecks(connection)) {
      return connection;
    }
  } catch (error) {
    if (!isDamage(error)) {
      connection?.close();
      throw error;
    }
  }
  connection?.close();
  return null;
}

function isSound(Driver: Driver, path: string): boolean {
  const connection = openSound(Driver, path);
  connection?.close();
  return connection !== null;
}

function passesChecks(connection: Sqlite.Database): boolean {
  const answer = connection.prepare('PRAGMA integrity_check').pluck().all();
  return answer.length === 1 && answer[0] === 'ok';
}

/** Whether SQLite says that the file itself is at fault, rather than the disk or its rights. */
function isDamage(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB';
}

function setAside(path: string): string {
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) {
      renameSync(path + suffix, aside + suffix);
    }
  }
  return aside;
}

function configure(connection: Sqlite.Database): void {
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = FULL');
  connection.pragma('foreign_keys = ON');
  connection.pragma('trusted_schema = OFF');
}

function migrate(connection: Sqlite.Database, path: string): void {
  // A second process that starts at the same moment waits here, and then finds the work done.
  connection.exec('BEGIN IMMEDIATE');
  try {
    const done = Number(connection.prepare('PRAGMA user_version').pluck().all()[0]);
    if (done > MIGRATIONS.length) {
      throw new DarkroomError('no_database', `A later version of Darkroom has written ${path}.`);
    }
    for (const step of MIGRATIONS.slice(done)) {
      connection.exec(step);
    }
    connection.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    connection.exec('COMMIT');
  } catch (error) {
    connection.exec('ROLLBACK');
    throw error;
  }
}

function wrap(connection: Sqlite.Database, notices: readonly string[], onClose: () => void): Database {
  const statements = new Map<string, Sqlite.Statement>();
  const prepared = (sql: string): Sqlite.Statement => {
    const known = statements.get(sql) ?? connection.prepare(sql);
    statements.set(sql, known);
    return known;
  };
  let isInside = false;
  return {
    notices,
    all: (sql, ...values) => prepared(sql).all(...values) as Row[],
    // The driver's own get() adds a property to the row.
    get: (sql, ...values) => prepared(sql).all(...values)[0] as Row | undefined,
    run: (sql, ...values) => prepared(sql).run(...values).changes,
    transaction: (work) => {
      if (isInside) {
        return work();
      }
      connection.exec('BEGIN IMMEDIATE');
      isInside = true;
      try {
        const result = work();
        connection.exec('COMMIT');
        return result;
      } catch (error) {
        connection.exec('ROLLBACK');
        throw error;
      } finally {
        isInside = false;
      }
    },
    close: () => {
      onClose();
      // The driver lets go of the file only when its statements are collected; until then SQLite keeps the log.
      connection.pragma('wal_checkpoint(TRUNCATE)');
      connection.close();
    },
  };
}
