import type { IndexStore, Seen } from './index-store';

/** Files of one step: some 8 ms. A folder of 50,000 in one step would keep others from the thread for 0.4 s. */
const AT_ONCE = 1_000;

type Index = Pick<IndexStore, 'compare' | 'namesIn' | 'lostFolders' | 'leave'>;

export interface ComparePace {
  /** Lets others have the thread. */
  breathe: () => Promise<void>;
  /** Whether this is to end here: what was seen counts no longer, or the index is closed. */
  isOutdated: () => boolean;
}

/**
 * Brings the index in step with all that a folder holds, step by step.
 * @returns whether anything was different; `'outdated'` when the folder has to be listed again.
 */
export async function compareFolder(
  index: Index,
  folder: number,
  seen: readonly Seen[],
  { breathe, isOutdated }: ComparePace,
): Promise<boolean | 'outdated'> {
  let isChanged = false;
  for (let at = 0; at < seen.length; at += AT_ONCE) {
    if (isOutdated()) {
      return 'outdated';
    }
    const some = seen.slice(at, at + AT_ONCE);
    const names = some.map(({ name }) => name);
    isChanged = index.compare(folder, some, names) || isChanged;
    await breathe();
  }
  const there = new Set(seen.map(({ name }) => name));
  for (let last: string | null = ''; last !== null;) {
    if (isOutdated()) {
      return 'outdated';
    }
    const names: string[] = index.namesIn(folder, last, AT_ONCE);
    const gone = names.filter((name) => !there.has(name));
    isChanged = (gone.length > 0 && index.compare(folder, [], gone)) || isChanged;
    last = names.length < AT_ONCE ? null : (names.at(-1) ?? null);
    await breathe();
  }
  return isChanged;
}

/**
 * Takes out folders below a path that a walk, or anybody, no longer finds, with all that is in them, step by step.
 * @returns whether all of it was done.
 */
export async function loseFolders(
  index: Index,
  { tree, path, exceptWalk }: { tree: string; path: string; exceptWalk: number | null },
  pace: ComparePace,
): Promise<boolean> {
  const folders = index.lostFolders(tree, path, exceptWalk);
  for (const folder of folders) {
    if ((await compareFolder(index, folder, [], pace)) === 'outdated') {
      return false;
    }
  }
  index.leave(folders);
  return true;
}
