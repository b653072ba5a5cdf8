import { formatDate } from './dates';
import { type Dice, diceOf } from './dice';
import { type Token, tokenize } from './tokens';

/** What a prompt is expanded with. */
export interface ExpandOptions {
  dice: Dice;
  /** The lines of a list; `undefined` where there is none of that name. */
  wildcard?: (name: string) => readonly string[] | undefined;
  /** What `%date%` tells. */
  now?: Date;
  /** The value that goes by a name such as `width`; `undefined` leaves `%width%` as it is. */
  named?: (name: string) => string | undefined;
}

/** What becomes of a prompt. */
export interface Expanded {
  text: string;
  /** Lists that the prompt names and nobody made. */
  missing: string[];
}

/** How deep lists may name lists. */
const MAX_DEPTH = 20;
/** How much is drawn for one prompt: lists that name each other twice would double without end. */
const MAX_DRAWS = 2000;
/** The longest text that is made, characters. */
const MAX_LENGTH = 100_000;

/** Whether anything of a prompt is not sent as it was typed. */
export function isDynamic(text: string): boolean {
  return tokenize(text).some(({ kind, from, to }) =>
    kind === 'escape' ? CHOICE_SIGN.test(text.slice(from, to)) : EXPANDED.has(kind),
  );
}

/** Whether a prompt can come out differently each time. */
export function isRandom(text: string): boolean {
  return tokenize(text).some(({ kind }) => kind === 'choice-bar' || kind === 'wildcard');
}

const EXPANDED: ReadonlySet<Token['kind']> = new Set(['comment', 'choice-open', 'wildcard', 'date', 'name']);
const CHOICE_SIGN = /^\\[{}|]$/;

/**
 * What a prompt is sent as: comments go, `{a|b}` and `__list__` become one of what they offer, `%date%` the
 * date. As ComfyUI's front end does it, except for an object in JSON, whose braces stay. What is unknown stays.
 */
export function expandPrompt(text: string, options: ExpandOptions): Expanded {
  const expander = new Expander(options);
  return { text: expander.expand(text, 0), missing: [...expander.missing] };
}

class Expander {
  readonly missing = new Set<string>();
  readonly #options: ExpandOptions;
  #draws = 0;

  constructor(options: ExpandOptions) {
    this.#options = options;
  }

  expand(text: string, depth: number): string {
    const tokens = tokenize(text);
    const all = { tokens, text, at: 0 };
    return this.#sequence(all, depth).slice(0, MAX_LENGTH);
  }

  /** Up to the end of the text, or of the option it is in. */
  #sequence(reader: Reader, depth: number): string {
    let made = '';
    for (let token = reader.tokens[reader.at]; token; token = reader.tokens[reader.at]) {
      if (token.kind === 'choice-bar' || token.kind === 'choice-close') {
        return made;
      }
      reader.at++;
      made +=
        token.kind === 'choice-open' ? this.#choice(reader, depth) : this.#one(reader.text, token, depth);
    }
    return made;
  }

  /** A choice that is never closed ends with the text, as in ComfyUI's front end. */
  #choice(reader: Reader, depth: number): string {
    const options = optionsAt(reader);
    const end = reader.at;
    const chosen = options[this.#draw(options.length)] ?? 0;
    const made = this.#sequence({ ...reader, at: chosen }, depth);
    reader.at = end;
    return made;
  }

  #one(text: string, { kind, from, to, name = '' }: Token, depth: number): string {
    const typed = text.slice(from, to);
    switch (kind) {
      case 'comment':
        return '';
      case 'escape':
        return CHOICE_SIGN.test(typed) ? typed.slice(1) : typed;
      case 'date':
        return formatDate(this.#options.now ?? new Date(), name || undefined);
      case 'name':
        return this.#options.named?.(name) ?? typed;
      case 'wildcard':
        return this.#wildcard(name, depth) ?? typed;
      default:
        return typed;
    }
  }

  #wildcard(name: string, depth: number): string | null {
    const lines = this.#options.wildcard?.(name);
    if (!lines) {
      this.missing.add(name);
      return null;
    }
    const line = lines[this.#draw(lines.length)];
    if (line === undefined || depth >= MAX_DEPTH || this.#draws > MAX_DRAWS) {
      return line ?? '';
    }
    return this.expand(line, depth + 1);
  }

  #draw(sides: number): number {
    this.#draws++;
    return sides > 1 ? this.#options.dice(sides) : 0;
  }
}

interface Reader {
  tokens: readonly Token[];
  text: string;
  /** Index of the next token. */
  at: number;
}

/** Where the options of the choice just opened begin. The reader goes on behind it. */
function optionsAt(reader: Reader): number[] {
  const options = [reader.at];
  for (let depth = 0; reader.at < reader.tokens.length;) {
    const kind = reader.tokens[reader.at++]?.kind;
    if (kind === 'choice-open') {
      depth++;
    } else if (kind === 'choice-bar' && depth === 0) {
      options.push(reader.at);
    } else if (kind === 'choice-close' && depth-- === 0) {
      break;
    }
  }
  return options;
}

/** How often another throw is tried before a prompt may come twice in a round. */
const TRIES = 64;

/**
 * Prompts for runs one after another. None comes twice before, as far as can be told, all have come once: four runs of
 * `{red|blue}` give two of each. The same keys in the same order give the same prompts.
 */
export class PromptRounds {
  /** What has come in this round, by the prompt it is of. */
  readonly #seen = new Map<string, Set<string>>();

  /** @param key what decides the throw, such as the seed of the run. */
  next(text: string, key: string, options: Omit<ExpandOptions, 'dice'> = {}): Expanded {
    const seen = this.#seen.get(text) ?? new Set();
    this.#seen.set(text, seen);
    const tries = isRandom(text) ? TRIES : 0;
    const dice = diceOf(key);
    let made = expandPrompt(text, { ...options, dice });
    for (let i = 0; i < tries && seen.has(made.text); i++) {
      made = expandPrompt(text, { ...options, dice });
    }
    if (seen.has(made.text)) {
      seen.clear();
    }
    seen.add(made.text);
    return made;
  }
}

/** A prompt for each run of a batch, as {@link PromptRounds} gives them. */
export function expandRuns(
  text: string,
  keys: readonly string[],
  options: Omit<ExpandOptions, 'dice'> = {},
): Expanded[] {
  const rounds = new PromptRounds();
  return keys.map((key) => rounds.next(text, key, options));
}
