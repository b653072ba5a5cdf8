import { type Token, tokenize } from './tokens';

/** A part of a text that is selected; where both are equal, a caret. */
export interface TextRange {
  start: number;
  end: number;
}

/** A change of a text: `insert` takes the place of what is between `start` and `end`. */
export interface TextEdit extends TextRange {
  insert: string;
}

/** How much one press changes a weight, as in ComfyUI's editor. */
export const WEIGHT_STEP = 0.05;

/** What ends a word there, and its Chinese counterparts. */
const DELIMITERS = /[\s.,\\/!?%^*;:{}=\-_`~()|<>，。、；：！？（）]/;

/** What is weighted as a whole when the caret is in it. */
const WHOLE: ReadonlySet<Token['kind']> = new Set(['embedding', 'wildcard', 'lora', 'date', 'name']);

/**
 * Changes the weight of what is selected, else of the group around the caret, else of the word there: `word` becomes
 * `(word:1.05)`, and at 1 a word again. What the change puts in is to be selected afterwards, so that the next press
 * goes on with it. `null` where there is nothing to weight.
 */
export function changeWeight(text: string, selection: TextRange, step: number): TextEdit | null {
  const tokens = tokenize(text);
  const part = trimmed(text, partAt(text, tokens, selection));
  if (part.start >= part.end) {
    return null;
  }
  const { start, end } = withParentheses(tokens, part);
  const group = groupOf(tokens, start, end);
  const inner = group ? { start: start + 1, end: group.weight?.from ?? end - 1 } : { start, end };
  const weight = group?.weight ? Number(text.slice(group.weight.from + 1, group.weight.to)) : 1;
  // Rounded as in ComfyUI's editor: sums of 0.05 are not exact.
  const next = Number((weight + step).toFixed(10));
  const words = text.slice(inner.start, inner.end);
  return { start, end, insert: next === 1 ? words : `(${words}:${next})` };
}

function partAt(text: string, tokens: readonly Token[], { start, end }: TextRange): TextRange {
  if (start !== end) {
    return { start, end };
  }
  const around = groupAround(tokens, start);
  if (around) {
    return around;
  }
  const whole = tokens.find(({ kind, from, to }) => WHOLE.has(kind) && from <= start && to >= start);
  if (whole) {
    return { start: whole.from, end: whole.to };
  }
  let from = start;
  let to = end;
  while (from > 0 && !DELIMITERS.test(text[from - 1] ?? '')) {
    from--;
  }
  while (to < text.length && !DELIMITERS.test(text[to] ?? '')) {
    to++;
  }
  return from < to ? { start: from, end: to } : (groupBeside(tokens, start) ?? { start, end });
}

/** The group that a caret stands directly before or behind, where undo leaves it. */
function groupBeside(tokens: readonly Token[], caret: number): TextRange | null {
  const beside = pairsOf(tokens).find(({ open, close }) => close.to === caret || open.from === caret);
  return beside ? { start: beside.open.from, end: beside.close.to } : null;
}

/** Without the blanks that a double click selects with a word. */
function trimmed(text: string, { start, end }: TextRange): TextRange {
  const part = text.slice(start, end);
  const blank = part.length - part.trimStart().length;
  return { start: start + blank, end: start + Math.max(blank, part.trimEnd().length) };
}

/** The inside of the innermost group around a caret; `null` where there is none. */
function groupAround(tokens: readonly Token[], caret: number): TextRange | null {
  const pairs = pairsOf(tokens).filter(({ open, close }) => open.to <= caret && caret <= close.from);
  const inmost = pairs.toSorted((a, b) => b.open.from - a.open.from)[0];
  return inmost ? { start: inmost.open.to, end: inmost.close.from } : null;
}

/** Takes in the parentheses directly around a part. */
function withParentheses(tokens: readonly Token[], { start, end }: TextRange): TextRange {
  const around = pairsOf(tokens).find(({ open, close }) => {
    const inside = open.to === start && close.from === end;
    // Selected up to its weight, a group is meant all the same.
    return inside || (open.to === start && weightBefore(tokens, close)?.from === end);
  });
  return around ? { start: around.open.from, end: around.close.to } : { start, end };
}

interface Pair {
  open: Token;
  close: Token;
}

function groupOf(tokens: readonly Token[], start: number, end: number): { weight: Token | null } | null {
  const pair = pairsOf(tokens).find(({ open, close }) => open.from === start && close.to === end);
  return pair ? { weight: weightBefore(tokens, pair.close) } : null;
}

function weightBefore(tokens: readonly Token[], close: Token): Token | null {
  const before = tokens[tokens.indexOf(close) - 1];
  return before?.kind === 'weight' ? before : null;
}

function pairsOf(tokens: readonly Token[]): Pair[] {
  const pairs: Pair[] = [];
  const opened: Token[] = [];
  for (const token of tokens) {
    if (token.kind === 'group-open') {
      opened.push(token);
    } else if (token.kind === 'group-close') {
      const open = opened.pop();
      if (open) {
        pairs.push({ open, close: token });
      }
    }
  }
  return pairs;
}
