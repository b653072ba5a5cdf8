import { linesOf, listName, MAX_LIST, type WildcardList } from '../prompt/wildcard-lists';

/** What became of text files that were chosen as lists. */
export interface ImportedLists {
  lists: WildcardList[];
  /** Names of files without a line, and of those that are too long. */
  empty: string[];
  tooLong: string[];
}

/** Reads text files as lists. A name that is taken gets a number: nothing is replaced. */
export async function readLists(
  files: readonly Pick<File, 'name' | 'text'>[],
  taken: readonly string[],
): Promise<ImportedLists> {
  const imported: ImportedLists = { lists: [], empty: [], tooLong: [] };
  const names = new Set(taken.map((name) => name.toLowerCase()));
  for (const file of files) {
    // Windows' editor begins a file with a byte order mark.
    const text = (await file.text()).replace(/^\uFEFF/, '');
    if (text.length > MAX_LIST) {
      imported.tooLong.push(file.name);
    } else if (linesOf(text).length === 0) {
      imported.empty.push(file.name);
    } else {
      const name = freeName(listName(file.name) || 'list', names);
      names.add(name.toLowerCase());
      imported.lists.push({ name, text });
    }
  }
  return imported;
}

/** The name itself, or with the first number that makes it another. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let i = 2; taken.has(free.toLowerCase()); i++) {
    free = `${name} ${i}`;
  }
  return free;
}
