/** Where a suggestion comes from. */
export type SuggestionKind = 'embedding' | 'lora' | 'wildcard' | 'phrase';

/** Something that could be typed here. */
export interface Suggestion {
  kind: SuggestionKind;
  /** What it is called. */
  name: string;
  /** What is put in its place. */
  insert: string;
}

/** Suggestions for a place in a prompt. */
export interface Completion {
  /** What they replace. */
  start: number;
  end: number;
  suggestions: Suggestion[];
  /** Whether what was typed can mean nothing else, so that the first may be taken with Enter. */
  asked: boolean;
}

/** Names that can be suggested. */
export interface CompletionSources {
  embeddings: readonly string[];
  loras: readonly string[];
  wildcards: readonly string[];
  /** Phrases of earlier prompts, the most useful first. */
  phrases: readonly string[];
}

/** How many are suggested at most: for a name that is asked for, and for phrases. */
const MOST_NAMES = 50;
const MOST_PHRASES = 6;
/** Letters typed before a phrase is suggested; a Chinese character says as much as a word's beginning. */
const FEWEST_LETTERS = 3;

const ASKED: readonly { kind: 'embedding' | 'lora' | 'wildcard'; typed: RegExp; after: RegExp }[] = [
  {
    kind: 'embedding',
    typed: /(?<![\p{L}\p{N}_])embedding:([^\s,(){}|<>:]*)$/u,
    after: /^[^\s,(){}|<>:\\]*/,
  },
  { kind: 'lora', typed: /<(?:l|lo|lor|lora|lora:([^<>:\n]*))$/, after: /^[^<>\s,]*>/ },
  { kind: 'wildcard', typed: /__((?:[\p{L}\p{N} ./-]|_(?!_))*)$/u, after: /^[\p{L}\p{N}./-]*__/u },
];

/** What could be typed at the caret; `null` where nothing is to be suggested. */
export function completionAt(text: string, caret: number, sources: CompletionSources): Completion | null {
  const before = text.slice(0, caret);
  const after = text.slice(caret);
  for (const { kind, typed, after: rest } of ASKED) {
    const match = typed.exec(before);
    // Two underscores may also close what is open: an odd number of pairs opens.
    if (!match || (kind === 'wildcard' && before.slice(0, match.index).split('__').length % 2 === 0)) {
      continue;
    }
    const names = { embedding: sources.embeddings, lora: sources.loras, wildcard: sources.wildcards }[kind];
    const suggestions = fitting(names, match[1] ?? '')
      .slice(0, MOST_NAMES)
      .map((name) => ({ kind, name, insert: insertFor(kind, name) }));
    const end = caret + (rest.exec(after)?.[0].length ?? 0);
    return suggestions.length > 0 ? { start: match.index, end, suggestions, asked: true } : null;
  }
  return wordsAt(before, caret, sources);
}

/** Phrases and embeddings that begin with what was typed since the last comma. */
function wordsAt(
  before: string,
  caret: number,
  { phrases, embeddings }: CompletionSources,
): Completion | null {
  const typed = /[^,\n(){}|:<>，。]*$/.exec(before)?.[0].trimStart() ?? '';
  const word = /[\p{L}\p{N}_-]*$/u.exec(typed)?.[0] ?? '';
  const suggestions: Suggestion[] = [];
  if (isEnough(typed)) {
    const wanted = typed.toLowerCase();
    suggestions.push(
      ...phrases
        .filter((phrase) => phrase.toLowerCase().startsWith(wanted) && phrase.length > typed.length)
        .slice(0, MOST_PHRASES)
        .map((name): Suggestion => ({ kind: 'phrase', name, insert: name })),
    );
  }
  if (suggestions.length === 0 && isEnough(word)) {
    suggestions.push(
      ...embeddings
        .filter((name) => name.toLowerCase().startsWith(word.toLowerCase()))
        .slice(0, MOST_PHRASES)
        .map((name): Suggestion => ({ kind: 'embedding', name, insert: insertFor('embedding', name) })),
    );
    return suggestions.length > 0
      ? { start: caret - word.length, end: caret, suggestions, asked: false }
      : null;
  }
  return suggestions.length > 0
    ? { start: caret - typed.length, end: caret, suggestions, asked: false }
    : null;
}

function isEnough(typed: string): boolean {
  return typed.length >= FEWEST_LETTERS || /\p{Script=Han}/u.test(typed);
}

function insertFor(kind: 'embedding' | 'lora' | 'wildcard', name: string): string {
  switch (kind) {
    case 'embedding':
      return `embedding:${name}`;
    case 'lora':
      return `<lora:${name}:1>`;
    case 'wildcard':
      return `__${name}__`;
  }
}

/** Names that contain what was typed: those that begin with it first, then those of which a part does. */
function fitting(names: readonly string[], typed: string): string[] {
  const wanted = typed.toLowerCase();
  const rank = (name: string): number => {
    const at = name.toLowerCase().indexOf(wanted);
    return at <= 0 ? at : /[\p{L}\p{N}]/u.test(name[at - 1] ?? '') ? 2 : 1;
  };
  return names
    .map((name) => ({ name, rank: rank(name) }))
    .filter(({ rank }) => rank >= 0)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ name }) => name);
}

/** A phrase is at least and at most so long, characters. */
const SHORTEST_PHRASE = 2;
const LONGEST_PHRASE = 60;

/** The phrases of prompts, those used most first, later ones before earlier ones. @param prompts newest first. */
export function phrasesOf(prompts: readonly string[]): string[] {
  const counts = new Map<string, { phrase: string; count: number }>();
  for (const prompt of prompts) {
    for (const part of prompt.split(/[,\n(){}|，。]|:[\d.]+(?=\))|\/\*|\*\/|\/\/|__|embedding:\S*|<[^>]*>/)) {
      const phrase = part.trim();
      if (phrase.length >= SHORTEST_PHRASE && phrase.length <= LONGEST_PHRASE) {
        const key = phrase.toLowerCase();
        const known = counts.get(key);
        counts.set(key, { phrase: known?.phrase ?? phrase, count: (known?.count ?? 0) + 1 });
      }
    }
  }
  return [...counts.values()].toSorted((a, b) => b.count - a.count).map(({ phrase }) => phrase);
}
