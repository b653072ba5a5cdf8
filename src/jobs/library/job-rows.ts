/** Something that is kept of several jobs together. */
interface Row {
  ids: string[];
}

/** A store of such rows, as far as they are changed here. */
export interface Rows<R extends Row> {
  get(key: number): Promise<R | undefined>;
  index(name: 'ids'): { getAllKeys(id: string): Promise<number[]> };
  put(row: R, key: number): Promise<unknown>;
  delete(key: number): Promise<unknown>;
}

/**
 * Takes jobs out of the rows they are in, and rows away of which nothing is left.
 * @param keep the row with those of its jobs alone that are at these positions.
 * @returns keys of the rows that are left with less than before.
 */
export async function dropFromRows<R extends Row>(
  rows: Rows<R>,
  ids: readonly string[],
  keep: (row: R, positions: readonly number[]) => R,
): Promise<number[]> {
  const gone = new Set(ids);
  const index = rows.index('ids');
  const keys = new Set((await Promise.all(ids.map((id) => index.getAllKeys(id)))).flat());
  const left: number[] = [];
  for (const key of keys) {
    const row = await rows.get(key);
    const positions = row?.ids.flatMap((id, at) => (gone.has(id) ? [] : [at])) ?? [];
    if (row && positions.length > 0) {
      await rows.put({ ...keep(row, positions), ids: at(row.ids, positions) }, key);
      left.push(key);
    } else {
      await rows.delete(key);
    }
  }
  return left;
}

/** What is at these positions of a list. */
export function at<T>(list: readonly T[], positions: readonly number[]): T[] {
  return positions.map((position) => list[position] as T);
}
