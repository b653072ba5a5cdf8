import type { LibraryHead } from '../../ports/library-wire';
import type { IndexSql } from './index-sql';
import { STATE } from './index-schema';

/** Lines of a page of changes. */
const PAGE = 2_000;

/** A stream of changes, page by page. */
export interface Changes {
  head: LibraryHead;
  /** The lines of the next page, each with its line feed; `null` after the last. */
  next(): string | null;
}

/** How far an index is. */
export interface IndexHead {
  epoch: string;
  revision: number;
  /** The oldest revision from which changes can still be told. */
  floor: number;
}

type PageRow = [at: number, id: number, folder: number, texts: string | null, line: string];

/** Lines of the wire format, put together by SQLite: building them row by row would take three times as long. */
const LINE = `'["f",'||json_quote(key)||','||folder||','||json_quote(name)||','||size||','||modified||','||width||','
  ||height||','||duration||','||coalesce(making, '0')||']'`;
const GONE_LINE = `'["x",'||folder||','||json_quote(name)||']'`;

/** Reads what browsers are told of. */
class ChangesReader {
  readonly #sql: IndexSql;

  constructor(sql: IndexSql) {
    this.#sql = sql;
  }

  newest(before: [number, number] | null): PageRow[] {
    const [modified, id] = before ?? [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
    return this.#sql.json(
      `SELECT json_group_array(json_array(at, id, folder, texts, line)) FROM (
         SELECT modified AS at, id, folder, texts, ${LINE} AS line FROM files
         WHERE (modified, id) < (?, ?) AND state <> ${STATE.gone} AND key IS NOT NULL
         ORDER BY modified DESC, id DESC LIMIT ${PAGE})`,
      modified,
      id,
    );
  }

  since([revision, id]: [number, number], upTo: number): PageRow[] {
    return this.#sql.json(
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
  page(rows: readonly PageRow[], told: { texts: Set<number>; folders: Set<number> }): string {
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
    return this.#sql
      .all(`SELECT ${expression} WHERE id IN (SELECT value FROM json_each(?))`, JSON.stringify([...ids]))
      .map(([line]) => String(line));
  }
}

/**
 * What changed since a revision; all there is, newest files first, without one or when too much was forgotten. A file
 * that changes while the stream runs may be left out of it: it has a later revision than the stream says.
 */
export function changesOf(
  sql: IndexSql,
  index: IndexHead,
  since: number | null,
  epoch: string | null,
): Changes {
  const reader = new ChangesReader(sql);
  const upTo = index.revision;
  const reset = since === null || epoch !== index.epoch || since < index.floor || since > upTo;
  const head: LibraryHead = { v: 1, epoch: index.epoch, revision: upTo, reset };
  const told = { texts: new Set<number>(), folders: new Set<number>() };
  let at: [number, number] | null = null;
  let isOver = !reset && since === upTo;
  return {
    head,
    next: () => {
      if (isOver) {
        return null;
      }
      const rows: PageRow[] = reset ? reader.newest(at) : reader.since(at ?? [since, Infinity], upTo);
      const last = rows.at(-1);
      isOver = rows.length < PAGE || !last;
      at = last ? [last[0], last[1]] : at;
      return rows.length === 0 ? null : reader.page(rows, told);
    },
  };
}
