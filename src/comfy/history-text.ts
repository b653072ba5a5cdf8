import { type ExactJson, parseExact, stringifyExact } from './exact-json';
import { type HistoryItem, readHistory } from './history-entry';

/** An entry of the history with the text it came in. */
export interface WrittenItem {
  item: HistoryItem;
  text: string;
  /** Where the answer has it; `null` when it was written anew. */
  at: number | null;
}

/** How every server begins an entry. Inside a string the quotes would be escaped. */
const BEGINNING = '{"prompt":';
/** The name of an entry, before that. */
const NAME = /[{,]\s*("[^"\\]*")\s*:\s*$/;
/** No id is longer. */
const LONGEST_NAME = 300;

/**
 * Entries of an answer of `GET /history`, newest first, each with its own text: to keep that costs far less than to
 * write it anew.
 * @throws SyntaxError when the text is not JSON.
 */
export function readHistoryText(text: string): WrittenItem[] {
  const written = readApart(text) ?? readWhole(text);
  return written.reverse();
}

/** Reads each entry alone; `null` where that cannot be done: all that was cut out is JSON, or the cuts were wrong. */
function readApart(text: string): WrittenItem[] | null {
  try {
    return (
      cut(text)?.map(({ id, at, part }) => ({ item: readHistory([id, parseExact(part)]), text: part, at })) ??
      null
    );
    // eslint-disable-next-line local/no-silent-catch -- the whole is read then, and tells what is wrong with it
  } catch {
    return null;
  }
}

function readWhole(text: string): WrittenItem[] {
  const raw = parseExact(text);
  const entries = typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? Object.entries(raw) : null;
  if (!entries) {
    throw new SyntaxError('not a history');
  }
  return entries.map((entry) => ({ item: readHistory(entry), text: stringifyExact(entry[1]), at: null }));
}

function cut(text: string): { id: string; at: number; part: string }[] | null {
  const starts: { id: string; name: number; at: number }[] = [];
  for (let at = text.indexOf(BEGINNING); at >= 0; at = text.indexOf(BEGINNING, at + 1)) {
    const before = text.slice(Math.max(0, at - LONGEST_NAME), at);
    const name = NAME.exec(before);
    // Something else in an entry can begin so.
    if (name?.[1]) {
      starts.push({ id: JSON.parse(name[1]) as string, name: at - before.length + name.index, at });
    }
  }
  const end = text.lastIndexOf('}');
  const isWhole = starts[0]
    ? text.slice(0, starts[0].name + 1).trim() === '{' && text.slice(end).trim() === '}'
    : text.trim() === '{}';
  return isWhole
    ? starts.map(({ id, at }, i) => ({ id, at, part: text.slice(at, starts[i + 1]?.name ?? end).trimEnd() }))
    : null;
}

/** An entry that says of a job no more than this, as text. */
export function historyText(
  graph: unknown,
  extraPngInfo: Readonly<Record<string, ExactJson>>,
  id: string,
): string {
  return stringifyExact({ prompt: [0, id, graph, { extra_pnginfo: extraPngInfo }, []], outputs: {} });
}
