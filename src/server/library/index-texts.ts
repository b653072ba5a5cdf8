import { createHash } from 'node:crypto';

import type { FileMaking } from './file-making';
import type { IndexSql } from './index-sql';

/** Texts whose number is remembered. */
const MOST_TEXTS = 4_000;
/** Fields of a making that are texts with a number. */
const NUMBERED: ReadonlySet<string> = new Set(['p', 'n', 'm', 'l', 'sa', 'sc']);

/** Prompts and names by number: one is often that of many files. */
export class IndexTexts {
  readonly #sql: IndexSql;
  readonly #ids = new Map<string, number>();

  constructor(sql: IndexSql) {
    this.#sql = sql;
  }

  /** What was entered in a change that came to nothing has no number. */
  forget(): void {
    this.#ids.clear();
  }

  /** Enters texts that are new. @returns what tells the number of each. */
  enter(texts: readonly string[]): (text: string) => number {
    const ids = this.#ids;
    const unknown = [...new Set(texts)].filter((text) => !ids.has(text));
    if (unknown.length > 0) {
      const digests = new Map(unknown.map((text) => [digestOf(text), text]));
      this.#sql.run(
        `INSERT OR IGNORE INTO texts (digest, text) SELECT value ->> 0, value ->> 1 FROM json_each(?)`,
        JSON.stringify([...digests]),
      );
      if (ids.size + unknown.length > MOST_TEXTS) {
        ids.clear();
        return this.enter(texts);
      }
      const found = this.#sql.json<[string, number]>(
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
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** The texts of a making, in no particular order. */
export function wordsOf(made: FileMaking | null): string[] {
  return Object.entries(made ?? {}).flatMap(([field, value]) =>
    NUMBERED.has(field) ? (Array.isArray(value) ? value : [String(value)]) : [],
  );
}

/** A making as JSON with numbers for its texts, and those numbers with commas between. */
export function numbered(
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
