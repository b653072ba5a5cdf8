/** A list that `__name__` draws a line of. */
export interface WildcardList {
  name: string;
  /** As it was written: a line for each choice, `#` before remarks. */
  text: string;
}

/** The longest list that is kept, characters: all of them travel in one document. */
export const MAX_LIST = 200_000;

/** What is drawn from: lines without blanks around them, empty ones and remarks left out. */
export function linesOf(text: string): string[] {
  return text
    .split(/\r\n?|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/**
 * A name as `__name__` can hold it, of one that somebody typed or of a file: `Hair styles.txt` gives `Hair styles`.
 * Empty where nothing is left.
 */
export function listName(text: string): string {
  return text
    .replace(/\.txt$/i, '')
    .replaceAll('\\', '/')
    .replace(/[^\p{L}\p{N} ./_-]+/gu, ' ')
    .replace(/_{2,}/g, '_')
    .replace(/^[^\p{L}\p{N}]+|[\s_]+$/gu, '')
    .replace(/\s+/g, ' ');
}

/** Finds a list whatever the case of its name. */
export function findLines(lists: readonly WildcardList[]): (name: string) => readonly string[] | undefined {
  const lines = new Map<string, readonly string[]>();
  return (name) => {
    const key = name.toLowerCase();
    const known = lines.get(key);
    if (known) {
      return known;
    }
    const list = lists.find((other) => other.name.toLowerCase() === key);
    const found = list && linesOf(list.text);
    if (found) {
      lines.set(key, found);
    }
    return found;
  };
}
