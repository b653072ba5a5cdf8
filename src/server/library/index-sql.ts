import type Sqlite from 'libsql';

export type SqlValue = string | number | null;

/** Statements of one connection, each prepared once. Rows are arrays: objects take twice as long. */
export class IndexSql {
  readonly #db: Sqlite.Database;
  readonly #statements = new Map<string, Sqlite.Statement>();

  constructor(db: Sqlite.Database) {
    this.#db = db;
  }

  all(sql: string, ...values: SqlValue[]): SqlValue[][] {
    return this.#statement(sql)
      .raw()
      .all(...values) as SqlValue[][];
  }

  /** The first value of the first row; `null` when there is none. */
  pluck(sql: string, ...values: SqlValue[]): SqlValue {
    return this.all(sql, ...values)[0]?.[0] ?? null;
  }

  /** Rows that SQLite puts together as one piece of JSON: row by row would take five times as long. */
  json<T extends readonly unknown[]>(sql: string, ...values: SqlValue[]): T[] {
    return JSON.parse(String(this.pluck(sql, ...values) ?? '[]')) as T[];
  }

  run(sql: string, ...values: SqlValue[]): void {
    this.#statement(sql).run(...values);
  }

  /** All that `work` does is one change, or none if it throws. */
  transaction(work: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#db.close();
  }

  /** Closes with the log put into the file. */
  closeWhole(): void {
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
    this.#db.close();
  }

  #statement(sql: string): Sqlite.Statement {
    const known = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }
}
