/** What a part of a prompt is. */
export type TokenKind =
  | 'text'
  /** A backslash and the sign it takes its meaning from. */
  | 'escape'
  /** `/* … *\/` or `// …`; never sent. */
  | 'comment'
  /** An object in JSON, which some models take as a prompt: its braces are no choice. */
  | 'json'
  /** `{`, the `|` inside, and `}`: one of several. */
  | 'choice-open'
  | 'choice-bar'
  | 'choice-close'
  /** `__name__`: a line of a list. */
  | 'wildcard'
  /** `%date%` or `%date:yyyy-MM-dd%`. */
  | 'date'
  /** `%width%`, `%KSampler.seed%`: a value that goes by its name. */
  | 'name'
  /** `(`, `)`, and `:1.2` before the latter. */
  | 'group-open'
  | 'group-close'
  | 'weight'
  | 'embedding'
  /** `<lora:name:0.8>`; read by some node packs, not by ComfyUI itself. */
  | 'lora';

/** A part of a prompt: its place in the text, and what it names. */
export interface Token {
  kind: TokenKind;
  /** Index of its first character. */
  from: number;
  /** Index after its last. */
  to: number;
  /** Name of a wildcard, embedding, LoRA or value; format of a date. */
  name?: string;
}

/**
 * What can begin at a place, in the order in which it is tried. Comments come first, as in ComfyUI's front
 * end, which strips them before it looks for anything else.
 */
const AT: readonly (readonly [kind: TokenKind, pattern: RegExp])[] = [
  ['comment', /\/\*[^]*?\*\/|\/\/.*/y],
  ['escape', /\\(?!\/[/*])[^]/y],
  ['wildcard', /__([\p{L}\p{N}](?:[\p{L}\p{N} ./-]|_(?!_))*)__/uy],
  ['date', /%date(?::([^%]+))?%/y],
  ['name', /%([\p{L}_][^%\n]*)%/uy],
  ['embedding', /embedding:((?:[^\s,(){}|<>:\\]|\\[^(){}|\s])+)/y],
  ['lora', /<lora:([^:<>\n]+)(?::[^<>\n]*)?>/y],
  ['weight', /:\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*(?=\))/iy],
];

/** Signs that cannot be part of plain text at every place. */
const SIGNS = /[\\/_%e<:{}|()]/g;

/**
 * Cuts a prompt into its parts: ComfyUI's syntax for weights and embeddings, and what front ends expand. No
 * text is an error, and the parts together are the text.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let choices = 0;
  let groups = 0;
  let plain = 0;
  let at = 0;
  const push = (kind: TokenKind, to: number, name?: string): void => {
    if (plain < at) {
      tokens.push({ kind: 'text', from: plain, to: at });
    }
    tokens.push({ kind, from: at, to, ...(name !== undefined && { name }) });
    at = to;
    plain = to;
  };
  while (at < text.length) {
    SIGNS.lastIndex = at;
    at = SIGNS.exec(text)?.index ?? text.length;
    const found = matchAt(text, at, groups > 0);
    if (found) {
      push(found.kind, found.to, found.name);
      continue;
    }
    switch (text[at]) {
      case '{': {
        const end = jsonEnd(text, at);
        if (end !== null) {
          push('json', end);
        } else {
          choices++;
          push('choice-open', at + 1);
        }
        break;
      }
      case '|':
        if (choices > 0) {
          push('choice-bar', at + 1);
        } else {
          at++;
        }
        break;
      case '}':
        if (choices > 0) {
          choices--;
          push('choice-close', at + 1);
        } else {
          at++;
        }
        break;
      case '(':
        groups++;
        push('group-open', at + 1);
        break;
      case ')':
        groups = Math.max(0, groups - 1);
        push('group-close', at + 1);
        break;
      default:
        at++;
    }
  }
  at = Math.min(at, text.length);
  if (plain < text.length) {
    tokens.push({ kind: 'text', from: plain, to: text.length });
  }
  return tokens;
}

function matchAt(
  text: string,
  at: number,
  inGroup: boolean,
): { kind: TokenKind; to: number; name: string | undefined } | null {
  for (const [kind, pattern] of AT) {
    if (kind === 'weight' && !inGroup) {
      continue;
    }
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) {
      return { kind, to: at + match[0].length, name: match[1] };
    }
  }
  return null;
}

/** Longest prompt in JSON that is looked for, in characters. */
const JSON_LIMIT = 20_000;

/** Where an object in JSON that begins here ends; `null` where none does. */
function jsonEnd(text: string, from: number): number | null {
  if (!/^\{\s*"/.test(text.slice(from, from + 100))) {
    return null;
  }
  let depth = 0;
  let quoted = false;
  for (let at = from; at < text.length && at - from < JSON_LIMIT; at++) {
    const sign = text[at];
    if (quoted) {
      if (sign === '\\') {
        at++;
      } else if (sign === '"') {
        quoted = false;
      }
    } else if (sign === '"') {
      quoted = true;
    } else if (sign === '{') {
      depth++;
    } else if (sign === '}' && --depth === 0) {
      return isJson(text.slice(from, at + 1)) ? at + 1 : null;
    }
  }
  return null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return false;
    }
    throw error;
  }
}
