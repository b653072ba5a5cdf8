import type { IDBPDatabase } from 'idb';
import type { JobFacts } from './job-facts';
import type { FactsPage, FactsPlace } from './job-mirror';
import { type MirrorSchema, TOLD_TOGETHER } from './mirror-schema';

type Database = IDBPDatabase<MirrorSchema>;

/** See `JobMirror.facts`. */
export async function factsOf(db: Database, ids: readonly string[]): Promise<Map<string, JobFacts>> {
  const transaction = db.transaction(['told', 'making']);
  const told = transaction.objectStore('told').index('ids');
  const found = await Promise.all(
    ids.map(async (id) => {
      const row = await told.get(id);
      return [
        id,
        row?.facts[row.ids.indexOf(id)] ?? (await transaction.objectStore('making').get(id)),
      ] as const;
    }),
  );
  return new Map(found.flatMap(([id, facts]) => (facts ? [[id, facts]] : [])));
}

/** See `JobMirror.factsPage`. */
export function factsPage(db: Database, from: FactsPlace | null, count: number): Promise<FactsPage> {
  return typeof from === 'string' ? pageApart(db, from, count) : pageTogether(db, from ?? 0, count);
}

async function pageTogether(db: Database, from: number, count: number): Promise<FactsPage> {
  const range = IDBKeyRange.lowerBound(from, true);
  const rows = Math.max(1, Math.ceil(count / TOLD_TOGETHER));
  const { store } = db.transaction('told');
  const [keys, found] = await Promise.all([store.getAllKeys(range, rows), store.getAll(range, rows)]);
  return {
    facts: found.flatMap(({ ids, facts }) => ids.map((id, i): [string, JobFacts] => [id, facts[i] ?? {}])),
    // Then those that earlier versions have kept.
    next: keys.length < rows ? '' : (keys.at(-1) ?? ''),
  };
}

async function pageApart(db: Database, after: string, count: number): Promise<FactsPage> {
  const range = IDBKeyRange.lowerBound(after, true);
  const { store } = db.transaction('making');
  const [ids, facts] = await Promise.all([store.getAllKeys(range, count), store.getAll(range, count)]);
  return {
    facts: ids.map((id, i) => [id, facts[i] ?? {}]),
    next: ids.length < count ? null : (ids.at(-1) ?? null),
  };
}
